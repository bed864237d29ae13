// A list as a file for a spreadsheet.
import { h } from "../render.js";

/**
 * @param {string} title
 * @param {Column[]} columns
 * @param {AsyncIterable<Row>} rows
 */
export async function downloadCsv(title, columns, rows) {
  const lines = [columns.map((column) => csvCell(column.name))];
  for await (const row of rows) lines.push(columns.map((column) => csvCell(column.csv ? column.csv(row) : csvText(column.of(row)))));
  // The mark of its beginning tells spreadsheets that it is UTF-8.
  download(`${title}.csv`, `\ufeff${lines.map((line) => line.join(",")).join("\r\n")}\r\n`, "text/csv");
}

/**
 * Gives the browser a file to keep.
 * @param {string} name
 * @param {string} text
 * @param {string} [type]
 */
export function download(name, text, type = "text/plain") {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const node = h("a", { href: address, download: name });
  document.body.append(node);
  node.click();
  node.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** @param {Child} content */
function csvText(content) {
  const node = h("span", null, content);
  for (const one of node.querySelectorAll("time")) one.textContent = one.dateTime;
  return node.textContent;
}

/** @param {unknown} value */
function csvCell(value) {
  let text = Array.isArray(value) ? value.join(" ") : String(value ?? "");
  // A spreadsheet takes these for the begin of a formula.
  if (typeof value !== "number" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
