// The programs of the token endpoint: list, and one of them.
import { api } from "../api.js";
import { time } from "../dates.js";
import { badge, card, copyable, details, heading } from "../parts/bits.js";
import { ask, showOnce } from "../parts/dialog.js";
import { formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { toast } from "../parts/toast.js";
import { h, url } from "../render.js";
import { refresh } from "../shell.js";
import { t } from "../texts.js";
import { auditWho } from "./audit.js";
import { linesOf } from "./roles.js";
import { given } from "./users.js";

const CLIENT_GRANTS = ["password", "refresh_token", "client_credentials"];

/** @param {Place} place */
export async function clientsPage(place) {
  return list({
    title: t("core.clients"),
    text: t("clients.text"),
    path: "/api/admin/clients",
    find: "local",
    columns: [
      { name: t("core.name"), of: (client) => client.name },
      { name: t("core.id"), of: (client) => h("code", null, client.id), csv: (client) => client.id },
      { name: t("core.kind"), of: clientKind, csv: (client) => (client.public ? "public" : "confidential") },
      { name: t("clients.grants"), of: (client) => client.grants.join(", "), csv: (client) => client.grants.join(" ") },
      { name: t("core.created"), of: (client) => time(client.createdAt), csv: (client) => client.createdAt, wide: true },
    ],
    row: clientAddress,
    key: (client) => client.id,
    label: (client) => client.name,
    actions: [
      {
        label: t("core.delete"),
        danger: true,
        confirm: { title: (rows) => t("users.sure", { what: t("core.delete"), name: rows.length }), text: t("clients.ends"), confirm: t("core.delete") },
        run: (client) => api.delete(url`/api/admin/clients/${client.id}`),
      },
    ],
    create: { label: t("clients.create"), open: () => createClient(place) },
    empty: { title: t("clients.none") },
  });
}

/** @param {Row} client */
function clientAddress(client) {
  return url`#/clients/${client.id}`;
}

/** @param {Row} client */
function clientKind(client) {
  return badge(t(client.public ? "clients.public" : "clients.confidential"), "neutral");
}

/** @param {Place} place */
export async function clientPage(place) {
  const path = url`/api/admin/clients/${place.params.clientId}`;
  const { data: client, etag } = await api.get(path);
  return {
    title: client.name,
    node: h(
      "div",
      null,
      heading({
        title: client.name,
        badge: clientKind(client),
        actions: [
          { label: t("core.edit"), primary: true, run: () => editClient(path, client, etag) },
          !client.public && { label: t("clients.rotate"), run: () => rotateSecret(path) },
          { label: t("core.delete"), danger: true, run: () => deleteClient(path, client, etag, place) },
        ],
      }),
      card(
        null,
        details([
          [t("core.id"), copyable(client.id)],
          [t("clients.grants"), client.grants.join(", ")],
          [t("clients.scopes"), client.scopes.map((/** @type {string} */ one) => [h("code", null, one), " "])],
          [t("clients.user"), client.userId && auditWho({ actor: client.userId }, place)],
          client.createdAt && [t("core.created"), time(client.createdAt)],
          client.formerUntil && [t("clients.former"), time(client.formerUntil)],
        ]),
      ),
    ),
  };
}

/**
 * The fields of a client that may be changed later.
 * @param {Row} client
 * @returns {Field[]}
 */
function clientFields({ name, grants = ["client_credentials"], scopes = [], userId }) {
  return [
    { name: "name", label: t("core.name"), value: name, required: true, maxlength: 255, autocomplete: "off" },
    {
      name: "grants",
      label: t("clients.grants"),
      type: "checks",
      value: grants,
      options: CLIENT_GRANTS.map((value) => ({ value, label: value })),
    },
    { name: "userId", label: t("clients.user"), type: "find", value: userId ?? "", text: userId ?? "", find: findClientUsers, help: t("clients.user_help") },
    { name: "scopes", label: t("clients.scopes"), type: "textarea", rows: 3, value: scopes.join("\n"), help: t("roles.lines") },
  ];
}

/** @param {string} text */
async function findClientUsers(text) {
  const { data } = await api.get("/api/admin/users", text.length > 1 ? { q: text, size: 20 } : { page: 1, size: 20 });
  return data.map((/** @type {Row} */ one) => ({ value: one.id, label: `${one.fullName} (${one.email})` }));
}

/** @param {Place} place */
async function createClient(place) {
  /** @type {Row} */
  let made = null;
  await formDialog({
    title: t("clients.create"),
    fields: [
      ...clientFields({}),
      { name: "id", label: t("core.id"), maxlength: 64, autocomplete: "off", help: t("clients.id_help") },
      { name: "public", label: t("clients.public"), type: "checkbox", help: t("clients.public_help") },
    ],
    submit: t("clients.create"),
    save: async ({ name, grants, scopes, public: open, userId, id }, { once }) => {
      const body = { name, grants, scopes: linesOf(scopes), public: open, ...given({ userId, id }) };
      made = (await api.post("/api/admin/clients", body, { once })).data;
    },
  });
  if (!made) return false;
  await showClientSecret(made);
  place.go(clientAddress(made));
  return false;
}

/** @param {Row} client */
async function showClientSecret(client) {
  if (client.secret) await showOnce({ title: t("clients.secret"), text: t("clients.secret_text", client), secret: client.secret });
  // The answer that had it was lost on its way, and the request was sent again.
  else if (!client.public) toast(t("clients.lost"), { tone: "bad" });
}

/**
 * @param {string} path
 * @param {Row} client
 * @param {string | null} etag
 */
async function editClient(path, client, etag) {
  let was = client;
  let tag = etag;
  const saved = await formDialog({
    title: t("core.edit"),
    fields: clientFields(client),
    submit: t("core.save"),
    save: ({ name, grants, scopes, userId }) => {
      // Whom a program stands for is sent where it was changed alone: that asks for a proof.
      const more = userId === (was.userId ?? "") ? {} : given({ userId });
      return api.put(path, { name, grants, scopes: linesOf(scopes), ...more }, { etag: tag });
    },
    again: async () => {
      const { data, etag: next } = await api.get(path);
      [was, tag] = [data, next];
      return { ...data, scopes: data.scopes.join("\n") };
    },
  });
  if (!saved) return;
  toast(t("core.saved"));
  refresh();
}

/** @param {string} path */
async function rotateSecret(path) {
  if (!(await ask({ title: t("clients.rotate"), text: t("clients.rotate_text"), confirm: t("clients.rotate") }))) return;
  await showClientSecret((await api.post(`${path}/secret`, undefined, { once: crypto.randomUUID() })).data);
  refresh();
}

/**
 * @param {string} path
 * @param {Row} client
 * @param {string | null} etag
 * @param {Place} place
 */
async function deleteClient(path, client, etag, place) {
  const title = t("users.sure", { what: t("core.delete"), name: client.name });
  if (!(await ask({ title, text: t("clients.ends"), confirm: t("core.delete"), danger: true, typed: client.id }))) return;
  await api.delete(path, { etag });
  toast(t("core.deleted"));
  place.go("#/clients");
}
