// A workspace's credentials: of its identity provider, and one's own API tokens that are good for it alone.
import { api } from "../api.js";
import { time } from "../dates.js";
import { card, copyable, heading } from "../parts/bits.js";
import { formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { h, url } from "../render.js";
import { link } from "../shell.js";
import { t } from "../texts.js";
import { partFields, partsOf, showPartSecret } from "./workspace_parts.js";
import { workspaceGroupList } from "./workspace_groups.js";

/** @param {Place} place */
export async function scimPage(place) {
  const { base, at } = partsOf(place);
  const path = `${base}/scim-tokens`;
  const { data: tokens } = await api.get(path, {}, { signal: place.signal });
  return h("div", null,
    heading({ title: t("core.scim"), text: t("scim.what") }),
    card(t("scim.base"), h("p", null, copyable(location.origin + url`/scim/v2/${place.params.workspaceId}`)), h("p", { class: "quiet" }, t("scim.base_help"))),
    tokenList({
      title: t("scim.tokens"),
      text: t("scim.tokens_help"),
      level: 2,
      path,
      rows: async () => (await api.get(path)).data,
      more: {},
      columns: [
        { name: t("core.used"), of: (one) => time(one.lastUsedAt), csv: (one) => one.lastUsedAt },
      ],
    }),
    tokens.map((/** @type {Row} */ one) => list({
      title: t("scim.done", one),
      level: 2,
      name: one.id,
      path: `${base}/audit`,
      query: { actor: one.id },
      cursor: true,
      size: 10,
      columns: [
        { name: t("core.when"), of: (entry) => time(entry.at), csv: (entry) => entry.at },
        { name: t("scim.action"), of: (entry) => entry.action },
        {
          name: t("scim.target"),
          of: ({ action, target }) => link(at + url`/${action.startsWith("workspace_group") ? "groups" : "members"}/${target}`, target),
        },
      ],
      key: (entry) => `${entry.at} ${entry.action} ${entry.target}`,
      empty: { title: t("scim.nothing") },
    })),
    workspaceGroupList(place, 2),
  );
}

/** @param {Place} place */
export function workspaceTokensPage(place) {
  const { workspaceId } = place.params;
  const path = "/api/auth/tokens";
  return tokenList({
    title: t("scim.api_tokens"),
    text: t("scim.api_tokens_help"),
    level: 1,
    path,
    rows: async () => (await api.get(path)).data.filter((/** @type {Row} */ one) => one.workspaceId === workspaceId),
    more: { workspaceId },
    columns: [],
  });
}

/**
 * Tokens of one kind: made, shown once, ended.
 * @param {{ title: string, text: string, level: number, path: string, rows: () => Promise<Row[]>, more: Values, columns: Column[] }} options
 */
function tokenList({ title, text, level, path, rows, more, columns }) {
  const open = async () => {
    /** @type {Row} */
    let made = {};
    const done = await formDialog({
      title: t("scim.create"),
      fields: [partFields().name, { name: "expiresAt", label: t("core.ends"), type: "moment", help: t("scim.expires_help") }],
      submit: t("core.create"),
      save: async ({ name, expiresAt }, { once }) => {
        const body = { name, ...more, ...(expiresAt ? { expiresAt } : {}) };
        // A request for an API token is carried out as often as it comes: it is not sent again by itself.
        made = (await api.post(path, body, more.workspaceId ? {} : { once })).data;
      },
    });
    if (done) await showPartSecret({ title: t("scim.made", made), text: t("scim.once"), secret: made.secret ?? made.token });
    return done;
  };
  return list({
    title,
    text,
    level,
    name: level === 1 ? "" : "tokens",
    rows,
    columns: [
      { name: t("core.name"), of: (one) => one.name },
      { name: t("core.created"), of: (one) => time(one.createdAt), csv: (one) => one.createdAt, wide: true },
      { name: t("core.ends"), of: (one) => (one.expiresAt ? time(one.expiresAt) : t("core.never")), csv: (one) => one.expiresAt },
      ...columns,
    ],
    key: (one) => one.id,
    label: (one) => one.name,
    actions: [{
      label: t("core.delete"),
      danger: true,
      run: (one) => api.delete(path + url`/${one.id}`),
      confirm: { title: (found) => t("scim.delete", { count: found.length }), text: t("scim.delete_text") },
    }],
    create: { label: t("scim.create"), open },
    empty: { title: t("scim.none") },
  });
}
