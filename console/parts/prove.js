// Asks who somebody is once more, where a change of credentials demands a proof of the last ten minutes.
import { api } from "../api.js";
import { h } from "../render.js";
import { t } from "../texts.js";
import { actionButton } from "./bits.js";
import { dialog } from "./dialog.js";
import { form } from "./form.js";
import { passkeySign, passkeysWork } from "./passkey.js";

/** @type {{ asked: Promise<boolean> | null }} */
const proveState = { asked: null };

/** Asks for the password, or for a factor of whoever has one; whether it was proved. Asked once at a time. */
export function prove() {
  proveState.asked ??= proveNow().finally(() => (proveState.asked = null));
  return proveState.asked;
}

async function proveNow() {
  const { data } = await api.get("/api/auth/factors");
  const passkey = passkeysWork() && data.some((/** @type {Row} */ one) => one.kind === "passkey");
  const send = async (/** @type {unknown} */ body) => {
    await api.post("/api/auth/reauthenticate", body, { quiet: true });
    opened.close(true);
  };
  const byPasskey = async () => {
    const { data: options } = await api.post("/api/auth/login/passkey/options", {}, { quiet: true });
    await send({ assertion: await passkeySign(options) });
  };
  const opened = dialog({
    title: t("account.prove_title"),
    body: [
      h("p", null, t("account.prove_text")),
      passkey && h("p", null, actionButton({ label: t("account.prove_passkey"), primary: true, run: byPasskey })),
      form({
        fields: data.length
          ? [{ name: "code", label: t("account.code"), help: t("account.code_help"), required: true, autocomplete: "one-time-code", maxlength: 64 }]
          : [{ name: "password", label: t("account.password_now"), type: "password", required: true, autocomplete: "current-password" }],
        submit: t("account.prove"),
        save: send,
        cancel: () => opened.close(false),
      }),
    ],
  });
  return (await opened.closed) === true;
}
