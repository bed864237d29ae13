// All words of the console by their key: `t("users.title")` is what the language's texts have there.
import { textsEn } from "./texts/en.js";

/** @type {{ language: string, texts: Record<string, Record<string, string>> }} */
const spoken = { language: "en", texts: textsEn };

/** The languages that there are, by their own names. */
export const LANGUAGES = { en: "English", de: "Deutsch" };

/**
 * The text of a key, in English where the language lacks it. `{name}` stands for a value; of forms parted
 * by `|` the one for `count`.
 * @param {string} key
 * @param {Record<string, any>} [values]
 */
export function t(key, values) {
  const [area = "", name = ""] = key.split(".", 2);
  let text = spoken.texts[area]?.[name] ?? /** @type {any} */ (textsEn)[area]?.[name] ?? key;
  if (values && "count" in values && text.includes("|")) {
    const rule = new Intl.PluralRules(spoken.language).select(values.count);
    text = text.split("|")[rule === "one" ? 0 : 1];
  }
  return values ? text.replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ one) => textValue(values[one])) : text;
}

/** @param {unknown} value */
function textValue(value) {
  if (typeof value === "number") return new Intl.NumberFormat(spoken.language).format(value);
  const text = String(value ?? "");
  // Words that run to the left must not turn round the sentence that they stand in.
  return /[\u0590-\u08ff\ufb1d-\ufefc]/.test(text) ? `\u2068${text}\u2069` : text;
}

/** The language of the page. */
export function language() {
  return spoken.language;
}

/** The language that was chosen here, else the browser's, else English. */
export function wantedLanguage() {
  const wanted = [readLanguage(), ...navigator.languages.map((one) => one.slice(0, 2))];
  return wanted.find((one) => one && one in LANGUAGES) ?? "en";
}

/**
 * From now on `t` speaks this language.
 * @param {string} name
 * @param {Record<string, Record<string, string>>} texts
 */
export function speak(name, texts) {
  spoken.language = name;
  spoken.texts = texts;
  document.documentElement.lang = name;
}

/**
 * Keeps the choice for the next visit.
 * @param {string} name
 */
export function keepLanguage(name) {
  try {
    localStorage.setItem("roster.language", name);
  } catch {
    // A browser that keeps nothing asks for the language again.
  }
}

function readLanguage() {
  try {
    return localStorage.getItem("roster.language");
  } catch {
    return null;
  }
}
