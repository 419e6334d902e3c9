"use strict";
// The application form: saves itself, uploads piece by piece and takes up after a cut. Without this script
// the same form saves by its button and uploads with its post.
(() => {
  const form = document.getElementById("apply");
  if (!form) return;
  const SAVE_EVERY = 5000, PIECE = 1 << 20, DIGEST_UP_TO = 256 * (1 << 20), TRIES = 8;
  const said = document.getElementById("saved");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const version = form.querySelector("[name=version]");
  let dirty = form.hasAttribute("data-dirty"), saving = false, stopped = false;

  form.classList.add("uploads-live");

  // The project code names the place: chosen for the person while nothing is chosen.
  form.querySelector("[name$='.project_code']")?.addEventListener("change", (event) => {
    const place = form.querySelector("[name=place]"), digits = event.target.value.normalize("NFKC").replace(/\D/g, "");
    const option = place && !place.value && place.querySelector(`option[value="${digits.slice(4, 10)}"]`);
    if (option && digits.length >= 10) { place.value = option.value; dirty = true; }
  });

  // --- saving ---
  const say = (text, bad) => { said.textContent = text; said.classList.toggle("error", Boolean(bad)); };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    dirty = true;
    if (!stopped) say("有未保存的修改");
  });

  function typed() {
    const data = new FormData(form);
    for (const name of [...data.keys()]) if (name.startsWith("file:")) data.delete(name);
    data.set("do", "autosave");
    return data;
  }

  async function save(leaving) {
    if (!dirty || saving || stopped) return;
    saving = true;
    dirty = false;
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: typed(), headers: {Accept: "application/json"}, credentials: "same-origin", keepalive: Boolean(leaving),
      });
      const told = await answer.json();
      if (answer.ok) {
        version.value = told.version;
        say(dirty ? "有未保存的修改" : `已于 ${told.saved} 自动保存`);
      } else {
        dirty = true;
        stopped = answer.status === 409 || answer.status === 422;
        if (answer.status === 409) return conflict(told.message_zh);
        say(told.message_zh || "没有保存成功，稍后自动重试", true);
        if (answer.status === 401) offerSignIn();
      }
    } catch {
      dirty = true;
      say("网络不通，内容还在本页，恢复后自动保存", true);
    } finally {
      saving = false;
    }
  }

  function conflict(sentence) {
    const box = document.createElement("div");
    box.className = "error-summary";
    box.setAttribute("role", "alert");
    box.tabIndex = -1;
    const head = document.createElement("h2");
    head.textContent = "两处填写的内容不一致";
    const text = document.createElement("p");
    text.textContent = sentence;
    const row = document.createElement("div");
    row.className = "actions";
    const keep = document.createElement("button");
    keep.className = "btn"; keep.name = "do"; keep.value = "overwrite"; keep.setAttribute("form", "apply");
    keep.textContent = "保留本页的内容";
    const other = document.createElement("a");
    other.className = "btn plain"; other.href = location.pathname; other.textContent = "改用已保存的内容";
    row.append(keep, other);
    box.append(head, text, row);
    form.before(box);
    say("没有保存：请先选择保留哪一份", true);
    box.focus();
  }

  function offerSignIn() {
    if (document.getElementById("again")) return;
    const link = document.createElement("a");
    link.id = "again"; link.target = "_blank"; link.rel = "noopener";
    link.href = form.dataset.signin; link.textContent = "在新窗口登录";
    said.after(" ", link);
  }

  setInterval(save, SAVE_EVERY);
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(true); });
  form.addEventListener("submit", () => { stopped = true; });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // --- uploading ---
  async function digest(file) {
    if (!globalThis.crypto?.subtle || file.size > DIGEST_UP_TO) return "";
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  }

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  async function ask(url, options) {
    const answer = await fetch(url, {
      credentials: "same-origin", ...options, headers: {Accept: "application/json", "X-CSRFToken": token, ...options.headers},
    });
    if (answer.ok || answer.status === 409) return answer;
    let sentence = "上传没有成功，请重新选择文件。";
    try { sentence = (await answer.json()).message_zh || sentence; } catch { /* not a word of ours */ }
    const refused = new Error(sentence);
    refused.final = answer.status < 500 && answer.status !== 408;
    throw refused;
  }

  async function upload(slot, file) {
    const key = slot.dataset.slot, bar = slot.querySelector("progress"), told = slot.querySelector("[data-said]");
    const panel = slot.querySelector(".slot-progress"), line = slot.querySelector(".slot-said");
    let given_up = false, url = "";
    const show = (text, part) => { told.textContent = text; if (part !== undefined) bar.value = part; };
    slot.querySelector("[data-stop]").onclick = () => { given_up = true; if (url) ask(url, {method: "DELETE"}).catch(() => {}); };
    panel.hidden = false;
    line.textContent = "";
    slot.classList.add("busy");
    try {
      show("正在核对文件…", 0);
      const facts = new URLSearchParams({slot: key, name: file.name, size: file.size, sha256: await digest(file)});
      const begun = await (await ask(form.dataset.uploads, {method: "POST", body: facts})).json();
      url = begun.url;
      let at = begun.offset, tries = 0;
      if (at) line.textContent = "接着上次中断的地方继续。";
      while (!given_up) {
        show(`${Math.floor((at / file.size) * 100)}%`, (at / file.size) * 100);
        try {
          const answer = await ask(url, {
            method: "PATCH", body: file.slice(at, at + PIECE),
            headers: {"Upload-Offset": String(at), "Content-Type": "application/offset+octet-stream"},
          });
          at = Number(answer.headers.get("Upload-Offset"));
          tries = 0;
          if (answer.status === 200) {
            const html = (await answer.json()).html;
            return replace(slot, html, `${file.name} 已上传`);
          }
        } catch (error) {
          if (error.final || ++tries > TRIES) throw error;
          show("网络不通，正在重试…");
          await pause(Math.min(1000 * 2 ** tries, 20000));
          try { at = Number((await ask(url, {method: "HEAD"})).headers.get("Upload-Offset")); } catch (again) { if (again.final) throw again; }
        }
      }
      panel.hidden = true;
      line.textContent = "已取消上传。";
    } catch (error) {
      panel.hidden = true;
      line.textContent = error.final ? error.message : "网络中断，上传没有完成。重新选择同一个文件，从断点继续。";
      line.classList.add("error");
    } finally {
      slot.classList.remove("busy");
      const input = slot.querySelector("[data-upload]");
      if (input) input.value = "";
    }
  }

  function replace(slot, html, sentence) {
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    const fresh = holder.content.firstElementChild;
    slot.replaceWith(fresh);
    fresh.querySelector(".slot-said").textContent = sentence;
    fresh.querySelector(".slot-name").tabIndex = -1;
    fresh.querySelector(".slot-name").focus();
  }

  form.addEventListener("change", (event) => {
    const input = event.target.closest("[data-upload]");
    if (input?.files.length) upload(input.closest(".slot"), input.files[0]);
  });

  form.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    event.preventDefault();
    const slot = button.closest(".slot");
    try {
      const answer = await ask(form.dataset.removeUrl, {method: "POST", body: new URLSearchParams({slot: slot.dataset.slot})});
      replace(slot, (await answer.json()).html, "已移除。");
    } catch (error) {
      slot.querySelector(".slot-said").textContent = error.message;
    }
  });
})();
