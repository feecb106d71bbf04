/* Behaviours that hurry what already works without them. Each binds by data-behaviour and
   delegation, so that it survives a fragment swapped in by htmx. */
import { dayInWords } from "./dates.js";
import { countTicked, tickAll } from "./ticks.js";

const behaviour = (name) => `[data-behaviour~="${name}"]`;

document.addEventListener("input", ({ target }) => {
  if (!target.id) return;
  const echo = document.querySelector(`${behaviour("echo")}[data-for="${CSS.escape(target.id)}"]`);
  if (echo) echo.textContent = dayInWords(target.value, document.documentElement.lang);
});

document.addEventListener("change", ({ target }) => {
  const table = target.closest("table");
  if (!table || target.type !== "checkbox") return;
  if (target.matches(behaviour("tick-all"))) tickAll(table, target.checked);
  const count = countTicked(table);
  document.querySelectorAll(behaviour("count-ticked")).forEach((bar) => {
    if (bar.dataset.table === table.id) bar.querySelector("[data-count]").textContent = count;
  });
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const fields = [...document.querySelectorAll("input[type=search]")];
    const search = fields.find((field) => field.offsetParent);
    if (!search) return;
    event.preventDefault();
    search.focus();
  }
  if (event.key === "Escape") {
    const open = document.querySelector(`details${behaviour("menu")}[open]`);
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    } else if (isTyping) {
      event.target.blur();
    }
  }
});

const focusOn = (root) => root.querySelector(behaviour("focus"))?.focus();
document.addEventListener("htmx:afterSwap", ({ target }) => focusOn(target));
// Where any element may ask for the focus itself, a second call would only contend with it.
if (!("autofocus" in HTMLElement.prototype)) {
  focusOn(document);
}
