// The groups of a workspace, which its identity provider makes, and one of them.
import { api } from "../api.js";
import { time } from "../dates.js";
import { badge, card, copyable, details, heading } from "../parts/bits.js";
import { ask } from "../parts/dialog.js";
import { list } from "../parts/list.js";
import { toast } from "../parts/toast.js";
import { h, url } from "../render.js";
import { refresh } from "../shell.js";
import { t } from "../texts.js";
import { partsOf } from "./workspace_parts.js";

/** @param {Place} place */
export function workspaceGroupsPage(place) {
  return workspaceGroupList(place, 1);
}

/**
 * @param {Place} place
 * @param {number} level
 */
export function workspaceGroupList(place, level) {
  const { base, at } = partsOf(place);
  const address = (/** @type {Row} */ one) => at + url`/groups/${one.id}`;
  return list({
    title: t("core.groups"),
    level,
    name: level === 1 ? "" : "groups",
    path: `${base}/groups`,
    columns: [
      { name: t("core.name"), of: (one) => one.displayName },
      { name: t("core.members"), of: (one) => String(one.members), number: true },
      { name: t("core.role"), of: (one) => one.workspaceRole && badge(one.workspaceRole), csv: (one) => one.workspaceRole },
      { name: t("parts.changed"), of: (one) => time(one.updatedAt), csv: (one) => one.updatedAt, wide: true },
    ],
    row: address,
    key: (one) => one.id,
    empty: {
      title: t("workspace_groups.none"),
      text: t("workspace_groups.what"),
      action: level === 1 && place.admin ? { label: t("workspace_groups.scim"), address: `${at}/scim` } : undefined,
    },
  });
}

/** @param {Place} place */
export async function workspaceGroupPage(place) {
  const path = partsOf(place).base + url`/groups/${place.params.groupId}`;
  const { data: group, etag } = await api.get(path, {}, { signal: place.signal });
  const { displayName: name, members: count, workspaceRole: role } = group;
  const change = async () => {
    const asked = {
      title: t(role ? "workspace_groups.end" : "workspace_groups.make", { name }),
      text: t(role ? "workspace_groups.end_text" : "workspace_groups.make_text", { count }),
      confirm: t(role ? "workspace_groups.end_it" : "workspace_groups.make_it"),
      danger: Boolean(role),
    };
    if (!(await ask(asked))) return;
    await api.put(path, { workspaceRole: role ? null : "ADMIN" }, { etag });
    toast(t("core.saved"));
    refresh();
  };
  const action = { label: t(role ? "workspace_groups.end_it" : "workspace_groups.make_it"), danger: Boolean(role), run: change };
  return {
    title: name,
    node: h("div", null,
      heading({ title: name, badge: role && badge(role), actions: [place.admin && action] }),
      card(null, details([
        [t("core.id"), copyable(group.id)],
        [t("workspace_groups.external"), group.externalId && copyable(group.externalId)],
        [t("core.created"), time(group.createdAt)],
        [t("parts.changed"), time(group.updatedAt)],
      ])),
      list({
        title: t("core.members"),
        level: 2,
        name: "members",
        path: `${path}/members`,
        columns: [
          { name: t("core.name"), of: (one) => one.fullName },
          { name: t("parts.email"), of: (one) => one.email },
          { name: t("parts.since"), of: (one) => time(one.addedAt), csv: (one) => one.addedAt, wide: true },
        ],
        key: (one) => one.userId,
        empty: { title: t("workspace_groups.nobody") },
      }),
    ),
  };
}
