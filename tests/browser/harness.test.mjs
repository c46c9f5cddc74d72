// A check that cannot fail guards nothing: the harness against made-up pages, without the portal.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { assertAxe, assertNoOverflow, openBrowser, signInAs } from "./harness.mjs";

const page_ = (body) => `<!doctype html><html lang="sv"><head><title>Prov</title><meta name="viewport"
  content="width=device-width"></head><body><main><h1>Prov</h1>${body}</main></body></html>`;
const PAGES = {
  "/good": page_("<p>Bra</p>"),
  "/inline": page_('<p style="color: red">Stoppad</p>'),
  "/script": page_("<script>document.title = 'nej'</script>"),
  "/missing-image": page_('<img src="/nowhere.png" alt="Saknas">'),
  "/away": page_('<img src="http://127.0.0.1:9/away.png" alt="Borta">'),
  "/faint": page_('<p class="faint">Syns knappt</p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'),
  "/wide": page_('<table class="wide"><tr><td>Bred</td></tr></table>'),
  "/logga-in": page_('<form method="post" action="/ovning/logga-in"><button name="role" value="ekonom">In</button></form>'),
};
const CSS = ".faint { color: #ddd; background: #fff } .wide { width: 500px }";

const server = createServer((request, response) => {
  const style = '<link rel="stylesheet" href="/style.css"></head>';
  const isStyle = request.url === "/style.css";
  const text = isStyle ? CSS : PAGES[request.url]?.replace("</head>", style);
  response.writeHead(text === undefined ? 404 : 200, {
    "content-type": isStyle ? "text/css" : "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data: http://127.0.0.1:9; form-action 'self'",
  });
  response.end(text ?? page_("<p>Finns inte</p>"));
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
after(() => server.close());
const browser = await openBrowser({ url: `http://127.0.0.1:${server.address().port}` });

/** What the page at `path` has been seen to do wrong, forgiven afterwards. */
async function troubles(t, path, options) {
  const page = await browser.newPage(t, options);
  await page.goto(path, { waitUntil: "networkidle" });
  return { page, seen: page.troubles.splice(0).join("\n") };
}

test("a good page has no trouble and passes every check", async (t) => {
  const { page, seen } = await troubles(t, "/good", { width: 360 });
  assert.equal(seen, "");
  await assertAxe(page);
  await assertNoOverflow(page);
});

for (const javaScript of [true, false]) {
  test(`the content security policy is watched, JavaScript ${javaScript ? "on" : "off"}`, async (t) => {
    assert.match((await troubles(t, "/inline", { javaScript })).seen, /Content Security Policy/);
    if (javaScript) assert.match((await troubles(t, "/script")).seen, /Content Security Policy/);
  });
}

test("what cannot be loaded, and what is asked of another site, is trouble; a page not found is not", async (t) => {
  assert.match((await troubles(t, "/missing-image")).seen, /404 from/);
  assert.match((await troubles(t, "/away")).seen, /asks another site/);
  assert.equal((await troubles(t, "/nowhere")).seen, "");
});

test("trouble fails the test it happened in", async () => {
  let ending;
  const page = await browser.newPage({ after: (end) => (ending = end) });
  await page.goto("/inline");
  await assert.rejects(ending(), /the browser had trouble:[^]*Content Security Policy/);
});

test("axe names the rule and the place", async (t) => {
  const { page } = await troubles(t, "/faint");
  await assert.rejects(assertAxe(page), /color-contrast[^]*class="faint"[^]*contrast of/);
  await assert.rejects(assertAxe(page), /image-alt/);
});

test("a page wider than the window is named with what makes it so", async (t) => {
  const { page } = await troubles(t, "/wide", { width: 360 });
  await assert.rejects(assertNoOverflow(page), /wider than the window's 360 px[^]*class="wide"/);
});

test("a sign-in that does not sign in is an error", async (t) => {
  const { page } = await troubles(t, "/good");
  await assert.rejects(signInAs(page, "ekonom"), /ended at \/ovning\/logga-in/);
});
