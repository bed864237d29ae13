// The workspace that one is in, and the way to another.
import { api } from "../api.js";
import { h, put, url } from "../render.js";
import { t } from "../texts.js";
import { currentPlace, go, link, me } from "../shell.js";
import { dialog } from "./dialog.js";
import { moveFocus } from "./bits.js";

/** @param {Workspace | null} current */
export function switcher(current) {
  return h("button", { type: "button", class: "switcher", onclick: openSwitcher },
    h("span", { class: "switcher-mark", "aria-hidden": "true" }, (current?.name ?? "–").slice(0, 1)),
    h("span", { class: "switcher-name" }, h("small", null, t("core.workspace")), h("b", null, current?.name ?? t("core.no_workspace"))),
    h("span", { "aria-hidden": "true" }, "⌄"));
}

function openSwitcher() {
  const { isAdmin, workspaces } = me();
  const found = h("ul", { class: "choices" });
  const show = (/** @type {Workspace[]} */ all) => put(found, all.map((one) => h("li", null, switcherLink(one))), !all.length && h("li", { class: "quiet" }, t("core.nothing_found")));
  let turns = 0;
  const input = h("input", { type: "search", name: "workspace", "aria-label": t("core.find_workspace"), placeholder: t("core.find_workspace"), autocomplete: "off", autofocus: true, oninput: async () => {
    const turn = (turns += 1);
    const text = input.value.trim().toLowerCase();
    show(workspaces.filter((one) => `${one.name} ${one.key}`.toLowerCase().includes(text)));
    if (!isAdmin || text.length < 2) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (turn !== turns) return;
    const { data } = await api.get("/api/workspaces", { q: text, size: 20 });
    if (turn === turns) show(data);
  } });
  const opened = dialog({ title: t("core.choose_workspace"), body: h("div", { class: "choose" }, input, found) });
  opened.node.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && document.activeElement === input) found.querySelector("a")?.focus();
    else if (event.key === "Enter" && document.activeElement === input) found.querySelector("a")?.click();
    else moveFocus(event, found, "a");
  });
  found.addEventListener("click", (event) => {
    const to = /** @type {HTMLElement} */ (event.target).closest("a")?.getAttribute("href");
    if (!to) return;
    event.preventDefault();
    opened.close();
    go(to);
  });
  show(workspaces);
}

/**
 * A link to the same part of another workspace.
 * @param {Workspace} one
 */
function switcherLink(one) {
  const { workspace, path } = currentPlace();
  const part = workspace ? (path.split("/")[3] ?? "") : "";
  const node = link(url`/workspaces/${one.id}` + (part && `/${part}`), h("b", null, one.name), " ", h("span", { class: "quiet" }, one.key));
  if (one.id === workspace?.id) node.setAttribute("aria-current", "true");
  return node;
}
