// One user: profile, sign-in, memberships in all workspaces, sessions and tokens.
import { api } from "../api.js";
import { time } from "../dates.js";
import { actionButton, badge, card, copyable, details, heading } from "../parts/bits.js";
import { ask, showOnce } from "../parts/dialog.js";
import { formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { toast } from "../parts/toast.js";
import { h, url } from "../render.js";
import { link, refresh } from "../shell.js";
import { t } from "../texts.js";
import { auditAddress } from "./audit.js";
import { groupsField, rolesOf, setActive, siteChoices, userBadges } from "./users.js";

/** @param {Place} place */
export async function userPage(place) {
  const path = url`/api/admin/users/${place.params.userId}`;
  const [{ data: user, etag }, [groups, roles], { data: homes }] = await Promise.all([
    api.get(path),
    siteChoices(),
    api.get(`${path}/memberships`),
  ]);
  const own = user.id === place.me.id;
  const named = (/** @type {Option[]} */ options, /** @type {number[]} */ numbers) =>
    options.filter((one) => numbers.includes(one.value)).map((one) => one.label).join(", ");
  return {
    title: user.fullName,
    node: h(
      "div",
      null,
      heading({
        title: user.fullName,
        badge: userBadges(user),
        actions: [
          { label: t("core.edit"), primary: true, run: () => editUser(path, user, etag, groups, roles, homes, own) },
          !own && { label: t(user.active ? "users.suspend" : "users.enable"), danger: user.active, run: () => switchUser(user) },
          !own && { label: t("core.delete"), danger: true, run: () => deleteUser(path, user, etag, place) },
        ],
      }),
      h(
        "div",
        { class: "columns" },
        card(
          t("core.profile"),
          details([
            [t("core.email"), [user.email, " ", user.emailVerified ? badge(t("user.verified"), "good") : badge(t("user.unverified"), "neutral")]],
            [t("core.id"), copyable(user.id)],
            [t("user.user_name"), user.userName],
            [t("users.site_role"), named(roles, [user.roleNumber])],
            [t("core.groups"), named(groups, user.groups) || null],
            [t("user.home"), homes.find((/** @type {Row} */ one) => one.workspaceId === user.defaultWorkspaceId)?.name],
            [t("core.time_zone"), user.timezone],
            [t("core.created"), time(user.createdAt)],
          ]),
        ),
        card(
          t("core.sign_in"),
          h(
            "ul",
            { class: "acts" },
            !own && userAct("link", () => resetLink(path, user)),
            userAct("unlock", () => unlockUser(path)),
            !own && userAct("factors", () => resetFactors(path)),
          ),
          h(
            "p",
            null,
            link(auditAddress({ target: user.id }), t("user.audit_of")),
            " · ",
            link(auditAddress({ actor: user.id }), t("user.audit_by")),
          ),
        ),
      ),
      membershipList(path, user),
      credentialList(path),
    ),
  };
}

/**
 * What may be done to a user's sign-in: a button, and what it does.
 * @param {string} name
 * @param {() => unknown} run
 */
function userAct(name, run) {
  return h("li", null, actionButton({ label: t(`user.${name}`), run }), h("span", { class: "quiet" }, t(`user.${name}_help`)));
}

/** @param {string} path */
async function unlockUser(path) {
  await api.post(`${path}/unlock`);
  toast(t("core.done", { count: 1 }));
}

/** @param {Row} user */
async function switchUser(user) {
  if (user.active) {
    const title = t("users.sure", { what: t("users.suspend"), name: user.fullName });
    if (!(await ask({ title, text: t("users.suspend_ends"), confirm: t("users.suspend"), danger: true }))) return;
  }
  await setActive(user, !user.active);
  refresh();
  toast(t("core.saved"), {
    undo: async () => {
      await setActive(user, user.active);
      refresh();
    },
  });
}

/**
 * @param {string} path
 * @param {Row} user
 * @param {string | null} etag
 * @param {Place} place
 */
async function deleteUser(path, user, etag, place) {
  const title = t("users.sure", { what: t("core.delete"), name: user.fullName });
  if (!(await ask({ title, text: t("user.delete_ends"), confirm: t("core.delete"), danger: true, typed: user.email }))) return;
  await api.delete(path, { etag });
  toast(t("core.deleted"));
  place.go("#/users");
}

/**
 * @param {string} path
 * @param {Row} user
 */
async function resetLink(path, user) {
  const { data } = await api.post(`${path}/password-link`);
  if (!data.link) return toast(t("user.link_mailed", user));
  await showOnce({ title: t("users.link"), text: [t("user.link_text", user), " ", time(data.expiresAt)], secret: data.link });
}

/** @param {string} path */
async function resetFactors(path) {
  if (!(await ask({ title: t("user.factors"), text: t("user.factors_ends"), confirm: t("user.factors"), danger: true }))) return;
  await api.delete(`${path}/factors`);
  toast(t("core.done", { count: 1 }));
  refresh();
}

/**
 * Saves what was changed, and nothing else.
 * @param {string} path
 * @param {Row} user
 * @param {string | null} etag
 * @param {Option[]} groups
 * @param {Option[]} roles
 * @param {Row[]} homes
 * @param {boolean} own
 */
async function editUser(path, user, etag, groups, roles, homes, own) {
  let was = user;
  let tag = etag;
  const admin = user.roles.includes("ADMIN");
  const line = (/** @type {string} */ name, /** @type {string} */ label, /** @type {Partial<Field>} */ more = {}) => {
    return { name, label: t(label), value: user[name] ?? "", maxlength: 255, autocomplete: "off", ...more };
  };
  const choice = (/** @type {string} */ name, /** @type {string} */ label, /** @type {Option[]} */ options) => {
    // No value can be taken away again: none is there to choose only where none is chosen.
    const none = user[name] === null ? [{ value: "", label: "–" }] : [];
    return { name, label: t(label), type: /** @type {const} */ ("select"), value: user[name] ?? "", options: [...none, ...options] };
  };
  const saved = await formDialog({
    title: t("core.edit"),
    fields: [
      line("fullName", "core.name", { required: true }),
      line("email", "core.email", { type: "email", required: true, maxlength: 254 }),
      { name: "emailVerified", label: t("user.verified_field"), type: "checkbox", value: user.emailVerified },
      line("firstName", "user.first_name"),
      line("lastName", "user.last_name"),
      line("userName", "user.user_name"),
      line("timezone", "core.time_zone", { placeholder: "Europe/Berlin" }),
      choice("roleNumber", "users.site_role", roles),
      ...(groups.length ? [groupsField(groups, user.groups)] : []),
      ...(homes.length ? [choice("defaultWorkspaceId", "user.home", homes.map((one) => ({ value: one.workspaceId, label: one.name })))] : []),
      ...(own ? [] : [{ name: "admin", label: t("core.administrator"), type: /** @type {const} */ ("checkbox"), value: admin }]),
      { name: "mustChangePassword", label: t("users.must_change"), type: "checkbox", value: user.mustChangePassword },
    ],
    submit: t("core.save"),
    save: ({ admin: wanted = admin, ...values }) => {
      /** @type {Values} */
      const body = wanted === was.roles.includes("ADMIN") ? {} : { roles: rolesOf(wanted) };
      for (const [name, value] of Object.entries(values)) {
        const now = value === "" ? null : value;
        if (String(now) !== String(was[name])) body[name] = now;
      }
      return api.put(path, body, { etag: tag });
    },
    again: async () => {
      const { data, etag: next } = await api.get(path);
      [was, tag] = [data, next];
      return { ...data, admin: data.roles.includes("ADMIN") };
    },
  });
  if (!saved) return;
  toast(t("core.saved"));
  refresh();
}

/**
 * @param {string} path
 * @param {Row} user
 */
function membershipList(path, user) {
  return list({
    title: t("user.memberships"),
    level: 2,
    name: "memberships",
    path: `${path}/memberships`,
    columns: [
      { name: t("core.workspace"), of: (one) => one.name },
      { name: t("core.key"), of: (one) => h("code", null, one.key), csv: (one) => one.key },
      { name: t("core.role"), of: (one) => badge(workspaceRole(one.role)), csv: (one) => one.role },
      { name: t("core.created"), of: (one) => time(one.createdAt), csv: (one) => one.createdAt },
    ],
    row: userWorkspaceAddress,
    key: (one) => one.workspaceId,
    label: (one) => one.name,
    actions: [
      {
        label: t("core.remove"),
        danger: true,
        confirm: { title: (rows) => t("user.remove_from", { count: rows.length, name: user.fullName }), text: t("user.remove_ends"), confirm: t("core.remove") },
        run: (one) => api.delete(url`/api/workspaces/${one.workspaceId}/members/${user.id}`),
      },
    ],
    create: { label: t("user.add"), open: () => addMembership(user) },
    empty: { title: t("user.no_memberships") },
  });
}

/** @param {Row} one */
function userWorkspaceAddress(one) {
  return url`#/workspaces/${one.workspaceId}`;
}

/** @param {Row} user */
function addMembership(user) {
  return formDialog({
    title: t("user.add"),
    fields: [
      { name: "workspaceId", label: t("core.workspace"), type: "find", required: true, find: findWorkspaces },
      {
        name: "role",
        label: t("core.role"),
        type: "select",
        value: "MEMBER",
        options: ["MEMBER", "ADMIN"].map((value) => ({ value, label: workspaceRole(value) })),
      },
    ],
    submit: t("user.add"),
    save: ({ workspaceId, role }, { once }) => api.post(url`/api/workspaces/${workspaceId}/members`, { userId: user.id, role }, { once }),
  });
}

/** @param {string} text */
async function findWorkspaces(text) {
  const { data } = await api.get("/api/workspaces", text.length > 1 ? { q: text, size: 20 } : { page: 1, size: 20 });
  return data.map((/** @type {Row} */ one) => ({ value: one.id, label: `${one.name} (${one.key})` }));
}

/** @param {string} path */
function credentialList(path) {
  const all = { sessions: 0, tokens: 0, grants: 0 };
  const found = list({
    title: t("user.credentials"),
    level: 2,
    name: "credentials",
    rows: async () => {
      const { data } = await api.get(`${path}/credentials`);
      for (const kind of /** @type {const} */ (["sessions", "tokens", "grants"])) all[kind] = data[kind].length;
      return [...data.sessions, ...data.tokens, ...data.grants];
    },
    columns: [
      { name: t("core.kind"), of: (one) => t(`user.${one.kind}`), csv: (one) => one.kind },
      { name: t("user.what"), of: (one) => one.name ?? one.agent ?? "–" },
      { name: t("user.address"), of: (one) => one.address ?? "–", wide: true },
      { name: t("core.created"), of: (one) => time(one.createdAt), csv: (one) => one.createdAt },
      { name: t("core.used"), of: (one) => time(one.lastUsedAt), csv: (one) => one.lastUsedAt },
      { name: t("core.ends"), of: (one) => time(one.expiresAt), csv: (one) => one.expiresAt, wide: true },
    ],
    key: (one) => one.id,
    label: (one) => one.name ?? one.agent ?? one.id,
    actions: [
      {
        label: t("core.end"),
        danger: true,
        confirm: { title: (rows) => t("users.sure", { what: t("core.end"), name: rows.length }), text: t("user.end_now"), confirm: t("core.end") },
        run: (one) => api.delete(`${path}/credentials/${encodeURIComponent(one.id)}`),
      },
    ],
    heading: [
      {
        label: t("user.end_all"),
        danger: true,
        run: async () => {
          const text = t("user.end_all_text", all);
          if (!(await ask({ title: t("user.end_all"), text, confirm: t("user.end_all"), danger: true }))) return;
          await api.delete(`${path}/credentials`);
          toast(t("core.done", { count: 1 }));
          found.reload();
        },
      },
    ],
    empty: { title: t("user.no_credentials") },
  });
  return found;
}

/** @param {string} role */
function workspaceRole(role) {
  return t(role === "ADMIN" ? "core.administrator" : "core.member");
}
