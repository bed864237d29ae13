// Short messages at the bottom of the page, read out; one may be undone.
import { h } from "../render.js";
import { t } from "../texts.js";

const TOAST_TIME = 6_000;

/**
 * @param {string} text
 * @param {{ undo?: () => unknown, tone?: "good" | "bad" }} [options]
 */
export function toast(text, { undo, tone = "good" } = {}) {
  const box = /** @type {HTMLElement} */ (document.getElementById("toasts"));
  const node = h("div", { class: `toast ${tone}` }, h("span", null, text));
  const close = () => node.remove();
  if (undo) {
    node.append(h("button", { type: "button", class: "plain", onclick: async () => {
      close();
      try {
        await undo();
        toast(t("core.undone"));
      } catch (error) {
        toast(/** @type {Error} */ (error).message, { tone: "bad" });
      }
    } }, t("core.undo")));
  }
  node.append(h("button", { type: "button", class: "plain", "aria-label": t("core.close"), onclick: close }, "✕"));
  // Above a dialog too, which is in the top layer.
  (document.querySelector("dialog[open]:last-of-type .dialog-toasts") ?? box).append(node);
  let timer = setTimeout(close, undo ? TOAST_TIME * 2 : TOAST_TIME);
  for (const name of ["pointerenter", "focusin"]) node.addEventListener(name, () => clearTimeout(timer));
  node.addEventListener("pointerleave", () => (timer = setTimeout(close, TOAST_TIME)));
}
