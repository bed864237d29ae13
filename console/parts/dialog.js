// Dialogs: the browser's own, so that Esc, focus and what lies behind are its matter.
import { h } from "../render.js";
import { t } from "../texts.js";
import { copyButton } from "./bits.js";

const dialogCount = { made: 0 };

/**
 * Opens a dialog. `closed` resolves to what it was closed with.
 * @param {DialogOptions} options
 * @returns {DialogHandle}
 */
export function dialog({ title, body, actions, wide = false }) {
  const before = document.activeElement;
  // What opens a dialog waits for its user, and is not at work.
  for (const one of document.querySelectorAll("main button[aria-busy]")) one.removeAttribute("aria-busy");
  dialogCount.made += 1;
  const id = `dialog-${dialogCount.made}`;
  /** @type {unknown} */
  let result;
  const node = h("dialog", { class: wide ? "wide" : "", "aria-labelledby": id },
    h("header", null, h("h2", { id }, title),
      h("button", { type: "button", class: "plain", "aria-label": t("core.close"), onclick: () => close(undefined) }, "✕")),
    h("div", { class: "dialog-body" }, body),
    actions && h("footer", { class: "actions" }, actions),
    h("div", { class: "toasts dialog-toasts", role: "status" }));
  const close = (/** @type {unknown} */ value) => {
    result = value;
    node.close();
  };
  const closed = new Promise((resolve) => {
    node.addEventListener("close", () => {
      // What was told in it stays to be read.
      document.getElementById("toasts")?.append(...node.querySelectorAll(".toast"));
      node.remove();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      resolve(result);
    });
  });
  document.body.append(node);
  node.showModal();
  node.querySelector("[autofocus], .dialog-body input, .dialog-body select, .dialog-body textarea")?.focus();
  return { node, close, closed };
}

/**
 * Asks before something ends; whether it was confirmed. With `typed`, that text must be typed first.
 * @param {AskOptions} options
 * @returns {Promise<boolean>}
 */
export async function ask({ title, text, confirm, danger = false, typed }) {
  const sure = h("button", { type: "submit", form: "ask", class: `button primary${danger ? " danger" : ""}`, disabled: Boolean(typed) }, confirm);
  const input = typed && h("input", {
    type: "text", name: "typed", autocomplete: "off", spellcheck: "false", autocapitalize: "none",
    oninput: (/** @type {Event} */ event) => { sure.disabled = /** @type {HTMLInputElement} */ (event.target).value !== typed; },
  });
  const cancel = h("button", { type: "button", class: "button", autofocus: !typed, onclick: () => opened.close(false) }, t("core.cancel"));
  const opened = dialog({
    title,
    body: h("form", { id: "ask", method: "dialog", onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      if (!sure.disabled) opened.close(true);
    } }, text && (text instanceof Node ? text : h("p", null, text)),
      input && h("label", { class: "field" }, h("span", null, t("core.type_to_confirm", { typed })), input)),
    actions: [cancel, sure],
  });
  return (await opened.closed) === true;
}

/**
 * Shows what is never shown again, such as a token or a link.
 * @param {{ title: string, text?: Child, secret: string, more?: Child }} options
 */
export async function showOnce({ title, text, secret, more }) {
  const done = h("button", { type: "button", class: "button primary", onclick: () => opened.close() }, t("core.kept"));
  const opened = dialog({
    title,
    body: [
      text && h("p", null, text),
      h("p", { class: "notice warn" }, t("core.shown_once")),
      h("div", { class: "secret" }, h("code", { tabindex: "0" }, secret), copyButton(secret)),
      more,
    ],
    actions: done,
  });
  // What would be lost by one stray key is closed by a button alone.
  opened.node.addEventListener("cancel", (/** @type {Event} */ event) => event.preventDefault());
  opened.node.querySelector(".copy")?.focus();
  await opened.closed;
}

/**
 * A dialog while something is done to many; its report says what failed.
 * @param {string} title
 * @param {{ label: string, run: () => unknown }[]} jobs
 * @returns {Promise<number>} how many failed
 */
export async function runAll(title, jobs) {
  const bar = h("progress", { max: String(jobs.length), value: 0, "aria-label": title });
  const told = h("p", { role: "status" });
  const failed = h("ul", { class: "failures" });
  const stop = h("button", { type: "button", class: "button" }, t("core.stop"));
  const opened = dialog({ title, body: [bar, told, failed], actions: stop });
  let ended = false;
  stop.onclick = () => opened.close();
  opened.closed.then(() => (ended = true));
  let done = 0;
  let bad = 0;
  for (const job of jobs) {
    if (ended) break;
    told.textContent = t("core.progress", { done, all: jobs.length });
    try {
      await job.run();
    } catch (error) {
      bad += 1;
      const { message, requestId } = /** @type {any} */ (error);
      failed.append(h("li", null, h("b", null, job.label), " ", message, requestId && [" ", h("code", null, requestId), copyButton(requestId)]));
    }
    done += 1;
    bar.value = done;
  }
  if (!bad) opened.close();
  told.textContent = t("core.report", { done: done - bad, bad });
  stop.textContent = t("core.close");
  if (bad) await opened.closed;
  return bad;
}
