// The users of the site: found as one types, filtered, made, suspended.
import { api } from "../api.js";
import { time } from "../dates.js";
import { badge } from "../parts/bits.js";
import { showOnce } from "../parts/dialog.js";
import { formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { toast } from "../parts/toast.js";
import { h, url } from "../render.js";
import { t } from "../texts.js";

/** @param {Place} place */
export async function usersPage(place) {
  return list({
    title: t("core.users"),
    path: "/api/admin/users",
    find: true,
    oneQuestion: true,
    filters: [
      { name: "status", label: t("core.state"), options: [{ value: "active", label: t("users.active") }, { value: "suspended", label: t("core.suspended") }] },
      { name: "role", label: t("core.role"), options: [{ value: "ADMIN", label: t("core.administrator") }, { value: "USER", label: t("core.user") }] },
    ],
    columns: [
      { name: t("core.name"), of: (user) => user.fullName },
      { name: t("core.email"), of: (user) => user.email },
      { name: t("core.state"), of: userBadges, csv: userState },
      { name: t("core.created"), of: (user) => time(user.createdAt), csv: (user) => user.createdAt, wide: true },
      { name: t("core.id"), of: (user) => h("code", null, user.id), csv: (user) => user.id, wide: true },
    ],
    row: userAddress,
    key: (user) => user.id,
    label: (user) => user.fullName,
    actions: [
      {
        label: t("users.suspend"),
        danger: true,
        for: (user) => user.active && user.id !== place.me.id,
        confirm: {
          title: (users) => t("users.sure", { what: t("users.suspend"), name: users.length }),
          text: t("users.suspend_ends"),
          confirm: t("users.suspend"),
        },
        run: (user) => setActive(user, false),
      },
      { label: t("users.enable"), for: (user) => !user.active, run: (user) => setActive(user, true) },
    ],
    create: { label: t("users.create"), open: () => createUser(place) },
    empty: { title: t("users.none") },
  });
}

/** @param {Row} user */
export function userAddress(user) {
  return url`#/users/${user.id}`;
}

/** @param {Row} user */
function userState(user) {
  return t(user.active ? "users.active" : "core.suspended");
}

/**
 * What an administrator must see of a user at once.
 * @param {Row} user
 */
export function userBadges(user) {
  return [
    badge(userState(user), user.active ? "good" : "bad"),
    user.roles.includes("ADMIN") && [" ", badge(t("core.administrator"))],
    user.mustChangePassword && [" ", badge(t("users.must_change"), "warn")],
  ];
}

/**
 * @param {Row} user
 * @param {boolean} active
 */
export function setActive(user, active) {
  return api.put(url`/api/admin/users/${user.id}`, { active });
}

/** @param {Place} place */
async function createUser(place) {
  const [groups, roles] = await siteChoices();
  /** @type {Row} */
  let made = null;
  await formDialog({
    title: t("users.create"),
    fields: [
      { name: "fullName", label: t("core.name"), required: true, maxlength: 255, autocomplete: "off" },
      { name: "email", label: t("core.email"), type: "email", required: true, maxlength: 254, autocomplete: "off" },
      {
        name: "password",
        label: t("core.password"),
        type: "password",
        autocomplete: "new-password",
        help: t("users.password_help"),
      },
      { name: "admin", label: t("core.administrator"), type: "checkbox" },
      { name: "roleNumber", label: t("users.site_role"), type: "select", options: [{ value: "", label: t("roles.default") }, ...roles] },
      ...(groups.length ? [groupsField(groups, [])] : []),
    ],
    submit: t("users.create"),
    save: async (values, { once }) => {
      const { fullName, email, password, admin, roleNumber, groups: chosen = [] } = values;
      made = (
        await api.post("/api/admin/users", { fullName, email, roles: rolesOf(admin), groups: chosen, ...given({ password, roleNumber }) }, { once })
      ).data;
    },
  });
  if (!made) return false;
  if (made.link) await showOnce({ title: t("users.link"), text: t("users.first_link", made), secret: made.link });
  else toast(t("link" in made ? "users.no_link" : "core.saved"));
  place.go(userAddress(made));
  return false;
}

/**
 * What was filled in: a field that may be absent, but not empty.
 * @param {Values} values
 */
export function given(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "" && value !== undefined && value !== null));
}

/** @param {boolean} admin */
export function rolesOf(admin) {
  return admin ? ["ADMIN", "USER"] : ["USER"];
}

/** The groups and the roles of the site, to choose from. */
export async function siteChoices() {
  const found = await Promise.all(["groups", "roles"].map((what) => api.get(`/api/admin/${what}`)));
  return found.map(({ data }) => data.map((/** @type {Row} */ one) => ({ value: one.number, label: one.name })));
}

/**
 * @param {Option[]} options
 * @param {number[]} value
 * @returns {Field}
 */
export function groupsField(options, value) {
  return { name: "groups", label: t("core.groups"), type: "checks", options, value };
}
