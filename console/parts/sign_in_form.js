// Signing in: password, second factor, passkey; in a page, or over one.
import { api, ApiError } from "../api.js";
import { h, put } from "../render.js";
import { t } from "../texts.js";
import { link, me } from "../shell.js";
import { actionButton } from "./bits.js";
import { dialog } from "./dialog.js";
import { form } from "./form.js";
import { passkeySign, passkeysWork } from "./passkey.js";

const SIGN_IN_QUIET = { quiet: true };

/**
 * What signs in; `done` gets the user.
 * @param {{ email?: string, fixed?: boolean, done: (user: any) => unknown }} options
 */
export function signInForm({ email = "", fixed = false, done }) {
  const node = h("div", { class: "sign-in" });
  const first = () => {
    const password = form({
      fields: [
        { name: "email", label: t("core.email"), type: "email", required: true, value: email, autocomplete: "username" },
        { name: "password", label: t("core.password"), type: "password", required: true, autocomplete: "current-password" },
      ],
      submit: t("core.sign_in"),
      save: async (values) => {
        try {
          const { data } = await api.post("/api/auth/login", values, SIGN_IN_QUIET);
          await done(data);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (error.code === "SECOND_FACTOR_REQUIRED") return second(error.data, values.email);
          if (error.status === 401) throw new ApiError(401, error.code, t("core.wrong_password"), error);
          throw error;
        }
      },
      after: !fixed && h("p", null, link("/forgotten", t("core.forgotten"))),
    });
    put(node, password, passkeysWork() && [
      h("p", { class: "or" }, h("span", null, t("core.or"))),
      actionButton({ label: t("core.with_passkey"), run: async () => {
        const { data } = await api.post("/api/auth/login/passkey/options", undefined, SIGN_IN_QUIET);
        const assertion = await passkeySign(data);
        await done((await api.post("/api/auth/login/passkey", { assertion }, SIGN_IN_QUIET)).data);
      } }),
    ]);
  };
  const second = (/** @type {any} */ { challenge, methods, options }, /** @type {string} */ address) => {
    email = address;
    const answer = async (/** @type {any} */ body) => {
      try {
        const remember = node.querySelector("[name=remember]");
        const { data } = await api.post("/api/auth/login/second", { challenge, remember: /** @type {HTMLInputElement} */ (remember)?.checked ?? false, ...body }, SIGN_IN_QUIET);
        await done(data);
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) throw new ApiError(401, error.code, t("core.wrong_code"), { ...error, data: [{ field: "code", message: t("core.wrong_code") }] });
        throw error;
      }
    };
    put(node,
      h("p", null, t("core.second_text")),
      form({
        fields: [
          codeField(methods),
          { name: "remember", label: t("core.remember"), type: "checkbox" },
        ],
        submit: t("core.go_on"),
        save: ({ code }) => answer({ code: code.trim() }),
        cancel: first,
      }),
      options && passkeysWork() && [
        h("p", { class: "or" }, h("span", null, t("core.or"))),
        actionButton({ label: t("core.use_passkey"), run: async () => answer({ assertion: await passkeySign(options) }) }),
      ]);
    node.querySelector("input")?.focus();
  };
  first();
  return node;
}

/**
 * @param {string[]} methods
 * @returns {Field}
 */
function codeField(methods) {
  return {
    name: "code", label: t(methods.includes("totp") ? "core.code" : "core.recovery_code"), required: true, autocomplete: "one-time-code",
    help: t("core.code_help"), maxlength: 64,
  };
}

/** @type {{ asked: Promise<boolean> | null }} */
const signInOpen = { asked: null };

/** Asks over the page to sign in again; one dialog for all requests that wait. */
export function signInDialog() {
  signInOpen.asked ??= openSignIn().finally(() => { signInOpen.asked = null; });
  return signInOpen.asked;
}

async function openSignIn() {
  const known = me();
  const opened = dialog({
    title: t("core.session_ended"),
    body: [
      h("p", null, t("core.session_ended_text")),
      signInForm({ email: known.email, fixed: true, done: (user) => {
        // Of another user nothing that stands on the page may be seen.
        if (known.id && known.id !== "me" && user.id !== known.id) location.reload();
        else opened.close(true);
      } }),
    ],
  });
  return (await opened.closed) === true;
}
