// Accepting an invitation: with a new account, or in the account that the address has.
import { api, ApiError } from "../api.js";
import { time } from "../dates.js";
import { h, put } from "../render.js";
import { t } from "../texts.js";
import { go, link, loadMe } from "../shell.js";
import { actionButton, details, notice } from "../parts/bits.js";
import { form } from "../parts/form.js";
import { signInForm } from "../parts/sign_in_form.js";
import { newPasswordFields } from "./account_password.js";
import { deadLink } from "./set_password.js";

/**
 * The page of an invitation's link.
 * @param {Place} place
 */
export async function acceptInvitationPage({ params: { token }, me: who, signal }) {
  const node = h("div", { class: "card narrow" });
  /** @param {Values} values */
  const accept = async (values) => {
    try {
      await api.post("/api/auth/invitations/accept", { token, ...values });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) return void deadLink(node, t("account.dead_invitation"));
      if (error.code !== "ENROLMENT_REQUIRED") throw error;
    }
    // Who one is first, or the next page asks to sign in; one who must enrol is led there.
    await loadMe();
    go("/");
  };
  let offer;
  try {
    offer = (await api.post("/api/auth/invitations/look", { token }, { signal })).data;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    return deadLink(node, t("account.dead_invitation"));
  }
  const { email, workspace, role, expiresAt, hasAccount } = offer;
  const same = who.email.toLowerCase() === email.toLowerCase();
  const mail = /** @type {Field} */ ({ name: "email", label: t("core.email"), type: "email", value: email, autocomplete: "username", required: true, disabled: true });
  const name = /** @type {Field} */ ({ name: "fullName", label: t("account.fullName"), required: true, autocomplete: "name", maxlength: 255 });
  const password = newPasswordFields("password").slice(0, 1);
  return put(node,
    h("h1", { tabindex: "-1" }, workspace ? t("account.join", { name: workspace.name }) : t("account.welcome")),
    hasAccount && who.id && !same && notice("warn", t("account.join_other", { email: who.email })),
    h("p", null, t(hasAccount ? same ? "account.join_text" : "account.join_sign_in" : workspace ? "account.join_new" : "account.first_text")),
    details([
      hasAccount && same && [t("core.email"), email],
      role && [t("core.role"), t(role === "ADMIN" ? "core.administrator" : "core.member")],
      [t("account.valid_until"), time(expiresAt)],
    ]),
    hasAccount
      ? same
        ? actionButton({ label: t("account.join_now"), primary: true, run: () => accept({}) })
        : signInForm({ email, done: () => accept({}) })
      : form({
        fields: workspace ? [mail, name, ...password] : [mail, ...password],
        submit: t(workspace ? "account.join_create" : "account.choose_submit"),
        save: ({ email: _, ...values }) => accept(values),
      }),
    who.id && h("p", null, link("/", t("core.home"))));
}
