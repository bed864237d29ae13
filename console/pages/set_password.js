// A new password, for whoever has the link.
import { api, ApiError } from "../api.js";
import { h, put } from "../render.js";
import { t } from "../texts.js";
import { link } from "../shell.js";
import { actionButton, notice } from "../parts/bits.js";
import { form } from "../parts/form.js";
import { newPasswordFields } from "./account_password.js";

/**
 * The page of a link to choose a password by.
 * @param {Place} place
 */
export function setPasswordPage({ params }) {
  const node = h("div", { class: "card narrow" },
    h("h1", { tabindex: "-1" }, t("account.choose")),
    h("p", null, t("account.choose_text")),
    form({
      // Password managers look for an address, which this page does not know.
      fields: [{ name: "email", type: "hidden", value: "", autocomplete: "username" }, ...newPasswordFields("password")],
      submit: t("account.choose_submit"),
      save: async ({ password, endTokens }) => {
        try {
          await api.post("/api/auth/password/reset", { token: params.token, password, endTokens });
        } catch (error) {
          if (!(error instanceof ApiError && error.fields.token)) throw error;
          return void deadLink(node, link("/forgotten", t("account.forgotten_again")));
        }
        put(node, h("h1", { tabindex: "-1" }, t("account.chosen")), h("p", null, t("account.chosen_text")),
          actionButton({ label: t("core.sign_in"), address: "/sign-in", primary: true }));
        node.querySelector("h1")?.focus();
      },
    }));
  return node;
}

/**
 * Says in the page that its link is dead, and what to do now.
 * @param {HTMLElement} node
 * @param {Child} now
 */
export function deadLink(node, now) {
  put(node, h("h1", { tabindex: "-1" }, t("account.dead")), notice("warn", t("account.dead_text")), h("p", null, now));
  node.querySelector("h1")?.focus();
  return node;
}
