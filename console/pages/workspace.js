// One workspace: what it is and has; its settings, limits, suspension and deletion.
import { api } from "../api.js";
import { number, time } from "../dates.js";
import { actionButton, badge, card, copyable, details, heading, notice, tabs, tiles } from "../parts/bits.js";
import { ask } from "../parts/dialog.js";
import { form } from "../parts/form.js";
import { toast } from "../parts/toast.js";
import { h, put, url } from "../render.js";
import { go, loadMe, restart } from "../shell.js";
import { t } from "../texts.js";
import { setWorkspaceActive } from "./workspaces.js";

const WORKSPACE_ORGANISATION = ["abbreviation", "adminName", "adminEmail", "address", "state", "country", "pinCode"];
const WORKSPACE_SETTINGS = ["locale", "timeZone", "dateTimeFormat", "dateFormat", "timeFormat", "regionCode"];
/** Fields whose names are words of all pages. @type {Record<string, string>} */
const WORKSPACE_SHARED = { name: "core.name", key: "core.key", timeZone: "core.time_zone", adminName: "core.administrator" };
const WORKSPACE_LIMITS = ["members", "projects", "spaces"];
/** What is offered as one types; anything else may be typed too. @type {Record<string, () => string[]>} */
const WORKSPACE_CHOICES = {
  locale: () => "ar-EG de-DE en-GB en-US es-ES fr-FR hi-IN it-IT ja-JP pl-PL pt-BR zh-CN".split(" "),
  timeZone: () => ["UTC", ...Intl.supportedValuesOf("timeZone")],
  dateTimeFormat: () => ["yyyy-MM-dd HH:mm", "dd.MM.yyyy HH:mm", "dd/MM/yyyy HH:mm", "MM/dd/yyyy h:mm a", "d MMMM yyyy HH:mm"],
  dateFormat: () => ["yyyy-MM-dd", "dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "d MMMM yyyy"],
  timeFormat: () => ["HH:mm", "HH:mm:ss", "h:mm a"],
};

/** @param {Place} place */
export async function workspacePage({ params, admin, signal }) {
  const base = url`/api/workspaces/${params.workspaceId}`;
  const at = url`/workspaces/${params.workspaceId}`;
  const [{ data: one }, { data: usage }] = await Promise.all([api.get(base, {}, { signal }), api.get(`${base}/usage`, {}, { signal })]);
  const { settings, organisation } = one;
  const place = [organisation.address, organisation.pinCode, organisation.state, organisation.country].filter(Boolean).join(", ");
  const contact = [organisation.adminName, organisation.adminEmail].filter(Boolean).join(", ");
  return {
    title: one.name,
    node: h("div", null,
      heading({
        title: one.name,
        badge: !one.active && badge(t("core.suspended"), "bad"),
        actions: [admin && { label: t("core.settings"), address: `${at}/settings` }],
      }),
      !one.active && notice("warn", t("workspaces.is_suspended")),
      tiles(["members", "projects", "spaces", "features", "invitations"].map((name) =>
        (name !== "invitations" || admin) && workspaceTile(name, usage[name], usage.limits[name], `${at}/${name}`))),
      card(null, details([
        [t("core.key"), copyable(one.key)],
        [t("core.id"), copyable(one.id)],
        [t("workspaces.now"), writtenMoment(settings.dateTimeFormat, settings)],
        [t("core.time_zone"), settings.timeZone],
        [t("workspaces.locale"), settings.locale],
        contact ? [t("workspaces.contact"), contact] : null,
        place ? [t("workspaces.address"), place] : null,
        [t("core.created"), time(one.createdAt)],
        [t("parts.changed"), time(one.updatedAt)],
      ]))),
  };
}

/**
 * How many there are, and of how many there may be.
 * @param {string} name
 * @param {number} value
 * @param {number | undefined} limit
 * @param {string} address
 */
function workspaceTile(name, value, limit, address) {
  const label = t(`core.${name}`);
  const isFull = limit !== undefined && value >= limit;
  return {
    label,
    address,
    value: number(value),
    tone: isFull ? "warn" : "",
    text: limit !== undefined && [
      t(isFull ? "workspaces.full" : "workspaces.of", { limit }),
      h("meter", { min: "0", max: limit || 1, low: limit * .8, high: limit * .99, optimum: "0", value: limit ? value : 1, "aria-label": label }),
    ],
  };
}

/** @param {Place} place */
export async function workspaceSettingsPage({ params, me, query, signal }) {
  const base = url`/api/workspaces/${params.workspaceId}`;
  const at = url`/workspaces/${params.workspaceId}/settings`;
  const read = await api.get(base, {}, { signal });
  const parts = { general: workspaceGeneral, organisation: workspaceOrganisation, ...(me.isAdmin && { limits: workspaceLimits, end: workspaceEnd }) };
  const part = /** @type {keyof typeof parts} */ (query.get("part") ?? "general");
  const current = part in parts ? part : "general";
  return {
    title: t("core.settings"),
    node: h("div", null,
      heading({ title: t("core.settings") }),
      tabs(Object.keys(parts).map((id) => ({ id, label: t(`workspaces.${id}`), address: id === "general" ? at : `${at}?part=${id}` })), current),
      parts[current]?.(base, read)),
  };
}

/**
 * A form for some fields of a workspace, saved as it was read: what somebody else has changed is not overwritten.
 * @param {string} base
 * @param {Answer} read
 * @param {Field[]} fields
 * @param {(data: Row) => Values} shown
 * @param {(values: Values) => Values} sent
 */
function workspaceForm(base, { data, etag }, fields, shown, sent) {
  const values = shown(data);
  return form({
    fields: fields.map((field) => ({ label: t(WORKSPACE_SHARED[field.name] ?? `workspaces.${field.name}`), maxlength: 255, value: values[field.name], ...field })),
    submit: t("core.save"),
    save: async (now) => {
      await api.put(base, sent(now), { etag });
      toast(t("core.saved"));
      restart();
    },
    again: async () => {
      const now = await api.get(base);
      etag = now.etag;
      return shown(now.data);
    },
  });
}

/**
 * Name, language and zone, with a preview of how moments are written.
 * @param {string} base
 * @param {Answer} read
 */
function workspaceGeneral(base, read) {
  const preview = h("div", { role: "status" });
  const draw = (/** @type {Values} */ values) => put(preview, workspacePreview(values));
  /** @type {Field[]} */
  const fields = [
    { name: "name", required: true },
    ...WORKSPACE_SETTINGS.map((name) => ({ name, required: name !== "regionCode", maxlength: name === "locale" ? 35 : 255, options: WORKSPACE_CHOICES[name]?.(), changed: draw })),
  ];
  const node = workspaceForm(base, read, fields,
    ({ name, settings }) => ({ name, ...settings }),
    ({ name, ...settings }) => ({ name, settings: { ...settings, regionCode: settings.regionCode || null } }));
  draw(read.data.settings);
  return card(null, h("div", { class: "beside" }, h("section", { class: "notice", "aria-label": t("workspaces.preview") }, preview), node));
}

/**
 * What moments look like under these settings.
 * @param {Values} settings
 */
function workspacePreview(settings) {
  try {
    return details([
      [t("workspaces.now"), writtenMoment(settings.dateTimeFormat, settings)],
      [t("workspaces.date"), writtenMoment(settings.dateFormat, settings)],
      [t("workspaces.time"), writtenMoment(settings.timeFormat, settings)],
    ]);
  } catch {
    return h("p", { class: "quiet" }, t("workspaces.no_preview"));
  }
}

/**
 * The present moment by a pattern (`dd.MM.yyyy HH:mm`). Throws RangeError for a locale or a zone that is none.
 * @param {string} pattern
 * @param {Values} settings
 */
export function writtenMoment(pattern, { locale, timeZone }) {
  const now = new Date();
  const name = (/** @type {"month" | "weekday" | "dayPeriod"} */ type, /** @type {Intl.DateTimeFormatOptions} */ options) =>
    new Intl.DateTimeFormat(locale, { timeZone, day: "numeric", ...options }).formatToParts(now).find((part) => part.type === type)?.value ?? "";
  // Swedish writes moments as ISO 8601 does.
  const [year = "", month = "", day = "", hour = "", minute = "", second = ""] = now.toLocaleString("sv-SE", { timeZone }).match(/\d+/g) ?? [];
  const half = String(Number(hour) % 12 || 12);
  /** @type {Record<string, string>} */
  const digits = { M: month, d: day, H: hour, h: half, m: minute, s: second };
  return pattern.replace(/'([^']*)'|y+|M+|d+|E+|H+|h+|m+|s+|a+|t+/g, (token, quoted) => {
    const [letter = ""] = token;
    const isLong = token.length > 3;
    if (letter === "'") return quoted || "'";
    if (letter === "y") return token.length === 2 ? year.slice(2) : year;
    if (letter === "a" || letter === "t") return name("dayPeriod", { hour: "numeric", hour12: true });
    if (letter === "E" || (letter === "d" && token.length > 2)) return name("weekday", { weekday: isLong ? "long" : "short" });
    if (letter === "M" && token.length > 2) return name("month", { month: isLong ? "long" : "short" });
    return String(Number(digits[letter])).padStart(token.length, "0");
  });
}

/**
 * @param {string} base
 * @param {Answer} read
 */
function workspaceOrganisation(base, read) {
  const fields = WORKSPACE_ORGANISATION.map((name) => ({ name }));
  return card(null, workspaceForm(base, read, fields, ({ organisation }) => organisation, (organisation) => ({ organisation })));
}

/**
 * What a platform ADMIN alone may change: the key, and how many there may be.
 * @param {string} base
 * @param {Answer} read
 */
function workspaceLimits(base, read) {
  const none = Object.fromEntries(WORKSPACE_LIMITS.map((name) => [name, null]));
  /** @type {Field[]} */
  const fields = [
    { name: "key", required: true, maxlength: 63, help: t("workspaces.key_help") },
    ...WORKSPACE_LIMITS.map((name) => /** @type {Field} */ ({ name, label: t("workspaces.most", { what: t(`core.${name}`) }), type: "number", min: 0, max: 999999999 })),
  ];
  return card({ title: t("workspaces.limits"), text: t("workspaces.limits_text") }, workspaceForm(base, read, fields,
    ({ key, limits }) => ({ key, ...none, ...limits }),
    ({ key, ...limits }) => ({ key, limits: Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== null)) })));
}

/**
 * @param {string} base
 * @param {Answer} read
 */
function workspaceEnd(base, { data: { id, key, name, active }, etag }) {
  const set = async (/** @type {boolean} */ now, /** @type {string | null} */ tag) => {
    await setWorkspaceActive(id, now, tag);
    restart();
  };
  const suspend = async () => {
    const asked = { title: t("workspaces.suspend_some", { count: 1 }), text: t("workspaces.suspend_ends"), confirm: t("users.suspend"), danger: true };
    if (!(await ask(asked))) return;
    await set(false, etag);
    toast(t("core.suspended"), { undo: () => set(true, null) });
  };
  const end = async () => {
    const asked = { title: t("workspaces.delete_one", { name }), text: t("workspaces.delete_ends"), confirm: t("core.delete"), danger: true, typed: key };
    if (!(await ask(asked))) return;
    await api.delete(base, { etag });
    await loadMe().catch(() => null);
    toast(t("core.deleted"));
    go("/workspaces");
  };
  return h("div", null,
    card({ title: t(active ? "users.suspend" : "workspaces.resume"), text: t(active ? "workspaces.suspend_ends" : "workspaces.is_suspended") },
      actionButton(active
        ? { label: t("users.suspend"), danger: true, run: suspend }
        : { label: t("workspaces.resume"), run: () => set(true, etag) })),
    card({ title: t("core.delete"), text: t(active ? "workspaces.delete_first" : "workspaces.delete_ends"), danger: true },
      actionButton({ label: t("core.delete"), danger: true, disabled: active, run: end })));
}
