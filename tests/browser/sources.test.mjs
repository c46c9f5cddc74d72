// The agreements of 2018 and 2020 in a real browser: a region with seven posts and its items of cost, an RSS, SKR, and a municipality
// that Socialstyrelsen pays. Each kind of page that differs from those of 2021 and 2022 is looked at by axe at three widths.

import { readFileSync } from "node:fs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, openBrowser, press, screenshot, signInAs, startPortal } from "./harness.mjs";

const PASSWORD = "övning gör mästare";
const VT18 = "Stimulansmedel för investeringar i välfärdsteknik i kommunerna 2018";
const GNV20 = /^God och nära vård 2020/;

/** As small as a PDF can be and still be told from other files. */
const PDF = { name: "delredovisning.pdf", mimeType: "application/pdf", buffer: readFileSync(new URL("../samples/scan.pdf", import.meta.url)) };
/** A table with a misspelt name. */
const TABLE = { name: "fordelning.csv", mimeType: "text/csv", buffer: Buffer.from("Kommun;Belopp\nAle;381 308\nMölndl;600 000\nPartille;300 000\n") };

const portal = await startPortal();
const browser = await openBrowser(portal);

function button(page, name) {
  return page.getByRole("button", { name, exact: true });
}

async function become(page, role, organisation) {
  await page.context().clearCookies();
  await signInAs(page, role, organisation);
}

async function setDate(page, date) {
  await page.goto("/");
  await page.getByLabel("Nytt datum i portalen").fill(date);
  await press(page, button(page, "Byt datum"));
}

async function assertSays(page, ...texts) {
  const said = (await page.locator("main").innerText()).replace(/\u00a0/g, " ");
  for (const text of texts) assert.ok(said.includes(text), `«${text}» is not on ${page.url()}:\n${said}`);
}

async function begin(page, recipient, agreement) {
  await become(page, "ekonom", recipient);
  await page.goto("/bidrag");
  await press(page, page.getByRole("link", { name: agreement }).first());
  await press(page, page.getByRole("button", { name: "Påbörja rekvisition" }));
}

/** What nobody knows before the first time. */
async function fill(page) {
  await page.locator("#contact_person").fill("Övning Ekonom");
  await page.locator("#street").fill("Övningsgatan 1");
  await page.locator("#postal_code").fill("123 45");
  await page.locator("#city").fill("Övningsorten");
  await page.locator("#telephone").fill("08-465 004 10");
  await page.locator("#email").fill("ekonomi@ovning.example");
  await page.getByRole("radio", { name: "Bankgiro" }).check();
  await page.locator("#account_number").fill("991-2346");
}

/** From the form to the receipt; gives the requisition's address. */
async function handIn(page, recipient, look = undefined) {
  await press(page, button(page, "Spara och kontrollera"));
  assert.match(page.url(), /\/kontroll$/, `the form has errors: ${await page.locator("main").innerText()}`);
  if (look !== undefined) await inspect(page, look);
  const confirmation = page.getByLabel("Jag har kontrollerat varningarna");
  if (await confirmation.count() > 0) await confirmation.check();
  await press(page, page.getByRole("button", { name: /^Lås uppgifterna/ }));
  const address = new URL(page.url()).pathname;
  await become(page, "foretradare", recipient);
  await page.goto(`${address}/underskrift`);
  await page.getByLabel("Ditt lösenord").fill(PASSWORD);
  await press(page, button(page, "Skriv under och lämna in"));
  assert.match(await page.locator("h1").innerText(), /Kvitto/);
  return address;
}

async function approveAndPay(page, requisition, authority) {
  await become(page, "handlaggare", authority);
  await page.goto(requisition.replace("/rekvisitioner/", "/granskning/"));
  await press(page, page.getByRole("button", { name: /^Godkänn/ }).first());
  await become(page, "utbetalare", authority);
  await page.goto(requisition.replace("/rekvisitioner/", "/utbetalningar/"));
  await page.getByLabel("Referens").fill("Övning 1");
  await press(page, page.getByRole("button", { name: /^Registrera/ }).first());
  await assertSays(page, "Utbetalningen är registrerad.");
}

async function beginReport(page, recipient, agreement) {
  await become(page, "ekonom", recipient);
  await page.goto("/bidrag");
  await press(page, page.getByRole("link", { name: agreement }).first());
  await press(page, button(page, "Påbörja redovisningen"));
}

test("a region requisitions seven posts and specifies its larger items of cost", { timeout: 240_000 }, async (t) => {
  const page = await browser.newPage(t);
  await become(page, "ekonom", "Region Uppsala");
  await setDate(page, "2020-06-01");
  await begin(page, "Region Uppsala", GNV20);
  await inspect(page, "region-rekvisition");
  assert.equal((await page.locator("#amount_barnhalsovard").inputValue()).replace(/\u00a0/g, " "), "3 794 022");
  await fill(page);
  const requisition = await handIn(page, "Region Uppsala", "region-kontrollera");
  await assertSays(page, "211 064 073 kr");
  await approveAndPay(page, requisition, "Kammarkollegiet");

  await setDate(page, "2021-02-01");
  await beginReport(page, "Region Uppsala", GNV20);
  for (const costs of await page.locator('input[id^="costs_"]').all()) await costs.fill("1 000 000");
  await page.locator("#costs_medarbetare").fill("");
  await page.locator("#item_medarbetare_0_text").fill("Löner");
  await page.locator("#item_medarbetare_0_amount").fill("60 000 000");
  await page.locator("#part_e-halsa_1177").fill("900 000");
  await inspect(page, "region-redovisning");
  await press(page, button(page, "Spara och kontrollera"));
  await assertSays(page, "Kostnader (specificera större kostnadsposter)", "Löner", "66 000 000 kr", "145 064 073 kr");
  await inspect(page, "region-redovisning-kontrollera");
});

test("an RSS types its own number, and SKR requisitions the whole of its amount", { timeout: 120_000 }, async (t) => {
  const page = await browser.newPage(t);
  await become(page, "ekonom", "SKR");
  await setDate(page, "2020-06-01");
  await begin(page, "RSS Uppsala län", GNV20);
  await fill(page);
  await press(page, button(page, "Spara och kontrollera"));
  assert.match(await page.title(), /^Fel: /);
  await page.getByLabel("Organisationsnummer").fill("222000-3459");
  await handIn(page, "RSS Uppsala län");
  await assertSays(page, "20 219 259 kr");

  await begin(page, "SKR", GNV20);
  await fill(page);
  await handIn(page, "SKR");
  await assertSays(page, "52 000 000 kr");
});

test("a municipality in 2018 answers to Socialstyrelsen, with a motive and without a certificate", { timeout: 240_000 }, async (t) => {
  const page = await browser.newPage(t);
  await become(page, "ekonom", "Ale");
  await setDate(page, "2018-09-03");
  await begin(page, "Ale", VT18);
  await fill(page);
  const requisition = await handIn(page, "Ale");
  await assertSays(page, "965 885 kr", "Socialstyrelsen");
  await approveAndPay(page, requisition, "Socialstyrelsen");

  await setDate(page, "2019-02-01");
  await become(page, "handlaggare", "Socialstyrelsen");
  await page.goto("/overenskommelser/valfardsteknik-2018/sista-dagar");
  await page.getByLabel("Sista dag för ekonomisk redovisning").fill("2019-03-31");
  await inspect(page, "sista-dagar");
  await press(page, button(page, "Spara dagarna"));
  await assertSays(page, "31 mars 2019");

  await beginReport(page, "Ale", VT18);
  await page.locator("#costs_stimulansmedel").fill("965 885");
  await page.locator("#part_stimulansmedel_forutsattningar").fill("100 000");
  await press(page, button(page, "Spara och kontrollera"));
  assert.match(await page.title(), /^Fel: /);
  await inspect(page, "redovisning-2018-fel");
  await page.locator("#motive_stimulansmedel_forutsattningar").fill("Nätet bär trygghetslarmen.");
  for (const answer of await page.locator('textarea[id^="answer_"]').all()) await answer.fill("Larm och läsplattor.");
  const report = await handIn(page, "Ale", "redovisning-2018-kontrollera");
  await become(page, "handlaggare", "Socialstyrelsen");
  await page.goto(`/granskning${report}`);
  await assertSays(page, "Nätet bär trygghetslarmen.", "Larm och läsplattor.");
  await inspect(page, "redovisning-2018-arende");
  await press(page, button(page, "Godkänn redovisningen"));
  await assertSays(page, "Godkänd");
});

test("a region files its interim report to Socialstyrelsen, which asks for more", { timeout: 240_000 }, async (t) => {
  const page = await browser.newPage(t);
  await become(page, "ekonom", "Region Skåne");
  await setDate(page, "2020-09-15");
  await press(page, page.getByRole("link", { name: GNV20 }).first());
  await press(page, page.getByRole("link", { name: "Delredovisning", exact: true }));
  await page.locator('input[type="file"]').setInputFiles(PDF);
  await press(page, button(page, "Ladda upp filen"));
  await inspect(page, "delredovisning-att-lamna");
  const report = new URL(page.url()).pathname;
  await become(page, "foretradare", "Region Skåne");
  await page.goto(report);
  await page.getByLabel("Ditt lösenord").fill(PASSWORD);
  await press(page, button(page, "Skriv under och lämna in"));
  await assertSays(page, "GNV20-R12-V1", "delredovisning.pdf");
  await inspect(page, "delredovisning-inlamnad");

  await become(page, "handlaggare", "Socialstyrelsen");
  await page.goto("/rapporter");
  await inspect(page, "rapporter");
  await press(page, page.getByRole("link", { name: /GNV20-R12-V1|Region Skåne/ }).first());
  await inspect(page, "rapport-hos-mottagaren");
  await press(page, button(page, "Begär komplettering"));
  assert.match(await page.title(), /^Fel: /);
  await page.getByLabel("Vad saknas eller ska ändras?").fill("Beskriv hindren också.");
  await press(page, button(page, "Begär komplettering"));
  await become(page, "ekonom", "Region Skåne");
  await page.goto(report);
  await assertSays(page, "Beskriv hindren också.");
});

test("the register, and a table read into a proposal, at three widths", { timeout: 240_000 }, async (t) => {
  const page = await browser.newPage(t);
  await become(page, "handlaggare", "Kammarkollegiet");
  await setDate(page, "2022-03-15");
  await page.goto("/register?sok=g%C3%B6teborg");
  await inspect(page, "register");
  await page.goto("/register/1480");
  await inspect(page, "register-en-mottagare");
  await page.goto("/forslag/nytt");
  await page.locator('select[name="overenskommelse"]').selectOption("aldreomsorg-2022");
  await page.locator('input[name="year"]').fill("2027");
  await press(page, page.locator('form[action="/forslag"] button[type="submit"]').first());
  const proposal = new URL(page.url()).pathname;
  await page.goto(`${proposal}/fordelning/import`);
  await inspect(page, "import-valj-tabell");
  await page.locator('input[type="file"]').setInputFiles(TABLE);
  await press(page, page.locator('form:has(input[type="file"]) button[type="submit"]').first());
  await inspect(page, "import-kolumner");
  await press(page, page.locator('main form[action$="/kolumner"] button[type="submit"]').first());
  await assertSays(page, "Mölndl");
  await inspect(page, "import-kontroll");

  // The wrong one: thrown away with a reason, and then the proposal too.
  await page.goto(`${proposal}/fordelning/import`);
  await page.locator("summary", { hasText: "Ta bort den utan att använda den" }).click();
  await press(page, button(page, "Ta bort tabellen"));
  assert.match(await page.title(), /^Fel: /);
  await inspect(page, "import-ta-bort-fel");
  await page.getByLabel("Varför tas den bort?").fill("Fel fil.");
  await press(page, button(page, "Ta bort tabellen"));
  await assertSays(page, "Läs in en färdig fördelningstabell");
  await page.goto(proposal);
  await page.locator("summary", { hasText: "Skriv skälet" }).click();
  await press(page, button(page, "Lägg ned förslaget"));
  assert.match(await page.title(), /^Fel: /);
  await inspect(page, "forslag-lagg-ned-fel");
  await page.getByLabel("Varför läggs förslaget ned?").fill("Fel år.");
  await press(page, button(page, "Lägg ned förslaget"));
  await assertSays(page, "Nedlagt", "Fel år.");
  await inspect(page, "forslag-nedlagt");
});

test("a merger is read once more before it is registered, by keyboard alone", { timeout: 240_000 }, async (t) => {
  const page = await browser.newPage(t);
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.name);
  const tabTo = async (what) => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      if (await focused() === what) return;
    }
    assert.fail(`no «${what}» to tab to on ${page.url()}`);
  };
  const enter = () => Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  await become(page, "beslutsfattare", "Kammarkollegiet");
  await setDate(page, "2022-03-15");
  await page.goto("/register/1861/sammanlaggning");
  await inspect(page, "sammanlaggning");
  await tabTo("successor");
  await page.keyboard.type("Atlantis");
  await tabTo("decision");
  await page.keyboard.type("Fi2021/00001");
  await tabTo("Fortsätt till kontrollen");
  await enter();
  assert.match(await page.title(), /^Fel: /);
  await inspect(page, "sammanlaggning-fel");
  await page.getByLabel("Efterföljare", { exact: true }).fill("Degerfors");
  await page.getByLabel("Dag", { exact: true }).fill("2022-01-01");
  await page.getByLabel("Skäl").fill("Kommunerna har lagts samman.");
  await tabTo("Fortsätt till kontrollen");
  await enter();
  await assertSays(page, "Kontrollera innan du registrerar", "till Degerfors kommun (1862", "Fi2021/00001");
  await inspect(page, "sammanlaggning-kontroll");
  await tabTo("Ändra uppgifterna");
  await enter();
  assert.equal(await page.getByLabel("Efterföljare", { exact: true }).inputValue(), "Degerfors");
  assert.equal(await page.getByLabel("Skäl").inputValue(), "Kommunerna har lagts samman.");
  await press(page, button(page, "Fortsätt till kontrollen"));
  await tabTo("Registrera sammanläggningen");
  await enter();
  await assertSays(page, "Bidragen har gått över", "Kommunerna har lagts samman.");
});

test("a split is read once more and registered with JavaScript off", { timeout: 120_000 }, async (t) => {
  const page = await browser.newPage(t, { javaScript: false });
  await become(page, "beslutsfattare", "Kammarkollegiet");
  await setDate(page, "2022-03-15");
  await page.goto("/register/1863/delning");
  await page.getByLabel(/^AO22-1863/).fill("Ljusnarsberg");
  await page.getByLabel("Dag", { exact: true }).fill("2022-03-01");
  await page.getByLabel("Beslut", { exact: true }).fill("Fi2022/00001");
  await page.getByLabel("Skäl").fill("Ett område har bytt kommun.");
  await press(page, button(page, "Fortsätt till kontrollen"));
  await assertSays(page, "Ett bidrag går över", "Kvar hos Hällefors kommun");
  await screenshot(page, "delning-kontroll");
  await press(page, button(page, "Ändra uppgifterna"));
  assert.equal(await page.getByLabel(/^AO22-1863/).inputValue(), "Ljusnarsberg");
  await press(page, button(page, "Fortsätt till kontrollen"));
  await press(page, button(page, "Registrera delningen"));
  await assertSays(page, "Bidragen har gått över", "Ett område har bytt kommun.");
});

test("a region's county is shaded on the map of 2020", { timeout: 120_000 }, async (t) => {
  const page = await browser.newPage(t);
  await become(page, "handlaggare", "Kammarkollegiet");
  await setDate(page, "2022-03-15");
  await page.goto("/oversikt/nara-vard-2020/bilder");
  await inspect(page, "oversikt-regioner");
  await page.goto("/overenskommelser/nara-vard-2020");
  await inspect(page, "overenskommelse-2020");
});
