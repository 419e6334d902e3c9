/* Lists by hand and by key. Conveniences only: without this file the boxes, links and buttons do the same. */
(() => {
  "use strict";
  const OFF = "zjy-keys-off";
  const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  addEventListener("DOMContentLoaded", () => {
    pops();
    const table = document.querySelector("[data-wb-list]");
    if (table) { const bar = bulk(table); keys(table, bar); }
    exporting();
  });

  // One box open at a time; Escape and a click elsewhere close it.
  function pops() {
    const all = [...document.querySelectorAll(".wb-pop")];
    for (const one of all) one.addEventListener("toggle", () => { if (one.open) for (const other of all) if (other !== one) other.open = false; });
    document.addEventListener("click", (event) => { for (const one of all) if (!one.contains(event.target)) one.open = false; });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      for (const one of all) if (one.open) { one.open = false; one.querySelector("summary").focus(); }
    });
  }

  function bulk(table) {
    const bar = document.querySelector("[data-wb-bulk]");
    const boxes = [...table.querySelectorAll("tbody .wb-pick input")];
    const all = table.querySelector("[data-wb-page-all]");
    const count = bar.querySelector("[data-wb-count]"), acts = bar.querySelector("[data-wb-acts]");
    let waiting = 0, asked = 0;
    all.hidden = boxes.length === 0;
    const ask = async () => {
      const turn = ++asked;
      const chosen = boxes.filter((box) => box.checked);
      const query = new URLSearchParams(chosen.map((box) => ["case", box.value]));
      let told = null;
      try {
        const answer = await fetch(`${bar.dataset.offers}?${query}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
        if (answer.ok) told = await answer.json();
      } catch { /* the plain button still works */ }
      if (turn !== asked) return;
      acts.replaceChildren(...(told ? told.choices.map(button) : []));
      if (told && !told.choices.length) acts.textContent = "没有可以一起办理的动作，请逐件打开办理。";
    };
    const button = (one) => {
      const made = document.createElement("button");
      made.className = one.asks_reason ? "wb-button" : "wb-button wb-button--main"; made.name = "action"; made.value = one.action;
      made.textContent = one.can === one.of ? `${one.zh}（${one.can} 件）` : `${one.zh}（${one.of} 件中的 ${one.can} 件）`;
      return made;
    };
    const show = () => {
      const chosen = boxes.filter((box) => box.checked).length;
      bar.classList.toggle("wb-bulk--on", chosen > 0);
      count.textContent = chosen ? `已选 ${chosen} 件` : "勾选办件后可一起办理";
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
      clearTimeout(waiting);
      asked++;
      if (chosen) waiting = setTimeout(ask, 250); else acts.replaceChildren();
    };
    all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; show(); });
    table.addEventListener("change", (event) => { if (boxes.includes(event.target)) show(); });
    addEventListener("pageshow", show);
    show();
    return { show };
  }

  function keys(table, bar) {
    const rows = [...table.querySelectorAll("tbody tr")];
    const help = document.querySelector("[data-wb-keys]");
    const off = help?.querySelector("[data-wb-keys-off]");
    if (off) {
      off.hidden = false;
      const box = off.querySelector("input");
      box.checked = stored(OFF) === "1";
      box.addEventListener("change", () => { try { localStorage.setItem(OFF, box.checked ? "1" : "0"); } catch { /* not kept */ } });
    }
    let at = -1;
    const go = (to) => {
      rows[at]?.classList.remove("wb-here");
      at = Math.max(0, Math.min(rows.length - 1, to));
      rows[at].classList.add("wb-here");
      rows[at].querySelector("[data-wb-open]").focus({ preventScroll: true });
      rows[at].scrollIntoView({ block: "nearest" });
    };
    table.addEventListener("focusin", (event) => {
      const row = event.target.closest("tbody tr");
      if (!row || rows[at] === row) return;
      rows[at]?.classList.remove("wb-here");
      at = rows.indexOf(row);
      row.classList.add("wb-here");
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || stored(OFF) === "1" || typing(event.target)) return;
      const inside = table.contains(event.target);
      const act = {
        j: () => go(at + 1), k: () => go(at - 1),
        x: () => at >= 0 && pick(),
        "?": () => { help.open = !help.open; if (help.open) { help.scrollIntoView({ block: "nearest" }); help.querySelector("summary").focus(); } },
        ...(inside ? { ArrowDown: () => go(at + 1), ArrowUp: () => go(at - 1) } : {}),
        ...(inside && event.target.type !== "checkbox" && event.target.closest("tbody") ? { " ": () => pick() } : {}),
      }[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    });
    const pick = () => {
      const box = rows[at].querySelector(".wb-pick input");
      if (box) { box.checked = !box.checked; bar.show(); }
    };
  }

  function exporting() {
    const box = document.querySelector("[data-wb-export]");
    if (!box) return;
    const bar = box.querySelector("progress");
    const look = async () => {
      const answer = await fetch(box.dataset.wbExport, { headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
      if (!answer?.ok) return setTimeout(look, 5000);
      const told = await answer.json();
      box.querySelector("[data-wb-said]").textContent = told.zh;
      if (told.percent !== null) bar.value = told.percent;
      if (!told.ended) return setTimeout(look, 1500);
      bar.hidden = true;
      box.querySelector("[data-wb-again]").hidden = true;
      box.querySelector("[data-wb-file]").hidden = told.state !== "ready";
    };
    setTimeout(look, 1000);
  }
})();
