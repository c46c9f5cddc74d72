// What the sources say, as it is read: the terms of all agreements, their published tables, and the provisions with a grant.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, openBrowser, screenshot, signInAs, startPortal } from "./harness.mjs";

const portal = await startPortal();
const { newPage } = await openBrowser(portal);

const SLUGS = ["aldreomsorg-2021", "aldreomsorg-2022", "nara-vard-2020", "valfardsteknik-2018"];

for (const slug of SLUGS) {
  test(`the terms of ${slug} are read from the contents list on, and so is the published table`, async (t) => {
    const page = await newPage(t);
    await signInAs(page, "ekonom", "Ale");
    await page.goto(`/overenskommelser/${slug}`);
    await inspect(page, `villkor-${slug}`);
    const contents = page.getByRole("navigation", { name: "Innehåll" });
    for (const link of await contents.getByRole("link").all()) {
      const target = (await link.getAttribute("href")).slice(1);
      assert.equal(await page.locator(`[id="${target}"]`).count(), 1, `${slug} has ${target} once`);
    }
    await contents.getByRole("link", { name: "Skyldigheter (ska)" }).press("Enter");
    assert.match(page.url(), /#alla-skyldigheter$/);
    await page.getByRole("link", { name: "Hela fördelningen, rad för rad" }).press("Enter");
    await page.getByRole("heading", { level: 1, name: "Fördelning" }).waitFor();
    await inspect(page, `fordelning-${slug}`);
  });
}

test("without JavaScript a recipient opens what its grant asks of it", async (t) => {
  const page = await newPage(t, { javaScript: false });
  await signInAs(page, "ekonom", "Ale");
  await page.goto("/bidrag");
  await page.getByRole("link", { name: /fokus 2022$/ }).first().click();
  await page.getByText(/^Skyldigheter \(ska\): \d+$/).click();
  await page.getByText("ska svara på Socialstyrelsens enkät", { exact: false }).first().waitFor();
  await screenshot(page, "bestammelser-utan-js");
});
