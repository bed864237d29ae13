// My account: the password.
import { api } from "../api.js";
import { h } from "../render.js";
import { t } from "../texts.js";
import { restart } from "../shell.js";
import { card, heading, notice } from "../parts/bits.js";
import { form } from "../parts/form.js";
import { toast } from "../parts/toast.js";

/**
 * The fields of a new password, everywhere the same.
 * @param {string} name
 * @returns {Field[]}
 */
export function newPasswordFields(name) {
  return [
    { name, label: t("account.password_new"), type: "password", required: true, autocomplete: "new-password", minlength: 8, maxlength: 256, help: t("account.password_help") },
    { name: "endTokens", label: t("account.end_tokens"), type: "checkbox", help: t("account.end_tokens_help") },
  ];
}

/**
 * The page of one's own password.
 * @param {Place} place
 */
export function accountPasswordPage({ me: who }) {
  return h("div", null,
    heading({ title: t("core.password"), text: t("account.password_text") }),
    who.demand === "password" && notice("warn", t("account.password_demanded")),
    card(null, form({
      fields: [
        // For the password manager, which keeps a password under an address.
        { name: "email", label: t("core.email"), type: who.email ? "email" : "hidden", value: who.email, autocomplete: "username", required: Boolean(who.email), disabled: true },
        { name: "currentPassword", label: t("account.password_now"), type: "password", required: true, autocomplete: "current-password" },
        ...newPasswordFields("newPassword"),
      ],
      submit: t("account.password_change"),
      save: async ({ currentPassword, newPassword, endTokens }) => {
        await api.put("/api/auth/me/password", { currentPassword, newPassword, endTokens });
        toast(t("account.password_changed"));
        restart();
      },
    })));
}
