// Asks the browser for a passkey (W3C Web Authentication), and puts the answer in the form. The server judges it; where this does
// not run, the password and a code do the same.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const known = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

const create = async ({ publicKey }) => {
  const user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  const options = { ...publicKey, user, challenge: bytes(publicKey.challenge), excludeCredentials: known(publicKey.excludeCredentials) };
  const made = await navigator.credentials.create({ publicKey: options });
  const { attestationObject, clientDataJSON } = made.response;
  const transports = made.response.getTransports?.() ?? [];
  return answer(made, { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON), transports });
};

const get = async ({ publicKey }) => {
  const options = { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: known(publicKey.allowCredentials) };
  const used = await navigator.credentials.get({ publicKey: options });
  const { authenticatorData, clientDataJSON, signature } = used.response;
  return answer(used, { authenticatorData: text(authenticatorData), clientDataJSON: text(clientDataJSON), signature: text(signature) });
};

const answer = (credential, response) =>
  JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response, extensions: {} });

/** What the portal asks: in the page, or fetched when it is time to. */
const question = async (form, address) => {
  if (form.dataset.new) return JSON.parse(form.dataset.new);
  const response = await fetch(address, { method: "POST", body: new URLSearchParams({ csrf: form.elements.csrf.value }) });
  if (!response.ok) throw new Error(response.status);
  return response.json();
};

const REASONS = {
  NotAllowedError: "Det blev inget: frågan avbröts eller tog för lång tid. Försök igen.",
  InvalidStateError: "Den här enheten har redan en passkey för ditt konto.",
  NotSupportedError: "Den här enheten kan inte skapa en passkey som portalen kan använda.",
  SecurityError: "Webbläsaren säger nej: passkeys fungerar bara på portalens egen adress.",
};

for (const place of document.querySelectorAll("[data-passkey]")) {
  const [field, button, said] = ["input", "button", "[role=status]"].map((selector) => place.querySelector(selector));
  const { passkey, domain, done } = place.dataset;
  if (!window.PublicKeyCredential) {
    said.textContent = "Den här webbläsaren kan inte använda passkeys.";
    continue;
  }
  if (location.hostname !== domain) {
    said.textContent = `Passkeys fungerar bara på adressen ${domain}, och du är på ${location.hostname}.`;
    continue;
  }
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    // Never disabled: that would take the focus from it.
    if (button.ariaDisabled === "true") return;
    button.ariaDisabled = "true";
    field.value = "";
    said.textContent = "Svara på frågan från webbläsaren eller enheten.";
    try {
      const asked = await question(field.form, passkey);
      field.value = await (field.form.dataset.new ? create(asked) : get(asked));
      said.textContent = done || "Din passkey har svarat. Vänta.";
      if (!done) field.form.requestSubmit();
    } catch (error) {
      said.textContent = REASONS[error.name] ?? "Portalen svarade inte som väntat. Ladda om sidan och försök igen.";
    }
    button.ariaDisabled = "false";
  });
}
