// From an invitation to a sign-in with a code from an app, in a real browser: with axe at three widths, and without JavaScript.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { inspect, openBrowser, press, screenshot, signInAs, startPortal } from "./harness.mjs";

const PASSWORD = "tjugo gröna elefanter";

/** What an app shows for this secret, so many steps of thirty seconds from now (RFC 6238). */
function code(secret, ahead = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(" ", "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const digest = createHmac("sha1", key).update(counter).digest();
  const word = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(word % 1_000_000).padStart(6, "0");
}

async function walk(t, browser, email, javaScript) {
  const administrator = await browser.newPage(t, { javaScript });
  const look = (page, name) => (javaScript ? inspect(page, name) : screenshot(page, name));
  await signInAs(administrator, "administrator", "Ale");
  await administrator.goto("/kollegor");
  await look(administrator, "kollegor");
  await administrator.getByLabel("E-postadress").fill(email);
  await administrator.getByLabel("Roll", { exact: true }).selectOption("foretradare");
  await press(administrator, administrator.getByRole("button", { name: "Gör en inbjudan" }));
  await look(administrator, "inbjudan");
  const link = await administrator.locator("code.secret").innerText();

  const page = await browser.newPage(t, { javaScript });
  await page.goto(link);
  await look(page, "valkommen");
  await press(page, page.getByRole("button", { name: "Skapa kontot" }));
  assert.match(await page.title(), /^Fel: /);
  await look(page, "valkommen-fel");
  await page.getByLabel("Ditt namn").fill("Fia Ny");
  await page.getByLabel("Lösenord").fill(PASSWORD);
  await press(page, page.getByRole("button", { name: "Skapa kontot" }));

  await page.goto("/konto");
  await look(page, "konto");
  await page.goto("/konto/tvafaktor");
  await look(page, "tvafaktor-av");
  await press(page, page.getByRole("button", { name: "Börja" }));
  await look(page, "tvafaktor-koppla");
  const secret = await page.locator("code.secret").innerText();
  await page.getByLabel("Koden som appen visar").fill(code(secret));
  await press(page, page.getByRole("button", { name: "Slå på" }));
  await look(page, "reservkoder");
  assert.equal(await page.locator(".recovery-codes li").count(), 10);
  await page.goto("/konto/tvafaktor");
  await look(page, "tvafaktor-pa");

  // In again, as on another day: with the next code, since the present one is used.
  const again = await browser.newPage(t, { javaScript });
  await again.goto("/logga-in");
  await again.getByLabel("E-postadress").fill(email);
  await again.getByLabel("Lösenord").fill(PASSWORD);
  await press(again, again.getByRole("button", { name: "Logga in", exact: true }));
  await look(again, "kod");
  await again.getByLabel("Kod", { exact: true }).fill(code(secret, 1));
  await press(again, again.getByRole("button", { name: "Logga in", exact: true }));
  assert.match(await again.locator("h1").innerText(), /Mina bidrag/);

  await administrator.goto("/kollegor");
  await press(administrator, administrator.getByRole("link", { name: "Fia Ny" }));
  await look(administrator, "kollega");
  await press(administrator, administrator.getByRole("link", { name: "Ta bort alla roller" }));
  await look(administrator, "kollega-lamnar");
  await press(administrator, administrator.getByRole("button", { name: "Ta bort alla roller" }));
  assert.match(await administrator.locator("main").innerText(), /har lämnat organisationen/);
  await again.goto("/bidrag");
  assert.match(again.url(), /\/logga-in/);
}

test("from an invitation to a sign-in with a code, at three widths", async (t) => {
  const browser = await openBrowser(await startPortal());
  await walk(t, browser, "fia@ale.example", true);
  const officer = await browser.newPage(t);
  await signInAs(officer, "handlaggare");
  await officer.goto("/register/1489/administrator");
  await inspect(officer, "administrator-forsta");
});

test("the same with JavaScript off", async (t) => {
  await walk(t, await openBrowser(await startPortal()), "fia@ale.example", false);
});
