// My account: second factors, passkeys and recovery codes.
import { api } from "../api.js";
import { relative, time } from "../dates.js";
import { h, put, url } from "../render.js";
import { t } from "../texts.js";
import { loadMe, me, refresh } from "../shell.js";
import { actionButton, card, copyable, notice } from "../parts/bits.js";
import { ask, showOnce } from "../parts/dialog.js";
import { formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { hasPasskeys } from "../parts/sign_in_form.js";
import { toast } from "../parts/toast.js";

/**
 * The page of one's own second factors.
 * @param {Place} place
 */
export function accountFactorsPage({ me: who }) {
  let count = 0;
  const codes = h("div", null);
  const all = list({
    title: t("core.factors"),
    text: t("account.factors_text"),
    path: "/api/auth/factors",
    csv: false,
    columns: [
      { name: t("core.name"), of: (one) => one.name },
      { name: t("core.kind"), of: (one) => t(`account.kind_${one.kind}`) },
      { name: t("account.added"), of: (one) => time(one.createdAt) },
      { name: t("core.used"), of: (one) => relative(one.lastUsedAt) },
      { name: "", of: (one) => actionButton({ label: t("core.remove"), run: () => remove(one) }) },
    ],
    key: (one) => one.id,
    heading: [
      { label: t("account.add_app"), run: () => added(factorsAddApp) },
      hasPasskeys() && { label: t("account.add_passkey"), primary: true, run: () => added(factorsAddPasskey) },
    ],
    empty: { title: t("account.factors_none"), text: t("account.factors_none_text") },
    loaded: ({ rows }) => {
      count = rows.length;
      put(codes, count > 0 && card({ title: t("account.codes"), text: t("account.codes_text"), actions: [{ label: t("account.codes_new"), run: renew }] }));
    },
  });

  /** @param {() => Promise<boolean>} add */
  async function added(add) {
    const isFirst = count === 0;
    if (!(await add())) return;
    // One who had to add one is known from now on.
    if (who.demand) await loadMe();
    else await all.reload();
    // A lost device must not lock anybody out, so the first factor brings the codes.
    if (isFirst) await factorsShowCodes();
    toast(t("account.factor_added"));
    if (who.demand) refresh();
  }

  /** @param {Row} one */
  async function remove({ id, name }) {
    const text = t(count === 1 ? "account.remove_last" : "account.remove_text");
    if (!(await ask({ title: t("account.remove_title", { name }), text, confirm: t("core.remove"), danger: true }))) return;
    await api.delete(url`/api/auth/factors/${id}`);
    toast(t("account.removed", { name }));
    await all.reload();
  }

  async function renew() {
    if (await ask({ title: t("account.codes_new"), text: t("account.codes_end"), confirm: t("account.codes_make") })) await factorsShowCodes();
  }

  return h("div", null, who.demand === "factor" && notice("warn", t("account.factor_demanded")), all, codes);
}

/** Ten new recovery codes, to print or to copy. */
async function factorsShowCodes() {
  const { data } = await api.post("/api/auth/factors/recovery-codes", {});
  await showOnce({
    title: t("account.codes"),
    text: t("account.codes_of", { site: location.host, email: me().email }),
    secret: data.codes.join("\n"),
    more: actionButton({ label: t("account.print"), run: () => print() }),
  });
}

/** Adds an authenticator app: its name, then the QR code and the first code of it. */
async function factorsAddApp() {
  let made = /** @type {any} */ (null);
  const named = await formDialog({
    title: t("account.add_app"),
    fields: [factorsName(t("account.kind_totp"))],
    submit: t("account.next"),
    save: async ({ name }) => (made = (await api.post("/api/auth/factors/totp", { name })).data),
  });
  if (!named) return false;
  return formDialog({
    title: t("account.add_app"),
    before: [
      h("p", null, t("account.scan")),
      h("img", { class: "qr", alt: t("account.qr"), src: `data:image/svg+xml,${encodeURIComponent(made.qrCode)}` }),
      h("p", null, t("account.scan_not"), " ", copyable(made.secret, made.secret.replace(/.{4}(?=.)/g, "$& "))),
    ],
    fields: [{ name: "code", label: t("account.app_code"), required: true, autocomplete: "one-time-code", inputmode: "numeric", maxlength: 64 }],
    submit: t("account.confirm"),
    save: ({ code }) => api.post(url`/api/auth/factors/totp/${made.factorId}/confirm`, { code }),
  });
}

/** Adds a passkey, which the device makes. */
function factorsAddPasskey() {
  return formDialog({
    title: t("account.add_passkey"),
    before: h("p", null, t("account.passkey_text")),
    fields: [factorsName(/** @type {any} */ (navigator).userAgentData?.platform || t("account.kind_passkey"))],
    submit: t("account.next"),
    save: async ({ name }, { once }) => {
      const { data } = await api.post("/api/auth/factors/passkeys/options", {});
      await api.post("/api/auth/factors/passkeys", { attestation: await factorsMakePasskey(data), name }, { once });
    },
  });
}

/**
 * Has the device make a passkey; its refusals are told in words of ours.
 * @param {any} options
 */
async function factorsMakePasskey(options) {
  try {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey })).toJSON();
  } catch (error) {
    const { name } = /** @type {DOMException} */ (error);
    if (name === "InvalidStateError") throw new Error(t("account.passkey_known"));
    throw name === "NotAllowedError" ? new Error(t("account.passkey_stopped")) : error;
  }
}

/**
 * @param {string} value
 * @returns {Field}
 */
function factorsName(value) {
  return { name: "name", label: t("core.name"), value, required: true, maxlength: 255, help: t("account.name_help") };
}
