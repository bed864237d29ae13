// Moments, days and numbers as the reader's language writes them, in the reader's zone.
import { h } from "./render.js";
import { language } from "./texts.js";

/** @type {Map<string, any>} */
const dateFormats = new Map();

/**
 * A formatter of Intl, made once a language.
 * @template T
 * @param {string} kind
 * @param {(language: string) => T} make
 * @returns {T}
 */
function dateFormat(kind, make) {
  const key = kind + language();
  if (!dateFormats.has(key)) dateFormats.set(key, make(language()));
  return dateFormats.get(key);
}

/**
 * A moment, with its ISO form in the tooltip; a dash for none.
 * @param {string | null | undefined} instant
 */
export function time(instant) {
  const format = dateFormat("time", (one) => new Intl.DateTimeFormat(one, { dateStyle: "medium", timeStyle: "short" }));
  return dateNode(instant, (moment) => format.format(moment));
}

/**
 * A moment as it is from now: "3 days ago"; both forms in the tooltip.
 * @param {string | null | undefined} instant
 */
export function relative(instant) {
  const format = dateFormat("relative", (one) => new Intl.RelativeTimeFormat(one, { numeric: "auto" }));
  return dateNode(instant, (moment) => {
    const seconds = (moment.getTime() - Date.now()) / 1000;
    /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
    const units = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60]];
    const [unit, length] = units.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
    return format.format(Math.trunc(seconds / length), unit);
  });
}

/**
 * A number with the language's separators.
 * @param {number} value
 */
export function number(value) {
  return dateFormat("number", (one) => new Intl.NumberFormat(one)).format(value);
}

/**
 * A day, of "2026-04-13" or of a moment.
 * @param {string} date
 */
export function day(date) {
  const zone = date.length === 10 ? "UTC" : undefined;
  const format = dateFormat(`day${zone}`, (one) => new Intl.DateTimeFormat(one, { dateStyle: "medium", timeZone: zone }));
  return format.format(new Date(date));
}

/**
 * @param {string | null | undefined} instant
 * @param {(moment: Date) => string} write
 */
function dateNode(instant, write) {
  if (!instant) return h("span", { class: "quiet" }, "–");
  const moment = new Date(instant);
  if (Number.isNaN(moment.getTime())) return h("span", null, instant);
  return h("time", { datetime: instant, title: instant }, write(moment));
}
