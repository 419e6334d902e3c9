/* The grid of items: paste from a spreadsheet, Enter and Alt+arrows, rows that grow. Without it five spare rows do. */
(() => {
  "use strict";
  const table = document.querySelector("[data-catalogue-grid]");
  if (!table || !table.querySelector("[data-spare]")) return;
  const body = table.tBodies[0];
  const MOST = 300;
  const cells = (row) => [...row.querySelectorAll("input, select")];

  function grow(wanted) {
    while (body.rows.length < wanted && body.rows.length < MOST) {
      const last = body.rows[body.rows.length - 1];
      const made = last.cloneNode(true), place = body.rows.length;
      made.dataset.spare = "";
      made.cells[0].textContent = String(place + 1);
      for (const one of made.querySelectorAll(".wb-error")) one.remove();
      for (const one of cells(made)) {
        one.name = one.name.replace(/^item-\d+-/, `item-${place}-`);
        one.removeAttribute("aria-invalid"); one.removeAttribute("aria-describedby");
        one.setAttribute("aria-label", one.getAttribute("aria-label").replace(/\d+/, String(place + 1)));
        if (one.tagName === "INPUT") one.value = ""; else one.selectedIndex = one.name.endsWith("-share") ? 1 : 0;
      }
      body.append(made);
    }
  }

  function put(field, text) {
    const value = text.trim();
    if (field.tagName === "INPUT") { field.value = value; return; }
    const options = [...field.options];
    const hit = options.find((one) => one.text === value || one.value === value) || options.find((one) => value && one.text.startsWith(value));
    if (hit) field.value = hit.value;
  }

  table.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!/[\t\n]/.test(text) || !event.target.matches("input, select")) return;
    event.preventDefault();
    const row = event.target.closest("tr"), first = [...body.rows].indexOf(row), column = cells(row).indexOf(event.target);
    const lines = text.split("\n");
    grow(first + lines.length + 1);
    lines.forEach((line, down) => {
      const target = body.rows[first + down];
      if (!target) return;
      const fields = cells(target);
      line.split("\t").forEach((value, right) => { if (fields[column + right]) put(fields[column + right], value); });
    });
  });

  table.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.matches("input, select")) return;
    const step = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key];
    const move = event.key === "Enter" ? [1, 0] : event.altKey && step;
    if (!move) return;
    event.preventDefault();
    const row = field.closest("tr"), at = [...body.rows].indexOf(row) + move[0], column = cells(row).indexOf(field) + move[1];
    if (at >= body.rows.length) grow(at + 1);
    const target = body.rows[at] && cells(body.rows[at])[column];
    if (target) target.focus();
  });

  table.addEventListener("input", (event) => {
    const row = event.target.closest("tr");
    if (row === body.rows[body.rows.length - 1]) grow(body.rows.length + 1);
  });
})();
