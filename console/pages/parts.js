// The living style sheet: every part in every state.
import { h } from "../render.js";
import { t } from "../texts.js";
import { heading } from "../parts/bits.js";

/** @returns {Node} */
export function partsPage() {
  return h("div", null, heading({ title: t("core.parts") }));
}
