// The start: language, who is signed in, then the page that the address names.
import { apiHooks, ApiError } from "./api.js";
import { h, put } from "./render.js";
import { t, speak, wantedLanguage } from "./texts.js";
import { textsEn } from "./texts/en.js";
import {
  me, go, link, loadMe, setPlace, currentPlace, onRefresh, queryListeners, workspaceOf, offeredWorkspace, drawNavigation, openDrawer, closeDrawer, shellDemand,
} from "./shell.js";
import { ask } from "./parts/dialog.js";
import { empty, failure, heading, skeleton } from "./parts/bits.js";
import { listenKeys } from "./parts/help.js";
import { proveDialog, signInDialog } from "./parts/sign_in_form.js";

/** Every page: its address, the key of its name, its module. The first that fits is taken. @type {Route[]} */
const ROUTES = [
  { path: "/", name: "core.overview", load: () => import("./pages/overview.js").then((m) => m.overviewPage) },
  { path: "/sign-in", name: "core.sign_in", load: () => import("./pages/sign_in.js").then((m) => m.signInPage), bare: true },
  { path: "/forgotten", name: "core.forgotten", load: () => import("./pages/forgotten.js").then((m) => m.forgottenPage), bare: true },
  { path: "/reset/:token", name: "core.new_password", load: () => import("./pages/set_password.js").then((m) => m.setPasswordPage), bare: true },
  { path: "/invitations/:token", name: "core.invitation", load: () => import("./pages/accept_invitation.js").then((m) => m.acceptInvitationPage), bare: true },
  { path: "/account", name: "core.account", load: () => import("./pages/account.js").then((m) => m.accountPage) },
  { path: "/account/password", name: "core.password", load: () => import("./pages/account_password.js").then((m) => m.accountPasswordPage) },
  { path: "/account/factors", name: "core.factors", load: () => import("./pages/account_factors.js").then((m) => m.accountFactorsPage) },
  { path: "/account/sessions", name: "core.sessions", load: () => import("./pages/account_sessions.js").then((m) => m.accountSessionsPage) },
  { path: "/account/tokens", name: "core.tokens", load: () => import("./pages/account_tokens.js").then((m) => m.accountTokensPage) },
  { path: "/users", name: "core.users", load: () => import("./pages/users.js").then((m) => m.usersPage) },
  { path: "/users/:userId", name: "core.user", load: () => import("./pages/user.js").then((m) => m.userPage) },
  { path: "/groups", name: "core.groups", load: () => import("./pages/groups.js").then((m) => m.groupsPage) },
  { path: "/roles", name: "core.roles", load: () => import("./pages/roles.js").then((m) => m.rolesPage) },
  { path: "/clients", name: "core.clients", load: () => import("./pages/clients.js").then((m) => m.clientsPage) },
  { path: "/clients/:clientId", name: "core.client", load: () => import("./pages/clients.js").then((m) => m.clientPage) },
  { path: "/webhooks", name: "core.webhooks", load: () => import("./pages/webhooks.js").then((m) => m.webhooksPage) },
  { path: "/webhooks/:webhookId", name: "core.webhook", load: () => import("./pages/webhooks.js").then((m) => m.webhookPage) },
  { path: "/events", name: "core.events", load: () => import("./pages/events.js").then((m) => m.eventsPage) },
  { path: "/audit", name: "core.audit", load: () => import("./pages/audit.js").then((m) => m.auditPage) },
  { path: "/workspaces", name: "core.workspaces", load: () => import("./pages/workspaces.js").then((m) => m.workspacesPage) },
  { path: "/workspaces/:workspaceId", name: "core.workspace", load: () => import("./pages/workspace.js").then((m) => m.workspacePage) },
  { path: "/workspaces/:workspaceId/settings", name: "core.settings", load: () => import("./pages/workspace.js").then((m) => m.workspaceSettingsPage) },
  { path: "/workspaces/:workspaceId/overview", name: "core.activity", load: () => import("./pages/overview.js").then((m) => m.overviewPage) },
  { path: "/workspaces/:workspaceId/members", name: "core.members", load: () => import("./pages/members.js").then((m) => m.membersPage) },
  { path: "/workspaces/:workspaceId/members/:userId", name: "core.member", load: () => import("./pages/members.js").then((m) => m.memberPage) },
  { path: "/workspaces/:workspaceId/invitations", name: "core.invitations", load: () => import("./pages/invitations.js").then((m) => m.invitationsPage) },
  { path: "/workspaces/:workspaceId/projects", name: "core.projects", load: () => import("./pages/projects.js").then((m) => m.projectsPage) },
  { path: "/workspaces/:workspaceId/projects/:projectId", name: "core.project", load: () => import("./pages/projects.js").then((m) => m.projectPage) },
  { path: "/workspaces/:workspaceId/spaces", name: "core.spaces", load: () => import("./pages/spaces.js").then((m) => m.spacesPage) },
  { path: "/workspaces/:workspaceId/spaces/:spaceId", name: "core.space", load: () => import("./pages/spaces.js").then((m) => m.spacePage) },
  { path: "/workspaces/:workspaceId/features", name: "core.features", load: () => import("./pages/features.js").then((m) => m.featuresPage) },
  { path: "/workspaces/:workspaceId/features/:featureId", name: "core.feature", load: () => import("./pages/features.js").then((m) => m.featurePage) },
  { path: "/workspaces/:workspaceId/groups", name: "core.groups", load: () => import("./pages/workspace_groups.js").then((m) => m.workspaceGroupsPage) },
  { path: "/workspaces/:workspaceId/groups/:groupId", name: "core.group", load: () => import("./pages/workspace_groups.js").then((m) => m.workspaceGroupPage) },
  { path: "/workspaces/:workspaceId/scim", name: "core.scim", load: () => import("./pages/scim.js").then((m) => m.scimPage) },
  { path: "/workspaces/:workspaceId/tokens", name: "core.tokens", load: () => import("./pages/scim.js").then((m) => m.workspaceTokensPage) },
  { path: "/workspaces/:workspaceId/webhooks", name: "core.webhooks", load: () => import("./pages/webhooks.js").then((m) => m.webhooksPage) },
  { path: "/workspaces/:workspaceId/webhooks/:webhookId", name: "core.webhook", load: () => import("./pages/webhooks.js").then((m) => m.webhookPage) },
  { path: "/workspaces/:workspaceId/events", name: "core.events", load: () => import("./pages/events.js").then((m) => m.eventsPage) },
  { path: "/workspaces/:workspaceId/audit", name: "core.audit", load: () => import("./pages/audit.js").then((m) => m.auditPage) },
  { path: "/workspaces/:workspaceId/export", name: "core.export", load: () => import("./pages/export.js").then((m) => m.exportPage) },
  { path: "/parts", name: "core.parts", load: () => import("./pages/parts.js").then((m) => m.partsPage), bare: true },
];

const appState = { turn: 0, stop: new AbortController(), hash: "", path: "", asking: false };

const appNode = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The path and the query that the fragment has. */
function appAddress() {
  const [path = "", query = ""] = location.hash.slice(1).split("?", 2);
  return { path: path || "/", query: new URLSearchParams(query) };
}

/**
 * The route of a path, with what stands for its parameters.
 * @param {string} path
 */
function appRoute(path) {
  const parts = path.split("/");
  for (const route of ROUTES) {
    const names = route.path.split("/");
    if (names.length !== parts.length) continue;
    /** @type {Record<string, string>} */
    const params = {};
    const fits = names.every((name, at) => {
      if (!name.startsWith(":")) return name === parts[at];
      params[name.slice(1)] = appDecoded(parts[at] ?? "");
      return parts[at] !== "";
    });
    if (fits) return { route, params };
  }
  return null;
}

/** @param {string} text */
function appDecoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * @param {string} path
 * @param {Record<string, string>} params
 * @param {URLSearchParams} query
 * @returns {Place}
 */
function appPlace(path, params, query) {
  const place = {
    path, params, query, me: me(), workspace: null, admin: false, signal: appState.stop.signal, go,
    replace: (/** @type {Query} */ changes) => {
      for (const [name, value] of Object.entries(changes)) {
        if (value === null || value === undefined || value === "") place.query.delete(name);
        else place.query.set(name, String(value));
      }
      appState.hash = `#${path}${place.query.size ? `?${place.query}` : ""}`;
      history.replaceState(null, "", appState.hash);
    },
  };
  return place;
}

/**
 * Shows the page of the address. Where nobody is signed in it is asked first, unless that was just done.
 * @param {boolean} [asked]
 * @returns {Promise<void>}
 */
async function showPage(asked = false) {
  const turn = (appState.turn += 1);
  const { path, query } = appAddress();
  const found = appRoute(path);
  appState.hash = location.hash;
  appState.stop.abort();
  appState.stop = new AbortController();
  queryListeners.clear();
  closeDrawer();
  if (!found?.route.bare) {
    const who = me();
    if (!who.id && !asked) return startAgain();
    if (!who.id) return location.replace(`#/sign-in${path === "/" ? "" : `?to=${encodeURIComponent(location.hash.slice(1))}`}`);
    const owed = { password: "/account/password", factor: "/account/factors", "": "" }[who.demand];
    if (owed && owed !== path) return location.replace(`#${owed}`);
  }
  const place = appPlace(path, found?.params ?? {}, query);
  const main = appNode("main");
  const again = path === appState.path && main.querySelector("h1");
  setPlace(place);
  // What is there soon needs no skeleton, which would only flicker; nor does a page that is made anew.
  const slow = again ? undefined : setTimeout(() => turn === appState.turn && put(main, skeleton()), 150);
  const { workspaceId } = place.params;
  const offered = workspaceId || found?.route.bare ? null : offeredWorkspace();
  if (!workspaceId && place.me.isAdmin) appFrame(place, found?.route);
  /** @type {{ node: Node, title?: string }} */
  let page;
  try {
    const loading = found?.route.load();
    loading?.catch(() => null);
    if (workspaceId) {
      Object.assign(place, await workspaceOf(workspaceId));
      if (turn !== appState.turn) return clearTimeout(slow);
      appFrame(place, found?.route);
    }
    const made = loading ? await (await loading)(place) : appNothing();
    page = made instanceof Node ? { node: made } : made;
  } catch (error) {
    if (turn !== appState.turn || place.signal.aborted) return clearTimeout(slow);
    page = { node: appBroken(error) };
  }
  const around = await offered;
  clearTimeout(slow);
  if (turn !== appState.turn) return;
  document.body.classList.toggle("bare", Boolean(found?.route.bare));
  put(main, page.node);
  const h1 = main.querySelector("h1");
  const title = page.title ?? h1?.firstChild?.textContent ?? (found ? t(found.route.name) : "");
  document.title = title ? `${title} · Roster` : "Roster";
  appFrame(place, found?.route, title, around);
  appState.path = path;
  if (!again) scrollTo(0, 0);
  const focus = main.querySelector("[autofocus]") ?? h1;
  focus?.focus({ preventScroll: true });
}

/**
 * Draws what is around the page.
 * @param {Place} place
 * @param {Route} [route]
 * @param {string} [title]
 * @param {{ workspace: Workspace, admin: boolean } | null} [offered]
 */
function appFrame(place, route, title, offered) {
  if (route?.bare) return void put(appNode("trail"));
  drawNavigation(place, offered);
  const parts = place.path.split("/").slice(1, -1);
  const trail = parts.map((_, at) => `/${parts.slice(0, at + 1).join("/")}`).flatMap((path) => {
    const found = appRoute(path);
    if (!found) return [];
    if (path === "/workspaces" && !place.me.isAdmin) return [];
    return [[path, found.route.name === "core.workspace" ? (place.workspace?.name ?? "…") : t(found.route.name)]];
  });
  put(appNode("trail"), trail.length > 0 && h("ol", null,
    trail.map(([path = "", name]) => h("li", null, link(path, name))),
    h("li", { "aria-current": "page" }, title ?? (route ? t(route.name) : ""))));
}

/** What is shown at an address that is none. */
function appNothing() {
  return h("div", null, heading({ title: t("core.no_page") }), empty({ title: t("core.no_page_text"), action: { label: t("core.home"), address: "/" } }));
}

/**
 * A page that could not be made: the server's refusal; or its module is not there, as it is before it is
 * written and after another version of the console was published.
 * @param {unknown} error
 */
function appBroken(error) {
  if (error instanceof ApiError) {
    const title = error.status === 404 ? "core.not_found" : error.status === 403 ? "core.not_allowed" : "core.broken";
    return h("div", null, heading({ title: t(title) }), failure(error));
  }
  if (error instanceof TypeError && /module/i.test(error.message)) {
    return h("div", null, heading({ title: t("core.not_built") }), empty({ title: t("core.not_built_text"), action: { label: t("core.load_again"), run: () => location.reload() } }));
  }
  reportError(error);
  return h("div", null, heading({ title: t("core.broken") }), failure(error));
}

/** The address is another one: a list takes a new query of the same page itself. */
async function hashChanged() {
  const { path, query } = appAddress();
  if (location.hash === appState.hash) return;
  // While it is asked who is signed in, the answer shows the page of the address as it is then.
  if (appState.asking) return;
  const place = currentPlace();
  if (place && path === place.path && queryListeners.size) {
    appState.hash = location.hash;
    place.query = query;
    if ([...queryListeners].filter((take) => take(query)).length) return;
  } else if (document.querySelector("#main form[data-dirty=true]")) {
    const wanted = location.hash;
    history.replaceState(null, "", appState.hash || "#/");
    if (!(await ask({ title: t("core.leave"), text: t("core.leave_text"), confirm: t("core.leave_sure"), danger: true }))) return;
    document.querySelector("#main form[data-dirty=true]")?.removeAttribute("data-dirty");
    history.replaceState(null, "", wanted);
  }
  await showPage();
}

/** Asks who is signed in, then shows the page. @returns {Promise<void>} */
async function startAgain() {
  appState.asking = true;
  try {
    await loadMe();
    appState.asking = false;
  } catch (error) {
    appState.asking = false;
    return void put(appNode("main"), heading({ title: t("core.broken") }), failure(error, startAgain));
  }
  return showPage(true);
}

/** The first steps: all that needs no answer of the API, then the rest. */
async function startApp() {
  const wanted = wantedLanguage();
  if (wanted === "de") speak(wanted, (await import("./texts/de.js")).textsDe);
  else speak("en", textsEn);
  Object.assign(apiHooks, {
    signIn: signInDialog,
    prove: proveDialog,
    demand: (/** @type {string} */ code) => {
      if (shellDemand(code)) showPage();
    },
  });
  onRefresh({ refresh: () => showPage(), restart: startAgain });
  appNode("skip").textContent = t("core.skip");
  appNode("skip").onclick = () => (appNode("main").querySelector("h1") ?? appNode("main")).focus();
  appNode("open-side").setAttribute("aria-label", t("core.navigation"));
  appNode("open-side").onclick = openDrawer;
  appNode("shade").onclick = closeDrawer;
  appNode("trail").setAttribute("aria-label", t("core.trail"));
  listenKeys();
  addEventListener("hashchange", hashChanged);
  addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-dirty=true]")) event.preventDefault();
  });
  const { route } = appRoute(appAddress().path) ?? {};
  // A page for anybody needs no answer first, but an invitation may be for who is signed in.
  await (route?.bare && route.name !== "core.invitation" ? showPage() : startAgain());
}

startApp();
