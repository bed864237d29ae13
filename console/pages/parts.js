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
import { signInForm } from "../parts/sign_in_form.js";
import { toast } from "../parts/toast.js";

const PARTS_WAIT = 400;
const PARTS_ODD = ["<img src=x onerror=alert(1)>", "x".repeat(255), "مريم السعيد", "Zoë 👩🏽‍🚀 O’Neil", "=1+1"];
const PARTS_COLOURS = ["paper", "ground", "raised", "hover", "line", "edge", "ink", "quiet", "accent", "accent-fill", "accent-soft", "good", "warn", "bad"];

/** @param {Place} place */
export function partsPage(place) {
  const tab = place.query.get("tab") ?? "one";
  const now = new Date().toISOString();
  const options = ["Member", "Admin"].map((label) => ({ value: label.toUpperCase(), label }));
  return h("div", { class: "stack" },
    heading({ title: t("core.parts"), text: "Every part in every state. All that moves here is made up.", badge: badge("living"), actions: [
      menu("Menu", [{ label: "First", run: () => toast("First.") }, { label: "Current", current: true }, { label: "Fails", run: partsFailing }, { label: "Delete", danger: true }]),
      { label: "Second", run: partsLater }, { label: "Primary", primary: true, run: partsLater },
    ] }),
    card("Colours", h("div", { class: "tiles" }, PARTS_COLOURS.map((name) => h("div", { class: "tile", style: { "border-bottom": `1.5rem solid var(--${name})` } }, h("code", null, name))))),
    card("Words", h("p", null, "Text with a ", h("a", { href: "#/parts" }, "link"), ", ", h("kbd", null, "/"), ", ", h("code", null, "code"), " and ", copyable("u-0000001"), "."),
      h("p", null, badge("neutral"), " ", badge("good", "good"), " ", badge("warn", "warn"), " ", badge("bad", "bad")),
      h("p", null, time(now), " · ", relative(now), " · ", time(null), " · ", day("2026-04-13"), " · ", number(1234567)),
      codeBlock('curl -s https://roster.example/api/auth/me -H "Authorization: Bearer ..."')),
    card({ title: "Buttons", text: "At rest, switched off, at work, dangerous.", actions: [{ label: "Of a card", run: partsLater }] }, h("div", { class: "actions" },
      actionButton({ label: "Rest" }), actionButton({ label: "Primary", primary: true }), actionButton({ label: "Off", disabled: true }),
      actionButton({ label: "Works", run: partsLater }), actionButton({ label: "Fails", run: partsFailing }), actionButton({ label: "Danger", danger: true }),
      actionButton({ label: "Danger", danger: true, primary: true }), h("input", { type: "checkbox", role: "switch", name: "switch", "aria-label": "Switch", checked: true }))),
    tiles([{ label: "Users", value: number(100000), address: "/parts" }, { label: "Locked", value: "3", tone: "warn", text: "since today" }, { label: "Failed", value: "1", tone: "bad" }]),
    h("div", { class: "columns" }, card("What is known", details([["Name", "Ada Lovelace"], ["Long", "x".repeat(60)], ["None", null], ["State", badge("Active", "good")]])),
      card("Notices", notice("info", "For you to know."), notice("good", "It worked."), notice("warn", "Look out."), notice("bad", h("p", null, "It did not work.")))),
    tabs([{ id: "one", label: "First", address: "/parts" }, { id: "two", label: "Second", address: "/parts?tab=two" }], tab),
    h("div", { class: "columns" },
      card("A form", form({
        fields: [
          { name: "name", label: "Name", required: true, maxlength: 100, help: "What others see." }, { name: "email", label: "E-mail", type: "email", value: "ada@" },
          { name: "password", label: "Password", type: "password", autocomplete: "new-password" }, { name: "age", label: "Number", type: "number", min: 1, max: 9 },
          { name: "role", label: "Role", type: "select", options, value: "ADMIN" }, { name: "roles", label: "Roles", type: "checks", options, value: ["MEMBER"] },
          { name: "zone", label: "Zone", options: ["Europe/Berlin", "Asia/Tokyo"] }, { name: "until", label: "Until", type: "moment", value: now },
          { name: "user", label: "User", type: "find", find: async (text) => partsRows().slice(0, 9).map((one) => ({ value: one.id, label: one.name, help: one.id })).filter((one) => one.label.toLowerCase().includes(text.toLowerCase())) },
          { name: "note", label: "Note", type: "textarea" }, { name: "tell", label: "Tell by mail", type: "checkbox" }, { name: "off", label: "Off", disabled: true, value: "fixed" },
        ],
        submit: "Save", cancel: () => toast("Cancelled."), again: async () => ({ name: "Another", email: "new@example.com" }),
        save: async ({ name }) => {
          await partsLater();
          if (name === "stale") throw new ApiError(412, "PRECONDITION_FAILED", "", { requestId: "f0e1d2c3" });
          throw new ApiError(400, "VALIDATION_ERROR", "The request is not valid.", { requestId: "f0e1d2c3", data: [{ field: "name", message: "is in use; “stale” shows a 412" }, { field: "else", message: "is of no field" }] });
        },
      })),
      h("div", { class: "stack" },
        card("Dialogs and toasts", h("div", { class: "actions" },
          actionButton({ label: "Dialog", run: () => void dialog({ title: "A dialog", body: h("p", null, "Esc closes it.") }) }),
          actionButton({ label: "Ask", run: async () => toast(String(await ask({ title: "End it?", text: "All sessions of Ada end.", confirm: "End it", danger: true }))) }),
          actionButton({ label: "Type to delete", run: async () => toast(String(await ask({ title: "Delete Acme?", text: "Nobody brings it back.", confirm: "Delete", danger: true, typed: "acme" }))) }),
          actionButton({ label: "Shown once", run: () => showOnce({ title: "Token", text: "For the build.", secret: "token_0123456789abcdef" }) }),
          actionButton({ label: "Form in a dialog", run: async () => toast(String(await formDialog({ title: "Create", fields: [{ name: "name", label: "Name", required: true }], submit: "Create", save: partsLater }))) }),
          actionButton({ label: "Many", run: () => runAll("Suspend", partsRows().slice(0, 6).map((one, at) => ({ label: one.name, run: at % 3 ? partsLater : partsFailing }))) }),
          actionButton({ label: "Toast", run: () => toast("Saved.") }), actionButton({ label: "Toast with undo", run: () => toast("Suspended.", { undo: partsLater }) }),
          actionButton({ label: "Bad toast", run: partsFailing }))),
        card("Nothing, waiting, failure", empty({ title: "No webhooks yet", text: "One tells your program of each change.", action: { label: "Create webhook", run: partsLater } }), skeleton(3),
          failure(new ApiError(503, "UNAVAILABLE", "The directory is busy; try again.", { requestId: "f0e1d2c3" }), partsLater)),
        card("Sign in", signInForm({ done: () => {} })))),
    card(null, barChart({ title: "Sign-ins a day", of: "Day", points: Array.from({ length: 30 }, (_, at) => ({ label: day(new Date(Date.now() - (29 - at) * 864e5).toISOString()), value: [(at * 37) % 90, (at * 13) % 40] })), series: ["Password", "Passkey"] })),
    list({
      title: "A list", level: 2, rows: async () => partsRows(), size: 10, find: "local", key: (row) => row.id, label: (row) => row.name, row: () => "/parts",
      filters: [{ name: "role", label: "Role", options, of: (row) => row.role }], create: { label: "Create", open: partsLater },
      columns: [{ name: "Name", of: (row) => row.name }, { name: "Role", of: (row) => badge(row.role) }, { name: "Logins", of: (row) => number(row.count), csv: (row) => row.count, number: true }, { name: "Created", of: () => time(now), wide: true }],
      actions: [{ label: "Suspend", run: partsLater }, { label: "Delete", danger: true, run: partsFailing, confirm: { title: (rows) => `Delete ${rows.length}?`, text: "They end." } }],
    }),
    list({ title: "An empty list", level: 2, name: "none", rows: async () => [], columns: [{ name: "Name", of: () => "" }], key: () => "", empty: { title: "Nothing yet", text: "Create the first." } }),
    list({ title: "A list that fails", level: 2, name: "bad", rows: partsFailing, columns: [], key: () => "" }));
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
