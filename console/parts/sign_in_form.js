// Signing in: password, second factor, passkey; in a page, or over one.
import { api, ApiError } from "../api.js";
import { h, put } from "../render.js";
import { t } from "../texts.js";
import { link, me } from "../shell.js";
import { actionButton, skeleton } from "./bits.js";
import { dialog } from "./dialog.js";
import { form } from "./form.js";

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
    put(node, password, hasPasskeys() && [
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
      options && hasPasskeys() && [
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

/** Whether this browser can use passkeys here. */
export function hasPasskeys() {
  return typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/**
 * What a passkey signs by the server's options.
 * @param {any} options
 */
async function passkeySign(options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return passkeyTold(navigator.credentials.get({ publicKey }));
}

/**
 * What a device answered, as JSON; else an error in words of ours.
 * @param {Promise<Credential | null>} answer
 */
export async function passkeyTold(answer) {
  try {
    return /** @type {PublicKeyCredential} */ (await answer).toJSON();
  } catch (error) {
    const { name, message } = /** @type {DOMException} */ (error);
    const told = { NotAllowedError: "passkey_stopped", AbortError: "passkey_stopped", InvalidStateError: "passkey_known" }[name];
    throw new Error(told ? t(`core.${told}`) : message);
  }
}

/** @type {{ signIn: Promise<boolean> | null, prove: Promise<boolean> | null }} */
const signInOpen = { signIn: null, prove: null };

/** Asks over the page to sign in again; one dialog for all requests that wait. */
export function signInDialog() {
  signInOpen.signIn ??= openSignIn().finally(() => { signInOpen.signIn = null; });
  return signInOpen.signIn;
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

/** Asks over the page to prove anew who one is; one dialog for all requests that wait. */
export function proveDialog() {
  signInOpen.prove ??= openProve().finally(() => { signInOpen.prove = null; });
  return signInOpen.prove;
}

async function openProve() {
  const body = h("div", { class: "sign-in" }, skeleton(2));
  const opened = dialog({ title: t("core.prove"), body: [h("p", null, t("core.prove_text")), body] });
  const send = async (/** @type {any} */ proof) => {
    await api.post("/api/auth/reauthenticate", proof, SIGN_IN_QUIET);
    opened.close(true);
  };
  const factors = await api.get("/api/auth/factors", {}, SIGN_IN_QUIET).then(({ data }) => data, () => []);
  /** @type {string[]} */
  const kinds = factors.map((/** @type {any} */ one) => one.kind);
  put(body,
    form({
      fields: kinds.length ? [codeField(kinds)] : [
        { name: "email", type: "hidden", value: me().email, autocomplete: "username" },
        { name: "password", label: t("core.password"), type: "password", required: true, autocomplete: "current-password" },
      ],
      submit: t("core.go_on"),
      save: ({ code, password }) => send(code ? { code: code.trim() } : { password }),
      cancel: () => opened.close(),
    }),
    kinds.includes("passkey") && hasPasskeys() && [
      h("p", { class: "or" }, h("span", null, t("core.or"))),
      actionButton({ label: t("core.use_passkey"), run: async () => {
        const { data } = await api.post("/api/auth/login/passkey/options", undefined, SIGN_IN_QUIET);
        await send({ assertion: await passkeySign(data) });
      } }),
    ]);
  body.querySelector("input:not([name=email])")?.focus();
  return (await opened.closed) === true;
}
