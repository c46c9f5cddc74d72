// The whole way of a requisition in a real browser: from the published amount to an approved decision. Once with every
// page looked at by axe at three widths, once with JavaScript off, once by keyboard alone.

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
const browser = await openBrowser(portal);

/** Looks at a page the way this journey looks: with axe where JavaScript runs, as a picture where it does not. */
function eyes(page) {
  return page.javaScript ? (name) => inspect(page, name) : (name) => screenshot(page, name);
}

async function signOut(page) {
  await page.context().clearCookies();
}

async function begin(page, municipality) {
  await signInAs(page, "ekonom", municipality);
  await press(page, page.getByRole("link", { name: AGREEMENT }));
  await press(page, page.getByRole("button", { name: "Påbörja rekvisition" }));
}

async function journey(page, municipality, code, amount) {
  const look = eyes(page);
  await signInAs(page, "ekonom", municipality);
  await look("mina-bidrag");
  assert.match(await page.locator("main").innerText(), new RegExp(`${amount.replaceAll(" ", "\\s")}\\skr tilldelat`));
  await press(page, page.getByRole("link", { name: AGREEMENT }));
  await look("bidrag");
  await press(page, page.getByRole("button", { name: "Påbörja rekvisition" }));
  await look("rekvisition");
  await page.getByLabel("Belopp som rekvireras").fill("1.310");
  await page.getByLabel("E-postadress").fill("ekonomi@");
  await press(page, page.getByRole("button", { name: "Spara och kontrollera" }));
  await look("rekvisition-fel");
  assert.equal(await page.getByLabel("Belopp som rekvireras").inputValue(), "1.310");
  await page.getByLabel("Belopp som rekvireras").fill(amount);
  for (const [field, text] of Object.entries(FIELDS)) await page.locator(`#${field}`).fill(text);
  await page.getByRole("radio", { name: "Bankgiro" }).check();
  await press(page, page.getByRole("button", { name: "Spara och kontrollera" }));
  await look("kontrollera");
  await page.getByLabel("Jag har kontrollerat varningarna").check();
  await press(page, page.getByRole("button", { name: "Lås uppgifterna" }));
  await look("vantar-pa-underskrift");
  const requisition = new URL(page.url()).pathname;

  await signOut(page);
  await signInAs(page, "foretradare", municipality);
  await press(page, page.getByRole("link", { name: "Till underskrift" }));
  await press(page, page.getByRole("link", { name: "Läs och skriv under" }));
  await look("underskrift");
  await page.getByLabel("Ditt lösenord").fill(PASSWORD);
  await press(page, page.getByRole("button", { name: "Skriv under och lämna in" }));
  await look("kvitto");
  assert.match(await page.locator("h1").innerText(), /Kvitto/);

  await signOut(page);
  await signInAs(page, "handlaggare");
  await look("granskning");
  await press(page, page.getByRole("link", { name: new RegExp(`AO22-${code}-R1`) }));
  await look("arende");
  const approved = new URL(page.url()).pathname;
  await press(page, page.locator('form[action*="/godkannande"] button[type="submit"]'));
  await look("granskning-efter-beslut");
  assert.match(await page.locator("main").innerText(), /Ändringen är sparad/);
  await page.goto(approved);
  await look("arende-godkant");
  assert.match(await page.locator("main").innerText(), /Godkänd/);
  await page.goto(`/oversikt/aldreomsorg-2022?sok=${encodeURIComponent(municipality)}`);
  await look("oversikt-en-kommun");
  assert.match(await page.locator("table").first().innerText(), /Godkänd/);
  return requisition;
}

test("the whole way, every page looked at by axe at three widths", async (t) => {
  const page = await browser.newPage(t);
  await journey(page, "Ale", "1440", "381 308");
});

test("the whole way with JavaScript off", async (t) => {
  const page = await browser.newPage(t, { javaScript: false });
  await journey(page, "Älmhult", "0765", "295 599");
});

test("the overview and the agreements, at three widths", async (t) => {
  const page = await browser.newPage(t);
  await signInAs(page, "handlaggare");
  for (const [address, name] of [
    ["/oversikt", "oversikter"],
    ["/oversikt/aldreomsorg-2022", "oversikt"],
    ["/oversikt/aldreomsorg-2021", "oversikt-2021"],
    ["/overenskommelser", "overenskommelser"],
    ["/overenskommelser/aldreomsorg-2022", "overenskommelse"],
    ["/granskning?visa=alla", "granskning-alla"],
    ["/granskning/ny", "registrera-papper"],
    ["/konto/inloggningar", "mina-inloggningar-ovning"],
    ["/konto/passkeys", "passkeys-ovning"],
    ["/om", "om"],
    ["/tillganglighet", "tillganglighet"],
    ["/finns-inte", "finns-inte"],
  ]) {
    await page.goto(address);
    await inspect(page, name);
  }
});

test("a form sent after the session ended comes back after signing in", async (t) => {
  const page = await browser.newPage(t, { javaScript: false });
  await begin(page, "Vallentuna");
  await page.getByLabel("Kontaktperson").fill("Det jag skrev");
  await signOut(page);
  await press(page, page.getByRole("button", { name: "Spara utkast" }));
  assert.match(await page.locator("main").innerText(), /Det du skrev finns kvar/);
  await screenshot(page, "logga-in-igen");
  await page.locator('#organisation').selectOption("Vallentuna");
  await press(page, page.locator('button[name="role"][value="ekonom"]'));
  await screenshot(page, "det-du-skrev");
  await press(page, page.getByRole("button", { name: "Fortsätt med det jag skrev" }));
  assert.equal(await page.getByLabel("Kontaktperson").inputValue(), "Det jag skrev");
});

test("a requisition is begun and filled in by keyboard alone", async (t) => {
  const page = await browser.newPage(t);
  await begin(page, "Österåker");
  // From the skip link to the content, then field by field.
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), "Hoppa till innehållet");
  await page.keyboard.press("Enter");
  const seen = [];
  for (let step = 0; step < 80; step++) {
    await page.keyboard.press("Tab");
    const field = await page.evaluate(() => {
      const element = document.activeElement;
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const visible = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
      return { name: element.name ?? "", text: element.textContent.trim(), visible, outline: style.outlineStyle };
    });
    assert.ok(field.visible, `focus is out of sight at ${field.name || field.text}`);
    assert.notEqual(field.outline, "none", `focus is not marked at ${field.name || field.text}`);
    if (field.name) seen.push(field.name);
    if (field.text === "Spara och kontrollera") break;
  }
  for (const name of ["organisation_number", "contact_person", "street", "email", "amount", "account_number"]) {
    assert.ok(seen.includes(name), `${name} is not reached by Tab: ${seen.join(" ")}`);
  }
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  assert.match(await page.title(), /^Fel: |Kontrollera/);
});
