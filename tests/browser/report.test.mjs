// The whole way of a financial report in a real browser: from the money paid out to a closed grant. Each kind of page is
// looked at once, by axe at three widths; the journeys after the first are about what happens, not what it looks like.

import { readFileSync } from "node:fs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, openBrowser, press, screenshot, signInAs, startPortal } from "./harness.mjs";

const PASSWORD = "övning gör mästare";
const AGREEMENT = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus";
/** As small as a PDF can be and still be told from other files. */
const LEDGER = { name: "Huvudbok 2021.pdf", mimeType: "application/pdf", buffer: readFileSync(new URL("../samples/scan.pdf", import.meta.url)) };
/** The account in practice mode. */
const ACCOUNT = /991-2346/;

const portal = await startPortal();
const browser = await openBrowser(portal);

/** Looks at a page the way the first journey looks: with axe where JavaScript runs, as a picture where it does not. */
function eyes(page) {
  return page.javaScript ? (name) => inspect(page, name) : (name) => screenshot(page, name);
}

async function become(page, role, municipality) {
  await page.context().clearCookies();
  await signInAs(page, role, municipality);
}

function button(page, name) {
  return page.getByRole("button", { name, exact: true });
}

/** As the portal writes it, with any kind of space. */
function money(kronor) {
  const digits = String(Math.abs(kronor)).replace(/\B(?=(\d{3})+$)/g, "\\s");
  return new RegExp(`(?<!\\d\\s?)${kronor < 0 ? "[−-]" : ""}${digits}\\skr`);
}

async function assertSays(page, ...texts) {
  const said = await page.locator("main").innerText();
  for (const text of texts) assert.ok(said.search(text) >= 0, `«${text}» is not on ${page.url()}:\n${said}`);
}

/** A key number of the page: what stands under its term. */
async function figure(page, term) {
  return page.locator("dl div", { has: page.locator("dt", { hasText: new RegExp(`^${term}$`) }) }).first().locator("dd").innerText();
}

async function openGrant(page, year = 2021) {
  await page.goto("/bidrag");
  await press(page, page.getByRole("link", { name: `${AGREEMENT} ${year}`, exact: true }));
}

/** A new report. Gives its address and what was received, in kronor, by post. */
async function begin(page, municipality, year = 2021) {
  await become(page, "ekonom", municipality);
  await openGrant(page, year);
  await press(page, button(page, "Påbörja redovisningen"));
  return opened(page);
}

async function opened(page) {
  const report = new URL(page.url()).pathname.replace(/\/uppgifter$/, "");
  const received = {};
  for (const post of await page.locator("[data-post]").all()) {
    const output = post.locator("output[data-received]");
    received[await post.getAttribute("data-post")] = Number(await output.getAttribute("data-received"));
  }
  return { report, received };
}

/** From the form to the report locked. */
async function lock(page) {
  await press(page, button(page, "Spara och kontrollera"));
  assert.match(page.url(), /\/kontroll$/, `the form has errors: ${await page.title()}`);
  await confirm(page);
}

/** Practice mode's agreements have no diarienummer: the portal always asks about that. */
async function confirm(page) {
  await page.getByLabel("Jag har kontrollerat varningarna").check();
  await press(page, button(page, "Lås uppgifterna och gå vidare"));
  await assertSays(page, "Nästa steg");
}

async function fill(page, costs, survey = "Ja") {
  for (const [post, kronor] of Object.entries(costs)) await page.locator(`#costs_${post}`).fill(String(kronor));
  await page.getByRole("radio", { name: survey, exact: true }).check();
}

async function fillCertificate(page, deviations = "") {
  await page.getByRole("radio").nth(deviations === "" ? 0 : 1).check();
  if (deviations !== "") await page.getByLabel("Avvikelser (krävs vid Alt 2)").fill(deviations);
  await page.getByLabel("Befattning").fill("Ekonomichef");
  await page.locator("#certifier_telephone").fill("08-465 004 20");
  await page.getByLabel("Ditt lösenord").fill(PASSWORD);
}

async function certify(page, municipality, report, deviations = "") {
  await become(page, "ekonomichef", municipality);
  await page.goto(`${report}/intyg`);
  await fillCertificate(page, deviations);
  await press(page, button(page, "Intyga"));
  await assertSays(page, "Nästa steg: underskrift");
}

async function sign(page, municipality, report) {
  await become(page, "foretradare", municipality);
  await page.goto(`${report}/underskrift`);
  await page.getByLabel("Ditt lösenord").fill(PASSWORD);
  await press(page, button(page, "Skriv under och lämna in"));
  assert.match(await page.locator("h1").innerText(), /Kvitto/);
}

async function openCase(page, report) {
  await become(page, "handlaggare");
  await page.goto(`/granskning${report}`);
}

async function approve(page, report) {
  await openCase(page, report);
  await press(page, button(page, "Godkänn redovisningen"));
  await assertSays(page, "Godkänd");
}

/** From the filled-in form to the signed report. */
async function handIn(page, municipality, report, deviations = "") {
  await lock(page);
  await certify(page, municipality, report, deviations);
  await sign(page, municipality, report);
}

async function assertClosed(page, municipality, year = 2021) {
  await become(page, "ekonom", municipality);
  await openGrant(page, year);
  const closing = page.locator("section", { has: page.locator("#redovisning") });
  assert.equal(await closing.locator(".status").innerText(), "Avslutat");
}

/** Part of the money is left, and paid back. */
async function partUnspent(page, municipality, code) {
  const look = eyes(page);
  await become(page, "ekonom", municipality);
  await look("mina-bidrag-2021");
  const { report, received: { bas: received } } = await begin(page, municipality);
  await look("redovisning");

  // What cannot be read is told at its field.
  const output = page.locator("output[data-received]");
  await page.locator("#costs_bas").fill("hälften");
  if (page.javaScript) assert.match(await output.innerText(), /Fyll i kostnaderna med siffror/);
  await page.getByLabel("Från och med").fill("2019-01-01");
  await press(page, button(page, "Spara och kontrollera"));
  await look("redovisning-fel");
  assert.match(await page.title(), /^Fel: /);
  assert.equal(await page.locator("#costs_bas").inputValue(), "hälften");
  for (const field of ["costs_bas", "period_from", "survey"]) {
    assert.ok((await page.locator(`#${field}-fel`).innerText()).length > 0, `no error at ${field}`);
  }

  const spent = received - 120_000;
  await page.getByLabel("Från och med").fill("2021-01-01");
  await fill(page, { bas: spent });
  if (page.javaScript) assert.match(await output.innerText(), money(120_000));
  await press(page, button(page, "Spara utkast"));
  assert.match(await output.innerText(), money(120_000));
  await press(page, button(page, "Spara och kontrollera"));
  assert.match(await figure(page, "Inte förbrukat"), money(120_000));
  await page.getByLabel("Bifoga en fil").setInputFiles(LEDGER);
  await press(page, button(page, "Bifoga"));
  await look("redovisning-kontrollera");
  await assertSays(page, LEDGER.name);
  await confirm(page);
  await assertSays(page, "Nästa steg: intyg");
  await screenshot(page, "redovisning-vantar-pa-intyg");

  await become(page, "ekonomichef", municipality);
  await press(page, page.getByRole("link", { name: /^Till intyg/ }));
  await press(page, page.getByRole("link", { name: "Granska och intyga" }));
  await press(page, button(page, "Intyga"));
  await look("intyg-fel");
  assert.match(await page.locator("#alternative-fel").innerText(), /Välj Alt 1 eller Alt 2/);
  await fillCertificate(page);
  await press(page, button(page, "Intyga"));
  await assertSays(page, "Nästa steg: underskrift", "Alt 1");
  assert.equal(await page.getByRole("link", { name: "Läs och skriv under" }).count(), 0, "whoever certified may sign");

  await become(page, "foretradare", municipality);
  await press(page, page.getByRole("link", { name: /^Till underskrift/ }));
  await look("redovisning-vantar-pa-underskrift");
  await press(page, page.getByRole("link", { name: "Läs och skriv under" }));
  await look("redovisning-underskrift");
  await page.getByLabel("Ditt lösenord").fill(PASSWORD);
  await press(page, button(page, "Skriv under och lämna in"));
  await look("redovisning-kvitto");
  // The last day to pay may come before the decision: where to pay is told at once.
  await press(page, page.getByRole("link", { name: "Till sidan om återbetalning" }));
  await screenshot(page, "aterbetalning-preliminar");
  await assertSays(page, money(120_000), ACCOUNT);
  await page.goto(report);
  await look("redovisning-inlamnad");

  await become(page, "handlaggare");
  await page.goto(`/granskning/redovisningar?sok=${code}`);
  await press(page, page.getByRole("link", { name: new RegExp(`AO21-${code}`) }));
  await look("arende-redovisning");
  await press(page, button(page, "Godkänn redovisningen"));
  await assertSays(page, "Ändringen är sparad");

  await become(page, "ekonom", municipality);
  await openGrant(page);
  await look("bidrag-att-betala-tillbaka");
  assert.match(await figure(page, "Att återbetala"), money(120_000));
  await press(page, page.getByRole("link", { name: "Så betalar ni tillbaka" }));
  await look("aterbetalning");
  await assertSays(page, money(120_000), ACCOUNT);
  const ocr = (await figure(page, "OCR-nummer")).match(/^\d+/)[0];

  await become(page, "utbetalare");
  await page.goto("/aterbetalningar/ny");
  if (page.javaScript) {
    await press(page, button(page, "Registrera inbetalningen"));
    await look("inbetalning-fel");
  }
  await page.getByLabel("Dag då pengarna kom in").fill("2022-03-15");
  await page.getByLabel("Belopp").fill("120 000");
  await page.getByLabel("Referens").fill(ocr);
  await page.getByLabel("Inbetalare").fill(`${municipality} kommun`);
  await press(page, button(page, "Registrera inbetalningen"));
  await look("inbetalning");
  await assertSays(page, "Kopplad till", "Bidraget är avslutat");

  await assertClosed(page, municipality);
  await screenshot(page, "bidrag-avslutat");
}

test("part is left and paid back, every page looked at by axe at three widths", async (t) => {
  await partUnspent(await browser.newPage(t), "Ale", "1440");
});

test("the same with JavaScript off", async (t) => {
  await partUnspent(await browser.newPage(t, { javaScript: false }), "Österåker", "0117");
});

test("all is used: the grant closes when the report is approved", async (t) => {
  const page = await browser.newPage(t);
  const { report, received } = await begin(page, "Botkyrka");
  await fill(page, received);
  assert.match(await page.locator("output[data-received]").innerText(), /^0\skr$/);
  await handIn(page, "Botkyrka", report);
  await approve(page, report);
  await assertClosed(page, "Botkyrka");
});

test("a deficit is shown and confirmed, and nothing is to be paid back", async (t) => {
  const page = await browser.newPage(t);
  const { report, received } = await begin(page, "Nykvarn");
  await fill(page, { bas: received.bas + 25_000 });
  assert.match(await page.locator("output[data-received]").innerText(), /^−25\s000\skr \(underskott\)$/);
  await press(page, button(page, "Spara och kontrollera"));
  await screenshot(page, "redovisning-underskott");
  await assertSays(page, /Kostnaderna är 25\s000\skr större än bidraget/);
  assert.match(await figure(page, "Underskott"), money(25_000));
  assert.match(await figure(page, "Att betala tillbaka"), /^0\skr$/);
  await page.goBack();
  await handIn(page, "Nykvarn", report);
  await openCase(page, report);
  await assertSays(page, "Underskott", "Portalen frågade om detta");
  await press(page, button(page, "Godkänn redovisningen"));
  await assertClosed(page, "Nykvarn");
  await page.goto(report);
  await assertSays(page, "Inget ska betalas tillbaka");
});

test("deviations by Alt 2 stand out to whoever reviews", async (t) => {
  const page = await browser.newPage(t);
  const { report, received } = await begin(page, "Danderyd");
  await fill(page, { bas: received.bas - 1_000 });
  await handIn(page, "Danderyd", report, "En faktura är bokförd på fel år.");
  await become(page, "handlaggare");
  await page.goto("/granskning/redovisningar?sok=0162");
  assert.match(await page.locator("table").innerText(), /Alt 2: inte korrekt/);
  await press(page, page.getByRole("link", { name: /AO21-0162/ }));
  await inspect(page, "arende-alt2");
  const alert = page.locator('[aria-labelledby="alt2"]');
  assert.match(await alert.innerText(), /En faktura är bokförd på fel år/);
  await press(page, button(page, "Godkänn redovisningen"));
  await assertSays(page, "Ändringen är sparad");
});

test("returned with a remark at the costs, mended, certified anew and approved", async (t) => {
  const page = await browser.newPage(t);
  const { report, received } = await begin(page, "Sundbyberg");
  await fill(page, { bas: received.bas - 50_000 });
  await handIn(page, "Sundbyberg", report);
  await openCase(page, report);
  await page.getByText("Skriv vad som ska ändras").click();
  await page.getByLabel("Meddelande till bidragsmottagaren").fill("Kostnaderna behöver ses över.");
  await page.getByLabel("Summa kostnader").fill("Utan moms, tack.");
  await press(page, button(page, "Återsänd för komplettering"));

  await become(page, "ekonom", "Sundbyberg");
  await press(page, page.getByRole("link", { name: /^Komplettera/ }));
  await inspect(page, "redovisning-atersand");
  await assertSays(page, "Kostnaderna behöver ses över");
  await press(page, page.getByRole("link", { name: "Fyll i redovisningen" }));
  await inspect(page, "redovisning-komplettera");
  assert.match(await page.locator("#costs_bas-anmarkning").innerText(), /Utan moms, tack/);
  await fill(page, { bas: received.bas - 60_000 });
  await press(page, button(page, "Spara och kontrollera"));
  await assertSays(page, "Intyget gäller inte längre");
  await page.goto(`${report}/uppgifter`);
  await handIn(page, "Sundbyberg", report);
  await openCase(page, report);
  await inspect(page, "arende-kompletterat");
  await press(page, button(page, "Godkänn redovisningen"));

  await become(page, "ekonom", "Sundbyberg");
  await page.goto(report);
  await assertSays(page, new RegExp(`${money(60_000).source} ska betalas tillbaka`));
});

test("corrected after it was approved", async (t) => {
  const page = await browser.newPage(t);
  const { report, received } = await begin(page, "Sigtuna");
  await fill(page, { bas: received.bas - 30_000 });
  await handIn(page, "Sigtuna", report);
  await approve(page, report);

  await become(page, "ekonom", "Sigtuna");
  await page.goto(report);
  await page.getByText("Rätta redovisningen").click();
  await page.getByLabel("Skäl till rättelsen").fill("En faktura kom efter att vi hade redovisat.");
  await press(page, button(page, "Påbörja rättelse"));
  await page.goto(report);
  await inspect(page, "redovisning-rattas");
  // Until the correction is approved, what was approved stands.
  await openGrant(page);
  assert.match(await figure(page, "Att återbetala"), money(30_000));
  await page.goto(`${report}/uppgifter`);
  await fill(page, { bas: received.bas });
  await handIn(page, "Sigtuna", report);
  await approve(page, report);
  await assertClosed(page, "Sigtuna");
});

test("the report is filled in by keyboard alone", async (t) => {
  const page = await browser.newPage(t);
  const { received } = await begin(page, "Håbo");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), "Hoppa till innehållet");
  await page.keyboard.press("Enter");
  const seen = [];
  for (let step = 0; step < 80; step++) {
    await page.keyboard.press("Tab");
    const field = await page.evaluate(() => {
      const element = document.activeElement;
      const box = element.getBoundingClientRect();
      const visible = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
      return { name: element.name ?? "", text: element.textContent.trim(), visible, outline: getComputedStyle(element).outlineStyle };
    });
    assert.ok(field.visible, `focus is out of sight at ${field.name || field.text}`);
    assert.notEqual(field.outline, "none", `focus is not marked at ${field.name || field.text}`);
    if (field.name) seen.push(field.name);
    if (field.name === "costs_bas") await page.keyboard.type(String(received.bas));
    if (field.name === "survey") await page.keyboard.press("Space");
    if (/^Specificera kostnaderna/.test(field.text)) {
      await page.keyboard.press("Enter");
      await page.locator("#item_bas_0_text").waitFor();
    }
    if (field.text === "Spara och kontrollera") break;
  }
  for (const name of ["organisation_number", "contact_person", "period_from", "costs_bas", "item_bas_0_text", "item_bas_0_amount", "survey"]) {
    assert.ok(seen.includes(name), `${name} is not reached by Tab: ${seen.join(" ")}`);
  }
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  assert.match(await page.title(), /^Kontrollera/);
});

test("the authority's lists and forms, at three widths", async (t) => {
  const page = await browser.newPage(t);
  await become(page, "handlaggare");
  for (const [address, name] of [
    ["/granskning/redovisningar", "granskning-redovisningar"],
    ["/granskning/enkat/aldreomsorg-2021", "enkat"],
  ]) {
    await page.goto(address);
    await inspect(page, name);
  }
  await page.getByLabel("Kommunkoder").fill("1440;Ale\n0117;Österåker\n9999;Ingenstans");
  await press(page, button(page, "Läs in listan"));
  await screenshot(page, "enkat-fel");
  await page.goto("/granskning/uppdrag/1440");
  await press(page, page.getByRole("link", { name: /^Ändra uppdraget/ }).first());
  await inspect(page, "uppdrag-andra");
  await become(page, "utbetalare");
  for (const [address, name] of [
    ["/aterbetalningar", "aterbetalningar"],
    ["/aterbetalningar?visa=alla", "inbetalningar"],
  ]) {
    await page.goto(address);
    await inspect(page, name);
  }
  await page.goto("/aterbetalningar");
  await press(page, page.locator('table a[href^="/aterbetalningar/bidrag/"]').first());
  await inspect(page, "aterbetalning-bidrag");
  await become(page, "ekonom", "Ale");
  await page.goto("/uppdrag");
  await inspect(page, "uppdrag");
});

test("an extension and a request for accounts, from both sides", async (t) => {
  const page = await browser.newPage(t);
  await become(page, "handlaggare");
  await page.goto("/oversikt/aldreomsorg-2021?sok=Uppsala");
  await press(page, page.locator('a[href^="/granskning/bidrag/"]').first());
  await page.getByText("Bevilja anstånd").first().click();
  await press(page, button(page, "Bevilja anstånd"));
  await inspect(page, "granskning-bidrag-anstand-fel");
  await page.getByRole("radio", { name: /redovis/i }).check();
  await page.getByLabel("Ny sista dag").fill("2022-05-31");
  await page.getByLabel("Beslut", { exact: true }).fill("KK 2022/17");
  await page.getByLabel("Skäl").fill("Sjukdom på ekonomiavdelningen.");
  await press(page, button(page, "Bevilja anstånd"));
  await assertSays(page, "Sjukdom på ekonomiavdelningen");
  await page.getByText("Begär in räkenskaper").first().click();
  await page.getByLabel("Vad ska lämnas in?").fill("Kopior av huvudboken för projektet.");
  await page.getByLabel("Sista dag att svara").fill("2022-04-15");
  await press(page, button(page, "Begär in räkenskaper"));
  const request = new URL(page.url()).pathname;

  await become(page, "ekonom", "Uppsala");
  await assertSays(page, "Räkenskaper att lämna in");
  await page.goto(request.replace("/granskning", ""));
  await page.getByLabel("Lägg till en fil").setInputFiles(LEDGER);
  await press(page, button(page, "Ladda upp filen"));
  await inspect(page, "rakenskaper");
  await press(page, button(page, "Lämna in"));
  await become(page, "handlaggare");
  await page.goto(request);
  await inspect(page, "granskning-rakenskaper");
  await press(page, button(page, "Avsluta begäran"));
  await assertSays(page, "avslutade begäran");
});

/** One post of 2022, from nothing to paid out; of what is on the grant's page. */
async function requisition(page, municipality, post) {
  await become(page, "ekonom", municipality);
  await openGrant(page, 2022);
  await press(page, page.locator("section", { has: page.locator(`#post-${post}`) }).getByRole("button", { name: "Påbörja rekvisition" }));
  const address = new URL(page.url()).pathname.replace(/\/uppgifter$/, "");
  await page.locator("#account_number").fill("991-2346");
  await page.getByRole("radio", { name: "Bankgiro" }).check();
  await press(page, button(page, "Spara och kontrollera"));
  const confirmed = page.getByLabel("Jag har kontrollerat varningarna");
  if ((await confirmed.count()) > 0) await confirmed.check();
  await press(page, page.getByRole("button", { name: "Lås uppgifterna" }));
  await become(page, "foretradare", municipality);
  await page.goto(`${address}/underskrift`);
  await page.getByLabel("Ditt lösenord").fill(PASSWORD);
  await press(page, button(page, "Skriv under och lämna in"));
  const id = address.split("/").at(-1);
  await become(page, "handlaggare");
  await page.goto(`/granskning/${id}`);
  await press(page, page.locator('form[action$="/godkannande"] button[type="submit"]'));
  await become(page, "utbetalare");
  await page.goto(`/utbetalningar/${id}`);
  await page.getByLabel("Referens", { exact: true }).fill(`UB ${post}`);
  await press(page, button(page, "Registrera som utbetald"));
  await assertSays(page, "Utbetalningen är registrerad");
}

// Last: the date is the whole portal's.
test("a model municipality reports its two posts, each for itself", async (t) => {
  const page = await browser.newPage(t);
  await requisition(page, "Uddevalla", "bas");
  await requisition(page, "Uddevalla", "modell");
  await page.getByLabel("Nytt datum i portalen").fill("2023-02-01");
  await press(page, button(page, "Byt datum"));

  const { report, received } = await begin(page, "Uddevalla", 2022);
  assert.deepEqual(Object.keys(received), ["bas", "modell"]);
  // A deficit in one post takes nothing from what is left of the other.
  await fill(page, { bas: received.bas + 40_000, modell: received.modell - 200_000 });
  await inspect(page, "redovisning-tva-poster");
  await handIn(page, "Uddevalla", report);
  await openCase(page, report);
  await screenshot(page, "arende-tva-poster");
  await press(page, button(page, "Godkänn redovisningen"));
  await become(page, "ekonom", "Uddevalla");
  await openGrant(page, 2022);
  assert.match(await figure(page, "Att återbetala"), money(200_000));
  await press(page, page.getByRole("link", { name: "Så betalar ni tillbaka" }));
  await screenshot(page, "aterbetalning-tva-poster");
  await assertSays(page, "Varje post räknas för sig");
});
