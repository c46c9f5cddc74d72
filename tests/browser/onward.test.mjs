// Stockholm hands its grant on: its model of 2020, 261 made-up units from a list, applications, decisions, a payment list, money
// that comes back and is given anew, and the sum in the financial report. Each kind of page by axe at three widths. A few units do
// it in the browser; the rest send what the same forms send.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, openBrowser, press, screenshot, signInAs, startPortal } from "./harness.mjs";

const PASSWORD = "övning gör mästare";
const AGREEMENT = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022";
/** Kind, how many customers or residents, how many units: the tiers of the source. */
const TIERS = [
  ["Hemtjänst", 34, 49],
  ["Hemtjänst", 88, 124],
  ["Vård- och omsorgsboende", 40, 41],
  ["Vård- och omsorgsboende", 72, 47],
];

const portal = await startPortal();
const browser = await openBrowser(portal);

function button(page, name) {
  return page.getByRole("button", { name, exact: true });
}

/** Presses, and shows who one is where the portal asks. */
async function decide(page, name) {
  await press(page, button(page, name));
  if (new URL(page.url()).pathname === "/bekrafta" || (await page.getByLabel("Ditt lösenord").count()) > 0) {
    await page.getByLabel("Ditt lösenord").fill(PASSWORD);
    await press(page, page.locator("main").getByRole("button").first());
  }
}

async function become(page, role) {
  await page.context().clearCookies();
  await signInAs(page, role, "Stockholm");
}

async function figures(page, base) {
  await page.goto(base);
  const values = await page.locator("dl.figures > div").evaluateAll((all) =>
    all.map((one) => [one.querySelector("dt").innerText, Number(one.querySelector("dd").innerText.replaceAll(/\D/g, ""))]),
  );
  return Object.fromEntries(values);
}

/** Made-up providers, whose numbers have a right check digit and belong to nobody here: eight private ones and the city itself. */
function providers() {
  const check = (digits) => {
    const sum = [...digits].reduce((sum, digit, place) => {
      const doubled = Number(digit) * (place % 2 === 0 ? 2 : 1);
      return sum + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
    return (10 - (sum % 10)) % 10;
  };
  const numbered = Array.from({ length: 8 }, (_, place) => {
    const digits = `55999${place}000`;
    return [`${digits.slice(0, 6)}-${digits.slice(6)}${check(digits)}`, `Påhittad omsorg ${place + 1} AB`, "privat"];
  });
  return [...numbered, ["212000-0142", "Stockholms stad", "kommunal"]];
}

function list() {
  const givers = providers();
  const rows = ["Organisationsnummer;Utförare;Enhet;Regiform;Slag;Storlek"];
  for (const [kind, size, count] of TIERS) {
    for (let place = 0; place < count; place += 1) {
      const [number, provider, regime] = givers[rows.length % givers.length];
      rows.push([number, provider, `Övningsenhet ${rows.length}`, regime, kind, size].join(";"));
    }
  }
  return rows;
}

/** What a unit's form sends, from a browser of its own. */
async function unitBrowser() {
  const page = await fetch(`${portal.url}/logga-in`);
  const cookie = page.headers.getSetCookie().map((set) => set.split(";")[0]).join("; ");
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())[1];
  return async (link, path, fields) => {
    const body = new URLSearchParams([["csrf", csrf], ...fields]);
    const headers = { cookie, origin: portal.url, "content-type": "application/x-www-form-urlencoded" };
    const answer = await fetch(`${link}/${path}`, { method: "POST", headers, body, redirect: "manual" });
    assert.equal(answer.status, 303, `${link}/${path}: ${answer.status}\n${await answer.text()}`);
    await answer.arrayBuffer().catch(() => undefined);
  };
}

/** Eight at a time. */
async function each(things, work) {
  const left = [...things];
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) await work(next);
  }));
}

test("Stockholm hands its grant on to 261 units", async (t) => {
  const page = await browser.newPage(t, { javaScript: true });
  await become(page, "ekonom");
  await page.goto("/bidrag");
  await press(page, page.getByRole("link", { name: AGREEMENT, exact: true }));
  const grant = new URL(page.url()).pathname;
  const base = `${grant}/vidarefordelning`;

  await t.test("the model is held against the grant", async () => {
    await page.goto(base);
    await inspect(page, "vidare-borja");
    await press(page, button(page, "Utgå från Stockholms modell 2020"));
    await page.getByLabel("Sista dag att ansöka").fill("2022-05-31");
    await page.getByLabel("Sista dag att använda medlen").fill("2022-12-31");
    await page.getByLabel("Sista dag att återrapportera").fill("2023-01-31");
    await page.getByLabel("Vem har beslutat?").fill("Äldrenämnden");
    await page.getByLabel("Beslutets dag").fill("2022-03-10");
    await press(page, button(page, "Spara och kontrollera"));
    // The grant of 2022 is less than that of 2020.
    assert.match(await page.title(), /^Fel: /);
    assert.match(await page.locator("main").innerText(), /10\s700\s000\skr, och bidraget är 10\s221\s781\skr: 478\s219\skr för mycket/);
    await inspect(page, "vidare-modell-fel");
    await page.getByLabel("Belopp (valfritt)").fill("1 086 781");
    await press(page, button(page, "Spara och kontrollera"));
    await inspect(page, "vidare-modell");
    await become(page, "foretradare");
    await page.goto(`${base}/modell`);
    await decide(page, "Fastställ modellen");
    assert.deepEqual(await figures(page, base), { "Bidraget": 10_221_781, "Fördelat": 0, "Reserv": 1_086_781, "Kvar att fördela": 9_135_000 });
  });

  await t.test("the units come from a list, whose faults are shown row by row", async () => {
    await become(page, "ekonom");
    await page.goto("/enheter/inlasning");
    await inspect(page, "vidare-inlasning");
    const rows = list();
    const upload = async (lines) => {
      const buffer = Buffer.from(lines.join("\n"));
      await page.getByLabel("Fil").setInputFiles({ name: "enheter.csv", mimeType: "text/csv", buffer });
      await press(page, button(page, "Läs in listan"));
    };
    await upload(rows.with(3, rows[3].replace(/;\d+$/, ";många").replace(/^\d/, "9")));
    assert.match(await page.locator("main").innerText(), /många/);
    await inspect(page, "vidare-inlasning-fel");
    await upload(rows);
    assert.match(await page.locator("main").innerText(), /261 nya enheter/);
    await page.goto("/enheter");
    await inspect(page, "vidare-enheter");
    await page.goto("/enheter/ny");
    await inspect(page, "vidare-enhet-ny");
    await page.goto(base);
    await press(page, button(page, "Bjud in enheterna i registret"));
    assert.equal(await page.locator("table.data tbody tr").count(), 261);
    await inspect(page, "vidare-lankar");
  });

  const cells = page.locator("table.data tbody td:last-child");
  const links = await cells.allInnerTexts();
  assert.equal(links.length, 261);

  await t.test("a unit applies in the browser, with and without JavaScript, and the rest too", async (t) => {
    for (const [javaScript, link] of [[true, links[0]], [false, links[1]]]) {
      const visitor = await browser.newPage(t, { javaScript });
      const look = (name) => (javaScript ? inspect(visitor, name) : screenshot(visitor, name));
      await visitor.goto(link);
      await look("vidare-ansokan");
      await press(visitor, button(visitor, "Skicka ansökan"));
      assert.match(await visitor.title(), /^Fel: /);
      await look("vidare-ansokan-fel");
      await visitor.getByLabel("Inköp av tekniska lösningar/produkter").check();
      await visitor.getByLabel("Beskriv kort").fill("Läsplattor till personalen.");
      await visitor.getByLabel("Namn", { exact: true }).fill("Kim Övning");
      await visitor.getByLabel("Telefon inkl. riktnummer").fill("08-465 004 00");
      await visitor.getByLabel("E-postadress").fill("kim@utforare.example");
      await visitor.getByLabel("Bankgiro", { exact: true }).check();
      await visitor.getByLabel("Nummer", { exact: true }).fill("5050-1055");
      await visitor.getByLabel(/^Jag försäkrar/).check();
      await press(visitor, button(visitor, "Skicka ansökan"));
      assert.match(await visitor.locator("main").innerText(), /Ansökan inkommen/);
      await look("vidare-ansokan-inne");
    }
    const send = await unitBrowser();
    const sizes = new Map(list().slice(1).map((row) => [row.split(";")[2], row.split(";")[5]]));
    const names = await page.locator("table.data tbody th").allInnerTexts();
    await each(links.map((link, place) => [link, sizes.get(names[place])]).slice(2), ([link, size]) =>
      send(link, "ansokan", [
        ["size", size],
        ["uses", "0"],
        ["intention", "Läsplattor till personalen."],
        ["contact", "Kim Övning"],
        ["telephone", "08-465 004 00"],
        ["email", "kim@utforare.example"],
        ["giro", "bankgiro"],
        ["account", "5050-1055"],
        ["assured", "ja"],
      ]),
    );
  });

  await t.test("all are granted at once and paid by one list", async () => {
    await become(page, "foretradare");
    await page.goto(`${base}/beslut`);
    await inspect(page, "vidare-beslut");
    await decide(page, "Bevilja de valda");
    assert.deepEqual(await figures(page, base), { "Bidraget": 10_221_781, "Fördelat": 9_135_000, "Reserv": 1_086_781, "Kvar att fördela": 0 });
    await inspect(page, "vidare-laget");
    await page.goto(`${base}/betalningslistor`);
    await page.getByLabel("Betalningsdag").fill("2022-04-01");
    await page.getByLabel("Ert bankgiro, som betalas från").fill("5050-1055");
    await page.getByLabel("Er banks BIC").fill("SWEDSESS");
    await decide(page, "Gör betalningslistan");
    assert.match(await page.locator("main table").innerText(), /AO22-0180-V-L1[\s\S]*261[\s\S]*9\s135\s000/);
    await inspect(page, "vidare-betalningslistor");
  });

  await t.test("units report back, money comes back and is given anew", async (t) => {
    const visitor = await browser.newPage(t, { javaScript: true });
    await visitor.goto(links[0]);
    await inspect(visitor, "vidare-beviljat");
    const has = Number(/fått ([\d\s]+)\s?kr/.exec(await visitor.locator("main").innerText())[1].replaceAll(/\D/g, ""));
    await visitor.getByLabel("Hur mycket har använts?").fill(String(has - 5_000));
    await visitor.getByLabel("Utbildning för personal i välfärdsteknik").check();
    await visitor.getByLabel("Beskriv vad medlen har använts till").fill("En kurs för alla i personalen.");
    await visitor.getByLabel(/^Vilken nytta/).fill("Tryggare hjälp med tekniken.");
    await visitor.getByLabel("Ert namn").fill("Kim Övning");
    await press(visitor, button(visitor, "Skicka återrapporten"));
    assert.match(await visitor.locator("main").innerText(), /betala tillbaka 5\s000\skr/);
    await inspect(visitor, "vidare-aterrapport");

    await become(page, "ekonom");
    await page.goto(`${base}?lage=reported`);
    await press(page, page.locator("[role=region][aria-labelledby=enheter] tbody a").first());
    await inspect(page, "vidare-enhetens-sida");
    await page.getByLabel("Belopp", { exact: true }).fill("5 000");
    await page.getByLabel("Dag", { exact: true }).fill("2022-03-15");
    await press(page, button(page, "Registrera"));
    assert.equal((await figures(page, base))["Kvar att fördela"], 5_000);

    await become(page, "foretradare");
    await page.goto(`${base}/omfordelning`);
    await page.getByLabel("Att fördela").fill("5 000");
    await decide(page, "Räkna ut");
    await inspect(page, "vidare-omfordelning");
    await decide(page, "Besluta om omfördelningen");
    assert.deepEqual(await figures(page, base), { "Bidraget": 10_221_781, "Fördelat": 9_135_000, "Reserv": 1_086_781, "Kvar att fördela": 0 });

    const send = await unitBrowser();
    await each(links.slice(1, 41), (link) =>
      send(link, "aterrapport", [
        ["revision", "3"],
        ["used", "20 000"],
        ["uses", "0"],
        ["used_for", "Läsplattor"],
        ["benefit", "Tryggare hjälp"],
        ["by", "Kim Övning"],
      ]),
    );
  });

  await t.test("the sum goes into section 3 of the report", async () => {
    await page.context().clearCookies();
    await signInAs(page, "handlaggare");
    await page.goto("/granskning");
    await press(page, page.locator("main tbody tr", { hasText: "Stockholm" }).getByRole("link").first());
    await press(page, page.getByRole("button", { name: /^Godkänn 10/ }));
    await page.goto(`/granskning/bidrag/${grant.split("/").pop()}/vidarefordelning`);
    await inspect(page, "vidare-myndigheten");
    await page.context().clearCookies();
    await signInAs(page, "utbetalare");
    await page.goto("/utbetalningar");
    await page.getByRole("checkbox", { name: /^Välj Stockholm/ }).first().check();
    await page.getByLabel("Referens", { exact: true }).fill("ÖVNING 1");
    await press(page, page.getByRole("button", { name: "Registrera de markerade som utbetalda" }).first());

    await become(page, "ekonom");
    await page.goto(grant);
    await press(page, button(page, "Påbörja redovisningen"));
    await page.goto(`${base}/redovisning`);
    await inspect(page, "vidare-redovisning");
    assert.match(await page.locator("main").innerText(), /220 enheter/);
    await page.getByLabel("Kostnader som reserven har betalat").fill("1 086 781");
    await press(page, button(page, "Fyll i redovisningen"));
    const costs = await page.locator("#costs_bas").inputValue();
    const units = 40 * 20_000 + (await reported(page, links[0]));
    assert.equal(Number(costs.replaceAll(/\D/g, "")), units + 1_086_781);
    await page.goto(new URL(page.url()).pathname.replace("/uppgifter", ""));
    assert.match(await page.locator("main").innerText(), /AO22-0180-V-enheter\.csv/);
  });
});

/** What the first unit said that it used. */
async function reported(page, link) {
  const text = await (await fetch(link)).text();
  const used = /<dt>Använt<\/dt><dd>([^<]+)</.exec(text)[1];
  assert.ok(page);
  return Number(used.replaceAll(/\D/g, ""));
}
