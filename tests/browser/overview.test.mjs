// The overview in a browser: every view looked at, filtered, sorted, kept under a name, and taken along.

import assert from "node:assert/strict";
import { test } from "node:test";
import readExcelFile from "read-excel-file/node";
import { inspect, openBrowser, press, screenshot, signInAs, startPortal } from "./harness.mjs";

const portal = await startPortal();
const browser = await openBrowser(portal);

const AGREEMENT = "/oversikt/aldreomsorg-2021";

/** The texts of the last table's cells, row by row. */
async function rows(page) {
  return page.locator("table").last().evaluate((table) =>
    [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim().replace("minus \u2212", "\u2212"))),
  );
}

/** What a cell says as a number. */
function number(text) {
  const plain = text.replace(/[\s\u00a0%]/g, "").replace("\u2212", "-").replace(",", ".");
  return text.endsWith("%") ? Number(plain) / 100 : Number(plain);
}

test("every view, at three widths", async (t) => {
  const page = await browser.newPage(t);
  await signInAs(page, "handlaggare");
  for (const [address, name] of [
    [`${AGREEMENT}/lan`, "oversikt-lan"],
    [`${AGREEMENT}/bilder`, "oversikt-bilder"],
    [`${AGREEMENT}/bilder?matt=andel`, "oversikt-bilder-andel"],
    ["/oversikt/aldreomsorg-2022/sena", "oversikt-i-riskzonen"],
    [`${AGREEMENT}/sena`, "oversikt-sena"],
    [`${AGREEMENT}/omgangar`, "oversikt-omgangar"],
    [`${AGREEMENT}/insyn`, "oversikt-insyn"],
    ["/oversikt/ar/2021", "oversikt-ar"],
    ["/oversikt/ar/2021/lan", "oversikt-ar-lan"],
    ["/oversikt/mottagare/1440", "oversikt-mottagare"],
    [`${AGREEMENT}?lage=forfallen&sok=zzz`, "oversikt-tom"],
    [`${AGREEMENT}/regeringen`, "regeringen"],
    ["/oversikt/publicering", "publicering"],
  ]) {
    await page.goto(address);
    await inspect(page, name);
  }
});

test("the public pages, for somebody who is not signed in, at three widths", async (t) => {
  const page = await browser.newPage(t);
  for (const [address, name] of [
    ["/oppna-data", "oppna-data"],
    ["/oppna-data/aldreomsorg-2021", "oppna-data-overenskommelse"],
    ["/oppna-data/mottagare/1440", "oppna-data-mottagare"],
  ]) {
    await page.goto(address);
    await inspect(page, name);
  }
  assert.deepEqual(await page.context().cookies(), []);
});

test("the pictures on paper", async (t) => {
  const page = await browser.newPage(t, { width: 768 });
  await signInAs(page, "handlaggare");
  await page.goto(`${AGREEMENT}/bilder`);
  await page.emulateMedia({ media: "print" });
  await screenshot(page, "oversikt-bilder-utskrift");
  assert.ok(await page.locator(".picture-map").first().isVisible());
  assert.ok(!(await page.locator("form.filter-bar").first().isVisible()));
});

for (const javaScript of [true, false]) {
  test(`filters and order are in the address ${javaScript ? "" : "without JavaScript"}`, async (t) => {
    const page = await browser.newPage(t, { javaScript });
    await signInAs(page, "handlaggare");
    await page.goto(AGREEMENT);
    await page.getByLabel("Län").selectOption("Skåne län");
    await page.getByLabel("Inte förbrukat över").fill("50 000");
    await press(page, page.getByRole("button", { name: "Visa" }));
    await press(page, page.getByRole("link", { name: "Inte förbrukat", exact: true }));
    const seen = await rows(page);
    const unspent = seen[0].findIndex((heading) => heading === "Inte förbrukat");
    const amounts = seen.slice(1, -1).map((row) => number(row[unspent]));
    assert.ok(amounts.length > 1 && amounts.every((amount) => amount > 50_000), `${amounts}`);
    assert.deepEqual(amounts, amounts.toSorted((a, b) => b - a));
    assert.ok(seen.slice(1, -1).every((row) => row.at(-1) === "Skåne län"));

    // The address is the view: a colleague who opens it sees the same.
    const colleague = await browser.newPage(t, { javaScript });
    await signInAs(colleague, "beslutsfattare");
    await colleague.goto(page.url());
    assert.deepEqual(await rows(colleague), seen);
  });
}

test("what is shown is taken along, number for number", async (t) => {
  const page = await browser.newPage(t);
  await signInAs(page, "handlaggare");
  for (const address of [AGREEMENT, `${AGREEMENT}/lan`, `${AGREEMENT}/omgangar`, "/oversikt/ar/2021"]) {
    await page.goto(address);
    const seen = await rows(page);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Excel-fil" }).click(),
    ]);
    assert.match(download.suggestedFilename(), /^oversikt-.*\.xlsx$/);
    const sheets = await readExcelFile(await download.path());
    const sheet = Array.isArray(sheets[0]) ? sheets : sheets[0].data;
    assert.deepEqual(sheet[0], seen[0]);
    const sums = (lines) =>
      seen[0].map((_, column) =>
        lines.map((line) => line[column]).reduce((sum, cell) => sum + (typeof cell === "number" ? cell : 0), 0),
      );
    const shown = seen.slice(1, -1).map((row) => row.map((cell) => (/^[\u2212\d][\d\s\u00a0,]*%?$/.test(cell) ? number(cell) : cell)));
    const filed = sheet.slice(1, seen.length - 1);
    for (const [column, sum] of sums(filed).entries()) {
      // A share is rounded on the page; a code is text in the file.
      if (/andel|^Inte förbrukat \d{4}$|Kommunkod/.test(seen[0][column])) continue;
      assert.ok(Math.abs(sum - sums(shown)[column]) < 0.01, `${address}, ${seen[0][column]}: ${sum}`);
    }
    // Below them, after an empty row, the page's own total.
    const total = sheet.at(-1);
    for (const [column, cell] of seen.at(-1).entries()) {
      if (column > 0 && cell !== "") assert.ok(Math.abs(total[column] - number(cell)) < 0.001, seen[0][column]);
    }
  }
});

test("a view is kept under a name", async (t) => {
  const page = await browser.newPage(t);
  await signInAs(page, "handlaggare");
  await page.goto(`${AGREEMENT}?lage=forfallen`);
  await page.getByText("Spara vyn").click();
  await page.getByLabel("Vyns namn").fill("Svarade inte 2021");
  await press(page, page.getByRole("button", { name: "Spara" }));
  await inspect(page, "oversikt-sparade-vyer");
  await press(page, page.getByRole("link", { name: "Svarade inte 2021" }));
  assert.equal(new URL(page.url()).search, "?lage=forfallen");
  await page.goto("/oversikt");
  await press(page, page.getByRole("button", { name: "Ta bort Svarade inte 2021" }));
  assert.equal(await page.getByRole("link", { name: "Svarade inte 2021" }).count(), 0);
});

test("the map is no trap for whoever goes by keyboard", async (t) => {
  const page = await browser.newPage(t);
  await signInAs(page, "handlaggare");
  await page.goto(`${AGREEMENT}/bilder`);
  await page.getByLabel("Kartan och staplarna visar", { exact: true }).focus();
  const places = [];
  for (let presses = 0; presses < 3; presses += 1) {
    await page.keyboard.press("Tab");
    places.push(await page.evaluate(() => document.activeElement.closest(".picture-map") !== null));
  }
  assert.deepEqual(places, [false, false, false]);
});
