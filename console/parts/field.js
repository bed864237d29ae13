// One field of a form: its label, its control, its help and its error.
import { h, put } from "../render.js";
import { t } from "../texts.js";
import { findControl } from "./find.js";

const fieldCount = { made: 0 };

/**
 * @typedef {object} FieldPart
 * @property {HTMLElement} node
 * @property {() => any} get
 * @property {(value: any) => void} set
 * @property {(message: string) => void} fail
 * @property {() => string} check
 * @property {() => void} focus
 * @property {Field} field
 */

/**
 * @param {Field} field
 * @returns {FieldPart}
 */
export function fieldPart(field) {
  const { type = "text", name, label, help } = field;
  fieldCount.made += 1;
  const id = `field-${fieldCount.made}`;
  const error = h("p", { class: "error", id: `${id}-error`, hidden: true });
  const described = help ? `${id}-error ${id}-help` : `${id}-error`;
  const common = { id, name, required: field.required, disabled: field.disabled, "aria-describedby": described };
  const control = fieldControl(field, type, common);
  const { input, box = input } = control;
  const told = help && h("p", { class: "help", id: `${id}-help` }, help);
  const tag = h(type === "checks" ? "span" : "label", { for: type === "checks" ? null : id, class: "label", id: `${id}-label` }, label ?? name, !field.required && !field.disabled && !["checkbox", "checks", "select"].includes(type) && h("span", { class: "quiet", "aria-hidden": "true" }, ` ${t("core.optional")}`));
  const node = type === "checkbox"
    ? h("div", { class: "field tick" }, box, tag, told, error)
    : h("div", { class: "field", hidden: type === "hidden" }, tag, told, box, error);
  if (type === "checks") {
    box.setAttribute("aria-labelledby", `${id}-label`);
  }
  return {
    node, field, get: control.get, set: control.set,
    fail: (message) => {
      error.hidden = !message;
      put(error, message);
      if (message) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    },
    check: () => ("validationMessage" in input ? /** @type {any} */ (input).validationMessage : ""),
    focus: () => (type === "checks" ? box.querySelector("input") : input)?.focus(),
  };
}

/**
 * @param {Field} field
 * @param {FieldType} type
 * @param {Record<string, any>} common
 * @returns {{ input: HTMLElement, box?: HTMLElement, get: () => any, set: (value: any) => void }}
 */
function fieldControl(field, type, common) {
  const { value, options = [] } = /** @type {Field & { options?: Option[] }} */ (field);
  if (type === "find") return findControl(field, common);
  if (type === "checks") return fieldChecks(field, common);
  if (type === "checkbox") {
    const input = h("input", { ...common, type, checked: Boolean(value) });
    return { input, get: () => input.checked, set: (now) => { input.checked = Boolean(now); } };
  }
  if (type === "select") {
    // Values need not be texts: the option's place stands for it.
    const input = h("select", common, options.map((one, at) => h("option", { value: String(at) }, one.label)));
    const set = (/** @type {any} */ now) => { input.value = String(Math.max(0, options.findIndex((one) => one.value === (now ?? "") || one.value === now))); };
    set(value);
    return { input, get: () => options[Number(input.value)]?.value, set };
  }
  if (type === "textarea") {
    const { maxlength, minlength, placeholder, rows = 4 } = field;
    const input = h("textarea", { ...common, rows, maxlength, minlength, placeholder, value: value ?? "" });
    return { input, get: () => input.value, set: (now) => { input.value = now ?? ""; } };
  }
  const { autocomplete = type === "password" ? null : "off", inputmode, placeholder, pattern, min, max, minlength, maxlength } = field;
  // Browsers want the address beside a password in a field of text, though nobody sees it.
  const input = h("input", {
    ...common, type: type === "moment" ? "datetime-local" : type === "hidden" ? "text" : type, autocomplete, inputmode, placeholder, pattern, min, max, minlength, maxlength,
    spellcheck: type === "text" ? null : "false",
  });
  const set = (/** @type {any} */ now) => { input.value = type === "moment" ? localMoment(now) : String(now ?? ""); };
  set(value);
  const get = () => {
    if (type === "number") return input.value === "" ? null : Number(input.value);
    if (type === "moment") return input.value === "" ? null : new Date(input.value).toISOString().replace(/\.\d+Z/, "Z");
    return input.value;
  };
  return { input, get, set, box: fieldBox(field, input) };
}

/**
 * A field of text with what belongs to it: proposals, or a button that shows the password.
 * @param {Field} field
 * @param {HTMLInputElement} input
 */
function fieldBox({ type, options = [], label = "" }, input) {
  if (type !== "password") {
    if (!options.length) return input;
    const id = `${input.id}-options`;
    input.setAttribute("list", id);
    return h("div", null, input, h("datalist", { id }, options.map((one) => h("option", { value: typeof one === "string" ? one : one.value }))));
  }
  const button = h("button", { type: "button", class: "plain", "aria-pressed": "false", "aria-label": t("core.show_password", { label }), onclick: () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.textContent = t(shown ? "core.show" : "core.hide");
  } }, t("core.show"));
  return h("div", { class: "reveal" }, input, button);
}

/**
 * Several of the options.
 * @param {Field} field
 * @param {Record<string, any>} common
 */
function fieldChecks(field, { id, name, "aria-describedby": described }) {
  const { options = [], value, disabled } = /** @type {Field & { options?: Option[] }} */ (field);
  const boxes = options.map((one) => h("input", { type: "checkbox", name, disabled, checked: (value ?? []).includes(one.value) }));
  const box = h("div", { class: "checks", role: "group", id, "aria-describedby": described }, options.map((one, at) =>
    h("label", null, boxes[at], h("span", null, one.label, one.help && h("small", { class: "quiet" }, one.help)))));
  return {
    input: box, box,
    get: () => options.filter((_, at) => boxes[at]?.checked).map((one) => one.value),
    set: (/** @type {any[]} */ now) => boxes.forEach((one, at) => { one.checked = (now ?? []).includes(options[at]?.value); }),
  };
}

/**
 * An instant as a field of the reader's zone has it.
 * @param {string | null | undefined} instant
 */
function localMoment(instant) {
  if (!instant) return "";
  const moment = new Date(instant);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
