// My account: where one is signed in, and what programs were granted.
import { api } from "../api.js";
import { relative, time } from "../dates.js";
import { h, url } from "../render.js";
import { t } from "../texts.js";
import { signOut } from "../shell.js";
import { actionButton, badge } from "../parts/bits.js";
import { ask } from "../parts/dialog.js";
import { list } from "../parts/list.js";
import { toast } from "../parts/toast.js";

const SESSION_BROWSERS = { Edg: "Edge", OPR: "Opera", Firefox: "Firefox", Chrome: "Chrome", Safari: "Safari" };
const SESSION_SYSTEMS = { Windows: "Windows", Android: "Android", iPhone: "iPhone", iPad: "iPad", "Mac OS X": "macOS", CrOS: "ChromeOS", Linux: "Linux" };

/** The page of one's own sessions. */
export function accountSessionsPage() {
  const all = list({
    title: t("core.sessions"),
    text: t("account.sessions_text"),
    path: "/api/auth/sessions",
    csv: false,
    columns: [
      { name: t("account.device"), of: (one) => [sessionName(one), " ", one.current && badge(t("account.current"), "good")] },
      { name: t("account.address"), of: (one) => h("span", { class: "whole" }, one.address ?? "–") },
      { name: t("core.created"), of: (one) => time(one.createdAt) },
      { name: t("core.used"), of: (one) => relative(one.lastUsedAt) },
      { name: t("core.ends"), wide: true, of: (one) => time(one.expiresAt) },
      { name: "", of: (one) => actionButton(one.current ? { label: t("core.sign_out"), run: signOut } : { label: t("core.end"), run: () => end(one) }) },
    ],
    key: (one) => one.id,
    heading: [{ label: t("account.end_others"), danger: true, run: endOthers }],
  });

  /** @param {Row} one */
  async function end(one) {
    await api.delete(url`/api/auth/sessions/${one.id}`);
    toast(t("account.ended"));
    await all.reload();
  }

  async function endOthers() {
    if (!(await ask({ title: t("account.end_others"), text: t("account.end_others_text"), confirm: t("account.end_all"), danger: true }))) return;
    await api.delete("/api/auth/sessions");
    toast(t("account.ended_others"));
    await all.reload();
  }

  return all;
}

/**
 * A session by its browser and system, a grant by its program.
 * @param {Row} one
 */
export function sessionName({ kind, name, agent }) {
  if (kind !== "session") return [name, " ", badge(t(`account.kind_${kind}`))];
  const of = (/** @type {Record<string, string>} */ names) => Object.entries(names).find(([sign]) => agent?.includes(sign))?.[1];
  const [browser, system] = [of(SESSION_BROWSERS), of(SESSION_SYSTEMS)];
  const shown = browser && system ? t("account.browser_on", { browser, system }) : browser ?? (agent || t("account.unknown"));
  return h("span", { title: agent }, shown);
}
