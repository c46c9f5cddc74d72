// Medel som inte har förbrukats, computed while the costs are typed. The server computes it again at every save, and does so
// alone where this does not run.

const kronor = (typed) => {
  const digits = typed.replace(/[\s\u00a0\u202f]/g, "").replace(/^(sek|kr)|(kronor|kr\.?|sek|:-)$/gi, "").replace(/,00$/, "");
  return /^\d{1,12}$/.test(digits) ? Number(digits) : NaN;
};

// A credit has a minus sign.
const costOrCredit = (typed) => {
  const size = typed.trim().replace(/^[-\u2010-\u2015\u2212]/, "");
  return size === typed.trim() ? kronor(size) : -kronor(size);
};

const shown = (amount) => `${amount < 0 ? "\u2212" : ""}${String(Math.abs(amount)).replace(/\B(?=(\d{3})+$)/g, "\u00a0")}\u00a0kr`;

for (const output of document.querySelectorAll("output[data-received]")) {
  const post = output.closest("[data-post]");
  const costs = post.querySelector("[data-costs] input");
  const items = [...post.querySelectorAll("[data-item] input")];
  const count = () => {
    const filled = items.filter((item) => item.value.trim() !== "");
    const sum = filled.reduce((total, item) => total + costOrCredit(item.value), 0);
    const spent = costs.value.trim() === "" && filled.length > 0 ? sum : kronor(costs.value);
    const unspent = Number(output.dataset.received) - spent;
    output.textContent = Number.isNaN(unspent) || spent < 0 ? "Fyll i kostnaderna med siffror" : shown(unspent) + (unspent < 0 ? " (underskott)" : "");
  };
  post.addEventListener("input", count);
}
