// A small municipality hands its grant on by keyboard alone: every form of it first sent empty, so that its errors are seen, and
// then filled in. The bank does not pay at first, the days are moved, the reserve is changed. Each page by axe at three widths.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, openBrowser, press, signInAs, startPortal } from "./harness.mjs";

const PASSWORD = "övning gör mästare";
const AGREEMENT = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022";

const portal = await startPortal();
const browser = await openBrowser(portal);

/** Where the focus is, and that whoever looks can see it. */
async function focused(page) {
  const at = await page.evaluate(() => {
    const element = document.activeElement;
    if (element === document.body) return undefined;
    const box = element.getBoundingClientRect();
    const visible = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
    const text = (element.getAttribute("aria-label") ?? element.textContent).trim();
    return { id: element.id, name: element.name ?? "", type: element.type ?? "", text, visible, outline: getComputedStyle(element).outlineStyle };
  });
  if (at === undefined) return { id: "", name: "", type: "", text: "" };
  assert.ok(at.visible, `${page.url()}: focus is out of sight at ${at.name || at.text}`);
  assert.notEqual(at.outline, "none", `${page.url()}: focus is not marked at ${at.name || at.text}`);
  return at;
}

/** Goes through the page by Tab, types what each field is to have (by its id, or its label), and presses the button with Enter. */
async function byKeyboard(page, fields, button) {
  const left = new Map(Object.entries(fields));
  await page.evaluate(() => document.activeElement?.blur());
  for (let step = 0; step < 150; step += 1) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    const key = [at.id, at.name, at.text].find((one) => left.has(one));
    if (key !== undefined && at.text !== button) {
      const value = left.get(key);
      left.delete(key);
      if (["checkbox", "radio"].includes(at.type)) await page.keyboard.press("Space");
      // How a day is typed is the browser's own business, by its language.
      else if (at.type === "date") await page.locator(":focus").fill(value);
      else {
        await page.keyboard.press("ControlOrMeta+a");
        await page.keyboard.type(value);
      }
    }
    if (at.type === "submit" && at.text === button && left.size === 0) {
      await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
      return;
    }
  }
  const errors = await page.locator(".ds-validation-message").allInnerTexts();
  assert.fail(`${page.url()}: ${button} is not reached by Tab; left to type: ${[...left.keys()]}; errors: ${errors}`);
}

/** Opens what is folded away. */
async function unfold(page, name) {
  await page.evaluate(() => document.activeElement?.blur());
  for (let step = 0; step < 150; step += 1) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    if (at.type === "" && at.text === name) return page.keyboard.press("Enter");
  }
  assert.fail(`${page.url()}: ${name} is not reached by Tab`);
}

/** The page asks who one is, once in a while. */
async function confirmed(page, fields, button) {
  await byKeyboard(page, fields, button);
  if ((await page.getByLabel("Ditt lösenord").count()) > 0) {
    const name = await page.locator("main form button").first().innerText();
    await byKeyboard(page, { password: PASSWORD }, name.trim());
  }
}

/** Sends the form as it is, and looks at its errors. */
async function withErrors(page, name, button, send = confirmed) {
  await send(page, {}, button);
  assert.match(await page.title(), /^Fel: /, `${name}: ${page.url()}`);
  assert.match(await page.evaluate(() => document.activeElement.innerText), /fel|rätta/i, `${name}: the errors have no focus`);
  await inspect(page, `vidare-${name}-fel`);
}

async function says(page, pattern) {
  assert.match(await page.locator("main").innerText(), pattern);
}

test("a small municipality hands its grant on by keyboard alone", async (t) => {
  const page = await browser.newPage(t, { javaScript: true });
  await signInAs(page, "foretradare", "Ale");
  await page.goto("/bidrag");
  await press(page, page.getByRole("link", { name: AGREEMENT, exact: true }));
  const base = `${new URL(page.url()).pathname}/vidarefordelning`;
  let link;

  await t.test("the model", async () => {
    await page.goto(base);
    await byKeyboard(page, {}, "Börja med en tom modell");
    await withErrors(page, "modell-tom", "Spara och kontrollera");
    await byKeyboard(
      page,
      {
        tier_0_kind: "Hemtjänst",
        tier_0_counted: "kunder",
        tier_0_from: "10",
        tier_0_units: "2",
        tier_0_amount: "30 000",
        reserve: "10 000",
        reserved_for: "Digitala lås",
        uses: "Inköp av teknik",
        apply_by: "2022-05-31",
        use_by: "2022-12-31",
        report_by: "2023-01-31",
        board: "Äldrenämnden",
        decided_on: "2022-03-10",
      },
      "Spara och kontrollera",
    );
    await confirmed(page, {}, "Fastställ modellen");
    await says(page, /Kvar att fördela/);
  });

  await t.test("a unit in the register", async () => {
    await page.goto("/enheter/ny");
    await withErrors(page, "enhet", "Lägg till", byKeyboard);
    const unit = { provider_number: "556016-0680", provider: "Påhittad omsorg AB", name: "Övningsenheten", kind: "Hemtjänst", size: "48" };
    await byKeyboard(page, { ...unit, regime: "Privat" }, "Lägg till");
    await says(page, /Övningsenheten/);
    await page.goto("/enheter/historik");
    await inspect(page, "vidare-enheter-historik");
    await page.goto(base);
    await byKeyboard(page, {}, "Bjud in enheterna i registret");
    link = (await page.locator("table.data tbody td:last-child").first().innerText()).trim();
  });

  await t.test("the unit applies", async () => {
    const visitor = await browser.newPage(t, { javaScript: true });
    await visitor.goto(link);
    await withErrors(visitor, "ansokan-tom", "Skicka ansökan", byKeyboard);
    await byKeyboard(
      visitor,
      {
        uses: "ja",
        intention: "Läsplattor till personalen.",
        contact: "Kim Övning",
        telephone: "08-465 004 00",
        email: "kim@utforare.example",
        giro: "bankgiro",
        account: "5050-1055",
        assured: "ja",
      },
      "Skicka ansökan",
    );
    await says(visitor, /Ansökan inkommen/);
  });

  await t.test("the decision", async () => {
    await page.goto(`${base}/beslut`);
    await confirmed(page, { chosen: "", decided_on: "2022-03-20" }, "Bevilja de valda");
    assert.match(await page.title(), /^Fel: /);
    await says(page, /Kryssa för minst en enhet/);
    await inspect(page, "vidare-beslut-fel");
    await confirmed(page, { chosen: "ja", decided_on: "2022-03-14" }, "Bevilja de valda");
    await says(page, /Väntar på betalning: 1 enhet/);
  });

  await t.test("a list that the bank did not pay, and another", async () => {
    const make = async (day) => {
      await page.goto(`${base}/betalningslistor`);
      if ((await page.getByLabel("Er banks BIC").inputValue()) === "") await withErrors(page, "betalningslistor", "Gör betalningslistan");
      await confirmed(page, { pay_on: day, account: "5050-1055", bic: "SWEDSESS" }, "Gör betalningslistan");
    };
    await make("2022-04-01");
    await press(page, page.getByRole("link", { name: "AO22-1440-V-L1" }));
    await inspect(page, "vidare-betalningslista");
    await withErrors(page, "betalningslista", "De valda är inte betalda");
    await confirmed(page, { reason: "Banken tog inte emot filen: fel dag." }, "Inget på listan är betalt");
    await says(page, /Inte betald[\s\S]*fel dag/);
    await inspect(page, "vidare-betalningslista-inte-betald");
    await make("2022-04-04");
    await says(page, /AO22-1440-V-L2[\s\S]*AO22-1440-V-L1[\s\S]*Inte betald/);
  });

  await t.test("the days, the reserve and the rest", async () => {
    await page.goto(`${base}/modell`);
    await inspect(page, "vidare-modell-faststalld");
    await page.goto(`${base}/modell/dagar`);
    await withErrors(page, "dagar", "Flytta fram dagarna");
    await confirmed(page, { apply_by: "2022-06-15" }, "Flytta fram dagarna");
    await says(page, /15 juni 2022/);
    await page.goto(`${base}/reserv`);
    await confirmed(page, { reserved_for: " " }, "Ändra reserven");
    assert.match(await page.title(), /^Fel: /);
    await inspect(page, "vidare-reserv-fel");
    await confirmed(page, { reserve: "20 000", reserved_for: "Larm" }, "Ändra reserven");
    await says(page, /från 10\s000\skr till 20\s000\skr, till Larm/);
    await page.goto(`${base}/omfordelning`);
    await withErrors(page, "omfordelning", "Besluta om omfördelningen");
    await confirmed(page, { sum: "1 000" }, "Räkna ut");
    await confirmed(page, {}, "Besluta om omfördelningen");
    await says(page, /omfördelning, 1 enhet, 1\s000\skr/);
    await page.goto(`${base}/historik`);
    await inspect(page, "vidare-historik");
  });

  await t.test("the report back, completed, and money that came back", async () => {
    const visitor = await browser.newPage(t, { javaScript: true });
    await visitor.goto(link);
    await withErrors(visitor, "aterrapport", "Skicka återrapporten", byKeyboard);
    const report = { used: "25 000", uses: "ja", used_for: "Läsplattor.", benefit: "Tryggare hjälp.", by: "Kim Övning" };
    await byKeyboard(visitor, report, "Skicka återrapporten");
    await says(visitor, /betala tillbaka 6\s000\skr/);
    await page.goto(base);
    await press(page, page.getByRole("link", { name: "Övningsenheten" }));
    await withErrors(page, "komplettering", "Begär komplettering", byKeyboard);
    await withErrors(page, "tillbaka", "Registrera", byKeyboard);
    await byKeyboard(page, { amount: "5 000", returned_on: "2022-03-14" }, "Registrera");
    await withErrors(page, "struket", "Ta bort registreringen");
    await unfold(page, "Byt konto");
    await withErrors(page, "konto", "Byt konto");
    await confirmed(page, { giro: "bankgiro", account: "991-2346", account_reason: "Ringde enhetschefen." }, "Byt konto");
    await says(page, /Nytt konto från lista L3: Bankgiro 991-2346/);
    await byKeyboard(page, { message: "Skriv vad ni köpte." }, "Begär komplettering");
    await visitor.goto(link);
    await says(visitor, /Skriv vad ni köpte/);
    await inspect(visitor, "vidare-ska-kompletteras");
  });
});
