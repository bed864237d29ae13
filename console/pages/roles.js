// The site's permission roles, one of which new users get.
import { badge } from "../parts/bits.js";
import { h } from "../render.js";
import { t } from "../texts.js";
import { siteThings } from "./groups.js";

/** A role is a name, what it permits, and whether new users get it. */
export async function rolesPage() {
  return siteThings(
    "roles",
    [
      { name: t("roles.permissions"), of: (role) => role.permissions.map((/** @type {string} */ one) => [h("code", null, one), " "]), csv: (role) => role.permissions.join(" ") },
      { name: t("roles.default"), of: (role) => role.isDefault && badge(t("roles.default"), "good"), csv: (role) => role.isDefault },
    ],
    ({ permissions = [], isDefault }) => [
      { name: "permissions", label: t("roles.permissions"), type: "textarea", rows: 6, value: permissions.join("\n"), help: t("roles.lines") },
      { name: "isDefault", label: t("roles.default"), type: "checkbox", value: isDefault, help: t("roles.default_help") },
    ],
    (values) => ({ ...values, permissions: linesOf(values.permissions) }),
  );
}

/**
 * The lines of a text, without empty ones.
 * @param {string | null} text
 */
export function linesOf(text) {
  return (text ?? "").split("\n").map((one) => one.trim()).filter(Boolean);
}
