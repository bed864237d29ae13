// A workspace as a file of records, which `roster import` reads. Its lists are tables on their own pages.
import { api } from "../api.js";
import { actionButton, card, codeBlock, heading } from "../parts/bits.js";
import { download } from "../parts/csv.js";
import { h, put, url } from "../render.js";
import { t } from "../texts.js";

/** @param {Place} place */
export async function exportPage({ params: { workspaceId = "" }, workspace, signal }) {
  const base = url`/api/workspaces/${workspaceId}`;
  const { key = "" } = workspace ?? {};
  const told = h("p", { class: "quiet", role: "status" });
  const records = async () => {
    const lines = [];
    for await (const record of exportRecords(base, workspaceId, signal)) {
      lines.push(`${JSON.stringify(record)}\n`);
      put(told, t("export.read", { count: lines.length }));
    }
    download(`${key}.jsonl`, lines.join(""), "application/jsonl");
  };
  return h("div", null,
    heading({ title: t("core.export"), text: t("export.tables") }),
    card({ title: t("export.records"), text: t("export.what") },
      actionButton({ label: t("export.download"), primary: true, run: records }), told,
      h("p", { class: "quiet" }, t("export.operator")),
      codeBlock(`roster export --workspace ${key}`)));
}

/**
 * @param {string} path
 * @param {AbortSignal} signal
 */
async function exportRows(path, signal) {
  /** @type {Row[]} */
  const rows = [];
  for await (const row of api.all(path, {}, { signal })) rows.push(row);
  return rows;
}

/**
 * The records of a workspace (docs/records.md) as an import elsewhere takes them: without numbers, and without
 * those who are no members.
 * @param {string} base
 * @param {string} workspaceId
 * @param {AbortSignal} signal
 */
async function* exportRecords(base, workspaceId, signal) {
  const all = (/** @type {string} */ path) => exportRows(base + path, signal);
  const { data: workspace } = await api.get(base, {}, { signal });
  yield exportRecord("workspace", workspace);
  const members = await all("/members");
  for (const { userId: id, email, fullName, emailVerified } of members) yield exportRecord("user", { id, email, fullName, emailVerified, roles: ["USER"] });
  for (const { userId, role, createdAt } of members) yield exportRecord("membership", { workspaceId, userId, role, createdAt });
  const known = new Set(members.map(({ userId }) => userId));
  const member = (/** @type {string | null} */ id) => (known.has(id) ? id : null);
  for (const project of await all("/projects")) {
    yield exportRecord("project", { ...project, number: null });
    const projectId = project.id;
    for (const { userId, createdAt } of await all(url`/projects/${projectId}/members`)) yield exportRecord("projectMembership", { projectId, userId, createdAt });
  }
  for (const space of await all("/spaces")) {
    yield exportRecord("space", { ...space, workspaceId, ownerId: member(space.ownerId) });
    const spaceId = space.id;
    for (const app of await all(url`/spaces/${spaceId}/apps`)) yield exportRecord("app", app);
    for (const { userId, role, createdAt } of await all(url`/spaces/${spaceId}/roles`)) yield exportRecord("spaceRole", { spaceId, userId, role, createdAt });
  }
  for (const one of await all("/features")) yield exportRecord("feature", { ...one, ownerId: member(one.ownerId), touchedBy: member(one.touchedBy) });
  for (const { members: _, ...group } of await all("/groups")) {
    yield exportRecord("workspaceGroup", { ...group, workspaceId });
    const groupId = group.id;
    for (const { userId, addedAt } of await all(url`/groups/${groupId}/members`)) yield exportRecord("workspaceGroupMember", { workspaceId, groupId, userId, createdAt: addedAt });
  }
}

/**
 * @param {string} type
 * @param {Row} of
 */
function exportRecord(type, of) {
  return { type, ...Object.fromEntries(Object.entries(of).filter(([, value]) => value !== null)) };
}
