// The living style sheet: every part of the console in every state, for who builds and looks at pages.
import { ApiError } from "../api.js";
import { day, number, relative, time } from "../dates.js";
import { h } from "../render.js";
import { t } from "../texts.js";
import {
  actionButton, badge, card, codeBlock, copyable, details, empty, failure, heading, menu, notice, skeleton, tabs, tiles,
} from "../parts/bits.js";
import { barChart } from "../parts/chart.js";
import { ask, dialog, runAll, showOnce } from "../parts/dialog.js";
import { form, formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { toast } from "../parts/toast.js";

const PARTS_WAIT = 400;
const PARTS_ODD = ["<img src=x onerror=alert(1)>", "x".repeat(255), "مريم السعيد", "Zoë 👩🏽‍🚀 O’Neil", "=1+1"];
const PARTS_COLOURS = ["paper", "ground", "raised", "hover", "line", "edge", "ink", "quiet", "accent", "accent-fill", "accent-soft", "good", "warn", "bad"];

/** @param {Place} place */
export function partsPage(place) {
  const tab = place.query.get("tab") ?? "one";
  const now = new Date().toISOString();
  const options = ["MEMBER", "ADMIN"].map((label) => ({ value: label, label }));
  const later = { label: "Works", run: partsLater };
  const acts = (/** @type {Action[]} */ ...all) => h("div", { class: "actions" }, all.map(actionButton));
  return h("div", { class: "stack" },
    heading({ title: t("core.parts"), text: "#/parts", badge: badge("living"), actions: [
      menu("Menu", [{ label: "Works", run: () => toast("Works") }, { label: "Current", current: true }, { label: "Fails", run: partsFailing }, { label: "Danger", danger: true }]),
      later, { label: "Primary", primary: true, run: partsLater },
    ] }),
    card("Colours", h("div", { class: "tiles" }, PARTS_COLOURS.map((name) => h("div", { class: "tile", style: { "border-bottom": `1.5rem solid var(--${name})` } }, h("code", null, name))))),
    card({ title: "Text", actions: [later] },
      h("p", null, h("a", { href: "#/parts" }, "link"), " ", h("kbd", null, "/"), " ", copyable("u-0000001"), " ", badge("neutral"), " ", badge("good", "good"), " ", badge("warn", "warn"), " ", badge("bad", "bad")),
      h("p", null, time(now), " · ", relative(now), " · ", time(null), " · ", day("2026-04-13"), " · ", number(1234567)),
      codeBlock("curl -s https://roster.example/api/auth/me"),
      acts({ label: "Rest" }, { label: "Primary", primary: true }, { label: "Off", disabled: true }, later, { label: "Fails", run: partsFailing }, { label: "Danger", danger: true }, { label: "Danger", danger: true, primary: true }),
      h("input", { type: "checkbox", role: "switch", name: "switch", "aria-label": "Switch", checked: true })),
    tiles([{ label: "Users", value: number(100000), address: "/parts" }, { label: "Locked", value: "3", tone: "warn", text: "today" }, { label: "Failed", value: "1", tone: "bad" }]),
    h("div", { class: "columns" }, card("Details", details([["Name", "Ada Lovelace"], ["Long", PARTS_ODD[1]], ["None", null]])),
      card("Notices", (/** @type {const} */ (["info", "good", "warn", "bad"])).map((tone) => notice(tone, tone)))),
    tabs(["one", "two"].map((id) => ({ id, label: id, address: `/parts?tab=${id}` })), tab),
    h("div", { class: "columns" },
      card("Form", form({
        fields: [
          { name: "name", label: "Name", required: true, help: "“stale” shows a 412." }, { name: "email", label: "E-mail", type: "email" },
          { name: "password", label: "Password", type: "password", autocomplete: "new-password" }, { name: "number", label: "Number", type: "number", min: 1, max: 9 },
          { name: "role", label: "Role", type: "select", options, value: "ADMIN" }, { name: "roles", label: "Roles", type: "checks", options, value: ["MEMBER"] },
          { name: "zone", label: "Zone", options: ["Europe/Berlin", "Asia/Tokyo"] }, { name: "until", label: "Until", type: "moment", value: now },
          { name: "user", label: "User", type: "find", find: async (text) => partsRows().slice(0, 9).map((one) => ({ value: one.id, label: one.name, help: one.id })).filter((one) => one.label.toLowerCase().includes(text.toLowerCase())) },
          { name: "note", label: "Note", type: "textarea" }, { name: "tick", label: "Tick", type: "checkbox" }, { name: "off", label: "Off", disabled: true, value: "off" },
        ],
        submit: "Save", cancel: () => toast("Cancel"), again: async () => ({ name: "Another", email: "new@example.com" }),
        save: async ({ name }) => {
          await partsLater();
          const data = [{ field: "name", message: "is in use" }, { field: "else", message: "is of no field" }];
          throw new ApiError(name === "stale" ? 412 : 400, "VALIDATION_ERROR", "The request is not valid.", { requestId: "f0e1d2c3", data: name === "stale" ? null : data });
        },
      })),
      h("div", { class: "stack" },
        card("Dialogs", acts(
          { label: "Dialog", run: () => void dialog({ title: "Dialog", body: h("p", null, "Esc") }) },
          { label: "Ask", run: async () => toast(String(await ask({ title: "Ask", confirm: "End", danger: true }))) },
          { label: "Type", run: async () => toast(String(await ask({ title: "Type", confirm: "Delete", danger: true, typed: "acme" }))) },
          { label: "Once", run: () => showOnce({ title: "Token", secret: "token_0123456789abcdef" }) },
          { label: "Form", run: async () => toast(String(await formDialog({ title: "Create", fields: [{ name: "name", label: "Name", required: true }], submit: "Create", save: partsLater }))) },
          { label: "Many", run: () => runAll("Many", partsRows().slice(0, 6).map((one, at) => ({ label: one.name, run: at % 3 ? partsLater : partsFailing }))) },
          { label: "Toast", run: () => toast("Toast", { undo: partsLater }) })),
        card("Empty, waiting, failure", empty({ title: "Empty", text: "What to do next", action: later }), skeleton(3),
          failure(new ApiError(503, "UNAVAILABLE", "The directory is busy; try again.", { requestId: "f0e1d2c3" }), partsLater)))),
    card(null, barChart({ title: "Chart", of: "Day", points: Array.from({ length: 30 }, (_, at) => ({ label: day(new Date(Date.now() - (29 - at) * 864e5).toISOString()), value: [(at * 37) % 90, (at * 13) % 40] })), series: ["One", "Two"] })),
    list({
      title: "List", level: 2, rows: async () => partsRows(), size: 10, find: "local", key: (row) => row.id, label: (row) => row.name, row: () => "/parts",
      filters: [{ name: "role", label: "Role", options, of: (row) => row.role }], create: { label: "Create", open: partsLater },
      columns: [{ name: "Name", of: (row) => row.name }, { name: "Role", of: (row) => badge(row.role) }, { name: "Number", of: (row) => number(row.count), csv: (row) => row.count, number: true }, { name: "Created", of: () => time(now), wide: true }],
      actions: [{ label: "Works", run: partsLater }, { label: "Fails", danger: true, run: partsFailing, confirm: { title: (rows) => `${rows.length}?` } }],
    }),
    list({ title: "Empty list", level: 2, name: "none", rows: async () => [], columns: [{ name: "Name", of: () => "" }], key: () => "" }),
    list({ title: "Failed list", level: 2, name: "bad", rows: partsFailing, columns: [], key: () => "" }));
}

function partsRows() {
  return Array.from({ length: 64 }, (_, at) => ({ id: `u-${at}`, name: PARTS_ODD[at] ?? `Person ${at}`, role: at % 4 ? "MEMBER" : "ADMIN", count: at * 31 }));
}

/** @returns {Promise<void>} */
function partsLater() {
  return new Promise((resolve) => setTimeout(resolve, PARTS_WAIT));
}

/** @returns {Promise<never>} */
async function partsFailing() {
  await partsLater();
  throw new ApiError(409, "CONFLICT", "The last administrator must stay.", { requestId: "f0e1d2c3" });
}
