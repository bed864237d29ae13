// Makes DOM nodes. Text becomes a text node always, so nothing that somebody typed can be markup.

const SVG_SPACE = "http://www.w3.org/2000/svg";
const RENDER_PROPERTIES = new Set(["value", "checked", "indeterminate", "selected"]);
const RENDER_SAFE = /^(?:[#/?.]|https?:|mailto:|blob:|data:(?:image|text)\/)/i;

/**
 * An HTML element. A property is an attribute by its HTML name (true: present; false, null: absent), a
 * listener (`onclick`), `style` (an object), or one of value, checked, indeterminate, selected.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any> | null} [properties]
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties, ...children) {
  const node = document.createElement(tag);
  renderInto(node, properties, children);
  return node;
}

/**
 * The same for SVG.
 * @param {string} tag
 * @param {Record<string, any> | null} [attributes]
 * @param {Child[]} children
 */
export function s(tag, attributes, ...children) {
  const node = /** @type {SVGElement} */ (document.createElementNS(SVG_SPACE, tag));
  renderInto(node, attributes, children);
  return node;
}

/**
 * Puts these children in the place of all that the node has.
 * @template {Element} N
 * @param {N} node
 * @param {Child[]} children
 */
export function put(node, ...children) {
  node.replaceChildren(...renderFlat(children));
  return node;
}

/**
 * An address in which what is put in is encoded: url`/api/workspaces/${id}`.
 * @param {TemplateStringsArray} texts
 * @param {unknown[]} values
 */
export function url(texts, ...values) {
  return texts.reduce((all, text, at) => all + encodeURIComponent(String(values[at - 1])) + text);
}

/**
 * @param {HTMLElement | SVGElement} node
 * @param {Record<string, any> | null | undefined} properties
 * @param {Child[]} children
 */
function renderInto(node, properties, children) {
  node.append(...renderFlat(children));
  const late = [];
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, each] of Object.entries(value)) node.style.setProperty(key, String(each));
    else if (RENDER_PROPERTIES.has(name)) late.push([name, value]);
    else if ((name === "href" || name === "src") && !RENDER_SAFE.test(value)) continue;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  // After type, min and max, and after the options of a select, or it would not take them.
  for (const [name, value] of late) /** @type {any} */ (node)[name] = value;
}

/**
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
function renderFlat(children) {
  return /** @type {any[]} */ (children).flat(9)
    .filter((one) => one !== null && one !== undefined && one !== false && one !== true)
    .map((one) => (one instanceof Node ? one : String(one)));
}
