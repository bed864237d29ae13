// What a browser does with passkeys, in the JSON that the API speaks.
import { t } from "../texts.js";

/** Whether this browser knows passkeys by their JSON. */
export function passkeysWork() {
  return typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/**
 * Asks the device to sign what the server's options ask for.
 * @param {any} options
 */
export function passkeySign(options) {
  return passkeyTold(navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }));
}

/**
 * Asks the device for a new passkey by the server's options.
 * @param {any} options
 */
export function passkeyMake(options) {
  return passkeyTold(navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }));
}

/**
 * What the device answered, or an error in words of ours.
 * @param {Promise<Credential | null>} answer
 */
async function passkeyTold(answer) {
  try {
    return /** @type {PublicKeyCredential} */ (await answer).toJSON();
  } catch (error) {
    const { name, message } = /** @type {DOMException} */ (error);
    if (name === "InvalidStateError") throw new Error(t("account.passkey_known"));
    throw name === "NotAllowedError" || name === "AbortError" ? new Error(t("account.passkey_stopped")) : new Error(message);
  }
}
