// Warns some minutes before the session ends, and keeps it when asked to (WCAG 2.2.1). Where this does not run, the forms say until
// when the session lasts, and what was typed is held all the same.

const { idle, longest, keep } = document.querySelector("script[data-idle]").dataset;
// Five minutes; half of a session that is shorter than ten.
const WARNING = Math.min(5 * 60, idle / 2) * 1000;
const clock = (time) => new Date(time).toLocaleTimeString("sv-SE", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Stockholm" }).replace(":", ".");

const last = Date.now() + longest * 1000;
const TOLD = `session-end-${Math.round(last / 600_000)}`;
let ends = Math.min(Date.now() + idle * 1000, last);
let timer;

const dialog = document.createElement("dialog");
dialog.className = "session-end";
dialog.setAttribute("aria-labelledby", "session-end-heading");
dialog.setAttribute("aria-describedby", "session-end-text");
dialog.innerHTML = `<h2 class="ds-heading" id="session-end-heading"></h2><p id="session-end-text"></p><p><button class="ds-button" type="button"></button></p>`;
const [heading, text, button] = ["h2", "p", "button"].map((part) => dialog.querySelector(part));
document.body.append(dialog);

const say = (title, words, label) => {
  [heading.textContent, text.textContent, button.textContent] = [title, words, label];
  if (!dialog.open) dialog.showModal();
};

const over = () =>
  say("Du är utloggad", `Inloggningen tog slut kl. ${clock(ends)}. Det du har skrivit kan du skicka när du har loggat in igen. En fil får du välja igen.`, "Stäng");

const warn = () => {
  if (Date.now() >= ends) return over();
  timer = setTimeout(over, ends - Date.now());
  if (ends < last) {
    say("Du loggas snart ut", `Inloggningen tar slut kl. ${clock(ends)}, för att du inte har bytt sida på en stund.`, "Fortsätt vara inloggad");
  } else if (sessionStorage.getItem(TOLD) === null) {
    // Once: it stands however many pages are opened meanwhile.
    sessionStorage.setItem(TOLD, "");
    say("Du loggas snart ut", `Inloggningen tar slut kl. ${clock(ends)} och kan inte förlängas. Spara det du håller på med, och logga sedan in igen.`, "Jag förstår");
  }
};

const wait = () => {
  clearTimeout(timer);
  if (dialog.open) dialog.close();
  timer = setTimeout(warn, Math.max(ends - WARNING - Date.now(), 0));
};

// What is done in another tab keeps the session here too.
const tabs = new BroadcastChannel("session");
tabs.addEventListener("message", ({ data }) => {
  if (data > ends) {
    ends = Math.min(data, last);
    wait();
  }
});

button.addEventListener("click", async () => {
  if (Date.now() >= ends || ends >= last) return dialog.close();
  const csrf = document.querySelector("input[name=csrf]").value;
  const answer = await fetch(keep, { method: "POST", body: new URLSearchParams({ csrf }) }).catch(() => null);
  if (!answer) return say(heading.textContent, "Portalen svarade inte. Försök igen.", button.textContent);
  if (!answer.ok) return over();
  ends = Math.min(Date.now() + (await answer.json()).idle * 1000, last);
  tabs.postMessage(ends);
  wait();
});

// A page from the browser's memory, or a computer that slept: what the clock says now.
for (const event of ["pageshow", "visibilitychange"]) {
  addEventListener(event, () => {
    if (document.visibilityState === "visible" && Date.now() >= ends - WARNING) {
      clearTimeout(timer);
      warn();
    }
  }, true);
}

tabs.postMessage(ends);
wait();
