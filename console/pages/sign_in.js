// Sign in: with a password, a second factor, or a passkey alone.
import { h } from "../render.js";
import { t } from "../texts.js";
import { go, loadMe } from "../shell.js";
import { signInForm } from "../parts/sign_in_form.js";

/** @param {Place} place */
export function signInPage(place) {
  const to = place.query.get("to") ?? "/";
  return h("div", { class: "card narrow" },
    h("h1", { tabindex: "-1" }, t("core.sign_in_title")),
    signInForm({ done: async () => {
      await loadMe();
      // An address of the console alone: what a link says must not lead elsewhere.
      go(to.startsWith("/") ? to : "/");
    } }));
}
