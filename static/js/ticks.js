/* Boxes that choose rows of a table. */

const boxes = (table) => [...table.querySelectorAll("tbody input[type=checkbox]")];

function mark(box) {
  const row = box.closest("tr");
  if (box.checked) row.setAttribute("aria-selected", "true");
  else row.removeAttribute("aria-selected");
}

export function tickAll(table, isTicked) {
  boxes(table).forEach((box) => {
    box.checked = isTicked;
  });
}

export function countTicked(table) {
  boxes(table).forEach(mark);
  return boxes(table).filter((box) => box.checked).length;
}
