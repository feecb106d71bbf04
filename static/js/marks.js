/* Marking attendance by keys and with one touch for all; typing a sheet or a column of scores.
   The pages work without it: radios, boxes and a button. */

const KEYS = { p: "p", t: "l", j: "e", f: "a", "-": "-" };
const UNMARKED = "-";
const behaviour = (name) => `[data-behaviour~="${name}"]`;

const groupsOf = (form) => [...form.querySelectorAll(".pick")];
const chosen = (group) => group.querySelector("input:checked");
const focusOf = (group) => (chosen(group) ?? group.querySelector("input[type=radio]"))?.focus();

export function markFor(key) {
  return KEYS[key.toLowerCase()];
}

export function countMarks(form) {
  const marks = groupsOf(form).map((group) => chosen(group)?.value ?? UNMARKED);
  return {
    marked: marks.filter((mark) => mark !== UNMARKED).length,
    came: marks.filter((mark) => mark === "p" || mark === "l").length,
  };
}

function tell(form) {
  const counts = countMarks(form);
  Object.entries(counts).forEach(([name, count]) => {
    form.querySelector(`[data-count="${name}"]`).textContent = count;
  });
}

function choose(group, mark) {
  const radio = group.querySelector(`input[value="${mark}"]`);
  if (radio) radio.checked = true;
}

function markAll(form) {
  groupsOf(form)
    .filter((group) => (chosen(group)?.value ?? UNMARKED) === UNMARKED)
    .forEach((group) => choose(group, "p"));
  tell(form);
}

function onMarkKey(event, form) {
  const group = event.target.closest(".pick");
  if (!group || event.ctrlKey || event.metaKey || event.altKey) return;
  const groups = groupsOf(form);
  const at = groups.indexOf(group);
  const mark = markFor(event.key);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? (mark ? 1 : 0);
  if (!step) return;
  event.preventDefault();
  if (mark) choose(group, mark);
  tell(form);
  focusOf(groups[at + step] ?? group);
}

/* Enter goes to the box below; from the last one, and from a button, it sends the form. */
function onColumnKey(event) {
  const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  const next = step && nextBox(event.target, step);
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.select();
}

function nextBox(box, step) {
  const rows = [...box.closest("tbody").rows];
  const column = [...box.closest("tr").querySelectorAll(".input")].indexOf(box);
  const row = rows[rows.indexOf(box.closest("tr")) + step];
  return row?.querySelectorAll(".input")[column];
}

function onPaste(event) {
  const lines = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "").split("\n");
  if (lines.length < 2) return;
  event.preventDefault();
  let box = event.target;
  lines.forEach((line) => {
    if (box) box.value = line.split("\t")[0].trim();
    box = box && nextBox(box, 1);
  });
}

document.addEventListener("click", (event) => {
  const all = event.target.closest(behaviour("all-present"));
  if (!all) return;
  event.preventDefault();
  markAll(all.closest("form"));
});

document.addEventListener("change", ({ target }) => {
  const form = target.closest(behaviour("marks"));
  if (form && target.matches(".pick__in")) tell(form);
});

document.addEventListener("keydown", (event) => {
  const marks = event.target.closest(behaviour("marks"));
  if (marks && event.target.matches(".pick__in")) onMarkKey(event, marks);
  if (event.target.matches(`${behaviour("typed")} td .input, ${behaviour("typed")} th .input`)) {
    onColumnKey(event);
  }
});

document.addEventListener("paste", (event) => {
  if (event.target.matches(`${behaviour("column")} .input`)) onPaste(event);
});
