// The payment officer's pages in a real browser: many at once, one by itself, a mistake put right.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, openBrowser, press, screenshot, signInAs, startPortal } from "./harness.mjs";

const portal = await startPortal();
const browser = await openBrowser(portal);

async function pay(page) {
  const look = page.javaScript ? (name) => inspect(page, name) : (name) => screenshot(page, name);
  await signInAs(page, "utbetalare");
  await page.goto("/utbetalningar");
  await look("utbetalningar");
  await press(page, page.getByRole("button", { name: "Registrera de markerade som utbetalda" }).first());
  await look("utbetalningar-fel");
  assert.match(await page.title(), /^Fel: /);

  // One by itself, for a part of the amount.
  await page.goto("/utbetalningar");
  await press(page, page.getByRole("link", { name: /^Betala för sig/ }).first());
  await look("utbetalning");
  await page.getByLabel("Belopp").fill("1 000");
  await page.getByLabel("Referens", { exact: true }).fill("UB 17");
  await press(page, page.getByRole("button", { name: "Registrera som utbetald" }));
  assert.match(await page.locator("main").innerText(), /Ändringen är sparad/);
  await press(page, page.getByRole("link", { name: "Visa ärendet" }));
  await page.getByLabel("Vad är fel i registreringen?").fill("Fel belopp.");
  await press(page, page.getByRole("button", { name: "Rätta registreringen" }));
  await look("utbetalning-rattad");
  assert.match(await page.locator("main").innerText(), /Registreringen är rättad/);

  // The ticked ones: by the box with the recipient's name.
  await page.goto("/utbetalningar");
  const box = page.getByRole("checkbox", { name: /^Välj / }).first();
  await box.focus();
  await page.keyboard.press("Space");
  assert.ok(await box.isChecked());
  await page.getByLabel("Referens", { exact: true }).fill("UB 18");
  await press(page, page.getByRole("button", { name: "Registrera de markerade som utbetalda" }).first());
  assert.match(await page.locator("main").innerText(), /1 utbetalning är registrerad/);

  await press(page, page.getByRole("link", { name: /^Markera alla/ }));
  await look("utbetalningar-markerade");
  await page.getByLabel("Referens", { exact: true }).fill("UB 19");
  await press(page, page.getByRole("button", { name: "Registrera de markerade som utbetalda" }).first());
  await look("utbetalningar-klara");
  assert.match(await page.locator("main").innerText(), /utbetalningar? är registrerade?/);
  await page.goto("/utbetalningar?visa=utbetalda");
  await look("utbetalda");
}

test("payments are registered and put right, at three widths", async (t) => {
  await pay(await browser.newPage(t));
});

test("the same with JavaScript off, from the 2022 requisitions that are left", async (t) => {
  const other = await startPortal();
  const page = await (await openBrowser(other)).newPage(t, { javaScript: false });
  await pay(page);
});
