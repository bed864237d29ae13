// A field that finds one of many as one types (a combobox).
import { h, put } from "../render.js";
import { t } from "../texts.js";

/**
 * @param {Field} field
 * @param {Record<string, any>} common
 */
export function findControl(field, common) {
  const { find = async () => [], placeholder } = field;
  let value = field.value ?? "";
  /** @type {Option[]} */
  let options = [];
  let at = -1;
  let turns = 0;
  const listId = `${common.id}-list`;
  const list = h("ul", { id: listId, role: "listbox", class: "menu-list", hidden: true, "aria-label": field.label });
  const input = h("input", {
    ...common, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "false", "aria-autocomplete": "list",
    "aria-controls": listId, placeholder: placeholder ?? t("core.find_placeholder"), value: field.text ?? value,
  });
  const show = (/** @type {boolean} */ open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) mark(-1);
  };
  const mark = (/** @type {number} */ to) => {
    at = to;
    [...list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${listId}-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const choose = (/** @type {Option} */ one) => {
    turns += 1;
    value = one.value;
    input.value = one.label;
    input.setCustomValidity("");
    show(false);
    input.dispatchEvent(new Event("chosen", { bubbles: true }));
  };
  const ask = async () => {
    const turn = (turns += 1);
    await new Promise((resolve) => setTimeout(resolve, options.length ? 300 : 0));
    if (turn !== turns) return;
    try {
      const found = await find(input.value.trim());
      if (turn !== turns || document.activeElement !== input) return;
      options = found;
      put(list, options.map((one, place) => h("li", {
        role: "option", id: `${listId}-${place}`, "aria-selected": "false", onpointerdown: (/** @type {Event} */ event) => {
          event.preventDefault();
          choose(one);
        },
      }, one.label, one.help && h("small", { class: "quiet" }, one.help))), !options.length && h("li", { class: "quiet", role: "presentation" }, t("core.nothing_found")));
      show(true);
      mark(options.length ? 0 : -1);
    } catch {
      show(false);
    }
  };
  input.addEventListener("input", () => {
    value = "";
    input.setCustomValidity(input.value ? t("core.choose_one") : "");
    // What is listed answers an earlier text: Enter must not choose of it.
    mark(-1);
    ask();
  });
  input.addEventListener("focus", () => !value && ask());
  input.addEventListener("blur", () => show(false));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask();
      else mark((at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % (options.length || 1));
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      choose(/** @type {Option} */ (options[at]));
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      show(false);
    }
  });
  return {
    input, box: h("div", { class: "find" }, input, list), get: () => value,
    set: (/** @type {any} */ now) => {
      value = now ?? "";
      input.value = value;
      input.setCustomValidity("");
    },
  };
}
