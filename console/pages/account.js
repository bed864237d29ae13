// My account: the profile.
import { api } from "../api.js";
import { day } from "../dates.js";
import { h, url } from "../render.js";
import { t } from "../texts.js";
import { restart } from "../shell.js";
import { badge, card, details, heading } from "../parts/bits.js";
import { form } from "../parts/form.js";
import { toast } from "../parts/toast.js";

const PROFILE_EMPTIED = ["firstName", "lastName", "timezone", "dateFormat", "timeFormat"];

/**
 * The page of one's own profile.
 * @param {Place} place
 */
export async function accountPage({ me: who, signal }) {
  const read = () => api.get("/api/auth/me", {}, { signal });
  const [first, mine] = await Promise.all([read(), profileWorkspaces(who, signal)]);
  let { data: user, etag } = first;
  const zones = [...new Set([user.timezone, "UTC", ...Intl.supportedValuesOf("timeZone")])].filter(Boolean);
  const text = (/** @type {string} */ name, /** @type {Partial<Field>} */ more) =>
    ({ name, label: t(`account.${name}`), value: user[name], maxlength: 255, ...more });
  return h("div", null,
    heading({ title: t("core.profile") }),
    card(null, details([
      [t("core.email"), [user.email, " ", user.emailVerified ? badge(t("account.verified"), "good") : badge(t("account.unverified"))]],
      [t("account.roles"), who.isAdmin ? t("account.is_admin") : t("account.is_user")],
      [t("account.since"), day(user.createdAt)],
    ])),
    card(null, form({
      fields: [
        text("fullName", { required: true, autocomplete: "name" }),
        text("firstName", { autocomplete: "given-name" }),
        text("lastName", { autocomplete: "family-name" }),
        text("timezone", { type: "find", text: user.timezone ?? "", find: async (typed) => profileZones(zones, typed) }),
        text("dateFormat", { placeholder: "yyyy-MM-dd" }),
        text("timeFormat", { placeholder: "HH:mm" }),
        mine.length > 0 && text("defaultWorkspaceId", { type: "select", options: user.defaultWorkspaceId ? mine : [{ value: "", label: "–" }, ...mine] }),
      ].filter((one) => one !== false),
      submit: t("core.save"),
      save: async (values) => {
        const body = { ...values };
        for (const name of PROFILE_EMPTIED) body[name] = values[name] || null;
        if (!body.defaultWorkspaceId) delete body.defaultWorkspaceId;
        await api.put("/api/auth/me", body, { etag });
        toast(t("core.saved"));
        restart();
      },
      again: async () => {
        ({ data: user, etag } = await read());
        return user;
      },
    })),
  );
}

/**
 * @param {string[]} zones
 * @param {string} typed
 */
async function profileZones(zones, typed) {
  const words = typed.toLowerCase().replaceAll(" ", "_");
  return zones.filter((one) => one.toLowerCase().includes(words)).slice(0, 50).map((value) => ({ value, label: value }));
}

/**
 * The workspaces of which somebody is a member, as choices. A platform ADMIN's list has all there are.
 * @param {Me} who
 * @param {AbortSignal} signal
 * @returns {Promise<Option[]>}
 */
async function profileWorkspaces({ id, isAdmin }, signal) {
  const path = isAdmin ? url`/api/admin/users/${id}/memberships` : "/api/workspaces";
  const { data } = await api.get(path, {}, { signal });
  return data.map((/** @type {Row} */ one) => ({ value: one.workspaceId ?? one.id, label: one.name }));
}
