/* Conveniences only: every page works without this file. */
(() => {
  "use strict";
  document.documentElement.classList.add("wb-js");
  document.addEventListener("change", (event) => {
    const said = event.target.closest(".wb-file")?.querySelector(".wb-file__said");
    if (said) said.textContent = event.target.files.length ? event.target.files[0].name : "未选择文件";
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-wb-filters]");
    if (!form || ["search", "date"].includes(event.target.type)) return;
    if (event.target.name === "day" && !form.elements.since.value && !form.elements.until.value) return;
    if (event.target.name === "process") form.elements.state.value = "";
    form.requestSubmit();
  });
  // A second click sends nothing; the key in the form makes it harmless anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-wb-once]");
    if (!form) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });

  // SM3 (GB/T 32905-2016): a witness's nonce never leaves his browser.
  const rotate = (x, n) => ((x << n % 32) | (x >>> (32 - (n % 32)) % 32)) >>> 0;
  const rol = (x, n) => (n % 32 === 0 ? x >>> 0 : rotate(x, n));
  function sm3(text) {
    const data = new TextEncoder().encode(text);
    const padded = new Uint8Array(Math.ceil((data.length + 9) / 64) * 64);
    padded.set(data);
    padded[data.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 4, data.length * 8);
    let v = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
    for (let at = 0; at < padded.length; at += 64) {
      const w = Array.from({ length: 16 }, (_, j) => view.getUint32(at + 4 * j));
      for (let j = 16; j < 68; j++) {
        const x = (w[j - 16] ^ w[j - 9] ^ rol(w[j - 3], 15)) >>> 0;
        w[j] = ((x ^ rol(x, 15) ^ rol(x, 23)) ^ rol(w[j - 13], 7) ^ w[j - 6]) >>> 0;
      }
      let [a, b, c, d, e, f, g, h] = v;
      for (let j = 0; j < 64; j++) {
        const ss1 = rol((rol(a, 12) + e + rol(j < 16 ? 0x79cc4519 : 0x7a879d8a, j)) >>> 0, 7);
        const ss2 = (ss1 ^ rol(a, 12)) >>> 0;
        const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
        const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
        const tt1 = (ff + d + ss2 + ((w[j] ^ w[j + 4]) >>> 0)) >>> 0;
        const tt2 = (gg + h + ss1 + w[j]) >>> 0;
        [d, c, b, a] = [c, rol(b, 9), a, tt1];
        [h, g, f, e] = [g, rol(f, 19), e, (tt2 ^ rol(tt2, 9) ^ rol(tt2, 17)) >>> 0];
      }
      v = v.map((x, j) => (x ^ [a, b, c, d, e, f, g, h][j]) >>> 0);
    }
    return v.map((x) => x.toString(16).padStart(8, "0")).join("");
  }
  document.addEventListener("DOMContentLoaded", () => {
    // Wagtail calls our mark 控制面板; its name is what stands on it.
    document.querySelector(".sidebar-custom-branding")?.setAttribute("aria-label", "住建云工作台");
    // On narrow screens the diagram begins at the present state, which is framed in orange.
    for (const box of document.querySelectorAll(".wb-diagram")) {
      const here = box.querySelector('rect[stroke="#F46A25"]');
      if (!here) continue;
      const [a, b] = [here.getBoundingClientRect(), box.getBoundingClientRect()];
      box.scrollLeft += a.left + a.width / 2 - b.left - b.width / 2;
    }
    for (const box of document.querySelectorAll("[data-wb-sm3]")) {
      const nonce = box.querySelector("[data-wb-nonce]");
      const show = () => { box.querySelector("[data-wb-commit]").value = nonce.value ? sm3(nonce.value) : "—"; };
      nonce.addEventListener("input", show);
      box.querySelector("[data-wb-random]").addEventListener("click", () => {
        nonce.value = Array.from(crypto.getRandomValues(new Uint8Array(16)), (x) => x.toString(16).padStart(2, "0")).join("");
        show();
      });
    }
  });
})();
