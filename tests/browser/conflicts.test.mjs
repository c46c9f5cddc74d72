// Two people fill in the same form. Whoever comes second sees who saved, when, and both texts side by side, with the focus there, at
// every width and without JavaScript; a second press decides. Pages by axe.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, openBrowser, press, signInAs, startPortal } from "./harness.mjs";

const AGREEMENT = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022";

const portal = await startPortal();
const browser = await openBrowser(portal);

function button(page, name) {
  return page.getByRole("button", { name, exact: true });
}

/** The focus is at the words, and each field that differs has both. */
async function told(page, differs) {
  assert.match(await page.title(), /^Fel: /);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "konflikt");
  assert.match(await page.locator("#konflikt").innerText(), /har sparat medan du skrev[\s\S]*Det var \d+ /);
  const rows = await page.locator("table.conflict tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
  assert.deepEqual(rows, differs);
}

test("a model, whose colleague wrote a long text", async (t) => {
  const first = await browser.newPage(t);
  const second = await browser.newPage(t, { javaScript: false, width: 360 });
  await signInAs(first, "ekonom", "Ale");
  await press(first, first.getByRole("link", { name: AGREEMENT }).first());
  const grant = new URL(first.url()).pathname;
  await first.goto(`${grant}/vidarefordelning`);
  await press(first, first.locator('form[action$="/vidarefordelning"] button').first());
  await signInAs(second, "foretradare", "Ale");
  await second.goto(`${grant}/vidarefordelning/modell`);
  const uses = "Inköp av tekniska lösningar\nUtbildning-i-välfärdsteknik-för-all-personal-som-arbetar-i-hemtjänsten";
  for (const page of [first, second]) await page.goto(`${grant}/vidarefordelning/modell`);
  await first.getByLabel("Medlen kan användas till").fill(uses);
  await press(first, button(first, "Spara"));
  await second.getByLabel("Medlen kan användas till").fill("Utbildning för chefer");
  await second.getByLabel("Vem har beslutat?").fill("Äldrenämnden");
  await press(second, button(second, "Spara"));
  await told(second, [
    ["Medlen kan användas till", "Utbildning för chefer", uses],
    ["Vem har beslutat", "Äldrenämnden", "tomt"],
  ]);
  await inspect(second, "konflikt-modell");
  await press(second, button(second, "Spara"));
  await first.reload();
  assert.equal(await first.getByLabel("Medlen kan användas till").inputValue(), "Utbildning för chefer");

  // The same with JavaScript, by axe.
  await first.getByLabel("Vem har beslutat?").fill("Omsorgsnämnden");
  await second.getByLabel("Vem har beslutat?").fill("Socialnämnden");
  await press(second, button(second, "Spara"));
  await press(first, button(first, "Spara"));
  await told(first, [["Vem har beslutat", "Omsorgsnämnden", "Socialnämnden"]]);
  await inspect(first, "konflikt-modell-axe");
});

test("an agreement's numbers, and a view whose name is taken", async (t) => {
  const first = await browser.newPage(t);
  const second = await browser.newPage(t);
  for (const page of [first, second]) {
    await signInAs(page, "handlaggare");
    await page.goto("/overenskommelser/aldreomsorg-2022");
  }
  const field = (page) => page.getByLabel("Regeringskansliets diarienummer för bakomliggande överenskommelse");
  const form = (page) => page.locator('form[action$="/diarienummer"] button[type="submit"]');
  await field(first).fill("S2022/00001/SOF");
  await press(first, form(first));
  await field(second).fill("S2022/00002/SOF");
  await press(second, form(second));
  await told(second, [["Regeringskansliets diarienummer för bakomliggande överenskommelse", "S2022/00002/SOF", "S2022/00001/SOF"]]);
  await inspect(second, "konflikt-diarienummer");

  const save = async (address) => {
    await first.goto(address);
    await first.getByText("Spara vyn").click();
    await first.getByLabel("Vyns namn").fill("Min vy");
    await press(first, button(first, "Spara"));
  };
  await save("/oversikt/aldreomsorg-2022?sortera=-kvar");
  await save("/oversikt/aldreomsorg-2021");
  await first.getByText("Du har redan en vy med det namnet").waitFor();
  await inspect(first, "konflikt-sparad-vy");
  await press(first, button(first, "Spara"));
  assert.equal(await first.getByRole("link", { name: "Min vy" }).getAttribute("href"), "/oversikt/aldreomsorg-2021");
});
