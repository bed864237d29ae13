// My account: API tokens.
import { api } from "../api.js";
import { time } from "../dates.js";
import { h, url } from "../render.js";
import { t } from "../texts.js";
import { me } from "../shell.js";
import { actionButton } from "../parts/bits.js";
import { ask, showOnce } from "../parts/dialog.js";
import { formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { toast } from "../parts/toast.js";

const TOKEN_DAYS = [7, 30, 90, 365];

/** The page of one's own API tokens. */
export function accountTokensPage() {
  const all = list({
    title: t("account.tokens"),
    text: t("account.tokens_text"),
    path: "/api/auth/tokens",
    csv: false,
    columns: [
      { name: t("core.name"), of: (one) => one.name },
      { name: t("account.token_for"), of: (one) => tokenPlace(one.workspaceId) },
      { name: t("core.created"), of: (one) => time(one.createdAt) },
      { name: t("core.ends"), of: (one) => (one.expiresAt ? time(one.expiresAt) : t("core.never")) },
      { name: "", of: (one) => actionButton({ label: t("core.delete"), run: () => remove(one) }) },
    ],
    key: (one) => one.id,
    create: { label: t("account.token_create"), open: tokenCreate },
    empty: { title: t("account.tokens_none"), text: t("account.tokens_none_text") },
  });

  /** @param {Row} one */
  async function remove({ id, name }) {
    const sure = await ask({ title: t("account.token_delete", { name }), text: t("account.token_delete_text"), confirm: t("core.delete"), danger: true });
    if (!sure) return;
    await api.delete(url`/api/auth/tokens/${id}`);
    toast(t("account.token_deleted", { name }));
    await all.reload();
  }

  return all;
}

/** @param {string | null} id */
function tokenPlace(id) {
  return id ? me().workspaces.find((one) => one.id === id)?.name ?? h("code", null, id) : t("account.everywhere");
}

/** Asks for a new token and shows it once. The API keeps no answer with a secret, so there is no key to ask again by. */
async function tokenCreate() {
  let secret = "";
  const days = TOKEN_DAYS.map((count) => ({ value: count, label: t("account.days", { count }) }));
  const made = await formDialog({
    title: t("account.token_create"),
    fields: [
      { name: "name", label: t("core.name"), required: true, maxlength: 255, help: t("account.token_name_help") },
      { name: "workspaceId", label: t("account.token_for"), type: "select", required: true, options: [
        { value: null, label: t("account.everywhere") }, ...me().workspaces.map(({ id, name }) => ({ value: id, label: name })),
      ] },
      { name: "expiresAt", label: t("core.ends"), type: "select", required: true, value: 90, help: t("account.until_help"), options: [...days, { value: null, label: t("core.never") }] },
    ],
    submit: t("core.create"),
    save: async ({ name, workspaceId, expiresAt: last }) => {
      const expiresAt = last && new Date(Date.now() + last * 86_400_000).toISOString();
      secret = (await api.post("/api/auth/tokens", { name, workspaceId, expiresAt })).data.token;
    },
  });
  if (made) await showOnce({ title: t("account.token_made"), text: t("account.token_made_text"), secret });
}
