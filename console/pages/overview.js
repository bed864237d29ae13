// What there is and what happened lately, of the site or of a workspace.
import { api } from "../api.js";
import { day, number, relative } from "../dates.js";
import { badge, card, empty, failure, heading, tiles } from "../parts/bits.js";
import { barChart } from "../parts/chart.js";
import { h, put, s, url } from "../render.js";
import { link, workspaceOf } from "../shell.js";
import { t } from "../texts.js";
import { auditAction, auditNamed, auditPath, auditWho, auditWhom } from "./audit.js";

const OVERVIEW_SHOWN = 12;
const OVERVIEW_SOON = 14 * 86_400_000;

/** @param {Place} place */
export async function overviewPage(place) {
  if (place.params.workspaceId) return overviewNode(t("core.activity"), ...(await workspaceOverview(place)));
  if (place.me.isAdmin) return overviewNode(t("core.overview"), ...(await siteOverview(place)));
  const { workspaces } = place.me;
  const [only] = workspaces;
  const known = only && workspaces.length === 1 && (await workspaceOf(only.id));
  if (known && known.admin) {
    return overviewNode(only.name, ...(await workspaceOverview({ ...place, ...known, params: { workspaceId: only.id } })));
  }
  return overviewNode(t("overview.yours"), only ? await overviewPart(() => ownWorkspaces(workspaces)) : empty({ title: t("overview.no_workspace"), text: t("overview.no_workspace_text") }));
}

/**
 * @param {string} title
 * @param {Child[]} children
 */
function overviewNode(title, ...children) {
  return { title, node: h("div", { class: "overview" }, heading({ title }), ...children) };
}

/**
 * A part, which fails alone. The page waits for all of them, so that nothing moves when one comes.
 * @param {() => Promise<Child>} load
 */
async function overviewPart(load) {
  const box = h("div", null);
  const show = () => load().then((node) => put(box, node)).catch((error) => put(box, failure(error, show)));
  await show();
  return box;
}

/** @param {Workspace[]} workspaces */
async function ownWorkspaces(workspaces) {
  const all = await Promise.all(workspaces.slice(0, OVERVIEW_SHOWN).map(async (one) => {
    const { data } = await api.get(url`/api/workspaces/${one.id}/usage`);
    return { label: one.name, value: number(data.members), text: t("overview.members_of", { count: data.members }), address: url`#/workspaces/${one.id}` };
  }));
  return tiles(all);
}

/** @param {Place} place */
function siteOverview(place) {
  return overviewRows(
    overviewPart(siteTiles),
    [...activityCards("/api/admin/activity"), overviewPart(() => membersCard(place))],
    [lately(place), attention(siteAttention)],
  );
}

/**
 * @param {Promise<Node>} counts
 * @param {Promise<Node>[]} charts
 * @param {Promise<Node>[]} told
 */
async function overviewRows(counts, charts, told) {
  const rows = await Promise.all([[counts], charts, told].map((row) => Promise.all(row)));
  return [rows[0], h("div", { class: "columns" }, rows[1]), h("div", { class: "columns lately" }, rows[2])];
}

/** @param {Place} place */
function workspaceOverview(place) {
  const base = url`/api/workspaces/${place.params.workspaceId}`;
  return overviewRows(
    overviewPart(() => workspaceTiles(place, base)),
    activityCards(`${base}/activity`),
    [lately(place), attention(() => workspaceAttention(place, base))],
  );
}

async function siteTiles() {
  const counted = await Promise.all([
    ["core.users", "users", ""],
    ["core.suspended", "users", "status=suspended"],
    ["overview.admins", "users", "role=ADMIN"],
    ["core.workspaces", "workspaces", ""],
    ["core.groups", "groups", ""],
    ["core.roles", "roles", ""],
    ["core.clients", "clients", ""],
  ].map(async ([name = "", what, query]) => {
    const { meta } = await api.get(`/api/${what === "workspaces" ? "" : "admin/"}${what}`, { ...Object.fromEntries(new URLSearchParams(query)), page: 1, size: 1 });
    return { label: t(name), value: number(meta.total), address: `#/${what}${query && `?${query}`}` };
  }));
  return tiles(counted);
}

/**
 * @param {Place} place
 * @param {string} base
 */
async function workspaceTiles(place, base) {
  const { data } = await api.get(`${base}/usage`);
  return tiles(["members", "projects", "spaces", "features", "invitations"].map((name) => ({
    label: t(`core.${name}`),
    value: number(data[name]),
    text: name in data.limits && t("overview.of_limit", { limit: data.limits[name] }),
    tone: data[name] >= (data.limits[name] ?? Infinity) ? "warn" : "",
    address: url`#/workspaces/${place.params.workspaceId}/${name}`,
  })));
}

/**
 * Changes and sign-ins of the last 30 days.
 * @param {string} path
 */
function activityCards(path) {
  /** @type {Promise<Answer> | null} */
  let found = null;
  const read = () => (found ??= api.get(path, { days: 30 }).finally(() => (found = null)));
  return ["changes", "signIns"].map((name) => overviewPart(async () => {
    const { days } = (await read()).data;
    const total = days.reduce((/** @type {number} */ sum, /** @type {Row} */ one) => sum + one[name], 0);
    return card(null, barChart({
      title: t(`overview.${name}`),
      of: t("overview.day"),
      points: days.map((/** @type {Row} */ one) => ({ label: day(one.day), value: one[name] })),
    }), h("p", { class: "quiet" }, t("overview.in_30_days", { count: total })));
  }));
}

/**
 * Members by workspace, some at a time.
 * @param {Place} place
 */
async function membersCard(place) {
  const page = Number(place.query.get("page")) || 1;
  const { data, meta } = await api.get("/api/workspaces", { page, size: OVERVIEW_SHOWN });
  const counted = await Promise.all(data.map(async (/** @type {Workspace} */ one) => {
    const [{ data: usage }, { workspace }] = await Promise.all([api.get(url`/api/workspaces/${one.id}/usage`), workspaceOf(one.id)]);
    return { ...workspace, members: usage.members };
  }));
  const most = Math.max(1, ...counted.map((one) => one.members));
  const step = (/** @type {number} */ to, /** @type {string} */ text) => to >= 1 && to <= meta.totalPages && link(`#/?page=${to}`, t(text));
  return card(
    t("overview.by_workspace"),
    // Names are long, so the bars lie: the chart is the table.
    h("table", { class: "ranks", "aria-label": t("overview.by_workspace") },
      h("thead", null, h("tr", null, h("th", { scope: "col" }, t("core.workspace")), h("td", null), h("th", { scope: "col", class: "number" }, t("core.members")))),
      h("tbody", null, counted.map(({ id, name, active, members }) => h("tr", null,
        h("th", { scope: "row" }, link(url`#/workspaces/${id}`, name), !active && [" ", badge(t("core.suspended"), "bad")]),
        h("td", { "aria-hidden": "true" }, s("svg", { viewBox: `0 0 ${most} 1`, preserveAspectRatio: "none" }, s("rect", { class: "bar series-0", width: members, height: 1 }))),
        h("td", { class: "number" }, number(members)))))),
    meta.totalPages > 1 && h("nav", { class: "pages", "aria-label": t("overview.by_workspace") }, step(page - 1, "core.previous_page"), step(page + 1, "core.next_page")),
  );
}

/**
 * What wants to be looked at.
 * @param {() => Promise<Child[]>} load
 */
function attention(load) {
  return overviewPart(async () => {
    const found = (await load()).filter(Boolean);
    return card(t("overview.attention"), found.length ? h("ul", { class: "feed" }, found.map((one) => h("li", null, one))) : h("p", { class: "quiet" }, t("overview.nothing")));
  });
}

/**
 * Whether something ends soon, or lately did.
 * @param {Row} one
 */
function endsSoon({ expiresAt }) {
  return expiresAt && Math.abs(Date.parse(expiresAt) - Date.now()) < OVERVIEW_SOON;
}

async function siteAttention() {
  const [suspended, clients, tokens] = await Promise.all([
    api.get("/api/admin/users", { status: "suspended", page: 1, size: 1 }),
    api.get("/api/admin/clients"),
    api.get("/api/auth/tokens"),
  ]);
  return [
    suspended.meta.total > 0 && link("#/users?status=suspended", t("overview.suspended_users", { count: suspended.meta.total })),
    ...clients.data.filter((/** @type {Row} */ one) => one.formerUntil).map((/** @type {Row} */ one) => [link(url`#/clients/${one.id}`, t("overview.former", one)), " ", relative(one.formerUntil)]),
    ...tokens.data.filter(endsSoon).map((/** @type {Row} */ one) => [link("#/account/tokens", t("overview.ends", one)), " ", relative(one.expiresAt)]),
  ];
}

/**
 * @param {Place} place
 * @param {string} base
 */
async function workspaceAttention(place, base) {
  const at = url`#/workspaces/${place.params.workspaceId}`;
  const [invitations, tokens] = await Promise.all([api.get(`${base}/invitations`), api.get(`${base}/scim-tokens`)]);
  return [
    !place.workspace?.active && t("overview.is_suspended"),
    ...invitations.data.filter((/** @type {Row} */ one) => one.state === "open" && endsSoon(one)).map((/** @type {Row} */ one) => [link(`${at}/invitations`, t("overview.ends", { name: one.email })), " ", relative(one.expiresAt)]),
    ...tokens.data.filter(endsSoon).map((/** @type {Row} */ one) => [link(`${at}/scim`, t("overview.ends", one)), " ", relative(one.expiresAt)]),
  ];
}

/** @param {Place} place */
function lately(place) {
  return overviewPart(async () => {
    const { data } = await api.get(auditPath(place), { size: 10 });
    const lines = data.map((/** @type {Row} */ entry) => h("li", null, auditAction(entry), " ", auditWhom(entry, place, true), h("span", { class: "quiet" }, " · ", auditWho(entry, place), " · ", relative(entry.at))));
    await auditNamed(place);
    const at = place.params.workspaceId ? url`#/workspaces/${place.params.workspaceId}/audit` : "#/audit";
    return card(
      t("overview.lately"),
      data.length
        ? h("ul", { class: "feed" }, lines)
        : h("p", { class: "quiet" }, t("audit.none")),
      h("p", null, link(at, t("overview.all"))),
    );
  });
}
