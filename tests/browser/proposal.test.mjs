// A new agreement in a real browser: copied from 2022 for 2027, mended, put forward, published by a second person and
// requisitioned, without a restart.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, openBrowser, press, screenshot, signInAs, startPortal } from "./harness.mjs";

const portal = await startPortal();
const browser = await openBrowser(portal);
const save = (page) => page.getByRole("button", { name: "Spara", exact: true }).last();

/** Three people, each in a browser of their own. */
async function make(t, options, year) {
  let page = await browser.newPage(t, options);
  const look = (name) => (page.javaScript ? inspect(page, name) : screenshot(page, name));
  const says = async (words) => assert.match(await page.locator("main").innerText(), words);
  await signInAs(page, "handlaggare");
  await page.goto("/forslag");
  await look("forslag");
  await press(page, page.getByRole("link", { name: "Börja ett nytt förslag" }));
  await page.getByLabel("Överenskommelse att kopiera").selectOption("aldreomsorg-2022");
  await page.getByLabel("År för den nya").fill(year);
  await look("forslag-nytt");
  await press(page, page.getByRole("button", { name: "Börja", exact: true }));
  const proposal = new URL(page.url()).pathname;
  await look("forslag-utkast");

  // Wrong input is kept, with its fault at its field.
  const tab = (name) => page.getByRole("navigation", { name: "Förslagets delar" }).getByRole("link", { name, exact: true });
  await press(page, tab("Grunder"));
  await page.getByLabel("Belopp", { exact: true }).fill("mycket");
  await press(page, save(page));
  assert.match(await page.title(), /^Fel: /);
  assert.equal(await page.getByLabel("Belopp", { exact: true }).inputValue(), "mycket");
  await look("forslag-grunder");
  await page.getByLabel("Belopp", { exact: true }).fill("200 000 000");
  await page.getByLabel("Sista dag för rekvisition").fill(`${year}-11-15`);
  await press(page, save(page));
  await says(/Sparat\./);

  await press(page, tab("Poster"));
  await look("forslag-poster");
  await press(page, page.getByRole("button", { name: "Spara och lägg till en post" }));
  await says(/Post 4/);
  for (const name of ["Användning och kalender", "Frågor och delposter", "Blanketter"]) {
    await press(page, tab(name));
    await look(`forslag-${{ A: "anvandning", F: "fragor", B: "blanketter" }[name[0]]}`);
  }
  for (const post of ["bas", "modell", "skr"]) {
    await page.goto(`${proposal}/fordelning?post=${post}`);
    if (post === "bas") await look("forslag-fordelning-tom");
    await page.getByLabel("Hur", { exact: true }).selectOption("forra");
    await press(page, page.getByRole("button", { name: "Räkna ut" }));
    await says(/uträknade/);
  }
  // A krona from Alingsås to Ale.
  await page.goto(`${proposal}/fordelning?post=bas`);
  await page.getByLabel("Belopp för Ale", { exact: true }).fill("381 309");
  await press(page, page.getByRole("button", { name: "Spara fördelningen" }));
  await look("forslag-fordelning");
  await press(page, tab("Granska"));
  await look("forslag-granska-fel");
  await press(page, page.getByRole("link", { name: /^Fördelning, Stimulansmedel/ }));
  const alingsas = page.getByLabel("Belopp för Alingsås", { exact: true });
  const amount = Number((await alingsas.inputValue()).replace(/\s/g, ""));
  await alingsas.fill(String(amount - 1));
  await press(page, page.getByRole("button", { name: "Spara fördelningen" }));
  await press(page, tab("Granska"));
  for (const details of await page.locator("main details").all()) await details.locator("summary").click();
  await look("forslag-granska");
  await press(page, tab("Förhandsvisa"));
  await look("forslag-forhandsvisa");
  await press(page, tab("Granska"));
  await press(page, page.getByRole("button", { name: "Lägg fram för beslut" }));
  await says(/Framlagt för beslut/);

  page = await browser.newPage(t, options);
  await signInAs(page, "beslutsfattare");
  await page.goto(proposal);
  await look("forslag-beslut");
  await page.goto(`${proposal}/grunder`);
  assert.equal(await page.getByRole("button", { name: "Spara", exact: true }).count(), 0);
  await page.goto(proposal);
  await press(page, page.getByRole("button", { name: "Publicera överenskommelsen" }));
  await says(/publicerade det/);
  await look("forslag-publicerat");
  await press(page, page.getByRole("link", { name: "Översikten", exact: true }));
  await says(/Ale/);

  page = await browser.newPage(t, options);
  await signInAs(page, "ekonom", "Ale");
  await page.goto("/bidrag");
  await press(page, page.getByRole("link", { name: new RegExp(`den äldre i fokus ${year}`) }).first());
  await press(page, page.getByRole("button", { name: "Påbörja rekvisition" }).first());
  await says(new RegExp(`AO${year.slice(2)}-1440-R1`));
  assert.equal((await page.locator("#amount").inputValue()).replace(/\s/g, " "), "381 309");
}

test("an agreement for 2027 is made, published and requisitioned, at three widths", { timeout: 300_000 }, async (t) => {
  await make(t, {}, "2027");
});

test("the same with JavaScript off", { timeout: 300_000 }, async (t) => {
  await make(t, { javaScript: false }, "2028");
});

test("the table of a published agreement is replaced by two people, at three widths", { timeout: 300_000 }, async (t) => {
  let page = await browser.newPage(t, {});
  const says = async (words) => assert.match(await page.locator("main").innerText(), words);
  await signInAs(page, "handlaggare");
  await page.goto("/forslag/nytt");
  await page.getByLabel("Överenskommelse", { exact: true }).selectOption("aldreomsorg-2021");
  await press(page, page.getByRole("button", { name: "Börja ersätta" }));
  const proposal = new URL(page.url()).pathname.replace(/\/fordelning$/, "");
  await inspect(page, "ersattning-fordelning");
  const kronor = async (name) => {
    const field = page.getByLabel(`Belopp för ${name}`, { exact: true });
    return [field, Number((await field.inputValue()).replace(/\s/g, ""))];
  };
  const [ydre, before] = await kronor("Ydre");
  const [tranas, other] = await kronor("Tranås");
  await ydre.fill(String(before + 1));
  await tranas.fill(String(other - 1));
  await press(page, page.getByRole("button", { name: "Spara fördelningen" }));
  await page.goto(`${proposal}/granska`);
  await says(/Ydre/);
  await inspect(page, "ersattning-granska");
  await says(/Tranås/);
});
