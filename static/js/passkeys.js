/* Passkeys and security keys: asks the browser, puts the answer in the form, sends the form.
   [data-passkey="create|get"] is the form; its options come from the JSON element named by
   data-options or from the address in data-options-url. What needs this stays hidden without it. */
const fromBase64 = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));

const toBase64 = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const withIds = (list = []) => list.map((item) => ({ ...item, id: fromBase64(item.id) }));

export function creationOptions({ publicKey }, passwordless) {
  const selection = { ...publicKey.authenticatorSelection };
  selection.residentKey = passwordless ? "required" : "discouraged";
  selection.requireResidentKey = passwordless;
  if (passwordless) selection.userVerification = "required";
  return {
    ...publicKey,
    authenticatorSelection: selection,
    challenge: fromBase64(publicKey.challenge),
    user: { ...publicKey.user, id: fromBase64(publicKey.user.id) },
    excludeCredentials: withIds(publicKey.excludeCredentials),
  };
}

export function requestOptions({ publicKey }) {
  return {
    ...publicKey,
    challenge: fromBase64(publicKey.challenge),
    allowCredentials: withIds(publicKey.allowCredentials),
  };
}

export function answerOf(credential) {
  const response = {};
  const names = [
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
  ];
  for (const name of names) {
    if (credential.response[name]) response[name] = toBase64(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: toBase64(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function optionsOf(form) {
  if (form.dataset.options) {
    return JSON.parse(document.getElementById(form.dataset.options).textContent);
  }
  const answer = await fetch(form.dataset.optionsUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function ask(form) {
  const options = await optionsOf(form);
  if (form.dataset.passkey === "get") {
    return navigator.credentials.get({ publicKey: requestOptions(options.request_options) });
  }
  const passwordless = Boolean(form.elements.passwordless?.checked);
  return navigator.credentials.create({
    publicKey: creationOptions(options.creation_options, passwordless),
  });
}

if (window.PublicKeyCredential) {
  document.querySelectorAll('[data-behaviour~="passkey"]').forEach((part) => {
    part.hidden = false;
  });
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-passkey] button[type=button]");
    if (!button) return;
    const form = button.closest("[data-passkey]");
    const said = form.parentElement.querySelector("[data-passkey-said]");
    said.textContent = "";
    try {
      form.elements.credential.value = JSON.stringify(answerOf(await ask(form)));
    } catch {
      said.textContent = said.dataset.passkeySaid;
      return;
    }
    form.requestSubmit();
  });
}
