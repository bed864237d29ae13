// The audit of the site or of a workspace, and what other pages show of it.
import { api } from "../api.js";
import { time } from "../dates.js";
import { list } from "../parts/list.js";
import { h, put, url } from "../render.js";
import { link } from "../shell.js";
import { t } from "../texts.js";

const AUDIT_SIZE = 25;
const AUDIT_THINGS = new Set(
  "workspace project space app feature group role client invitation webhook scim_token workspace_group audit directory".split(" "),
);

/** @type {Map<string, Promise<string>>} */
const auditNames = new Map();
let auditTurn = Promise.resolve("");
/** Ids of what is known to be deleted: the newest entry comes first. @type {Set<string>} */
const auditGone = new Set();
/** @type {WeakMap<Place, Promise<Map<string, string>>>} */
const auditKnown = new WeakMap();

/** @param {Place} place */
export async function auditPage(place) {
  const { workspaceId } = place.params;
  return list({
    title: t("core.audit"),
    text: t(workspaceId ? "audit.of_workspace" : "audit.of_site"),
    path: auditPath(place),
    cursor: true,
    size: AUDIT_SIZE,
    filters: [
      ...["from", "to"].map((name) => ({ name, label: t(`core.${name}`), type: /** @type {const} */ ("moment"), options: [] })),
      ...["actor", "target"].map((name) => ({ name, label: t(`audit.${name}`), type: /** @type {const} */ ("text"), options: [] })),
    ],
    columns: [
      { name: t("core.when"), of: (entry) => time(entry.at), csv: (entry) => entry.at },
      { name: t("audit.action"), of: auditAction, csv: (entry) => entry.action },
      { name: t("audit.who"), of: (entry) => auditWho(entry, place), csv: (entry) => entry.actor.tokenId ?? entry.actor },
      { name: t("audit.whom"), of: (entry) => auditWhom(entry, place), csv: (entry) => entry.target },
      ...(workspaceId
        ? []
        : [{ name: t("core.workspace"), of: (/** @type {Row} */ entry) => auditWhere(entry, place), csv: (/** @type {Row} */ entry) => entry.workspaceId, wide: true }]),
      { name: t("audit.changes"), of: auditChanges, csv: (entry) => JSON.stringify(entry.details) },
      { name: t("core.request_id"), of: (entry) => h("code", null, entry.requestId), csv: (entry) => entry.requestId, wide: true },
    ],
    key: (entry) => `${entry.at} ${entry.requestId} ${entry.action} ${entry.target}`,
    empty: { title: t("audit.none") },
  });
}

/** @param {Place} place */
export function auditPath({ params: { workspaceId } }) {
  return workspaceId ? url`/api/workspaces/${workspaceId}/audit` : "/api/admin/audit";
}

/**
 * Where the audit is shown of one who did, or of whom it was done to.
 * @param {Record<string, string>} filter
 * @param {string} [workspaceId]
 */
export function auditAddress(filter, workspaceId) {
  return `${workspaceId ? url`#/workspaces/${workspaceId}` : "#"}/audit?${new URLSearchParams(filter)}`;
}

/**
 * What was done: the action's own name made readable, as programs know it in the tooltip.
 * @param {Row} entry
 */
export function auditAction({ action, details }) {
  const active = details.before && details.after?.active;
  const turned = typeof active === "boolean" && (active ? "resumed" : "suspended");
  const [first = "", ...rest] = (turned ? action.replace("changed", turned) : action).replace(/[._]/g, " ");
  return h("span", { title: action }, (first.toUpperCase() + rest.join("")).replace(/^Scim/, "SCIM"));
}

/**
 * @param {Row} entry
 * @param {Place} place
 */
export function auditWho({ actor }, place) {
  if (actor.tokenId) return link(auditAddress({ actor: actor.tokenId }, place.params.workspaceId), t("audit.scim"));
  return actor === "system" ? t("audit.system") : auditPerson(actor, place, "actor");
}

/**
 * Of whom or what; `plainly`: nothing where there is an id alone.
 * @param {Row} entry
 * @param {Place} place
 * @param {boolean} [plainly]
 */
export function auditWhom({ action, target }, place, plainly) {
  const [noun, verb] = action.split(".");
  if (verb === "deleted") auditGone.add(target);
  if (noun === "workspace" && !place.params.workspaceId) return auditWhere({ workspaceId: target }, place);
  if (!AUDIT_THINGS.has(noun)) return auditPerson(target, place);
  return !plainly && link(auditAddress({ target }, place.params.workspaceId), h("code", null, target));
}

/**
 * @param {Row} entry
 * @param {Place} place
 */
function auditWhere({ workspaceId }, place) {
  return workspaceId && auditFound(workspaceId, url`/api/workspaces/${workspaceId}`, url`#/workspaces/${workspaceId}`, place);
}

/**
 * @param {string} id
 * @param {Place} place
 * @param {string} [filter]
 */
function auditPerson(id, place, filter = "target") {
  const { workspaceId } = place.params;
  if (!workspaceId) return auditFound(id, url`/api/admin/users/${id}`, url`#/users/${id}`, place);
  const node = auditLink(auditAddress({ [filter]: id }, workspaceId), id);
  auditMembers(place).then((names) => names.has(id) && put(node, names.get(id)));
  return node;
}

/**
 * The names of a workspace's members by their ids: the first thousand, read once a page.
 * @param {Place} place
 */
function auditMembers(place) {
  let found = auditKnown.get(place);
  if (!found) {
    const read = api.get(url`/api/workspaces/${place.params.workspaceId}/members`, { page: 1, size: 1000 }, { quiet: true });
    found = read.then(({ data }) => new Map(data.map((/** @type {Row} */ one) => [one.userId, one.fullName])), () => new Map());
    auditKnown.set(place, found);
  }
  return found;
}

/**
 * @param {string} address
 * @param {string} id
 */
function auditLink(address, id) {
  const node = link(address, h("code", null, id));
  node.title = id;
  return node;
}

/**
 * A name, which comes after the id is shown; what is gone keeps the id.
 * @param {string} id
 * @param {string} path
 * @param {string} address
 * @param {Place} place
 */
function auditFound(id, path, address, place) {
  const node = auditLink(address, id);
  if (auditGone.has(id)) return node;
  if (!auditNames.has(path)) {
    // One at a time: a page of names must not stand in the way of what the reader does next.
    auditTurn = auditTurn.then(() => (place.signal.aborted ? "" : auditName(path)));
    auditNames.set(path, auditTurn);
  }
  auditNames.get(path)?.then((name) => {
    if (name) put(node, name);
    else auditNames.delete(path);
  });
  return node;
}

/** @param {string} path */
async function auditName(path) {
  try {
    const { data } = await api.get(path, {}, { quiet: true });
    return data.fullName ?? data.name;
  } catch {
    return "";
  }
}

/**
 * From what to what each attribute was changed, and what else is told.
 * @param {Row} entry
 */
export function auditChanges({ details: { before = {}, after = {}, fields = [], workspace: _, ...more } }) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const rest = Object.entries(more).filter(([name]) => !names.includes(name));
  const others = fields.filter((/** @type {string} */ name) => !names.includes(name) && !/^(revision|updated_)/.test(name));
  const lines = [
    ...names.map((name) => [
      `${name}: `,
      name in before && h("del", null, auditValue(before[name])),
      name in before && name in after && " → ",
      name in after && h("ins", null, auditValue(after[name])),
    ]),
    ...rest.map(([name, value]) => `${name}: ${auditValue(value)}`),
    ...(others.length ? [t("audit.also", { names: others.join(", ") })] : []),
  ];
  return lines.length > 0 && h("ul", { class: "changes" }, lines.map((one) => h("li", null, one)));
}

/** @param {unknown} value */
function auditValue(value) {
  if (Array.isArray(value)) return value.join(", ") || "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * Waits until the names of what was shown are known, but not for long.
 * @param {Place} place
 */
export async function auditNamed(place) {
  await Promise.race([place.params.workspaceId ? auditMembers(place) : auditTurn, new Promise((resolve) => setTimeout(resolve, 1500))]);
}
