// The feed of events of a workspace and of the site, page by page, and where programs read it.
import { api } from "../api.js";
import { time } from "../dates.js";
import { actionButton, card, codeBlock, copyable, empty, heading } from "../parts/bits.js";
import { h } from "../render.js";
import { refresh } from "../shell.js";
import { t } from "../texts.js";
import { partsOf } from "./workspace_parts.js";

const EVENTS_A_PAGE = 25;

/** @param {Place} place */
export async function eventsPage(place) {
  const { base, at } = place.params.workspaceId ? partsOf(place) : { base: "/api/admin", at: "" };
  const after = place.query.get("after") ?? "";
  const { data, meta } = await api.get(`${base}/events`, { after, limit: EVENTS_A_PAGE }, { signal: place.signal });
  const columns = ["core.number", "core.when", "events.type", "events.subject", "events.actor"].map((one) => t(one));
  const row = (/** @type {Row} */ event) => {
    const { sequence, type, subject, data: { actor } } = event;
    const content = h("details", null, h("summary", null, type), codeBlock(JSON.stringify(event, null, 2), { label: t("events.content") }));
    return [sequence, time(event.time), content, subject, typeof actor === "object" ? `${actor?.kind} ${actor?.tokenId}` : actor];
  };
  return h("div", null,
    heading({ title: t("core.events"), text: t("events.what") }),
    card(t("events.feed"), h("p", null, copyable(`${location.origin}${base}/events`)), h("p", { class: "quiet" }, t("events.feed_help"))),
    data.length
      ? h("div", { class: "list level-1" }, h("div", { class: "list-body" }, h("table", { "aria-label": t("core.events") },
        h("thead", null, h("tr", null, columns.map((one) => h("th", { scope: "col" }, one)))),
        h("tbody", null, data.map((/** @type {Row} */ one) => h("tr", null, row(one).map((cell, place) => h("td", { "data-label": columns[place] }, cell))))))))
      : empty({ title: t("events.none"), text: t("events.none_text") }),
    h("div", { class: "actions" },
      after && actionButton({ label: t("events.first"), address: `${at}/events` }),
      data.length > 0 && actionButton({ label: t("events.next"), address: `${at}/events?after=${meta.next}` }),
      actionButton({ label: t("parts.again"), run: refresh })),
  );
}
