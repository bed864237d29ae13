// Charts of bars: SVG made here, and the same numbers as a table.
import { h, s } from "../render.js";
import { number } from "../dates.js";
import { t } from "../texts.js";

const CHART_WIDTH = 640;
const CHART_HEIGHT = 160;

/**
 * Bars for each point; of several series they stand on each other.
 * @param {ChartOptions} options
 */
export function barChart({ title, points, series = [title], of = "" }) {
  const rows = points.map(({ label, value }) => ({ label, values: [value].flat() }));
  const sum = (/** @type {number[]} */ values) => values.reduce((all, one) => all + one, 0);
  const top = chartTop(Math.max(1, ...rows.map((row) => sum(row.values))));
  const step = CHART_WIDTH / Math.max(rows.length, 1);
  const bars = rows.map(({ label, values }, at) => {
    let from = 0;
    return s("g", null,
      s("title", null, `${label}: ${values.map((one, each) => (series.length > 1 ? `${series[each]} ${number(one)}` : number(one))).join(", ")}`),
      s("rect", { class: "hit", x: at * step, y: 0, width: step, height: CHART_HEIGHT }),
      values.map((one, each) => {
        const height = (one / top) * CHART_HEIGHT;
        from += height;
        return s("rect", { class: `bar series-${each}`, x: at * step + step * 0.15, y: CHART_HEIGHT - from, width: step * 0.7, height, rx: Math.min(2, height / 2) });
      }));
  });
  const lines = [0, 0.5, 1].map((part) => s("line", { class: "grid", x1: 0, x2: CHART_WIDTH, y1: CHART_HEIGHT * (1 - part), y2: CHART_HEIGHT * (1 - part) }));
  return h("figure", { class: "chart" },
    h("figcaption", null, h("b", null, title), series.length > 1 && h("span", { class: "legend" }, series.map((one, at) => h("span", { class: `series-${at}` }, one)))),
    h("div", { class: "chart-plot", "aria-hidden": "true" },
      h("div", { class: "chart-axis" }, [top, top / 2, 0].map((one) => h("span", null, number(one)))),
      h("div", null,
        s("svg", { viewBox: `0 0 ${CHART_WIDTH} ${CHART_HEIGHT}`, preserveAspectRatio: "none", focusable: "false" }, lines, bars),
        h("div", { class: "chart-labels" }, h("span", null, rows[0]?.label), h("span", null, rows[Math.floor(rows.length / 2)]?.label), h("span", null, rows.at(-1)?.label)))),
    h("details", null, h("summary", null, t("core.as_table")),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, h("table", null,
        h("thead", null, h("tr", null, h("th", { scope: "col" }, of || t("core.entry")), series.map((one) => h("th", { scope: "col", class: "number" }, one)))),
        h("tbody", null, rows.map(({ label, values }) => h("tr", null, h("th", { scope: "row" }, label), values.map((one) => h("td", { class: "number" }, number(one))))))))));
}

/**
 * The next round number, of which the half is whole.
 * @param {number} most
 */
function chartTop(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 4, 6, 8, 10].find((one) => one * power >= most) ?? 10;
  return Math.max(2, step * power);
}
