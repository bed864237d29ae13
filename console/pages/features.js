// The features of a workspace, each with a switch, and one of them.
import { api } from "../api.js";
import { copyable, details, heading, card, tellFailure } from "../parts/bits.js";
import { list } from "../parts/list.js";
import { h, url } from "../render.js";
import { link } from "../shell.js";
import { t } from "../texts.js";
import {
  createPart, deletePart, editPart, ownerField, ownerText, partFields, partsOf, projectField, projectName, projectOptions,
} from "./workspace_parts.js";

// The modules that a Workspace profile names.
const FEATURE_MODULES = ["Boards", "Booking", "CurrencyRates", "EntitlementOperations", "WorkInbox"];

/** @param {Place} place */
export async function featuresPage(place) {
  const { base, at } = partsOf(place);
  const projects = await projectOptions(base);
  const address = (/** @type {Row} */ one) => at + url`/features/${one.id}`;
  const open = async () => createPart(t("features.create"), await featureFields(base), `${base}/features`, address);
  return list({
    title: t("core.features"),
    path: `${base}/features`,
    filters: [{ name: "projectId", label: t("core.project"), options: projects }],
    columns: [
      { name: t("core.name"), of: (one) => one.name },
      { name: t("core.enabled"), of: (one) => featureSwitch(base, one, place.admin), csv: (one) => one.enabled },
      { name: t("features.module"), of: (one) => one.module },
      { name: t("core.project"), of: (one) => projects.find(({ value }) => value === one.projectId)?.label ?? one.projectId, wide: true },
    ],
    row: address,
    key: (one) => one.id,
    label: (one) => one.name,
    actions: place.admin ? [true, false].map((enabled) => ({
      label: t(enabled ? "features.on" : "features.off"),
      run: (/** @type {Row} */ one) => api.put(base + url`/features/${one.id}`, { enabled }),
    })) : [],
    create: place.admin ? { label: t("features.create"), open } : undefined,
    empty: { title: t("features.none"), text: t("features.what") },
  });
}

/**
 * A switch takes no notice of what else of the feature somebody changes, so it sends no If-Match.
 * @param {string} base
 * @param {Row} one
 * @param {boolean} may
 */
function featureSwitch(base, one, may) {
  const node = h("input", { type: "checkbox", role: "switch", name: "enabled", checked: one.enabled, disabled: !may, "aria-label": one.name });
  node.onchange = async () => {
    try {
      await api.put(base + url`/features/${one.id}`, { enabled: node.checked });
    } catch (error) {
      node.checked = !node.checked;
      tellFailure(error);
    }
  };
  return node;
}

/**
 * @param {string} base
 * @param {Row} [feature]
 * @returns {Promise<Field[]>}
 */
async function featureFields(base, feature = {}) {
  const { name, description, email } = partFields(feature);
  const [project, owner] = await Promise.all([projectField(base, feature.projectId), ownerField(base, feature.ownerId)]);
  const options = [{ value: "", label: t("features.no_module") }, ...FEATURE_MODULES.map((one) => ({ value: one, label: one }))];
  return [name, project, { name: "module", label: t("features.module"), type: "select", value: feature.module ?? "", options },
    description, email, owner, { name: "enabled", label: t("core.enabled"), type: "checkbox", value: feature.enabled ?? true }];
}

/** @param {Place} place */
export async function featurePage(place) {
  const { base, at } = partsOf(place);
  const path = base + url`/features/${place.params.featureId}`;
  const read = await api.get(path, {}, { signal: place.signal });
  const feature = read.data;
  const { name, projectId, touchedBy } = feature;
  const ends = { title: t("features.delete_this", feature), text: t("features.ends"), back: `${at}/features` };
  const actions = [editPart(path, read, () => featureFields(base, feature)), deletePart(path, read.etag, ends)];
  return {
    title: name,
    node: h("div", null,
      heading({ title: name, text: feature.description, actions: place.admin ? actions : [] }),
      card(null, details([
        [t("core.id"), copyable(feature.id)],
        [t("core.enabled"), featureSwitch(base, feature, place.admin)],
        [t("features.module"), feature.module],
        [t("core.project"), projectId && link(at + url`/projects/${projectId}`, await projectName(base, projectId))],
        [t("parts.owner"), (await ownerText(base, feature.ownerId)) || null],
        [t("parts.email"), feature.email || null],
        [t("features.touched"), touchedBy === place.me.id ? place.me.fullName : touchedBy && copyable(touchedBy)],
      ])),
    ),
  };
}
