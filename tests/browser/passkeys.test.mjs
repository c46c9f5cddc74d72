// Passkeys in a real browser, which has an authenticator that the test holds (Chromium's, over CDP): adding one, signing in and
// signing with it, what is said when it does not answer, and removing it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, openBrowser, press, screenshot, signInAs, startPortal } from "./harness.mjs";

const PASSWORD = "övning gör mästare";
const AGREEMENT = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022";

/** Made up: the telephone number is one of those kept for fiction. */
const FIELDS = {
  contact_person: "Övning Ekonom",
  street: "Övningsgatan 1",
  postal_code: "123 45",
  city: "Övningsorten",
  telephone: "08-465 004 10",
  email: "ekonomi@ovning.example",
  account_number: "991-2346",
};

const portal = await startPortal();
// A passkey is for a domain: in practice mode for localhost, never for a number.
const byName = { ...portal, url: portal.url.replace("127.0.0.1", "localhost") };
const browser = await openBrowser(byName);

/** A device that recognises its owner, until it is told not to. */
async function authenticator(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  return {
    recognises: (isUserVerified) => cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    forget: () => cdp.send("WebAuthn.clearCredentials", { authenticatorId }),
    keys: async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length,
  };
}

async function issue(page, municipality) {
  await signInAs(page, "ekonom", municipality);
  await press(page, page.getByRole("link", { name: AGREEMENT }));
  await press(page, page.getByRole("button", { name: "Påbörja rekvisition" }));
  await page.getByLabel("Belopp som rekvireras").fill("10 000");
  for (const [field, text] of Object.entries(FIELDS)) await page.locator(`#${field}`).fill(text);
  await page.getByRole("radio", { name: "Bankgiro" }).check();
  await press(page, page.getByRole("button", { name: "Spara och kontrollera" }));
  await page.getByLabel("Jag har kontrollerat varningarna").check();
  await press(page, page.getByRole("button", { name: "Lås uppgifterna" }));
  return new URL(page.url()).pathname;
}

const heading = (page) => page.locator("h1").innerText();
const said = (page) => page.locator("[data-passkey] [role=status]");

test("a passkey is added, signs in, signs, and is removed", async (t) => {
  const requisition = await issue(await browser.newPage(t), "Ale");
  const page = await browser.newPage(t);
  const device = await authenticator(page);
  await signInAs(page, "foretradare", "Ale");
  await page.goto("/konto");
  const text = await page.locator("main").innerText();
  const email = text.match(/\S+@\S+/)[0];
  await page.goto("/konto/tvafaktor");
  await inspect(page, "tvafaktor-eller-passkey");
  await page.goto("/konto/passkeys");
  await inspect(page, "passkeys-inga");
  assert.match(await page.getByLabel("Vad du vill kalla den").inputValue(), /Chrome/);
  await page.getByLabel("Vad du vill kalla den").fill("Min dator");
  await press(page, page.getByRole("button", { name: "Fortsätt" }));
  await inspect(page, "passkey-ny");
  // Nobody the device knows: it says so, and the same page can be tried again.
  await device.recognises(false);
  await page.getByRole("button", { name: "Skapa passkeyn" }).click();
  await page.getByText("Det blev inget").waitFor();
  await inspect(page, "passkey-ny-avbruten");
  assert.equal(await device.keys(), 0);
  await device.recognises(true);
  await press(page, page.getByRole("button", { name: "Skapa passkeyn" }));
  assert.equal(await heading(page), "Dina reservkoder");
  assert.equal(await device.keys(), 1);
  await page.goto("/konto/passkeys");
  await inspect(page, "passkeys");

  // The same device once more: it has one already.
  await page.getByLabel("Vad du vill kalla den").fill("Samma dator");
  await press(page, page.getByRole("button", { name: "Fortsätt" }));
  await page.getByRole("button", { name: "Skapa passkeyn" }).click();
  await page.getByText("har redan en passkey").waitFor();

  await page.goto(`${requisition}/underskrift`);
  await inspect(page, "underskrift-passkey");
  await page.getByRole("button", { name: "Bekräfta med passkey" }).click();
  await page.getByText("Din passkey har svarat.").waitFor();
  await inspect(page, "underskrift-passkey-klar");
  await press(page, page.getByRole("button", { name: "Skriv under och lämna in" }));
  assert.match(await page.locator("main").innerText(), /Kvitto/);

  await page.context().clearCookies();
  await page.goto("/logga-in");
  await page.getByLabel("E-postadress").fill(email);
  await page.getByLabel("Lösenord").fill(PASSWORD);
  await press(page, page.getByRole("button", { name: "Logga in", exact: true }));
  await inspect(page, "kod-eller-passkey");
  await press(page, page.getByRole("button", { name: "Använd en passkey" }));
  assert.equal(await heading(page), "Mina bidrag");

  // The device has lost it: nothing happens, and the page says so. A recovery code would do.
  await device.forget();
  await page.goto("/konto/passkeys");
  await page.getByRole("radio", { name: "Min dator" }).check();
  await page.getByRole("button", { name: "Bekräfta med passkey" }).click();
  await page.getByText("Det blev inget").waitFor();
  await press(page, page.getByRole("button", { name: "Ta bort" }));
  await inspect(page, "passkeys-fel");
  assert.match(await page.title(), /^Fel: /);
  page.troubles.length = 0;
});

test("by keyboard alone a passkey is added and removed", async (t) => {
  const page = await browser.newPage(t);
  await authenticator(page);
  await signInAs(page, "ekonom", "Alingsås");
  await page.goto("/konto/passkeys");
  await page.getByLabel("Vad du vill kalla den").focus();
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  await page.getByRole("button", { name: "Skapa passkeyn" }).focus();
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  assert.equal(await heading(page), "Dina reservkoder");
  await page.goto("/konto/passkeys");
  await page.getByRole("radio").first().focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Bekräfta med passkey" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Din passkey har svarat.").waitFor();
  assert.equal(await said(page).getAttribute("role"), "status");
  await page.getByRole("button", { name: "Ta bort" }).focus();
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  assert.match(await page.locator("main").innerText(), /Passkeyn är borttagen[^]*ingen passkey än/);
});

test("by the number of the machine, or without JavaScript, the page says why there is none", async (t) => {
  const byNumber = await (await openBrowser(portal)).newPage(t);
  await signInAs(byNumber, "ekonom", "Alvesta");
  await byNumber.goto("/konto/passkeys");
  await press(byNumber, byNumber.getByRole("button", { name: "Fortsätt" }));
  assert.match(await said(byNumber).innerText(), /fungerar bara på adressen localhost, och du är på 127\.0\.0\.1/);
  assert.equal(await byNumber.getByRole("button", { name: "Skapa passkeyn" }).count(), 0);
  const page = await browser.newPage(t, { javaScript: false });
  await signInAs(page, "ekonom", "Alvesta");
  await page.goto("/konto/passkeys");
  assert.match(await page.locator("main").innerText(), /kräver att JavaScript är på/);
  await screenshot(page, "passkeys-inga");
});
