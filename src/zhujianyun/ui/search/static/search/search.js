/* The key / leads to the box: to the filter of a list where there is one, else to the search of the page. */
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]:not([contenteditable=false])")) return;
    let off = "0";
    try { off = localStorage.getItem("zjy-keys-off"); } catch { /* on */ }
    const box = document.querySelector(".wb-filters [data-wb-slash]") || document.getElementById("wb-find");
    if (off === "1" || !box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
})();
