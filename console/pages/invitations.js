// The invitations of a workspace: made, sent again with a new link, taken back.
import { api } from "../api.js";
import { relative, time } from "../dates.js";
import { actionButton, badge } from "../parts/bits.js";
import { showOnce } from "../parts/dialog.js";
import { formDialog } from "../parts/form.js";
import { list } from "../parts/list.js";
import { toast } from "../parts/toast.js";
import { url } from "../render.js";
import { t } from "../texts.js";
import { memberRole, memberRoleField } from "./members.js";

/** @type {Record<string, "good" | "neutral" | "warn" | "bad">} */
const INVITATION_TONES = { open: "good", accepted: "neutral", expired: "warn", revoked: "bad" };

/** @param {Place} place */
export async function invitationsPage({ params: { workspaceId } }) {
  const base = url`/api/workspaces/${workspaceId}/invitations`;
  const state = (/** @type {string} */ one) => t(`invitations.${one}`);
  const isOpen = (/** @type {Row} */ one) => one.state === "open";
  const all = list({
    title: t("core.invitations"),
    path: base,
    find: "local",
    filters: [{
      name: "state",
      label: t("core.state"),
      of: (one) => one.state,
      options: Object.keys(INVITATION_TONES).map((value) => ({ value, label: state(value) })),
    }],
    columns: [
      { name: t("core.email"), of: (one) => one.email },
      { name: t("core.role"), of: (one) => memberRole(one.role), csv: (one) => one.role },
      { name: t("core.state"), of: (one) => badge(state(one.state), INVITATION_TONES[one.state]), csv: (one) => one.state },
      { name: t("core.ends"), of: (one) => relative(one.expiresAt), csv: (one) => one.expiresAt },
      { name: t("core.created"), of: (one) => time(one.createdAt), csv: (one) => one.createdAt, wide: true },
      {
        name: t("invitations.link"),
        of: (one) => isOpen(one) && actionButton({ label: t("invitations.resend"), run: () => resend(one) }),
        csv: () => "",
      },
    ],
    key: (one) => one.id,
    label: (one) => one.email,
    actions: [{
      label: t("invitations.revoke"),
      danger: true,
      for: isOpen,
      confirm: { title: (some) => t("invitations.revoke_some", { count: some.length }) },
      run: (one) => api.delete(base + url`/${one.id}`),
    }],
    create: { label: t("invitations.invite"), open: () => invite(base) },
    empty: { title: t("invitations.none") },
  });
  const resend = async (/** @type {Row} */ one) => {
    await showInvitation((await api.post(base + url`/${one.id}/resend`)).data);
    await all.reload();
  };
  return all;
}

/** @param {string} base */
async function invite(base) {
  /** @type {Row} */
  let made = null;
  await formDialog({
    title: t("invitations.invite"),
    fields: [
      { name: "email", label: t("core.email"), type: "email", required: true, maxlength: 254 },
      memberRoleField(),
      { name: "expiresAt", label: t("core.ends"), type: "moment", help: t("invitations.until_help") },
    ],
    submit: t("invitations.invite"),
    save: async ({ expiresAt, ...values }, { once }) => {
      made = (await api.post(base, expiresAt ? { ...values, expiresAt } : values, { once })).data;
    },
  });
  if (made) await showInvitation(made);
  return Boolean(made);
}

/**
 * The link, where it does not go by mail.
 * @param {Row} invitation
 */
async function showInvitation({ email, link: secret, expiresAt }) {
  if (secret) await showOnce({ title: t("invitations.link_of", { email }), text: [t("invitations.hand_over"), " ", relative(expiresAt)], secret });
  else toast(t("invitations.mailed", { email }));
}
