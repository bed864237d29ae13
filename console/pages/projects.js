// The projects of a workspace, and one of them: its databases and its members.
import { api } from "../api.js";
import { time } from "../dates.js";
import { actionButton, card, copyable, details, heading } from "../parts/bits.js";
import { ask } from "../parts/dialog.js";
import { formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { h, url } from "../render.js";
import { link, refresh } from "../shell.js";
import { t } from "../texts.js";
import { createPart, deletePart, editPart, memberField, partFields, partsOf } from "./workspace_parts.js";

const DATABASE_FIELDS = [
  "host", "port", "username", "db_name", "db_type",
  "connect_timeout_secs", "idle_timeout_secs", "max_open_connections", "max_idle_connections",
];

/** @param {Place} place */
export async function projectsPage(place) {
  const { base, at } = partsOf(place);
  const address = (/** @type {Row} */ one) => at + url`/projects/${one.id}`;
  const create = {
    label: t("projects.create"),
    open: () => createPart(t("projects.create"), projectFields(), `${base}/projects`, address),
  };
  return list({
    title: t("core.projects"),
    path: `${base}/projects`,
    columns: [
      { name: t("core.name"), of: (one) => one.name },
      { name: t("projects.abbreviation"), of: (one) => one.abbreviation },
      { name: t("core.number"), of: (one) => String(one.number), number: true, wide: true },
      { name: t("core.created"), of: (one) => time(one.createdAt), csv: (one) => one.createdAt, wide: true },
    ],
    row: address,
    key: (one) => one.id,
    label: (one) => one.name,
    actions: place.admin ? [{
      label: t("core.delete"),
      danger: true,
      run: (one) => api.delete(base + url`/projects/${one.id}`),
      confirm: { title: (rows) => t("projects.delete", { count: rows.length }), text: t("projects.ends") },
    }] : [],
    create: place.admin ? create : undefined,
    empty: { title: t("projects.none"), text: t("projects.what") },
  });
}

/** @param {Row} [project] */
function projectFields(project = {}) {
  const { name, description } = partFields(project);
  return [name, { name: "abbreviation", label: t("projects.abbreviation"), value: project.abbreviation, maxlength: 255 }, description];
}

/** @param {Place} place */
export async function projectPage(place) {
  const { base, at } = partsOf(place);
  const path = base + url`/projects/${place.params.projectId}`;
  const read = await api.get(path, {}, { signal: place.signal });
  const project = read.data;
  const ends = { title: t("projects.delete_this", project), text: t("projects.ends"), back: `${at}/projects` };
  const actions = [editPart(path, read, () => projectFields(project)), deletePart(path, read.etag, ends)];
  return {
    title: project.name,
    node: h("div", null,
      heading({ title: project.name, text: project.description, actions: place.admin ? actions : [] }),
      card(null, details([
        [t("core.id"), copyable(project.id)],
        [t("core.number"), String(project.number)],
        [t("projects.abbreviation"), project.abbreviation || null],
        [t("core.spaces"), link(at + url`/spaces?projectId=${project.id}`, t("projects.its_spaces"))],
        [t("core.created"), time(project.createdAt)],
        [t("parts.changed"), time(project.updatedAt)],
      ])),
      projectMembers(path, base, place.admin),
      projectDatabases(path, read, place.admin),
    ),
  };
}

/**
 * @param {string} path
 * @param {string} base
 * @param {boolean} admin
 */
function projectMembers(path, base, admin) {
  const place = (/** @type {string} */ userId) => path + url`/members/${userId}`;
  const open = () => formDialog({
    title: t("projects.add"),
    fields: [memberField(base, { required: true, help: t("parts.member_help") })],
    submit: t("parts.add"),
    save: ({ userId }) => api.put(place(userId), {}),
  });
  return list({
    title: t("core.members"),
    level: 2,
    name: "members",
    path: `${path}/members`,
    columns: [
      { name: t("core.name"), of: (one) => one.fullName },
      { name: t("parts.email"), of: (one) => one.email },
      { name: t("parts.since"), of: (one) => time(one.createdAt), csv: (one) => one.createdAt, wide: true },
    ],
    key: (one) => one.userId,
    label: (one) => one.fullName,
    actions: admin ? [{
      label: t("core.remove"),
      danger: true,
      run: (one) => api.delete(place(one.userId)),
      confirm: { title: (rows) => t("projects.remove", { count: rows.length }), text: t("projects.remove_text") },
    }] : [],
    create: admin ? { label: t("projects.add"), open } : undefined,
    empty: { title: t("projects.nobody") },
  });
}

/**
 * How the project's databases are reached. A list of them is saved as a whole.
 * @param {string} path
 * @param {Answer} read
 * @param {boolean} admin
 */
function projectDatabases(path, { data: { database }, etag }, admin) {
  const save = async (/** @type {Row[]} */ databases) => {
    await api.put(path, { database: databases }, { etag });
    refresh();
  };
  const edit = (/** @type {number} */ at) =>
    formDialog({
      title: t("projects.database"),
      fields: DATABASE_FIELDS.map((name, place) => ({
        name,
        label: t(`projects.${name}`),
        type: place > 4 ? "number" : "text",
        min: 0,
        maxlength: 255,
        value: database[at]?.[name] ?? (place > 4 ? 0 : ""),
        help: name === "username" ? t("projects.no_password") : "",
      })),
      submit: t("core.save"),
      save: (values) => save(database.toSpliced(at, 1, values)),
    });
  const remove = async (/** @type {Row} */ { at, host }) => {
    const asked = { title: t("projects.remove_database", { host }), confirm: t("core.remove"), danger: true };
    if (await ask(asked)) await save(database.toSpliced(at, 1));
  };
  /** @type {Column[]} */
  const columns = DATABASE_FIELDS.slice(0, 5).map((name) => ({ name: t(`projects.${name}`), of: (one) => one[name] }));
  if (admin) columns.push({
    name: t("core.edit"),
    of: (one) => h("div", { class: "actions" },
      actionButton({ label: t("core.edit"), run: () => edit(one.at) }),
      actionButton({ label: t("core.remove"), danger: true, run: () => remove(one) })),
  });
  return list({
    title: t("projects.databases"),
    level: 2,
    name: "databases",
    rows: async () => database.map((/** @type {Row} */ one, /** @type {number} */ at) => ({ ...one, at })),
    columns,
    key: (one) => String(one.at),
    csv: false,
    create: admin ? { label: t("projects.add_database"), open: () => edit(database.length) } : undefined,
    empty: { title: t("projects.no_database") },
  });
}
