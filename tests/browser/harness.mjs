// What every browser test stands on: the portal in practice mode on a database of its own, Chromium, and pages that
// fail their test by themselves when the console complains, the content security policy stops something, or the page
// asks another site for anything.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** A telephone, a tablet, a desk. */
export const WIDTHS = [360, 768, 1280];

const ROOT = resolve(fileURLToPath(new URL("../..", import.meta.url)));
const PROGRAM = process.env.BIDRAGSPORTEN_BIN ?? join(ROOT, process.env.CARGO_TARGET_DIR ?? "target", "debug/bidragsporten");
const OUTPUT = [join(ROOT, "tests/output")];
if (process.env.UPDATE_SCREENSHOTS === "1") OUTPUT.push(join(ROOT, "docs/screenshots"));

/** What the first start of this very program made of practice mode: some seconds' work, which all others copy. */
const { mtimeMs } = await stat(PROGRAM);
const PRACTICE = join(OUTPUT[0], `practice-${mtimeMs}`);

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const START_LIMIT = 60_000;
const STOP_LIMIT = 10_000;

/**
 * The portal, started anew: in practice mode, or with the arguments that `prepare` gives. It gets the folder, the address and
 * `run`, which runs the program with other arguments on the same database first. Stops with the test file.
 */
export async function startPortal(prepare) {
  const folder = await mkdtemp(join(tmpdir(), "bidragsporten-browser-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    PATH: process.env.PATH,
    BIDRAGSPORTEN_LISTEN: `127.0.0.1:${port}`,
    DATABASE_URL: join(folder, "portal.sqlite"),
    RUST_BACKTRACE: "1",
  };
  const run = (args, input = "") => {
    const { status, stderr } = spawnSync(PROGRAM, args, { cwd: folder, env, input, encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };
  const isFirst = prepare === undefined && !(await copyPractice(folder));
  const program = spawn(PROGRAM, (await prepare?.({ folder, url, run })) ?? [], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let ended = null;
  for (const stream of [program.stdout, program.stderr]) stream.on("data", (text) => (said += text));
  program.on("error", (error) => (ended = error.message));
  program.on("exit", (code, signal) => (ended ??= `exit ${code ?? signal}`));
  const killed = () => program.kill("SIGKILL");
  process.once("exit", killed);

  after(async () => {
    if (ended === null) {
      const exit = new Promise((done) => program.once("exit", done));
      program.kill("SIGTERM");
      const limit = setTimeout(killed, STOP_LIMIT);
      await exit;
      clearTimeout(limit);
    }
    process.off("exit", killed);
    await rm(folder, { recursive: true, force: true });
  });

  const began = Date.now();
  while (!(await answers(url))) {
    assert.equal(ended, null, `${PROGRAM} did not start: ${ended}\n${said}`);
    assert.ok(Date.now() - began < START_LIMIT, `${PROGRAM} does not answer on ${url}\n${said}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  if (isFirst) await keepPractice(folder, run);
  return { url, folder, log: () => said };
}

/** False when nobody has made it yet. */
async function copyPractice(folder) {
  try {
    await cp(PRACTICE, folder, { recursive: true });
    return true;
  } catch (error) {
    assert.equal(error.code, "ENOENT");
    return false;
  }
}

async function keepPractice(folder, run) {
  await mkdir(OUTPUT[0], { recursive: true });
  const made = await mkdtemp(join(OUTPUT[0], "making-"));
  run(["backup", join(made, "portal.sqlite")]);
  await copyFile(join(folder, "portal.sqlite.key"), join(made, "portal.sqlite.key"));
  const older = (await readdir(OUTPUT[0])).filter((name) => name.startsWith("practice-") && name !== basename(PRACTICE));
  for (const name of older) await rm(join(OUTPUT[0], name), { recursive: true, force: true });
  // Of two who made it at once, the first one's is kept.
  await rename(made, PRACTICE).catch(() => rm(made, { recursive: true }));
}

/** Chromium for pages of `portal`. Closes with the test file. */
export async function openBrowser(portal) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  after(() => browser.close());

  /**
   * A page with cookies of its own. It closes with the test `t`, which fails if the page had any trouble.
   * `page.troubles` is what it has seen; a test that means to cause trouble empties it. `others` are the sites that it may
   * go to besides the portal.
   */
  async function newPage(t, { javaScript = true, width = 1280, others = [] } = {}) {
    const context = await browser.newContext({
      baseURL: portal.url,
      javaScriptEnabled: javaScript,
      viewport: { width, height: 800 },
      locale: "sv-SE",
      timezoneId: "Europe/Stockholm",
      reducedMotion: "reduce",
      acceptDownloads: true,
    });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    page.javaScript = javaScript;
    page.troubles = [];
    watch(page, [portal.url, ...others]);
    t.after(async () => {
      const troubles = page.troubles.join("\n");
      await context.close();
      assert.equal(troubles, "", `the browser had trouble:\n${troubles}`);
    });
    return page;
  }

  return { newPage };
}

function watch(page, [home, ...others]) {
  const trouble = (text) => page.troubles.push(`${page.url()}: ${text}`);
  const isDocument = (request) => request.resourceType() === "document";
  page.on("pageerror", (error) => trouble(error.message));
  page.on("console", (message) => {
    // A page that answers 422 or 404 logs this too; what else could not be loaded is seen at its response.
    const isStatus = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isStatus) trouble(message.text());
  });
  page.on("request", (request) => {
    const isAway = /^(https?|wss?):/.test(request.url()) && ![home, ...others].some((site) => request.url().startsWith(`${site}/`));
    if (isAway) trouble(`asks another site: ${request.url()}`);
  });
  page.on("response", (response) => {
    const limit = isDocument(response.request()) ? 500 : 400;
    if (response.status() >= limit) trouble(`${response.status()} from ${response.url()}`);
  });
  page.on("requestfailed", (request) => {
    const failure = request.failure()?.errorText;
    // The tab's icon and a font that a page needs late are given up when the test has gone on to the next page.
    const isLate = failure === "net::ERR_ABORTED" && ["favicon.svg", "fonts/"].some((late) => request.url().startsWith(`${home}/static/${late}`));
    // A download ends its navigation.
    if (!isDocument(request) && !isLate) trouble(`${failure} at ${request.url()}`);
  });
}

/** Clicks what leads to another page, and waits until that page is there. */
export async function press(page, locator) {
  await Promise.all([page.waitForEvent("load"), locator.click()]);
}

/**
 * Practice mode's one-click sign-in. `role`: ekonom, ekonomichef, foretradare, handlaggare, beslutsfattare, utbetalare,
 * insyn, administrator (at a municipality). `municipality` is the name or the code in the list, for the roles at a municipality.
 */
export async function signInAs(page, role, municipality) {
  await page.goto("/logga-in");
  const form = page.locator('form[action="/ovning/logga-in"]', { has: page.locator(`button[name="role"][value="${role}"]`) }).first();
  if (municipality !== undefined) await form.locator('select[name="organisation"]').selectOption(municipality);
  await press(page, form.locator(`button[name="role"][value="${role}"]`));
  const { pathname } = new URL(page.url());
  assert.ok(!["/logga-in", "/ovning/logga-in"].includes(pathname), `signing in as ${role} ended at ${pathname}`);
}

/** No violation of any rule axe has. Only in a page with JavaScript: axe is a script. */
export async function assertAxe(page) {
  assert.ok(page.javaScript, "axe needs a page with JavaScript");
  // Evaluated through the debugger, which the page's content security policy does not stop; once for all widths.
  if (await page.evaluate(() => globalThis.axe === undefined)) await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const said = violations.map(({ id, help, nodes }) => {
    const places = nodes.map(({ target, html, failureSummary }) => {
      const why = failureSummary.replaceAll("\n", "\n      ");
      return `    ${target.join(" ")}\n      ${html}\n      ${why}`;
    });
    return `  ${id}: ${help}\n${places.join("\n")}`;
  });
  assert.ok(said.length === 0, `axe at ${page.url()}, ${page.viewportSize().width} pixels wide:\n${said.join("\n")}`);
}

/** Nothing makes the page wider than the window. A table may scroll inside a box of its own. */
export async function assertNoOverflow(page) {
  const { inner, wide } = await page.evaluate(() => {
    const inner = document.documentElement.clientWidth;
    const places = [];
    if (document.documentElement.scrollWidth > inner) {
      for (const element of document.body.querySelectorAll("*")) {
        const { right } = element.getBoundingClientRect();
        if (right > inner + 1) places.push(`${Math.round(right)} px: ${element.outerHTML.slice(0, 100)}`);
      }
      places.push(`the whole page: ${document.documentElement.scrollWidth} px`);
    }
    return { inner, wide: places };
  });
  assert.equal(wide.length, 0, `${page.url()} is wider than the window's ${inner} px:\n  ${wide.slice(0, 12).join("\n  ")}`);
}

/** `tests/output/NAME-WIDTH.png`, and in `docs/screenshots/` when UPDATE_SCREENSHOTS=1. */
export async function screenshot(page, name) {
  const { width } = page.viewportSize();
  const image = `${name}-${width}${page.javaScript ? "" : "-utan-js"}.png`;
  for (const folder of OUTPUT) {
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, image), fullPage: true, animations: "disabled" });
  }
}

/** The page as it stands, at every width: axe (where it can run), no overflow, a picture. */
export async function inspect(page, name) {
  const before = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: before.height });
    await assertNoOverflow(page);
    if (page.javaScript) await assertAxe(page);
    await screenshot(page, name);
  }
  await page.setViewportSize(before);
}

export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

async function answers(url) {
  try {
    const response = await fetch(url, { redirect: "manual" });
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
