// The site's groups; and how the pages of groups and roles are made, which are alike.
import { api } from "../api.js";
import { actionButton } from "../parts/bits.js";
import { formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { toast } from "../parts/toast.js";
import { t } from "../texts.js";

/** A list and a dialog: a group is its name. */
export async function groupsPage() {
  return siteThings("groups", [], () => [], (values) => values);
}

/**
 * The page of things of the site that have a number and a name.
 * @param {string} what groups or roles: the area of the texts, and the end of the path
 * @param {Column[]} columns
 * @param {(thing: Row) => Field[]} fields those beside the name
 * @param {(values: Values) => Values} body what is sent for what a form holds
 */
export function siteThings(what, columns, fields, body) {
  const path = `/api/admin/${what}`;
  const edit = async (/** @type {Row | null} */ known) => {
    let { data: thing, etag } = known ? await api.get(`${path}/${known.number}`) : { data: {}, etag: null };
    const saved = await formDialog({
      title: t(known ? "core.edit" : `${what}.create`),
      fields: [{ name: "name", label: t("core.name"), value: thing.name, required: true, maxlength: 255, autocomplete: "off" }, ...fields(thing)],
      submit: t(known ? "core.save" : `${what}.create`),
      save: (values, { once }) => (known ? api.put(`${path}/${thing.number}`, body(values), { etag }) : api.post(path, body(values), { once })),
      again: async () => {
        ({ data: thing, etag } = await api.get(`${path}/${thing.number}`));
        return Object.fromEntries([["name", thing.name], ...fields(thing).map((one) => [one.name, one.value])]);
      },
    });
    if (saved) toast(t("core.saved"));
    return saved;
  };
  const found = list({
    title: t(`core.${what}`),
    text: t(`${what}.text`),
    path,
    find: "local",
    columns: [
      { name: t("core.name"), of: (one) => one.name },
      ...columns,
      { name: t("core.number"), of: (one) => one.number, number: true, wide: true },
      {
        name: "",
        of: (one) => actionButton({ label: t("core.edit"), run: async () => (await edit(one)) && found.reload() }),
        csv: () => "",
      },
    ],
    key: (one) => String(one.number),
    label: (one) => one.name,
    actions: [
      {
        label: t("core.delete"),
        danger: true,
        confirm: { title: (rows) => t("users.sure", { what: t("core.delete"), name: rows.length }), text: t(`${what}.ends`), confirm: t("core.delete") },
        run: (one) => api.delete(`${path}/${one.number}`),
      },
    ],
    create: { label: t(`${what}.create`), open: () => edit(null) },
    empty: { title: t(`${what}.none`) },
  });
  return found;
}
