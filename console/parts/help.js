// Keys that work everywhere, and the page that tells of them.
import { h } from "../render.js";
import { t } from "../texts.js";
import { dialog } from "./dialog.js";
import { closeDrawer } from "../shell.js";

/** Opens the list of keys. */
export function openHelp() {
  const rows = [["/", "find"], ["?", "help"], ["Esc", "esc"], ["↑ ↓ Home End", "arrows"], ["Tab", "tab"]];
  dialog({
    title: t("core.help"),
    body: [
      h("dl", { class: "keys" }, rows.map(([key, name]) => h("div", null, h("dt", null, h("kbd", null, key)), h("dd", null, t(`core.key_${name}`))))),
      h("p", { class: "quiet" }, t("core.help_text"), " ", h("a", { href: "/docs" }, t("core.api_docs")), "."),
    ],
  });
}

/** Listens for the keys. */
export function listenKeys() {
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Escape") closeDrawer();
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) {
      if (event.key === "ArrowDown" && target.matches("[data-find]")) document.querySelector(".row-link")?.focus();
      return;
    }
    if (event.key === "?") openHelp();
    else if (event.key === "/") document.querySelector("[data-find], .find-box")?.focus();
    else return;
    event.preventDefault();
  });
}
