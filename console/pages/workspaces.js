// The workspaces that one may see: found, made, suspended.
import { api } from "../api.js";
import { time } from "../dates.js";
import { formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { h, url } from "../render.js";
import { forgetWorkspace, loadMe } from "../shell.js";
import { t } from "../texts.js";

/** @param {Place} place */
export async function workspacesPage(place) {
  const { isAdmin } = place.me;
  return list({
    title: t("core.workspaces"),
    path: "/api/workspaces",
    find: isAdmin || "local",
    columns: [
      { name: t("core.name"), of: (one) => one.name },
      { name: t("core.key"), of: (one) => h("code", null, one.key) },
      { name: t("core.created"), of: (one) => time(one.createdAt) },
      { name: t("core.id"), of: (one) => h("code", null, one.id), wide: true },
    ],
    row: workspaceAddress,
    key: (one) => one.id,
    label: (one) => one.name,
    actions: isAdmin ? [
      {
        label: t("users.suspend"),
        danger: true,
        confirm: { title: (all) => t("workspaces.suspend_some", { count: all.length }), text: t("workspaces.suspend_ends") },
        run: (one) => setWorkspaceActive(one.id, false),
      },
      { label: t("workspaces.resume"), run: (one) => setWorkspaceActive(one.id, true) },
    ] : [],
    create: isAdmin ? { label: t("workspaces.create"), open: () => createWorkspace(place) } : undefined,
    empty: { title: t(isAdmin ? "workspaces.none" : "workspaces.none_member") },
  });
}

/** @param {Row} workspace */
export function workspaceAddress({ id }) {
  return url`#/workspaces/${id}`;
}

/**
 * @param {string} id
 * @param {boolean} active
 * @param {string | null} [etag]
 */
export async function setWorkspaceActive(id, active, etag) {
  await api.put(url`/api/workspaces/${id}`, { active }, { etag });
  forgetWorkspace(id);
}

/** @param {Place} place */
async function createWorkspace(place) {
  let suggested = "";
  /** @type {(values: Values, form: HTMLFormElement) => void} */
  const suggest = ({ name, key }, form) => {
    const input = /** @type {HTMLInputElement} */ (form.querySelector("[name=key]"));
    if (key !== suggested) return;
    suggested = workspaceKey(name);
    input.value = suggested;
  };
  await formDialog({
    title: t("workspaces.create"),
    fields: [
      { name: "name", label: t("core.name"), required: true, maxlength: 255, changed: suggest },
      { name: "key", label: t("core.key"), required: true, minlength: 2, maxlength: 63, help: t("workspaces.key_help") },
    ],
    submit: t("core.create"),
    save: async (values, { once }) => {
      const { data } = await api.post("/api/workspaces", values, { once });
      await loadMe();
      place.go(workspaceAddress(data));
    },
  });
  return false;
}

/**
 * A key made of a name.
 * @param {string} name
 */
function workspaceKey(name) {
  const plain = name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+/, "").slice(0, 63).replace(/-$/, "");
}
