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

/** @param {Place} place */
export async function auditPage(place) {
  const { workspaceId } = place.params;
  return list({
    title: t("audit.title"),
    text: t(workspaceId ? "audit.of_workspace" : "audit.of_site"),
    path: auditPath(place),
    cursor: true,
    size: AUDIT_SIZE,
    filters: [
      ...["from", "to"].map((name) => ({ name, label: t(`audit.${name}`), type: /** @type {const} */ ("moment"), options: [] })),
      ...["actor", "target"].map((name) => ({ name, label: t(`audit.${name}`), type: /** @type {const} */ ("text"), options: [] })),
    ],
    columns: [
      { name: t("audit.at"), of: (entry) => time(entry.at), csv: (entry) => entry.at },
      { name: t("audit.action"), of: auditAction, csv: (entry) => entry.action },
      { name: t("audit.who"), of: (entry) => auditWho(entry, place), csv: (entry) => entry.actor.tokenId ?? entry.actor },
      { name: t("audit.whom"), of: (entry) => auditWhom(entry, place), csv: (entry) => entry.target },
      ...(workspaceId
        ? []
        : [{ name: t("audit.where"), of: auditWhere, csv: (/** @type {Row} */ entry) => entry.workspaceId, wide: true }]),
      { name: t("audit.changes"), of: auditChanges, csv: (entry) => JSON.stringify(entry.details) },
      { name: t("audit.request"), of: (entry) => h("code", null, entry.requestId), csv: (entry) => entry.requestId, wide: true },
    ],
    key: (entry) => `${entry.at} ${entry.requestId} ${entry.action} ${entry.target}`,
    empty: { title: t("audit.none"), text: t("audit.none_text") },
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
 * What was done, in words; the action's own name in the tooltip.
 * @param {Row} entry
 */
export function auditAction({ action, details }) {
  let [noun, verb] = action.split(".");
  const active = details.before?.active !== undefined && details.after?.active;
  if (verb === "changed" && typeof active === "boolean") verb = active ? "resumed" : "suspended";
  return h("span", { title: action }, t(`audit_nouns.${noun}`), " ", t(`audit_verbs.${verb}`));
}

/**
 * @param {Row} entry
 * @param {Place} place
 */
export function auditWho({ actor }, place) {
  if (actor.tokenId) return link(auditAddress({ actor: actor.tokenId }, place.params.workspaceId), t("audit.scim"));
  return actor === "system" ? t("audit.system") : auditPerson(actor, place);
}

/**
 * @param {Row} entry
 * @param {Place} place
 */
export function auditWhom({ action, target }, place) {
  const noun = action.split(".")[0];
  if (noun === "workspace" && !place.params.workspaceId) return auditWhere({ workspaceId: target });
  if (!AUDIT_THINGS.has(noun) && action !== "user.deleted") return auditPerson(target, place);
  return link(auditAddress({ target }, place.params.workspaceId), h("code", null, target));
}

/** @param {Row} entry */
function auditWhere({ workspaceId }) {
  return workspaceId && link(url`#/workspaces/${workspaceId}`, h("code", null, workspaceId));
}

/**
 * The name of a user, which comes after the id is shown; who is gone keeps the id.
 * @param {string} id
 * @param {Place} place
 */
function auditPerson(id, place) {
  const { workspaceId } = place.params;
  const path = workspaceId ? url`/api/workspaces/${workspaceId}/members/${id}` : url`/api/admin/users/${id}`;
  const node = link(workspaceId ? auditAddress({ target: id }, workspaceId) : url`#/users/${id}`, h("code", null, id));
  node.title = id;
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
    return (await api.get(path, {}, { quiet: true })).data.fullName;
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
  const others = fields.filter((/** @type {string} */ name) => !names.includes(name));
  return h(
    "ul",
    { class: "changes" },
    names.map((name) =>
      h(
        "li",
        null,
        `${name}: `,
        name in before && h("del", null, auditValue(before[name])),
        name in before && name in after && " → ",
        name in after && h("ins", null, auditValue(after[name])),
      ),
    ),
    rest.map(([name, value]) => h("li", null, `${name}: ${auditValue(value)}`)),
    others.length > 0 && h("li", null, t("audit.also", { names: others.join(", ") })),
  );
}

/** @param {unknown} value */
function auditValue(value) {
  if (Array.isArray(value)) return value.join(", ") || "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
