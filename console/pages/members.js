// The members of a workspace: added, given another role, suspended, removed; one or several at once.
import { api } from "../api.js";
import { relative, time } from "../dates.js";
import { badge, card, copyable, details, heading } from "../parts/bits.js";
import { ask } from "../parts/dialog.js";
import { formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { toast } from "../parts/toast.js";
import { h, url } from "../render.js";
import { forgetWorkspace, refresh } from "../shell.js";
import { t } from "../texts.js";

/** @param {Place} place */
export async function membersPage({ params: { workspaceId = "" }, admin, me }) {
  const base = url`/api/workspaces/${workspaceId}/members`;
  const become = (/** @type {string} */ role) => ({
    label: t(`members.make_${role}`),
    for: (/** @type {Row} */ one) => one.role !== role,
    run: (/** @type {Row} */ one) => setMemberRole(workspaceId, one.userId, role),
  });
  /** @type {BulkAction[]} */
  const actions = [
    become("ADMIN"),
    become("MEMBER"),
    {
      label: t("core.remove"),
      danger: true,
      confirm: { title: (all) => t("members.remove_some", { count: all.length }), text: t("members.remove_ends") },
      run: (one) => api.delete(base + url`/${one.userId}`),
    },
  ];
  if (me.isAdmin) actions.push({
    label: t("members.suspend"),
    danger: true,
    for: (one) => one.userId !== me.id,
    confirm: { title: (all) => t("members.suspend_some", { count: all.length }), text: t("members.suspend_ends") },
    run: (one) => api.put(url`/api/admin/users/${one.userId}`, { active: false }),
  });
  return list({
    title: t("core.members"),
    path: base,
    find: true,
    columns: [
      { name: t("core.name"), of: (one) => one.fullName },
      { name: t("core.email"), of: memberEmail, csv: (one) => one.email },
      { name: t("core.role"), of: (one) => memberRole(one.role), csv: (one) => one.role },
      { name: t("members.seen"), of: (one) => relative(one.lastSignInAt), csv: (one) => one.lastSignInAt },
      { name: t("core.created"), of: (one) => time(one.createdAt), csv: (one) => one.createdAt, wide: true },
    ],
    row: (one) => url`#/workspaces/${workspaceId}/members/${one.userId}`,
    key: (one) => one.userId,
    label: (one) => one.fullName,
    actions: admin ? actions : [],
    heading: admin ? [{ label: t("core.invitations"), address: url`/workspaces/${workspaceId}/invitations` }] : [],
    create: admin ? { label: t("projects.add"), open: () => addMember(base, me.isAdmin) } : undefined,
    empty: { title: t("members.none") },
  });
}

/** @param {Place} place */
export async function memberPage({ params: { workspaceId = "", userId = "" }, admin, me, signal, go }) {
  const path = url`/api/workspaces/${workspaceId}/members/${userId}`;
  const { data: one, etag } = await api.get(path, {}, { signal });
  const role = one.role === "ADMIN" ? "MEMBER" : "ADMIN";
  const become = async () => {
    await setMemberRole(workspaceId, userId, role, etag);
    toast(t("core.saved"), { undo: async () => {
      await setMemberRole(workspaceId, userId, one.role);
      refresh();
    } });
    refresh();
  };
  const remove = async () => {
    const asked = { title: t("members.remove_some", { count: 1 }), text: t("members.remove_ends"), confirm: t("core.remove"), danger: true };
    if (!(await ask(asked))) return;
    await api.delete(path, { etag });
    toast(t("core.done", { count: 1 }));
    go(url`/workspaces/${workspaceId}/members`);
  };
  return h("div", null,
    heading({
      title: one.fullName,
      badge: memberRole(one.role),
      actions: [
        me.isAdmin && { label: t("core.user"), address: url`/users/${userId}` },
        admin && { label: t(`members.make_${role}`), run: become },
        admin && { label: t("core.remove"), danger: true, run: remove },
      ],
    }),
    card(null, details([
      [t("core.email"), memberEmail(one)],
      [t("members.user_id"), copyable(userId)],
      [t("members.seen"), relative(one.lastSignInAt)],
      [t("core.created"), time(one.createdAt)],
    ])));
}

/**
 * @param {string} workspaceId
 * @param {string} userId
 * @param {string} role
 * @param {string | null} [etag]
 */
async function setMemberRole(workspaceId, userId, role, etag) {
  await api.put(url`/api/workspaces/${workspaceId}/members/${userId}`, { role }, { etag });
  // It may have been one's own.
  forgetWorkspace(workspaceId);
}

/** @param {Row} member */
function memberEmail({ email, emailVerified }) {
  return [email, !emailVerified && [" ", badge(t("members.unproved"), "warn")]];
}

/** @param {string} role */
export function memberRole(role) {
  return badge(memberRoleName(role), role === "ADMIN" ? "good" : "neutral");
}

/** @param {string} role */
function memberRoleName(role) {
  return t(role === "ADMIN" ? "core.administrator" : "core.member");
}

/** @returns {Field} */
export function memberRoleField() {
  return { name: "role", label: t("core.role"), type: "select", required: true, value: "MEMBER", options: ["MEMBER", "ADMIN"].map((value) => ({ value, label: memberRoleName(value) })) };
}

/**
 * A platform ADMIN finds the user; an ADMIN of the workspace, who may not search the site, types the id.
 * @param {string} base
 * @param {boolean} finds
 */
function addMember(base, finds) {
  /** @type {Field} */
  const user = finds
    ? { name: "userId", label: t("core.user"), type: "find", required: true, find: findUsers }
    : { name: "userId", label: t("members.user_id"), required: true, maxlength: 64, help: t("members.user_id_help") };
  return formDialog({
    title: t("projects.add"),
    fields: [user, memberRoleField()],
    submit: t("projects.add"),
    save: (values, { once }) => api.post(base, values, { once }),
  });
}

/** @param {string} text */
async function findUsers(text) {
  const { data } = await api.get("/api/admin/users", text.length > 1 ? { q: text, size: 20 } : { page: 1, size: 20 });
  return data.map((/** @type {Row} */ one) => ({ value: one.id, label: one.fullName, help: one.email }));
}
