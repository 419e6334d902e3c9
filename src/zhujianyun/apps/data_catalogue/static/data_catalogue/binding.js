/* The columns of the chosen data set as suggestions for each item; equal names are filled in when nothing is typed. */
(() => {
  "use strict";
  const known = JSON.parse(document.getElementById("columns-of").textContent);
  const chosen = document.getElementById("id_dataset"), list = document.getElementById("columns");
  const show = () => {
    const columns = known[chosen.value] || [];
    list.replaceChildren(...columns.map((name) => { const one = document.createElement("option"); one.value = name; return one; }));
    for (const field of document.querySelectorAll(".cat-bind input")) {
      const code = field.name.slice("bind-".length);
      if (!field.value && columns.includes(code)) field.value = code;
    }
  };
  chosen.addEventListener("change", show);
  show();
})();
