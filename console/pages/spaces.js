// The spaces of a workspace, and one of them: who holds which role in it, and its apps.
import { api } from "../api.js";
import { time } from "../dates.js";
import { card, copyable, details, heading, tellFailure } from "../parts/bits.js";
import { formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { toast } from "../parts/toast.js";
import { h, url } from "../render.js";
import { link } from "../shell.js";
import { t } from "../texts.js";
import {
  createPart, deletePart, editPart, memberField, ownerField, ownerText, partFields, partsOf, projectField, projectName, projectOptions,
} from "./workspace_parts.js";

const SPACE_ROLES = ["developer", "manager", "auditor"];

/** @param {Place} place */
export async function spacesPage(place) {
  const { base, at } = partsOf(place);
  const projects = await projectOptions(base);
  const address = (/** @type {Row} */ one) => at + url`/spaces/${one.id}`;
  const project = (/** @type {Row} */ one) => projects.find(({ value }) => value === one.projectId)?.label ?? one.projectId;
  const open = async () => createPart(t("spaces.create"), await spaceFields(base), `${base}/spaces`, address);
  return list({
    title: t("core.spaces"),
    path: `${base}/spaces`,
    filters: [{ name: "projectId", label: t("core.project"), options: projects }],
    columns: [
      { name: t("core.name"), of: (one) => one.name },
      { name: t("core.project"), of: project },
      { name: t("parts.email"), of: (one) => one.email, wide: true },
      { name: t("core.created"), of: (one) => time(one.createdAt), csv: (one) => one.createdAt, wide: true },
    ],
    row: address,
    key: (one) => one.id,
    label: (one) => one.name,
    actions: place.admin ? [{
      label: t("core.delete"),
      danger: true,
      run: (one) => api.delete(base + url`/spaces/${one.id}`),
      confirm: { title: (rows) => t("spaces.delete", { count: rows.length }), text: t("spaces.ends") },
    }] : [],
    create: place.admin ? { label: t("spaces.create"), open } : undefined,
    empty: { title: t("spaces.none"), text: t("spaces.what") },
  });
}

/**
 * @param {string} base
 * @param {Row} [space]
 * @returns {Promise<Field[]>}
 */
async function spaceFields(base, space = {}) {
  const { name, description, email } = partFields(space);
  const [project, owner] = await Promise.all([projectField(base, space.projectId), ownerField(base, space.ownerId)]);
  return [name, project, description, email, owner,
    { name: "allowSsh", label: t("spaces.ssh"), type: "checkbox", value: space.allowSsh ?? true }];
}

/** @param {Place} place */
export async function spacePage(place) {
  const { base, at } = partsOf(place);
  const path = base + url`/spaces/${place.params.spaceId}`;
  // What others may do depends on their roles, so these are read first.
  const [read, roles] = await Promise.all([api.get(path, {}, { signal: place.signal }), place.admin ? null : spaceRoles(path)]);
  const space = read.data;
  const holds = (/** @type {string} */ role) => !roles || roles.some((one) => one.userId === place.me.id && one.roles.has(role));
  const ends = { title: t("spaces.delete_this", space), text: t("spaces.ends"), back: `${at}/spaces` };
  const actions = [editPart(path, read, () => spaceFields(base, space)), deletePart(path, read.etag, ends)];
  const project = space.projectId && link(at + url`/projects/${space.projectId}`, await projectName(base, space.projectId));
  return {
    title: space.name,
    node: h("div", null,
      heading({ title: space.name, text: space.description, actions: place.admin ? actions : [] }),
      card(null, details([
        [t("core.id"), copyable(space.id)],
        [t("core.project"), project],
        [t("parts.owner"), (await ownerText(base, space.ownerId)) || null],
        [t("parts.email"), space.email || null],
        [t("spaces.ssh"), t(space.allowSsh ? "parts.yes" : "parts.no")],
        [t("core.created"), time(space.createdAt)],
        [t("parts.changed"), time(space.updatedAt)],
      ])),
      spaceGrid(path, base, roles, holds("manager")),
      spaceApps(path, holds("developer")),
    ),
  };
}

/**
 * Whoever holds a role in the space, with all their roles.
 * @param {string} path
 * @returns {Promise<Row[]>}
 */
async function spaceRoles(path) {
  /** @type {Map<string, Row>} */
  const people = new Map();
  for await (const { role, ...person } of api.all(`${path}/roles`)) {
    const known = people.get(person.userId);
    if (known) known.roles.add(role);
    else people.set(person.userId, { ...person, roles: new Set([role]) });
  }
  return [...people.values()];
}

/**
 * People and roles, as boxes that the arrow keys reach.
 * @param {string} path
 * @param {string} base
 * @param {Row[] | null} known
 * @param {boolean} may
 */
function spaceGrid(path, base, known, may) {
  const set = (/** @type {string} */ userId, /** @type {string} */ role, /** @type {boolean} */ held) => {
    const address = path + url`/roles/${role}/${userId}`;
    return held ? api.put(address, {}) : api.delete(address);
  };
  const box = (/** @type {Row} */ one, /** @type {string} */ role) => {
    const held = one.roles.has(role);
    if (!may) return held ? t("parts.yes") : "–";
    const values = { name: one.fullName, role: t(`spaces.${role}`) };
    const node = h("input", { type: "checkbox", name: role, checked: held, "aria-label": t("spaces.role_of", values) });
    node.onchange = async () => {
      const to = node.checked;
      try {
        await set(one.userId, role, to);
        one.roles[to ? "add" : "delete"](role);
        const undo = async () => {
          await set(one.userId, role, !to);
          grid.reload();
        };
        toast(t(to ? "spaces.given" : "spaces.taken", values), { undo });
      } catch (error) {
        node.checked = !to;
        tellFailure(error);
      }
    };
    return node;
  };
  const roles = SPACE_ROLES.map((one) => ({ value: one, label: t(`spaces.${one}`) }));
  const open = () => formDialog({
    title: t("spaces.add"),
    fields: [
      memberField(base, { required: true, help: t("parts.member_help") }),
      { name: "roles", label: t("core.roles"), type: "checks", value: ["developer"], options: roles },
    ],
    submit: t("parts.add"),
    save: (values) => Promise.all(values.roles.map((/** @type {string} */ one) => set(values.userId, one, true))),
  });
  const grid = list({
    title: t("spaces.grid"),
    text: may ? t("spaces.grid_help") : "",
    level: 2,
    name: "roles",
    rows: async () => {
      const rows = known ?? (await spaceRoles(path));
      known = null;
      return rows;
    },
    find: "local",
    columns: [
      { name: t("core.name"), of: (one) => one.fullName },
      { name: t("parts.email"), of: (one) => one.email, wide: true },
      ...roles.map(({ value, label }) => ({
        name: label,
        of: (/** @type {Row} */ one) => box(one, value),
        csv: (/** @type {Row} */ one) => one.roles.has(value),
      })),
    ],
    key: (one) => one.userId,
    create: may ? { label: t("spaces.add"), open } : undefined,
    empty: { title: t("spaces.nobody") },
    // The table is drawn when this has returned.
    loaded: () => queueMicrotask(() => {
      if (may) grid.querySelector("table")?.setAttribute("role", "grid");
      gridBoxes(grid).flat().forEach((one, at) => (one.tabIndex = at ? -1 : 0));
    }),
  });
  grid.addEventListener("keydown", gridKeys, true);
  return grid;
}

/**
 * The boxes of a grid, row by row.
 * @param {HTMLElement} grid
 * @returns {HTMLElement[][]}
 */
function gridBoxes(grid) {
  return [...grid.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input")]);
}

/**
 * The arrows go from box to box, Home and End to the ends of a row, with Ctrl of the grid. The tabulator
 * comes back to where one was.
 * @param {KeyboardEvent} event
 */
function gridKeys(event) {
  const here = /** @type {HTMLElement} */ (event.target);
  const boxes = gridBoxes(/** @type {HTMLElement} */ (event.currentTarget));
  const row = boxes.findIndex((one) => one.includes(here));
  const column = boxes[row]?.indexOf(here) ?? -1;
  if (column < 0) return;
  const [top, bottom] = event.ctrlKey ? [0, boxes.length - 1] : [row, row];
  /** @type {Record<string, [number, number]>} */
  const steps = {
    ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
    Home: [top, 0], End: [bottom, SPACE_ROLES.length - 1],
  };
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  event.stopPropagation();
  const there = boxes[step[0]]?.[step[1]];
  if (!there) return;
  here.tabIndex = -1;
  there.tabIndex = 0;
  there.focus();
}

/**
 * @param {string} path
 * @param {boolean} may
 */
function spaceApps(path, may) {
  const open = () => formDialog({
    title: t("spaces.create_app"),
    fields: [partFields().name],
    submit: t("core.create"),
    save: (values, { once }) => api.post(`${path}/apps`, values, { once }),
  });
  return list({
    title: t("spaces.apps"),
    level: 2,
    name: "apps",
    path: `${path}/apps`,
    columns: [
      { name: t("core.name"), of: (one) => one.name },
      { name: t("core.id"), of: (one) => copyable(one.id), csv: (one) => one.id, wide: true },
      { name: t("core.created"), of: (one) => time(one.createdAt), csv: (one) => one.createdAt, wide: true },
    ],
    key: (one) => one.id,
    label: (one) => one.name,
    actions: may ? [{
      label: t("core.delete"),
      danger: true,
      run: (one) => api.delete(path + url`/apps/${one.id}`),
      confirm: { title: (rows) => t("spaces.delete_apps", { count: rows.length }), text: t("spaces.delete_apps_text") },
    }] : [],
    create: may ? { label: t("spaces.create_app"), open } : undefined,
    empty: { title: t("spaces.no_apps") },
  });
}
