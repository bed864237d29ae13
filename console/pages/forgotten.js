// Forgotten password: asks for a link to the address.
import { api } from "../api.js";
import { h, put } from "../render.js";
import { t } from "../texts.js";
import { link } from "../shell.js";
import { notice } from "../parts/bits.js";
import { form } from "../parts/form.js";

/** The page for who has forgotten the password. */
export function forgottenPage() {
  const body = h("div", null, form({
    before: h("p", null, t("account.forgotten_text")),
    fields: [{ name: "email", label: t("core.email"), type: "email", required: true, autocomplete: "username" }],
    submit: t("account.forgotten_send"),
    save: async ({ email }) => {
      await api.post("/api/auth/password/forgotten", { email });
      put(body, notice("good", h("p", { tabindex: "-1" }, t("account.forgotten_sent", { email })), h("p", null, t("account.forgotten_else"))));
      body.querySelector("p")?.focus();
    },
  }));
  return h("div", { class: "card narrow" },
    h("h1", { tabindex: "-1" }, t("core.forgotten")), body, h("p", null, link("/sign-in", t("core.sign_in"))));
}
