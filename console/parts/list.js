// Lists: find, filters and page in the address, selection with actions on many, CSV of the whole.
import { api } from "../api.js";
import { h, put } from "../render.js";
import { t } from "../texts.js";
import { currentPlace, link, go, queryListeners } from "../shell.js";
import { busily, empty, failure, heading, moveFocus, skeleton } from "./bits.js";
import { ask, runAll } from "./dialog.js";
import { toast } from "./toast.js";
import { downloadCsv } from "./csv.js";

const LIST_DELAY = 300;
const LIST_LEAST = 2;

/**
 * A list of rows that the API has, or that `rows` reads. See ListOptions in types.d.ts.
 * @param {ListOptions} options
 * @returns {ListNode}
 */
export function list(options) {
  const { level = 1, name = "", size = 50, columns, key, filters = [], actions = [], find } = options;
  const local = find === "local" || Boolean(options.rows);
  const label = options.label ?? key;
  const parameter = (/** @type {string} */ one) => (name ? `${name}.${one}` : one);
  const said = (/** @type {string} */ one) => currentPlace().query.get(parameter(one)) ?? "";
  /** @type {{ rows: Row[], all: Row[], meta: any, turn: number, found: number }} */
  const state = { rows: [], all: [], meta: null, turn: 0, found: 0 };
  /** @type {Map<string, Row>} */
  const selected = new Map();

  const status = h("p", { class: "list-count", role: "status" });
  const bulk = h("div", { class: "bulk", role: "group", "aria-label": t("core.selection"), hidden: true });
  const body = h("div", { class: "list-body" }, skeleton(level === 1 ? 8 : 3));
  const foot = h("div", { class: "list-foot" });
  const input = find && h("input", {
    type: "search", name: parameter("find"), class: "find-box", placeholder: t("core.find"), "aria-label": t("core.find_in", { title: options.title }), autocomplete: "off",
    spellcheck: "false", value: said("find"), "data-find": level === 1, oninput: typed,
  });
  const selects = filters.map((filter) => listFilter(filter, said(filter.name), (value) => {
    const others = options.oneQuestion ? Object.fromEntries(["find", ...filters.map((one) => one.name)].map((one) => [one, null])) : {};
    go(listAddress({ ...others, [filter.name]: value, page: null }));
  }));
  const csv = options.csv !== false && h("button", { type: "button", class: "button", onclick: (/** @type {Event} */ event) =>
    busily(/** @type {HTMLButtonElement} */ (event.currentTarget), () => downloadCsv(options.title, columns, everyRow())) }, "CSV");
  const { create } = options;
  const tools = Boolean(find || filters.length);
  const node = /** @type {ListNode} */ (h("section", { class: `list level-${level}` },
    heading({
      title: options.title, text: options.text, level,
      actions: [!tools && status, !tools && csv, ...(options.heading ?? []), create && { label: create.label, primary: level === 1, run: created }],
    }),
    tools && h("div", { class: "list-tools" }, input, selects.map((one) => one.node), status, csv),
    body, bulk, foot));
  node.reload = load;

  /** @param {Query} changes */
  function listAddress(changes) {
    const { path, query } = currentPlace();
    const now = new URLSearchParams(query);
    for (const [one, value] of Object.entries(changes)) {
      if (value === null || value === "" || value === undefined) now.delete(parameter(one));
      else now.set(parameter(one), String(value));
    }
    return `#${path}${now.size ? `?${now}` : ""}`;
  }

  async function created() {
    if ((await create?.open()) !== false) await load();
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  function typed() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const text = /** @type {HTMLInputElement} */ (input).value.trim();
      /** @type {Query} */
      const changes = { [parameter("find")]: text || null, [parameter("page")]: null };
      if (options.oneQuestion && text) for (const one of filters) changes[parameter(one.name)] = null;
      currentPlace().replace(changes);
      show();
    }, LIST_DELAY);
  }

  /** What the API is asked by. */
  function question() {
    /** @type {Query} */
    const query = { ...options.query };
    const text = said("find");
    if (find === true && text.length >= LIST_LEAST) query.q = text;
    if (!query.q || !options.oneQuestion) for (const one of filters) query[one.name] = said(one.name);
    return query;
  }

  const byCursor = () => Boolean(options.cursor || question().q);

  async function load() {
    state.all = [];
    await show();
  }

  /** Reads what the address says, and draws it. */
  async function show() {
    const turn = (state.turn += 1);
    const { signal } = currentPlace();
    body.setAttribute("aria-busy", "true");
    for (const one of selects) one.set(said(one.name));
    if (input && document.activeElement !== input) input.value = said("find");
    try {
      if (local) await showLocal(turn);
      else {
        const page = Number(said("page")) || 1;
        const answer = await api.get(options.path ?? "", { ...question(), size, page: byCursor() ? null : page }, { signal });
        if (turn !== state.turn) return;
        const { totalPages = 1 } = answer.meta ?? {};
        if (!answer.data.length && page > 1 && totalPages < page) return go(listAddress({ page: totalPages > 1 ? totalPages : null }));
        state.rows = answer.data;
        state.meta = answer.meta;
      }
      if (turn !== state.turn) return;
      options.loaded?.(state);
      draw();
    } catch (error) {
      if (turn !== state.turn || signal.aborted) return;
      put(body, failure(error, load));
      put(foot);
    }
    body.removeAttribute("aria-busy");
  }

  /** @param {number} turn */
  async function showLocal(turn) {
    if (!state.all.length) {
      /** @type {Row[]} */
      const all = [];
      if (options.rows) all.push(...await options.rows());
      else for await (const row of api.all(options.path ?? "", options.query ?? {}, { signal: currentPlace().signal })) all.push(row);
      if (turn !== state.turn) return;
      state.all = all;
    }
    const found = localRows();
    const totalPages = Math.max(1, Math.ceil(found.length / size));
    const page = Math.min(Number(said("page")) || 1, totalPages);
    state.rows = found.slice((page - 1) * size, page * size);
    state.meta = { page, size, total: found.length, totalPages };
  }

  function localRows() {
    const words = listPlain(said("find")).split(/\s+/).filter(Boolean);
    return state.all.filter((row) =>
      filters.every((one) => !said(one.name) || !one.of || String(one.of(row)) === said(one.name)) &&
      (!words.length || words.every((word) => listPlain(columns.map((column) => listText(column.of(row))).join(" ")).includes(word))));
  }

  async function* everyRow() {
    if (local) yield* localRows();
    else yield* api.all(options.path ?? "", { ...question(), cursor: options.cursor ? null : undefined });
  }

  /** Reads on where a cursor says that there is more. */
  async function more() {
    const { data, meta } = await api.get(options.path ?? "", { ...question(), size, cursor: state.meta.next }, { signal: currentPlace().signal });
    const before = state.rows.length;
    state.rows = [...state.rows, ...data];
    state.meta = meta;
    draw();
    /** @type {HTMLElement | undefined} */ (body.querySelectorAll(".row-link")[before])?.focus();
  }

  function draw() {
    const { rows, meta } = state;
    const total = meta?.total ?? rows.length;
    const asked = (local ? said("find") : question().q) || filters.some((one) => said(one.name));
    put(status, !rows.length && (!asked || meta?.next) ? null : meta?.next ? t("core.found_more", { count: rows.length }) : t(asked ? "core.found" : "core.total", { count: total }));
    if (csv) csv.hidden = !rows.length;
    const focus = listFocus(body);
    if (rows.length) put(body, table());
    else if (asked) put(body, empty({ title: t(meta?.next ? "core.nothing_so_far" : "core.nothing_found"), action: { label: t("core.show_all"), run: clear } }));
    else put(body, empty(options.empty ?? { title: t("core.nothing_yet") }));
    const step = foot.contains(document.activeElement) ? document.activeElement?.getAttribute("aria-label") : null;
    put(foot, meta?.next ? moreButton() : meta?.totalPages > 1 && pages(meta));
    if (step) {
      foot.querySelector(`a[aria-label="${step}"], a`)?.focus();
      node.scrollIntoView({ block: "nearest" });
    }
    drawBulk();
    focus?.();
  }

  function clear() {
    if (input) input.value = "";
    go(listAddress(Object.fromEntries(["find", "page", ...filters.map((one) => one.name)].map((one) => [one, null]))));
  }

  function moreButton() {
    const button = h("button", { type: "button", class: "button", onclick: () => busily(button, more) }, t("core.more_rows"));
    return button;
  }

  /** @param {{ page: number, size: number, total: number, totalPages: number }} meta */
  function pages({ page, size: rows, total, totalPages }) {
    const step = (/** @type {number} */ to, /** @type {string} */ sign, /** @type {string} */ text) => {
      const node = to >= 1 && to <= totalPages && to !== page ? link(listAddress({ page: to > 1 ? to : null }), sign) : h("span", { "aria-disabled": "true", role: "link" }, sign);
      node.setAttribute("aria-label", t(text));
      return node;
    };
    const from = (page - 1) * rows + 1;
    return h("nav", { class: "pages", "aria-label": t("core.pages") },
      step(1, "«", "core.first_page"), step(page - 1, "‹", "core.previous_page"),
      h("span", null, t("core.page_of", { from, to: Math.min(from + rows - 1, total), total })),
      step(page + 1, "›", "core.next_page"), step(totalPages, "»", "core.last_page"));
  }

  function table() {
    const ticks = state.rows.map((row) => actions.length > 0 && h("input", {
      type: "checkbox", name: "row", "aria-label": t("core.select_one", { name: label(row) }), checked: selected.has(key(row)), onchange: (/** @type {Event} */ event) => tick(row, /** @type {HTMLInputElement} */ (event.target).checked),
    }));
    const every = state.rows.every((row) => selected.has(key(row)));
    const some = state.rows.some((row) => selected.has(key(row)));
    const head = h("tr", null,
      actions.length > 0 && h("th", { class: "tick" }, h("input", {
        type: "checkbox", name: "page", "aria-label": t("core.select_page"), checked: every, indeterminate: some && !every, onchange: () => {
          for (const row of state.rows) if (every) selected.delete(key(row)); else selected.set(key(row), row);
          draw();
        },
      })),
      columns.map((column) => h("th", { scope: "col", class: listClass(column) }, column.name || h("span", { class: "hidden" }, t("core.action")))));
    return h("div", { class: "scroll", tabindex: "-1" }, h("table", { "aria-label": options.title, onkeydown: keys },
      h("thead", null, head),
      h("tbody", null, state.rows.map((row, at) => h("tr", { class: selected.has(key(row)) ? "selected" : "" },
        actions.length > 0 && h("td", { class: "tick" }, ticks[at] ?? null),
        columns.map((column, place) => listCell(column, place, row, options.row?.(row) ?? null)))))));
  }

  /**
   * @param {Row} row
   * @param {boolean} chosen
   */
  function tick(row, chosen) {
    if (chosen) selected.set(key(row), row);
    else selected.delete(key(row));
    body.querySelectorAll("tbody tr").forEach((one, at) => one.classList.toggle("selected", selected.has(key(state.rows[at]))));
    const all = /** @type {HTMLInputElement | null} */ (body.querySelector("thead input"));
    const count = state.rows.filter((one) => selected.has(key(one))).length;
    if (all) {
      all.checked = count === state.rows.length;
      all.indeterminate = count > 0 && count < state.rows.length;
    }
    drawBulk();
  }

  /** @param {KeyboardEvent} event */
  function keys(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    moveFocus(event, body, target.matches("input") ? "input[type=checkbox]" : ".row-link");
  }

  function drawBulk() {
    bulk.hidden = selected.size === 0;
    const total = state.meta?.total ?? 0;
    put(bulk,
      h("b", null, t("core.selected", { count: selected.size })),
      actions.map((one) => {
        const button = h("button", { type: "button", class: `button${one.danger ? " danger" : ""}`, onclick: () => busily(button, () => act(one)) }, one.label);
        return button;
      }),
      total > state.rows.length && selected.size < total && everyButton(total),
      h("button", { type: "button", class: "button plain", onclick: () => { selected.clear(); draw(); } }, t("core.clear")));
  }

  /** @param {number} total */
  function everyButton(total) {
    const button = h("button", { type: "button", class: "button plain", onclick: () => busily(button, async () => {
      for await (const row of everyRow()) selected.set(key(row), row);
      draw();
    }) }, t("core.select_all", { total }));
    return button;
  }

  /** @param {BulkAction} action */
  async function act(action) {
    const rows = [...selected.values()].filter((row) => action.for?.(row) ?? true);
    if (!rows.length) return toast(t("core.none_fit"), { tone: "bad" });
    const { confirm } = action;
    if (confirm) {
      const of = (/** @type {any} */ one) => (typeof one === "function" ? one(rows) : one);
      const text = [h("p", null, of(confirm.text)), listNames(rows.map(label))];
      const sure = await ask({ title: of(confirm.title), text: h("div", null, text), confirm: confirm.confirm ?? action.label, danger: action.danger, typed: confirm.typed });
      if (!sure) return;
    }
    const bad = await runAll(action.label, rows.map((row) => ({ label: label(row), run: () => action.run(row) })));
    selected.clear();
    await load();
    // Told once the rows are drawn anew: a click before that may meet a row that goes.
    if (!bad) toast(t("core.done", { count: rows.length }));
    // The button that was pressed is gone with the selection.
    if (document.activeElement === document.body) node.querySelector("h1, h2")?.focus();
  }

  const heard = () => {
    if (!node.isConnected) {
      queryListeners.delete(heard);
      return false;
    }
    show();
    return true;
  };
  queryListeners.add(heard);
  show();
  return node;
}

/**
 * What gives the focus back after the rows are drawn anew: to the same control of the row at the same place.
 * @param {HTMLElement} body
 */
function listFocus(body) {
  const now = /** @type {HTMLElement} */ (document.activeElement);
  if (!body.contains(now)) return null;
  const all = (/** @type {Element | undefined | null} */ row) => /** @type {HTMLElement[]} */ ([...(row?.querySelectorAll("a, button, input, select") ?? [])]);
  const row = now.closest("tr");
  const at = row ? row.rowIndex : 0;
  const place = all(row).indexOf(now);
  return () => {
    const rows = body.querySelectorAll("tr");
    const to = all(rows[Math.min(at, rows.length - 1)])[Math.max(place, 0)] ?? body.closest(".list")?.querySelector("h1, h2");
    /** @type {HTMLElement | null | undefined} */ (to)?.focus();
  };
}

/**
 * @param {ListFilter} filter
 * @param {string} value
 * @param {(value: string) => void} chosen
 */
function listFilter({ name, label, options, type = "select" }, value, chosen) {
  const control = type === "select"
    ? h("select", { name, "aria-label": label }, h("option", { value: "" }, t("core.filter_all", { label })), options.map((one) => h("option", { value: String(one.value) }, one.label)))
    : h("input", { name, type: type === "moment" ? "datetime-local" : "text", "aria-label": label, title: label, placeholder: label });
  const set = (/** @type {string} */ now) => {
    if (document.activeElement === control && type !== "select") return;
    control.value = type === "moment" ? now.slice(0, 16) : now;
    control.classList.toggle("chosen", Boolean(now));
  };
  set(value);
  control.addEventListener("change", () => chosen(type === "moment" && control.value ? new Date(control.value).toISOString() : control.value));
  return { name, set, node: type === "select" ? control : h("label", { class: "list-filter" }, h("span", { class: "quiet" }, label), control) };
}

/**
 * @param {Column} column
 * @param {number} place
 * @param {Row} row
 * @param {string | null} address
 */
function listCell(column, place, row, address) {
  const content = column.of(row);
  const properties = { class: listClass(column), "data-label": column.name };
  if (place) return h("td", properties, content);
  if (!address) return h("th", { ...properties, scope: "row" }, content);
  const node = link(address, content);
  node.className = "row-link";
  return h("th", { ...properties, scope: "row" }, node);
}

/** @param {Column} column */
function listClass({ number: right, wide }) {
  return `${right ? "number" : ""}${wide ? " wide" : ""}`;
}

/** @param {string[]} names */
function listNames(names) {
  return h("ul", { class: "names" }, names.slice(0, 10).map((one) => h("li", null, one)), names.length > 10 && h("li", { class: "quiet" }, t("core.and_more", { count: names.length - 10 })));
}

/** @param {Child} content */
function listText(content) {
  return h("span", null, content).textContent ?? "";
}

/** @param {string} text */
function listPlain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
