"use strict";
// Small helps for forms: the first thing to read gets the focus, a form marked data-once is sent once.
(() => {
  document.querySelector("[data-focus]")?.focus();
  for (const link of document.querySelectorAll(".error-summary a[href*='#']")) {
    link.addEventListener("click", (event) => {
      const target = document.getElementById(link.hash.slice(1));
      if (!target || link.pathname !== location.pathname) return;
      event.preventDefault();
      const field = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea") || target;
      field.focus();
      target.scrollIntoView({block: "center"});
    });
  }
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "yes";
      for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
    });
  }
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-once]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
    }
  });
})();
