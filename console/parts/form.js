// Forms: errors stand beside their fields, and nothing typed is lost.
import { h, put } from "../render.js";
import { t } from "../texts.js";
import { busily, copyable } from "./bits.js";
import { dialog } from "./dialog.js";
import { fieldPart } from "./field.js";

/**
 * A form. `save` gets the values, and in `once` the Idempotency-Key of what it creates: the same as long as
 * nobody knows whether the request was carried out.
 * @param {FormOptions} options
 */
export function form({ fields, submit, save, cancel, again, danger, before, after }) {
  const parts = fields.map(fieldPart);
  const told = h("div", { class: "form-told", role: "alert" });
  const button = h("button", { type: "submit", class: `button primary${danger ? " danger" : ""}` }, submit);
  const touched = new Set();
  let once = crypto.randomUUID();
  let sent = "";
  const values = () => Object.fromEntries(parts.map((part) => [part.field.name, part.get()]));
  const node = h("form", { class: "form", novalidate: true }, before, told, parts.map((part) => part.node), after,
    h("div", { class: "actions form-actions" }, button, cancel && h("button", { type: "button", class: "button", onclick: cancel }, t("core.cancel"))));

  // Who has typed a password to sign in may leave that unsaved.
  const dirty = () => { node.dataset.dirty = node.closest(".sign-in") ? "" : "true"; };
  const changed = (/** @type {Event} */ event) => {
    const part = parts.find((one) => one.node.contains(/** @type {Node} */ (event.target)));
    if (!part) return;
    touched.add(part.field.name);
    dirty();
    part.fail("");
    part.field.changed?.(values(), node);
  };
  for (const name of ["input", "change", "chosen"]) node.addEventListener(name, changed);

  node.addEventListener("submit", (event) => {
    event.preventDefault();
    busily(button, submitted);
  });

  async function submitted() {
    put(told);
    parts.forEach((part) => part.fail(part.check()));
    const wrong = parts.find((part) => part.check());
    if (wrong) return wrong.focus();
    const now = values();
    const text = JSON.stringify(now);
    if (text !== sent) once = crypto.randomUUID();
    sent = text;
    try {
      delete node.dataset.dirty;
      await save(now, { once });
      once = crypto.randomUUID();
      touched.clear();
    } catch (error) {
      dirty();
      refused(error);
    }
  }

  /** @param {unknown} error */
  function refused(error) {
    const { status = 0, fields: wrong = {}, requestId = "", message } = /** @type {import("../api.js").ApiError} */ (error);
    const left = { ...wrong };
    /** @type {import("./field.js").FieldPart | undefined} */
    let first;
    for (const part of parts) {
      const name = Object.keys(left).find((one) => one === part.field.name || one.split(".").pop() === part.field.name);
      if (name === undefined) continue;
      part.fail(left[name] ?? "");
      delete left[name];
      first ??= part;
    }
    const stale = status === 412;
    if (!first || Object.keys(left).length || stale) {
      put(told, h("div", { class: "notice bad" },
        h("p", null, stale ? t("core.stale") : message),
        Object.entries(left).length > (first ? 0 : 1) && h("ul", null, Object.entries(left).map(([name, text]) => h("li", null, `${name}: ${text}`))),
        stale && again && h("p", null, h("button", { type: "button", class: "button", onclick: (/** @type {Event} */ event) =>
          busily(/** @type {HTMLButtonElement} */ (event.currentTarget), reloaded) }, t("core.load_again"))),
        requestId && h("p", { class: "request-id" }, t("core.request_id"), " ", copyable(requestId))));
      told.scrollIntoView({ block: "nearest" });
    }
    first?.focus();
  }

  // What the user has not touched takes the present value; beside what they typed it is told.
  async function reloaded() {
    const now = await /** @type {NonNullable<FormOptions["again"]>} */ (again)();
    put(told, h("p", { class: "notice good" }, t("core.loaded_again")));
    for (const part of parts) {
      const { name } = part.field;
      if (!(name in now)) continue;
      if (!touched.has(name)) part.set(now[name]);
      else if (JSON.stringify(part.get()) !== JSON.stringify(now[name])) part.fail(t("core.now_is", { value: String(now[name] ?? "–") }));
    }
    button.focus();
  }

  return node;
}

/**
 * A form in a dialog; resolves to whether it was saved.
 * @param {FormOptions & { title: string, wide?: boolean }} options
 * @returns {Promise<boolean>}
 */
export async function formDialog({ title, wide, save, ...options }) {
  const node = form({
    ...options,
    save: async (values, how) => {
      await save(values, how);
      opened.close(true);
    },
    cancel: () => opened.close(false),
  });
  const opened = dialog({ title, wide, body: node });
  return (await opened.closed) === true;
}
