// Signing in with the organisation's identity (OpenID Connect), against a certified provider: the whole way, two providers
// side by side, what is refused, confirming a signature, and signing out here and there.

import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { inspect, openBrowser, press, startPortal } from "./harness.mjs";
import { SECRET, startProvider } from "./identity-provider.mjs";

const AGREEMENT = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022";
const OF_ALE = { number: "2120001439", affiliation: "prov@2120001439" };
const PEOPLE = {
  ny: { name: "Ny Person", email: "ny@ale.example", ...OF_ALE },
  kim: { name: "Kim Företrädare", email: "kim@ale.example", ...OF_ALE },
  annan: { name: "Annan Person", email: "annan@ale.example", ...OF_ALE },
  bortom: { name: "Bortom Registret", email: "bortom@prov.example", number: "5560360793" },
  oense: { name: "Oense Uppgifter", email: "oense@ale.example", number: "2120001439", affiliation: "a@2120001553" },
  lo: { name: "Lo Alingsås", email: "lo@alingsas.example", affiliation: "lo@2120001553" },
  // Known here by the address, with a role in Ale; this provider vouches for Alingsås, and is not trusted with addresses.
  tjuv: { name: "Kim Tjuv", email: "kim@ale.example", affiliation: "tjuv@2120001553" },
};

let providers;

/** Both portals have the same configuration and people: the real one, and one to practise the whole way of a signature. */
async function prepare({ folder, url, run }, command) {
  const same = { portal: url, people: PEOPLE, isTalkative: command === "serve" };
  const ale = await startProvider({ key: "ale", host: "127.0.0.1", ...same });
  const alingsas = await startProvider({ key: "alingsas", host: "localhost", ...same });
  const file = join(folder, "portal.toml");
  await writeFile(join(folder, "hemlighet"), SECRET);
  await chmod(join(folder, "hemlighet"), 0o600);
  const section = ({ key, issuer }, name, more) =>
    `[[provider]]\nkey = "${key}"\nname = "${name}"\nissuer = "${issuer}"\nclient_id = "portalen"\nclient_secret_file = "hemlighet"\n${more}\n`;
  await writeFile(
    file,
    `address = "${url}"\n` +
      section(ale, "Ale kommun", 'acr_values = ["loa3"]\norganisations = ["212000-1439", "556036-0793"]\ntrust_email = true') +
      section(alingsas, "Alingsås kommun", "any_assurance = true"),
  );
  if (command === "serve") give(run, "kim", "Kim Företrädare", "foretradare");
  providers = { ale, alingsas };
  return { arguments: [command, "--config", file], run, sites: [ale.issuer, alingsas.issuer] };
}

function give(run, who, name, role, organisation = "1440") {
  run(["add-person", "--email", PEOPLE[who].email, "--name", name, "--organisation", organisation, "--role", role]);
}

async function start(command) {
  let prepared;
  const portal = await startPortal(async (facts) => {
    prepared = await prepare(facts, command);
    return prepared.arguments;
  });
  return { ...portal, ...prepared, providers };
}

const portal = await start("serve");
const browser = await openBrowser(portal);
const others = portal.sites;

/** Presses the provider's button on the sign-in page, and stands at the provider. */
async function goTo(page, name, site) {
  await page.goto("/logga-in");
  await page.getByRole("button", { name, exact: true }).click();
  await page.waitForURL(`${site}/**`);
}

/** Signs in at the provider, and is back. */
async function signInThere(page, who, acr = "loa3") {
  await page.getByLabel("Vem").fill(who);
  await page.getByLabel("Tillit").fill(acr);
  await page.getByRole("button", { name: "Logga in" }).click();
  await page.waitForURL((url) => url.origin === new URL(portal.url).origin || url.pathname.includes("svar"));
}

async function signIn(page, who, { name = "Ale kommun", site = portal.providers.ale.issuer, acr } = {}) {
  await goTo(page, name, site);
  await signInThere(page, who, acr);
}

const heading = (page) => page.locator("h1").innerText();

for (const javaScript of [true, false]) {
  test(`known by a trusted address, one is in at once, ${javaScript ? "with" : "without"} JavaScript`, async (t) => {
    const page = await browser.newPage(t, { javaScript, others });
    await signIn(page, "kim");
    assert.equal(await heading(page), "Mina bidrag");
    await page.goto("/konto/inloggningar");
    assert.match(await page.locator("main").innerText(), /Inloggad med\s+Ale kommun/);
    await inspect(page, "mina-inloggningar");
  });
}

test("a stranger becomes a person without a role, and comes in when somebody has given one", async (t) => {
  const page = await browser.newPage(t, { others });
  await signIn(page, "ny");
  assert.equal(await heading(page), "Du har ingen roll än");
  assert.match(await page.locator("main").innerText(), /hör till Ale kommun[^]*ny@ale\.example/);
  await inspect(page, "identitet-utan-roll");
  await page.goto("/bidrag");
  assert.equal(new URL(page.url()).pathname, "/logga-in");
  give(portal.run, "ny", "Ny Person", "ekonom");
  // Signed in at the provider since before: the way there and back asks nothing.
  await page.getByRole("button", { name: "Ale kommun", exact: true }).click();
  await page.waitForURL(`${portal.url}/bidrag`);
  assert.match(await page.locator(".account-who").innerText(), /Ny Person/);
});

test("two providers side by side, each for its own organisation", async (t) => {
  const page = await browser.newPage(t, { others });
  await page.goto("/logga-in");
  await inspect(page, "logga-in-identitet");
  const there = { name: "Alingsås kommun", site: portal.providers.alingsas.issuer };
  await signIn(page, "lo", there);
  assert.match(await page.locator("main").innerText(), /hör till Alingsås kommun/);
  // The address is known here, with a role in Ale: that is worth nothing from a provider that is not trusted with it.
  const thief = await browser.newPage(t, { others });
  await signIn(thief, "tjuv", there);
  assert.match(await thief.locator("main").innerText(), /redan ett konto i portalen med din e-postadress/);
});

test("a level of assurance that is too low is told", async (t) => {
  const page = await browser.newPage(t, { others });
  await signIn(page, "kim", { acr: "loa2" });
  assert.match(await page.locator("main").innerText(), /inte den tillitsnivå som krävs \(loa3\)/);
  await inspect(page, "identitet-nekad");
  await page.goto("/bidrag");
  assert.equal(new URL(page.url()).pathname, "/logga-in");
});

test("an organisation that is not here, or told in two ways, is refused", async (t) => {
  for (const [who, told] of [
    ["bortom", /556036-0793 finns inte i portalens register/],
    ["oense", /går inte ihop: 212000-1439 och 212000-1553/],
  ]) {
    const page = await browser.newPage(t, { others });
    await signIn(page, who);
    assert.match(await page.locator("main").innerText(), told);
  }
});

test("who breaks off at the provider is told, and may try again", async (t) => {
  const page = await browser.newPage(t, { others });
  await goTo(page, "Ale kommun", portal.providers.ale.issuer);
  await page.getByRole("button", { name: "Avbryt" }).click();
  await page.waitForURL(`${portal.url}/**`);
  assert.equal(await heading(page), "Du loggades inte in");
  await signIn(page, "kim");
  assert.equal(await heading(page), "Mina bidrag");
});

/** Signs in at the provider, and stops before the answer reaches the portal; gives its address. */
async function stopAtTheDoor(page, who) {
  await goTo(page, "Ale kommun", portal.providers.ale.issuer);
  const stopping = { maxRedirects: 0 };
  let answer = await page.request.post(page.url(), { form: { who, acr: "loa3" }, ...stopping });
  for (;;) {
    const next = new URL(answer.headers().location, answer.url()).href;
    if (next.includes("/svar?")) return next;
    answer = await page.request.get(next, stopping);
  }
}

test("the answer is good once, in the browser that asked, with the state it had", async (t) => {
  const page = await browser.newPage(t, { others });
  const address = await stopAtTheDoor(page, "kim");
  const stranger = await browser.newPage(t, { others });
  await stranger.goto("/logga-in");
  assert.equal((await stranger.goto(address)).status(), 400);
  assert.match(await stranger.locator("main").innerText(), /påbörjades i en annan webbläsare/);
  const tampered = new URL(address);
  tampered.searchParams.set("state", `${tampered.searchParams.get("state").slice(0, -1)}x`);
  assert.equal((await page.goto(tampered.href)).status(), 400);
  const elsewhere = new URL(address);
  elsewhere.pathname = "/logga-in/alingsas/svar";
  assert.equal((await page.goto(elsewhere.href)).status(), 400);
  // None of that used it up.
  await page.goto(address);
  assert.equal(await heading(page), "Mina bidrag");
  assert.equal((await page.goto(address)).status(), 400);
  assert.equal((await stranger.goto(address)).status(), 400);
});

test("an answer in another issuer's name is not believed", async (t) => {
  const page = await browser.newPage(t, { others });
  const address = new URL(await stopAtTheDoor(page, "kim"));
  assert.equal(address.searchParams.get("iss"), portal.providers.ale.issuer);
  address.searchParams.set("iss", portal.providers.alingsas.issuer);
  assert.equal((await page.goto(address.href)).status(), 400);
  assert.match(await page.locator("main").innerText(), /gick inte att lita på/);
});

test("signing out here signs out there", async (t) => {
  const page = await browser.newPage(t, { others });
  await signIn(page, "kim");
  await page.getByRole("button", { name: "Logga ut" }).first().click();
  await page.waitForURL(`${portal.providers.ale.issuer}/session/end**`);
  await page.getByRole("button", { name: "Logga ut överallt" }).click();
  await page.waitForURL(`${portal.url}/logga-in`);
  await page.goto("/bidrag");
  assert.equal(new URL(page.url()).pathname, "/logga-in");
  // The provider asks again who it is.
  await page.getByRole("button", { name: "Ale kommun", exact: true }).click();
  await page.getByLabel("Vem").waitFor();
});

test("signing out there signs out here, of that session and no other", async (t) => {
  const page = await browser.newPage(t, { others });
  const other = await browser.newPage(t, { others });
  await signIn(page, "kim");
  await signIn(other, "kim");
  await page.goto(`${portal.providers.ale.issuer}/session/end`);
  await press(page, page.getByRole("button", { name: "Logga ut överallt" }));
  await page.goto("/bidrag");
  assert.equal(new URL(page.url()).pathname, "/logga-in");
  await other.goto("/bidrag");
  assert.equal(await heading(other), "Mina bidrag");
});

test("a signature is confirmed at the provider, each time anew, once", async (t) => {
  const practice = await start("practice");
  const practising = await openBrowser(practice);
  give(practice.run, "kim", "Kim Företrädare", "foretradare");
  const page = await practising.newPage(t, { others: practice.sites });
  const asKim = async (acr) => {
    await page.getByLabel("Vem").fill("kim");
    if (acr) await page.getByLabel("Tillit").fill(acr);
    await page.getByRole("button", { name: "Logga in" }).click();
    await page.waitForURL(`${practice.url}/**`);
  };
  await goTo(page, "Ale kommun", practice.providers.ale.issuer);
  await asKim();
  await press(page, page.getByRole("link", { name: AGREEMENT }));
  await press(page, page.getByRole("button", { name: "Påbörja rekvisition" }));
  const fields = {
    contact_person: "Prov Ekonom",
    street: "Provgatan 1",
    postal_code: "123 45",
    city: "Provorten",
    telephone: "08-465 004 10",
    email: "ekonomi@prov.example",
    account_number: "991-2346",
    amount: "1000",
  };
  for (const [field, text] of Object.entries(fields)) await page.locator(`#${field}`).fill(text);
  await page.getByRole("radio", { name: "Bankgiro" }).check();
  await press(page, page.getByRole("button", { name: "Spara och kontrollera" }));
  await page.getByLabel("Jag har kontrollerat varningarna").check();
  await press(page, page.getByRole("button", { name: "Lås uppgifterna" }));
  await press(page, page.getByRole("link", { name: "Läs och skriv under" }));
  assert.equal(await page.getByLabel("Ditt lösenord").count(), 0);
  await inspect(page, "underskrift-identitet");

  // Just signed in, and asked all the same.
  await press(page, page.getByRole("button", { name: "Skriv under och lämna in" }));
  assert.equal(await heading(page), "Bekräfta att det är du");
  await inspect(page, "bekrafta-identitet");
  await page.getByRole("button", { name: "Bekräfta med Ale kommun" }).click();
  // A session there is not enough: the provider asks anew. Somebody else's answer is not taken.
  await page.getByLabel("Vem").fill("annan");
  await page.getByRole("button", { name: "Logga in" }).click();
  await page.waitForURL(`${practice.url}/**`);
  assert.match(await page.locator("main").innerText(), /som någon annan än den du är här/);
  await page.goto("/bidrag");
  await press(page, page.getByRole("link", { name: "Till underskrift" }));
  await press(page, page.getByRole("link", { name: "Läs och skriv under" }));
  await press(page, page.getByRole("button", { name: "Skriv under och lämna in" }));
  await page.getByRole("button", { name: "Bekräfta med Ale kommun" }).click();
  await asKim();
  assert.equal(await heading(page), "Du har bekräftat att det är du");
  await inspect(page, "bekraftad-identitet");
  const { action, fields: sent } = await page.locator('main form[action$="/underskrift"]').evaluate((form) => ({
    action: form.action,
    fields: [...new FormData(form)],
  }));
  await press(page, page.getByRole("button", { name: "Gör det nu" }));
  assert.match(await heading(page), /Kvitto/);

  // The same post again gets the same answer: it is signed, and nothing is used. The value opens nothing else.
  const post = (to, pairs) =>
    page.request.post(to, { form: Object.fromEntries(pairs), headers: { origin: practice.url } });
  assert.match((await post(action, sent)).url(), /\/kvitto$/);
  const second = await anotherRequisition(page, fields);
  const used = sent.map(([name, value]) => [name, name === "revision" ? second.revision : value]);
  const refused = await post(second.action, used);
  assert.equal(refused.status(), 409);
  assert.match(await refused.text(), /gäller inte längre/);
});

/** The rest of the amount, ready to be signed: its form's address and its revision. */
async function anotherRequisition(page, fields) {
  await page.goto("/bidrag");
  await press(page, page.getByRole("link", { name: AGREEMENT }));
  await press(page, page.getByRole("button", { name: "Påbörja en rekvisition till" }));
  for (const [field, text] of Object.entries(fields)) await page.locator(`#${field}`).fill(text);
  await page.getByRole("radio", { name: "Bankgiro" }).check();
  await press(page, page.getByRole("button", { name: "Spara och kontrollera" }));
  await page.getByLabel("Jag har kontrollerat varningarna").check();
  await press(page, page.getByRole("button", { name: "Lås uppgifterna" }));
  await press(page, page.getByRole("link", { name: "Läs och skriv under" }));
  const form = page.locator('main form[action$="/underskrift"]');
  return {
    action: await form.evaluate((form) => form.action),
    revision: await form.locator('input[name="revision"]').inputValue(),
  };
}
