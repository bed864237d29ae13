// Webhooks of a workspace and of the site, and one of them: its keys, tests, deliveries.
import { api } from "../api.js";
import { time } from "../dates.js";
import { badge, card, codeBlock, copyable, details, heading, notice } from "../parts/bits.js";
import { ask, dialog } from "../parts/dialog.js";
import { formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { toast } from "../parts/toast.js";
import { h, url } from "../render.js";
import { go, refresh } from "../shell.js";
import { t } from "../texts.js";
import { deletePart, editPart, partFields, partsOf, showPartSecret } from "./workspace_parts.js";

// What events are about; those of the second line concern no workspace.
const WEBHOOK_SUBJECTS = ["app", "feature", "invitation", "member", "project", "scim_token", "session", "space", "token", "webhook", "workspace"];
const WEBHOOK_SITE_SUBJECTS = ["client", "group", "role", "user", "audit"];
/** @type {Record<string, "good" | "bad" | "neutral">} */
const DELIVERY_TONES = { delivered: "good", failed: "bad", pending: "neutral" };

/**
 * Where the webhooks are: of the workspace of the address, or of the site.
 * @param {Place} place
 */
function webhooksOf(place) {
  if (!place.params.workspaceId) return { path: "/api/admin/webhooks", at: "/webhooks" };
  const { base, at } = partsOf(place);
  return { path: `${base}/webhooks`, at: `${at}/webhooks` };
}

/** @param {Place} place */
export function webhooksPage(place) {
  const { path, at } = webhooksOf(place);
  const open = async () => {
    /** @type {Row | null} */
    let made = null;
    await formDialog({
      title: t("webhooks.create"),
      fields: webhookFields(place),
      submit: t("core.create"),
      save: async (values, { once }) => {
        made = (await api.post(path, webhookValues(values), { once })).data;
      },
    });
    if (made) await webhookSecret(made);
    if (made) go(at + url`/${/** @type {Row} */ (made).id}`);
    return false;
  };
  return list({
    title: t("core.webhooks"),
    text: t(place.params.workspaceId ? "webhooks.what" : "webhooks.what_site"),
    path,
    columns: [
      { name: t("webhooks.url"), of: (one) => one.url },
      { name: t("parts.description"), of: (one) => one.description },
      { name: t("core.events"), of: (one) => one.types.join(", ") || t("webhooks.all"), wide: true },
      { name: t("core.state"), of: webhookState },
    ],
    row: (one) => at + url`/${one.id}`,
    key: (one) => one.id,
    label: (one) => one.url,
    create: { label: t("webhooks.create"), open },
    empty: { title: t("webhooks.none"), text: t("webhooks.none_text") },
  });
}

/** @param {Row} webhook */
function webhookState({ enabled, disabledBecause: why }) {
  return badge(t(`webhooks.${enabled ? "on" : (why ?? "off")}`), enabled ? "good" : why ? "bad" : "neutral");
}

/**
 * @param {Place} place
 * @param {Row} [webhook]
 * @returns {Field[]}
 */
function webhookFields(place, webhook = {}) {
  const subjects = place.params.workspaceId ? WEBHOOK_SUBJECTS : [...WEBHOOK_SITE_SUBJECTS, ...WEBHOOK_SUBJECTS];
  const offered = subjects.map((one) => `roster.${one}.*`);
  /** @type {string[]} */
  const types = webhook.types ?? [];
  return [
    { name: "url", label: t("webhooks.url"), type: "url", value: webhook.url, required: true, maxlength: 2048, help: t("webhooks.url_help") },
    { ...partFields(webhook).description, type: "text", maxlength: 255 },
    { name: "types", label: t("core.events"), type: "checks", help: t("webhooks.types_help"), value: types, options: offered.map((one) => ({ value: one, label: one })) },
    { name: "more", label: t("webhooks.more"), value: types.filter((one) => !offered.includes(one)).join(" "), help: t("webhooks.more_help") },
    { name: "enabled", label: t("core.enabled"), type: "checkbox", value: webhook.enabled ?? true },
  ];
}

/** @param {Values} values */
function webhookValues({ types, more, ...values }) {
  return { ...values, types: [...types, ...more.split(/[\s,]+/).filter(Boolean)] };
}

/** @param {Row} webhook */
function webhookSecret({ secret, publicKey }) {
  const more = [h("p", null, t("webhooks.public")), h("p", null, copyable(publicKey))];
  return showPartSecret({ title: t("webhooks.secret"), text: t("webhooks.secret_text"), secret, more });
}

/** @param {Place} place */
export async function webhookPage(place) {
  const { path: all, at } = webhooksOf(place);
  const path = all + url`/${place.params.webhookId}`;
  const read = await api.get(path, {}, { signal: place.signal });
  const webhook = read.data;
  const enable = async () => {
    await api.put(path, { enabled: !webhook.enabled }, { etag: read.etag });
    refresh();
  };
  const rotate = async () => {
    if (!(await ask({ title: t("webhooks.rotate"), text: t("webhooks.rotate_text"), confirm: t("webhooks.rotate") }))) return;
    await webhookSecret((await api.post(`${path}/secret`, {}, { once: crypto.randomUUID() })).data);
    refresh();
  };
  const test = async () => {
    const { data } = await api.post(`${path}/test`, {});
    dialog({ title: t("webhooks.test"), body: [
      notice(data.delivered ? "good" : "bad", t(data.delivered ? "webhooks.arrived" : "webhooks.not_arrived")),
      deliveryAttempt(data),
    ] });
  };
  return {
    title: webhook.url,
    node: h("div", null,
      heading({ title: webhook.url, text: webhook.description, badge: webhookState(webhook), actions: [
        { label: t("webhooks.test"), primary: true, run: test },
        { label: t(webhook.enabled ? "webhooks.disable" : "webhooks.enable"), run: enable },
        { label: t("webhooks.rotate"), run: rotate },
        editPart(path, read, () => webhookFields(place, webhook), webhookValues),
        deletePart(path, read.etag, { title: t("webhooks.delete_this", webhook), text: t("webhooks.ends"), back: at }),
      ] }),
      webhook.disabledBecause && notice("warn", t(`webhooks.${webhook.disabledBecause}_text`)),
      card(null, details([
        [t("core.id"), copyable(webhook.id)],
        [t("core.events"), webhook.types.join(", ") || t("webhooks.all")],
        [t("webhooks.public_key"), copyable(webhook.publicKey)],
        webhook.formerUntil && [t("webhooks.former"), time(webhook.formerUntil)],
        [t("core.created"), time(webhook.createdAt)],
      ])),
      webhookDeliveries(path),
    ),
  };
}

/** @param {string} path */
function webhookDeliveries(path) {
  const retry = (/** @type {Row} */ one) => api.post(path + url`/deliveries/${one.id}/retry`, {});
  const replay = async () => {
    const done = await formDialog({
      title: t("webhooks.replay"),
      before: h("p", null, t("webhooks.replay_text")),
      fields: [
        { name: "from", label: t("core.from"), type: "moment", required: true, value: new Date(Date.now() - 3_600_000).toISOString() },
        { name: "to", label: t("core.to"), type: "moment", help: t("webhooks.to_help") },
      ],
      submit: t("webhooks.replay"),
      save: ({ from, to }) => api.post(`${path}/replay`, to ? { from, to } : { from }),
    });
    if (done) toast(t("webhooks.replayed"));
    if (done) deliveries.reload();
  };
  const deliveries = list({
    title: t("webhooks.deliveries"),
    text: t("webhooks.deliveries_help"),
    level: 2,
    name: "deliveries",
    path: `${path}/deliveries`,
    size: 20,
    columns: [
      { name: t("webhooks.type"), of: (one) => one.type },
      { name: t("core.state"), of: (one) => badge(t(`webhooks.${one.state}`), DELIVERY_TONES[one.state]), csv: (one) => one.state },
      { name: t("webhooks.said"), of: deliverySaid, csv: (one) => JSON.stringify(one.attempts) },
      { name: t("webhooks.next"), of: (one) => time(one.nextAttemptAt), csv: (one) => one.nextAttemptAt, wide: true },
    ],
    key: (one) => one.id,
    label: (one) => `${one.type} ${one.id}`,
    actions: [{ label: t("webhooks.retry"), run: retry }],
    heading: [
      { label: t("webhooks.replay"), run: replay },
      { label: t("parts.again"), run: () => deliveries.reload() },
    ],
    empty: { title: t("webhooks.no_deliveries"), text: t("webhooks.no_deliveries_text") },
  });
  return deliveries;
}

/**
 * What the receiver said to each attempt of a delivery.
 * @param {Row} delivery
 */
function deliverySaid({ attempts, eventId }) {
  const last = attempts.at(-1);
  if (!last) return t("webhooks.untried");
  const summary = t("webhooks.attempts", { count: attempts.length, last: String(last.status ?? last.error) });
  return h("details", null, h("summary", null, summary), attempts.map(deliveryAttempt), h("p", null, t("webhooks.event"), " ", copyable(eventId)));
}

/** @param {Row} attempt */
function deliveryAttempt({ at, status, milliseconds, error, answer }) {
  return h("div", { class: "attempt" },
    h("p", null, at && [time(at), " · "], status && [h("b", null, status), " · "], error && [error, " · "], t("webhooks.milliseconds", { count: milliseconds })),
    answer && codeBlock(answer, { label: t("webhooks.answer") }));
}
