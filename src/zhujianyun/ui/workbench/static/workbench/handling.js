/* The handling page and the terms: conveniences only, every page works without this file. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // --- papers and documents in the page ---------------------------------------------------------
  function viewer() {
    const box = document.querySelector("[data-wb-viewer]");
    if (!box || typeof box.showModal !== "function") return;
    const frame = box.querySelector("[data-wb-viewer-frame]");
    const image = box.querySelector("[data-wb-viewer-image]");
    const out = box.querySelector("[data-wb-viewer-out]");
    const open = (sort, title, url) => {
      box.querySelector("[data-wb-viewer-title]").textContent = title;
      out.hidden = !url;
      if (url) out.href = url;
      frame.hidden = sort !== "frame";
      image.hidden = sort !== "image";
      if (sort === "image") {
        image.firstElementChild.src = url;
        image.firstElementChild.alt = title;
      } else if (url) frame.src = url;
      box.showModal();
    };
    const narrow = matchMedia("(max-width: 800px)"); // small screens show PDFs better by themselves
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-wb-view]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (link.dataset.wbView === "frame" && (narrow.matches || navigator.pdfViewerEnabled === false)) return;
      event.preventDefault();
      open(link.dataset.wbView, link.dataset.title, link.href);
    });
    // Capture: before the guard against a second sending, which is for acts.
    document.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button || button.dataset.wbPreview === undefined) return;
      event.stopImmediatePropagation();
      if (narrow.matches || navigator.pdfViewerEnabled === false) return;
      button.formTarget = "wb-viewer";
      open("frame", button.dataset.wbPreview, "");
    }, true);
    box.querySelector("[data-wb-viewer-close]").addEventListener("click", () => box.close());
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
    box.addEventListener("close", () => {
      frame.removeAttribute("src");
      frame.contentWindow?.location.replace("about:blank");
      image.firstElementChild.removeAttribute("src");
    });
  }

  // --- the way back: say that the page is fresh ---------------------------------------------------
  function back() {
    const page = document.querySelector("[data-wb-version]");
    if (!page) return;
    const mine = `${page.dataset.wbCase}:${page.dataset.wbVersion}`;
    const before = history.state && history.state.wbSeen;
    const [entry] = performance.getEntriesByType("navigation");
    if (before && before !== mine && before.split(":")[0] === page.dataset.wbCase && entry?.type === "back_forward") {
      document.querySelector("[data-wb-back]").hidden = false;
    }
    history.replaceState({ ...history.state, wbSeen: mine }, "");
  }

  // --- opinions: one more line ---------------------------------------------------------------------
  function rows() {
    const button = document.querySelector("[data-wb-add-row]");
    const body = document.querySelector("[data-wb-rows]");
    if (!button || !body) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const row = body.lastElementChild.cloneNode(true);
      const n = body.children.length + 1;
      for (const one of all("input, textarea", row)) one.value = "";
      for (const one of all("[aria-label]", row)) one.setAttribute("aria-label", one.getAttribute("aria-label").replace(/第 \d+ 条/, `第 ${n} 条`));
      body.append(row);
      row.querySelector("textarea, input").focus();
    });
  }

  // --- choose all in a list of cases ------------------------------------------------------------------
  function choosing() {
    for (const master of all("[data-wb-all]")) {
      const boxes = () => all(`input[name="${master.dataset.wbAll}"]`, master.form);
      const tell = () => {
        const chosen = boxes().filter((one) => one.checked).length;
        master.checked = chosen > 0 && chosen === boxes().length;
        master.indeterminate = chosen > 0 && chosen < boxes().length;
        const said = master.form.querySelector("[data-wb-chosen]");
        if (said) said.textContent = `已选 ${chosen} 件`;
      };
      master.hidden = false;
      master.addEventListener("change", () => { for (const one of boxes()) one.checked = master.checked; tell(); });
      master.form.addEventListener("change", (event) => { if (event.target !== master) tell(); });
      tell();
    }
  }

  // --- terms: hover, focus, touch; Escape closes --------------------------------------------------------
  function terms() {
    const tip = document.createElement("div");
    tip.className = "wb-tip";
    tip.id = "wb-tip";
    tip.setAttribute("role", "tooltip");
    tip.hidden = true;
    let anchor = null;
    let leaving = 0;
    const hide = () => {
      if (anchor) anchor.removeAttribute("aria-describedby");
      anchor = null;
      tip.hidden = true;
    };
    const show = (link) => {
      clearTimeout(leaving);
      if (link === anchor) return;
      hide();
      anchor = link;
      tip.replaceChildren();
      const text = document.createElement("span");
      text.textContent = link.dataset.text;
      tip.append(text);
      if (link.dataset.basis) {
        const basis = document.createElement("small");
        basis.textContent = `依据：${link.dataset.basis}`;
        tip.append(basis);
      }
      (link.closest("dialog[open]") || document.body).append(tip);
      tip.hidden = false;
      const at = link.getBoundingClientRect();
      const left = Math.max(8, Math.min(at.left, innerWidth - tip.offsetWidth - 8));
      const below = at.bottom + 6 + tip.offsetHeight < innerHeight;
      tip.style.left = `${left}px`;
      tip.style.top = `${below ? at.bottom + 6 : Math.max(8, at.top - tip.offsetHeight - 6)}px`;
      link.setAttribute("aria-describedby", tip.id);
    };
    const later = () => { clearTimeout(leaving); leaving = setTimeout(hide, 180); };
    const term = (event) => event.target.closest?.("[data-wb-term]");
    document.addEventListener("pointerover", (event) => {
      if (event.pointerType === "touch") return;
      if (term(event)) show(term(event));
      else if (tip.contains(event.target)) clearTimeout(leaving);
      else if (anchor && document.activeElement !== anchor) later();
    });
    document.addEventListener("focusin", (event) => { if (term(event)) show(term(event)); else hide(); });
    // A finger has nothing to hover with: the first touch explains, the second goes to the glossary.
    let touched = null;
    document.addEventListener("pointerdown", (event) => { touched = event.pointerType === "touch" ? { on: term(event), shown: anchor } : null; });
    document.addEventListener("click", (event) => {
      const link = term(event);
      if (link && touched && touched.on === link && touched.shown !== link) { event.preventDefault(); show(link); }
      else if (!link && !tip.contains(event.target)) hide();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && anchor) { event.preventDefault(); event.stopPropagation(); hide(); }
    }, true);
    addEventListener("scroll", () => { if (anchor) hide(); }, { passive: true, capture: true });
  }

  const start = () => { viewer(); back(); rows(); choosing(); terms(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
