// The small parts of pages: headings, cards, badges, notices, menus.
import { h, put } from "../render.js";
import { t } from "../texts.js";
import { go, link, refresh } from "../shell.js";
import { toast } from "./toast.js";
import { ApiError } from "../api.js";

/**
 * The heading of a page, with what one does on it at the right.
 * @param {HeadingOptions} options
 */
export function heading({ title, text, actions = [], level = 1, badge: mark }) {
  return h("header", { class: `heading level-${level}` },
    h("div", { class: "heading-text" },
      level === 1 ? h("h1", { tabindex: "-1" }, title, mark && [" ", mark]) : h("h2", { tabindex: "-1" }, title, mark && [" ", mark]),
      text && h("p", { class: "quiet" }, text)),
    actions.length > 0 && h("div", { class: "actions" }, actions.map((one) => (one && !(one instanceof Node) ? actionButton(one) : one))),
  );
}

/**
 * A button, or a link that looks like one.
 * @param {Action} action
 */
export function actionButton({ label, run, address, primary, danger, disabled }) {
  const kind = `button${primary ? " primary" : ""}${danger ? " danger" : ""}`;
  if (address) {
    const node = link(address, label);
    node.className = kind;
    return node;
  }
  const node = h("button", { type: "button", class: kind, disabled }, label);
  if (run) node.addEventListener("click", () => busily(node, run));
  return node;
}

/**
 * Runs what a button does: it is busy meanwhile, and a failure is told.
 * @param {HTMLButtonElement} node
 * @param {() => unknown} run
 */
export async function busily(node, run) {
  if (node.getAttribute("aria-busy")) return;
  node.setAttribute("aria-busy", "true");
  try {
    await run();
  } catch (error) {
    tellFailure(error);
  } finally {
    node.removeAttribute("aria-busy");
  }
}

/**
 * Tells of a failure that no form shows.
 * @param {unknown} error
 */
export function tellFailure(error) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  const id = error instanceof ApiError && error.requestId ? ` (${error.requestId})` : "";
  toast(/** @type {Error} */ (error).message + id, { tone: "bad" });
}

/**
 * A card; the title may come with actions.
 * @param {string | { title: string, text?: Child, actions?: Action[], danger?: boolean } | null} title
 * @param {Child[]} children
 */
export function card(title, ...children) {
  const head = typeof title === "string" ? { title } : title;
  return h("section", { class: `card${head && "danger" in head && head.danger ? " danger" : ""}` },
    head && heading({ level: 2, ...head }), h("div", { class: "card-body" }, ...children));
}

/**
 * What is known of something: labels and values.
 * @param {([string, Child] | null | false | undefined)[]} rows
 */
export function details(rows) {
  return h("dl", { class: "details" }, rows.map((row) => row && h("div", null, h("dt", null, row[0]), h("dd", null, row[1] ?? "–"))));
}

/**
 * Exact counts, side by side; with an address each leads to what it counts.
 * @param {({ label: string, value: Child, address?: string, text?: Child, tone?: string } | null | false)[]} all
 */
export function tiles(all) {
  return h("div", { class: "tiles" }, all.map((one) => {
    if (!one) return null;
    const node = one.address ? link(one.address) : h("div", null);
    node.className = `tile ${one.tone ?? ""}`;
    return put(node, h("span", { class: "quiet" }, one.label), h("b", null, one.value), one.text && h("small", null, one.text));
  }));
}

/**
 * Parts of a subject, each at an address.
 * @param {{ id: string, label: string, address: string }[]} all
 * @param {string} current
 */
export function tabs(all, current) {
  return h("nav", { class: "tabs", "aria-label": t("core.tabs") }, h("ul", null, all.map((one) => {
    const node = link(one.address, one.label);
    if (one.id === current) node.setAttribute("aria-current", "page");
    return h("li", null, node);
  })));
}

/**
 * A word about a state.
 * @param {Child} text
 * @param {"neutral" | "good" | "warn" | "bad"} [tone]
 */
export function badge(text, tone = "neutral") {
  return h("span", { class: `badge ${tone}` }, text);
}

/**
 * A text with a button that copies it.
 * @param {string} text
 * @param {Child} [shown]
 */
export function copyable(text, shown = text) {
  return h("span", { class: "copyable" }, h("code", null, shown), copyButton(text));
}

/** @param {string} text */
export function copyButton(text) {
  const node = h("button", { type: "button", class: "plain copy", "aria-label": t("core.copy_of", { text: text.slice(0, 60) }) }, t("core.copy"));
  node.onclick = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast(t("core.copied"));
    } catch {
      const of = node.previousElementSibling;
      if (of) getSelection()?.selectAllChildren(of);
      toast(t("core.copy_by_hand"), { tone: "bad" });
    }
  };
  return node;
}

/**
 * Text of a program, as it is.
 * @param {string} text
 * @param {{ label?: string }} [options]
 */
export function codeBlock(text, { label } = {}) {
  return h("div", { class: "code-block" }, h("pre", { tabindex: "0", "aria-label": label ?? t("core.code_text") }, text), copyButton(text));
}

/**
 * Grey bars where content will be.
 * @param {number} [lines]
 */
export function skeleton(lines = 6) {
  return h("div", { class: "skeleton", role: "status" },
    h("span", { class: "hidden" }, t("core.loading")),
    Array.from({ length: lines }, () => h("i", null)));
}

/**
 * What is said where nothing is.
 * @param {EmptyOptions} options
 */
export function empty({ title, text, action }) {
  return h("div", { class: "empty" }, h("p", null, h("b", null, title)), text && h("p", { class: "quiet" }, text), action && actionButton(action));
}

/**
 * A remark that stays.
 * @param {"info" | "good" | "warn" | "bad"} tone
 * @param {Child[]} children
 */
export function notice(tone, ...children) {
  return h("div", { class: `notice ${tone}`, role: tone === "bad" ? "alert" : null }, ...children);
}

/**
 * What the server refused, in its words, with the request id.
 * @param {unknown} error
 * @param {() => unknown} [again]
 */
export function failure(error, again = refresh) {
  const told = error instanceof ApiError ? error : null;
  return h("div", { class: "notice bad", role: "alert" },
    h("p", null, h("b", null, told ? told.message : t("core.broken"))),
    !told && h("p", { class: "quiet" }, String(/** @type {Error} */ (error)?.message ?? error)),
    told?.requestId && h("p", { class: "request-id" }, t("core.request_id"), " ", copyable(told.requestId)),
    h("p", { class: "actions" }, actionButton({ label: t("core.again"), run: again })));
}

/**
 * A button with a list of what can be done.
 * @param {string} label
 * @param {(MenuItem | null | false)[]} items
 */
export function menu(label, items) {
  const list = h("ul", { class: "menu-list", role: "menu", hidden: true });
  const button = h("button", { type: "button", class: "button menu-button", "aria-haspopup": "menu", "aria-expanded": "false" }, label);
  const node = h("div", { class: "menu" }, button, list);
  const show = (/** @type {boolean} */ open) => {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) list.querySelector("[role=menuitem]")?.focus();
  };
  for (const one of items) {
    if (!one) continue;
    const item = h("button", {
      type: "button", role: "menuitem", tabindex: "-1", class: one.danger ? "danger" : "", "aria-current": one.current ? "true" : null,
      onclick: () => {
        show(false);
        button.focus();
        if (one.address) go(one.address);
        else if (one.run) busily(button, one.run);
      },
    }, one.label);
    list.append(h("li", { role: "none" }, item));
  }
  button.onclick = () => show(list.hidden);
  node.addEventListener("focusout", (event) => {
    if (!node.contains(/** @type {Node | null} */ (event.relatedTarget))) show(false);
  });
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      show(false);
      button.focus();
    }
    if (event.key === "ArrowDown" && list.hidden) show(true);
    else moveFocus(event, list, "[role=menuitem]");
  });
  return node;
}

/**
 * Arrows, Home and End move the focus among the elements of a selector.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} within
 * @param {string} selector
 */
export function moveFocus(event, within, selector) {
  const all = /** @type {HTMLElement[]} */ ([...within.querySelectorAll(selector)]);
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = { ArrowDown: Math.min(at + 1, all.length - 1), ArrowUp: Math.max(at - 1, 0), Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined || at < 0) return;
  event.preventDefault();
  all[to]?.focus();
}
