// What the pages of a workspace's parts share: members and projects as a choice, a form that saves one object.
import { api } from "../api.js";
import { ask, showOnce } from "../parts/dialog.js";
import { formDialog } from "../parts/form.js";
import { toast } from "../parts/toast.js";
import { url } from "../render.js";
import { go, refresh } from "../shell.js";
import { t } from "../texts.js";

/**
 * Where a workspace is in the API, and in the console.
 * @param {Place} place
 */
export function partsOf({ params: { workspaceId } }) {
  return { base: url`/api/workspaces/${workspaceId}`, at: url`/workspaces/${workspaceId}` };
}

/**
 * The field that names a member of the workspace. Without a text it offers the first members.
 * @param {string} base
 * @param {Partial<Field>} field
 * @returns {Field}
 */
export function memberField(base, field) {
  return {
    name: "userId",
    label: t("core.member"),
    type: "find",
    find: async (text) => {
      const query = text.length > 1 ? { q: text, size: 20 } : { page: 1, size: 20 };
      return (await api.get(`${base}/members`, query)).data.map(partPerson);
    },
    ...field,
  };
}

/** @param {Row} member */
function partPerson({ userId, fullName, email }) {
  return { value: userId, label: `${fullName} (${email})` };
}

/**
 * A member's name and address; of one who has left the id.
 * @param {string} base
 * @param {string | null} [id]
 * @returns {Promise<string>}
 */
export async function ownerText(base, id) {
  if (!id) return "";
  const found = await api.get(base + url`/members/${id}`, {}, { quiet: true }).catch(() => null);
  return found ? partPerson(found.data).label : id;
}

/**
 * The field of an owner, who is a member or nobody.
 * @param {string} base
 * @param {string | null} [owner]
 */
export async function ownerField(base, owner) {
  return memberField(base, { name: "ownerId", label: t("parts.owner"), value: owner ?? "", text: await ownerText(base, owner) });
}

/**
 * The field of a project, or none.
 * @param {string} base
 * @param {string | null} [project]
 * @returns {Promise<Field>}
 */
export async function projectField(base, project) {
  const options = [{ value: "", label: t("parts.no_project") }, ...(await projectOptions(base))];
  return { name: "projectId", label: t("core.project"), type: "select", value: project ?? "", options };
}

/**
 * The workspace's projects as a choice.
 * @param {string} base
 * @returns {Promise<Option[]>}
 */
export async function projectOptions(base) {
  const { data } = await api.get(`${base}/projects`);
  return data.map((/** @type {Row} */ one) => ({ value: one.id, label: one.name }));
}

/**
 * A project's name; of one that the caller does not see the id.
 * @param {string} base
 * @param {string} id
 * @returns {Promise<string>}
 */
export async function projectName(base, id) {
  const found = await api.get(base + url`/projects/${id}`, {}, { quiet: true }).catch(() => null);
  return found?.data.name ?? id;
}

/**
 * The fields that parts have in common.
 * @param {Row} [one]
 * @returns {{ name: Field, description: Field, email: Field }}
 */
export function partFields(one = {}) {
  return {
    name: { name: "name", label: t("core.name"), value: one.name, required: true, maxlength: 255 },
    description: { name: "description", label: t("parts.description"), type: "textarea", value: one.description, maxlength: 4096 },
    email: { name: "email", label: t("parts.email"), type: "email", value: one.email, maxlength: 255 },
  };
}

/**
 * What a form says, with null where nothing is chosen.
 * @param {Values} values
 */
function partValues(values) {
  for (const name of ["projectId", "ownerId", "module"]) if (values[name] === "") values[name] = null;
  return values;
}

/**
 * A dialog that makes a part, and leads to it. The list is left, so it need not read anew: false.
 * @param {string} title
 * @param {Field[]} fields
 * @param {string} path
 * @param {(made: Row) => string} address
 */
export async function createPart(title, fields, path, address) {
  await formDialog({
    title,
    fields,
    submit: t("core.create"),
    save: async (values, { once }) => go(address((await api.post(path, partValues(values), { once })).data)),
  });
  return false;
}

/**
 * The action that changes one object as it was read: what somebody else has changed is not overwritten.
 * @param {string} path
 * @param {Answer} read
 * @param {() => Field[] | Promise<Field[]>} fields
 * @param {(values: Values) => Values} [body]
 * @returns {Action}
 */
export function editPart(path, { etag }, fields, body = partValues) {
  const run = async () => {
    const saved = await formDialog({
      title: t("core.edit"),
      fields: await fields(),
      submit: t("core.save"),
      save: (values) => api.put(path, body(values), { etag }),
      again: async () => {
        const now = await api.get(path);
        ({ etag } = now);
        return now.data;
      },
    });
    if (!saved) return;
    toast(t("core.saved"));
    refresh();
  };
  return { label: t("core.edit"), run };
}

/**
 * Shows a secret. It is null where the answer that had it was lost on its way, and the request was sent again.
 * @param {{ title: string, text: string, secret: string | null, more?: Child }} options
 */
export async function showPartSecret({ secret, ...options }) {
  if (secret) await showOnce({ secret, ...options });
  else toast(t("clients.lost"), { tone: "bad" });
}

/**
 * The action that deletes one object and leads back to its list.
 * @param {string} path
 * @param {string | null} etag
 * @param {{ title: string, text: string, back: string, typed?: string }} how
 * @returns {Action}
 */
export function deletePart(path, etag, { back, ...asked }) {
  return {
    label: t("core.delete"),
    danger: true,
    run: async () => {
      if (!(await ask({ ...asked, confirm: t("core.delete"), danger: true }))) return;
      await api.delete(path, { etag });
      toast(t("core.deleted"));
      go(back);
    },
  };
}
