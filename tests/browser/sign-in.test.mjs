import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, openBrowser, signInAs, startPortal } from "./harness.mjs";

const browser = await openBrowser(await startPortal());

test("the sign-in page, at three widths", async (t) => {
  const page = await browser.newPage(t);
  const answer = await page.goto("/logga-in");
  assert.equal(answer.status(), 200);
  assert.equal(await page.locator("html").getAttribute("lang"), "sv");
  await inspect(page, "logga-in");
});

for (const javaScript of [true, false]) {
  test(`one click signs in, ${javaScript ? "with" : "without"} JavaScript`, async (t) => {
    const page = await browser.newPage(t, { javaScript });
    await signInAs(page, "ekonom", "Ale");
    assert.equal(await page.locator("h1").count(), 1);
  });
}
