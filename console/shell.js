// Who is signed in, where one is, and the frame around every page: navigation, workspace switcher, breadcrumb.
import { api, ApiError } from "./api.js";
import { h, put, url } from "./render.js";
import { t, language, LANGUAGES, keepLanguage } from "./texts.js";
import { menu } from "./parts/bits.js";
import { openHelp } from "./parts/help.js";
import { switcher } from "./parts/switcher.js";

/** @type {Me} */
const SHELL_NOBODY = {
  id: "", email: "", fullName: "", roles: [], isAdmin: false, workspaces: [], demand: "", user: null,
};

/** @type {{ me: Me, place: Place | null, last: string, refresh: () => void, restart: () => void, workspaces: Map<string, Promise<{workspace: Workspace, admin: boolean}>> }} */
const shellState = { me: SHELL_NOBODY, place: null, last: "", refresh: () => {}, restart: () => {}, workspaces: new Map() };

/** What a list does when the address has another query alone; true where it took it. @type {Set<(query: URLSearchParams) => boolean>} */
export const queryListeners = new Set();

/** Who is signed in; an id of "" where nobody is. */
export function me() {
  return shellState.me;
}

/** The place that is shown. */
export function currentPlace() {
  return /** @type {Place} */ (shellState.place);
}

/**
 * Goes to an address of the console.
 * @param {string} address
 */
export function go(address) {
  location.hash = shellHash(address);
}

/**
 * A link to an address of the console, or to another page of the site.
 * @param {string} address
 * @param {Child[]} children
 */
export function link(address, ...children) {
  return h("a", { href: shellHash(address) }, ...children);
}

/** @param {string} address */
export function shellHash(address) {
  return address.startsWith("#") ? address : `#${address}`;
}

/** Makes the page anew. */
export function refresh() {
  shellState.refresh();
}

/** Asks anew who is signed in, then makes the page anew. */
export function restart() {
  shellState.restart();
}

/**
 * Forgets what was read of a workspace, after a change of it.
 * @param {string} [id]
 */
export function forgetWorkspace(id) {
  if (id) shellState.workspaces.delete(id);
  else shellState.workspaces.clear();
}

/**
 * What the router does for `refresh` and `restart`.
 * @param {{ refresh: () => void, restart: () => void }} how
 */
export function onRefresh(how) {
  Object.assign(shellState, how);
}

/** @param {Place} place */
export function setPlace(place) {
  shellState.place = place;
}

/** Asks who is signed in. Throws ApiError but for 401, and for what must be done first. */
export async function loadMe() {
  shellState.workspaces.clear();
  try {
    const { data: user } = await api.get("/api/auth/me", {}, { quiet: true });
    const { id, email, fullName, roles } = user;
    const isAdmin = roles.includes("ADMIN");
    shellState.me = { id, email, fullName, roles, isAdmin, workspaces: [], demand: "", user };
    const known = shellState.me;
    const listed = api.get("/api/workspaces", { page: 1, size: 50 }, { quiet: true }).then(({ data }) => { known.workspaces = data; }, () => {});
    // What an administrator sees does not depend on them.
    if (!isAdmin) await listed;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) shellState.me = SHELL_NOBODY;
    else if (!shellDemand(error.code)) throw error;
  }
  return shellState.me;
}

/**
 * Notes what must be done before anything else; whether the code says so.
 * @param {string} code
 */
export function shellDemand(code) {
  const demand = { PASSWORD_CHANGE_REQUIRED: "password", ENROLMENT_REQUIRED: "factor" }[code];
  if (!demand) return false;
  const known = shellState.me;
  shellState.me = { ...known, id: known.id || "me", demand: /** @type {Me["demand"]} */ (demand) };
  return true;
}

/** Ends the session. */
export async function signOut() {
  // A session that has ended already is no failure; one that goes on must not look ended.
  await api.post("/api/auth/logout", undefined, { quiet: true }).catch((error) => {
    if (error.status !== 401) throw error;
  });
  shellState.me = SHELL_NOBODY;
  location.hash = "#/sign-in";
  location.reload();
}

/**
 * A workspace, and whether the caller may manage it; read once.
 * @param {string} id
 */
export function workspaceOf(id) {
  let found = shellState.workspaces.get(id);
  if (!found) {
    found = readWorkspace(id);
    found.catch(() => shellState.workspaces.delete(id));
    shellState.workspaces.set(id, found);
  }
  return found;
}

/**
 * The workspace whose pages are offered at a place that is in none, to who sees little else: the last one,
 * else the user's own choice, else the first.
 */
export async function offeredWorkspace() {
  const { isAdmin, demand, workspaces, user } = me();
  if (isAdmin || demand || !workspaces.length) return null;
  const has = (/** @type {string} */ id) => workspaces.some((one) => one.id === id);
  const id = [shellState.last, user.defaultWorkspaceId].find(has) ?? workspaces[0]?.id ?? "";
  return workspaceOf(id).catch(() => null);
}

/** @param {string} id */
async function readWorkspace(id) {
  const { isAdmin, id: userId } = me();
  const [{ data: workspace }, membership] = await Promise.all([
    api.get(url`/api/workspaces/${id}`),
    isAdmin ? null : api.get(url`/api/workspaces/${id}/members/${userId}`),
  ]);
  return { workspace, admin: isAdmin || membership?.data.role === "ADMIN" };
}

/** The pages of a workspace, in their order; the second value says who sees them: a manager alone. @type {[string, boolean][]} */
const WORKSPACE_PAGES = [
  ["", false], ["overview", true], ["members", false], ["invitations", true], ["projects", false], ["spaces", false], ["features", false],
  ["groups", false], ["scim", true], ["tokens", true], ["webhooks", true], ["events", true], ["audit", true], ["export", true], ["settings", true],
];
const SITE_PAGES = ["workspaces", "users", "groups", "roles", "clients", "webhooks", "events", "audit"];
const ACCOUNT_PAGES = ["", "password", "factors", "sessions", "tokens"];

/**
 * Draws the navigation for a place, and for the workspace that it is in or that is offered.
 * @param {Place} place
 * @param {{ workspace: Workspace | null, admin: boolean } | null} [offered]
 */
export function drawNavigation(place, offered) {
  const { me: who, path } = place;
  const { workspace, admin } = offered ?? place;
  if (place.workspace) shellState.last = place.workspace.id;
  const side = /** @type {HTMLElement} */ (document.getElementById("side"));
  const open = !who.demand;
  const home = url`/workspaces/${workspace?.id ?? ""}`;
  const drawn = JSON.stringify([who.id, who.demand, who.fullName, who.workspaces.length > 0, workspace?.id, workspace?.name, admin, path.startsWith("/account")]);
  const account = path.startsWith("/account") ? ACCOUNT_PAGES.filter((name) => open || name === `${who.demand}s`.replace("passwords", "password")) : [""];
  /** @type {[string, [string, string][]][]} */
  const groups = [
    ["", open ? [["/", "core.overview"]] : []],
    [workspace?.name ?? "", open && workspace ? WORKSPACE_PAGES.filter(([, manager]) => admin || !manager)
      .map(([name]) => [home + (name && `/${name}`), `core.${name === "overview" ? "activity" : name || "workspace"}`]) : []],
    [t("core.site"), open && who.isAdmin ? SITE_PAGES.map((name) => [`/${name}`, `core.${name}`]) : []],
    [account.length > 1 ? t("core.account") : "", account.map((name) =>
      ["/account" + (name && `/${name}`), account.length > 1 ? `core.${name || "profile"}` : open ? "core.account" : `core.${name}`])],
  ];
  // The longest address that leads to the place is the current one.
  const current = groups.flatMap(([, entries]) => entries.map(([one]) => one))
    .filter((one) => path === one || path.startsWith(`${one}/`)).sort((a, b) => b.length - a.length)[0];
  // What is the same stays, and with it the focus.
  if (side.dataset.drawn !== drawn) put(
    side,
    h("div", { class: "brand" }, link("/", "Roster"), h("button", {
      type: "button", class: "plain drawer-close", "aria-label": t("core.close"), onclick: closeDrawer,
    }, "✕")),
    open && (who.isAdmin || who.workspaces.length > 0) && switcher(workspace),
    h("nav", { "aria-label": t("core.navigation") }, groups.map(([title, entries]) => entries.length > 0 && h("div", { class: "nav-group" },
      title && h("h2", null, title),
      h("ul", null, entries.map(([address, key]) => h("li", null, link(address, t(key)))))))),
    h("div", { class: "side-foot" },
      h("div", { class: "who" }, h("b", null, who.fullName), h("span", { class: "quiet" }, who.email)),
      menu(t("core.more"), [
        ...Object.entries(LANGUAGES).map(([code, label]) => ({ label, current: code === language(), run: () => chooseLanguage(code) })),
        { label: t("core.help"), run: openHelp },
        { label: t("core.sign_out"), run: signOut },
      ]),
    ),
  );
  side.dataset.drawn = drawn;
  for (const one of side.querySelectorAll("nav a")) {
    if (one.getAttribute("href") === `#${current}`) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  }
}

/** @param {string} code */
function chooseLanguage(code) {
  keepLanguage(code);
  location.reload();
}

/** Opens the navigation of small screens. */
export function openDrawer() {
  document.body.classList.add("drawer");
  document.getElementById("side")?.querySelector("a")?.focus();
}

/** Closes the navigation of small screens. */
export function closeDrawer() {
  document.body.classList.remove("drawer");
}
