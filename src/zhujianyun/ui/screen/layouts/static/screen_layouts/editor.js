// The layout editor: 24×12 grid, mouse, touch and keyboard; every change can be taken back; pictures come
// from the server with real data. Nothing is lost: what is not saved stays on this machine until it is.
const start = JSON.parse(document.getElementById("ed-start").textContent);
const $ = (id) => document.getElementById(`ed-${id}`);
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
const canvas = $("canvas"), COLUMNS = 24, ROWS = 12, DRAFT = `zjy-layout-${start.code}`;
const forms = new Map(start.forms.map((f) => [f.code, f])), names = new Map(start.indicators.map((i) => [i.code, i.zh]));

let parts = structuredClone(start.parts), base = start.base, locked = start.locked, chosen = null;
let saved = JSON.stringify(parts), past = [], future = [], waiting = 0, asking = false, askAgain = false, latest = "";
const pictures = new Map();  // what a widget looks like, by all that its look depends on

const clamp = (n, low, high) => Math.min(high, Math.max(low, n));
const find = (id) => parts.widgets.find((w) => w.id === id);
const key = (w) => JSON.stringify([w.form, w.title !== "", w.indicators, w.options, w.at[2], w.at[3]]);
const make = (tag, className, text) => { const made = document.createElement(tag); if (className) made.className = className; if (text !== undefined) made.textContent = text; return made; };

async function send(url, body) {
  const answer = await fetch(url, { method: "POST", credentials: "same-origin", body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token } });
  const said = await answer.json().catch(() => ({ message_zh: "没有连上平台，改动还在页面上，请稍后再试。" }));
  if (!answer.ok) throw Object.assign(new Error(said.message_zh), { said, status: answer.status });
  return said;
}

// --- Changes -------------------------------------------------------------------------------------
function change(act, spoken) {
  if (locked) return;
  const before = JSON.stringify(parts);
  act();
  if (JSON.stringify(parts) === before) { draw(); return; }
  past.push(before);
  if (past.length > 200) past.shift();
  future = [];
  after(spoken);
}

function after(spoken) {
  const now = JSON.stringify(parts);
  if (now === saved) localStorage.removeItem(DRAFT); else localStorage.setItem(DRAFT, JSON.stringify({ base, parts }));
  draw();
  properties();
  look();
  if (spoken) $("said").textContent = spoken;
}

function back(from, to) {
  if (!from.length || locked) return;
  to.push(JSON.stringify(parts));
  parts = JSON.parse(from.pop());
  if (chosen && !find(chosen)) chosen = null;
  after(from === past ? "已撤销" : "已重做");
}

function place(widget, at) {
  const [x, y, w, h] = at;
  const width = clamp(w, 1, COLUMNS), height = clamp(h, 1, ROWS);
  widget.at = [clamp(x, 0, COLUMNS - width), clamp(y, 0, ROWS - height), width, height];
}

const where = (w) => `${w.title || names.get(w.indicators[0]) || w.id}：第 ${w.at[0] + 1} 列第 ${w.at[1] + 1} 行，宽 ${w.at[2]} 高 ${w.at[3]}`;
const overlaps = (a, b) => a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];
const list = (value) => (value === undefined ? [] : [].concat(value));
const apart = (a, b) => list(a.options.if_app).some((n) => list(b.options.unless_app).includes(n)) || list(b.options.if_app).some((n) => list(a.options.unless_app).includes(n));
// An alternate hangs only while the apps it names are there, or not there: it is kept, and drawn when asked for.
const spare = (w) => list(w.options.if_app).some((n) => !start.apps.includes(n)) || list(w.options.unless_app).some((n) => start.apps.includes(n));
const clashes = (one) => parts.widgets.some((w) => w !== one && overlaps(w.at, one.at) && !apart(w, one));

function freePlace([w, h]) {
  for (; w >= 1; w--, h = Math.max(1, h - 1)) {
    for (let y = 0; y + h <= ROWS; y++) for (let x = 0; x + w <= COLUMNS; x++) {
      if (!parts.widgets.some((o) => overlaps(o.at, [x, y, w, h]))) return [x, y, w, h];
    }
  }
  return [0, 0, 4, 3];
}

// --- Drawing -------------------------------------------------------------------------------------
function draw() {
  const keep = new Set(parts.widgets.map((w) => w.id));
  for (const element of canvas.querySelectorAll(".ed-w")) if (!keep.has(element.dataset.id)) element.remove();
  for (const widget of parts.widgets) {
    let element = canvas.querySelector(`[data-id="${CSS.escape(widget.id)}"]`);
    if (!element) { element = fresh(widget); canvas.append(element); }
    put(element, widget.at);
    element.hidden = spare(widget) && !$("spare").checked;
    const known = pictures.get(key(widget));
    element.classList.toggle("on", widget.id === chosen);
    element.classList.toggle("bad", clashes(widget));
    element.classList.toggle("away", spare(widget));
    element.setAttribute("aria-label", where(widget) + (clashes(widget) ? "，与别的组件重叠" : ""));
    element.querySelector("b").textContent = widget.title || (known?.svg ? "" : names.get(widget.indicators[0]) || widget.id);
    element.querySelector("i").textContent = known?.fault ?? "";
    const holder = element.querySelector("div");
    if (known?.svg && holder.dataset.key !== key(widget)) {
      const read = new DOMParser().parseFromString(known.svg, "image/svg+xml").documentElement;
      read.removeAttribute("width"); read.removeAttribute("height");
      for (const a of read.querySelectorAll("a")) a.removeAttribute("href");
      holder.replaceChildren(document.importNode(read, true));
      holder.dataset.key = key(widget);
    } else if (known && !known.svg) { holder.replaceChildren(); delete holder.dataset.key; }
  }
  const spares = parts.widgets.filter(spare).length;
  $("spare-l").hidden = !spares;
  $("spare-n").textContent = `（${spares}）`;
  for (const ghost of canvas.querySelectorAll(".ed-ghost")) ghost.remove();
  if ($("ghosts").checked) for (const widget of start.file.widgets) {
    const now = find(widget.id);
    if (now && String(now.at) === String(widget.at)) continue;
    const ghost = make("div", "ed-ghost", `${widget.title || widget.id}${now ? "（原位）" : "（已删除）"}`);
    put(ghost, widget.at);
    canvas.append(ghost);
  }
  $("undo").disabled = locked || !past.length;
  $("redo").disabled = locked || !future.length;
  $("save").disabled = $("add").disabled = $("drop").disabled = locked;
}

function put(element, [x, y, w, h]) { element.style.gridColumn = `${x + 1} / span ${w}`; element.style.gridRow = `${y + 1} / span ${h}`; }

function fresh(widget) {
  const element = make("div", "ed-w");
  element.dataset.id = widget.id;
  element.tabIndex = 0;
  element.setAttribute("role", "button");
  const holder = make("div");
  holder.style.cssText = "flex:1;min-height:0;display:flex";
  element.append(make("b"), holder, make("i"), make("span", "grip"));
  return element;
}

// --- Pictures, faults, differences ----------------------------------------------------------------
function look() { clearTimeout(waiting); waiting = setTimeout(ask, 250); }

async function ask() {
  if (asking) { askAgain = true; return; }
  asking = true;
  const asked = structuredClone(parts), wanted = asked.widgets.filter((w) => !pictures.has(key(w)));
  try {
    const said = await send(start.urls.preview, { parts: asked, wanted: wanted.map((w) => w.id) });
    for (const w of wanted) pictures.set(key(w), { svg: said.pictures[w.id], fault: said.faults[w.id] });
    latest = said.text;
    $("fault").textContent = said.fault || (locked ? "只能查看，不能保存。" : "可以保存。");
    $("fault").classList.toggle("good", !said.fault && !locked);
    differences(said.diff);
    draw();
  } catch (error) { tell(error.message, true); }
  asking = false;
  if (askAgain) { askAgain = false; ask(); }
}

function differences(diff) {
  const lines = diff ? diff.trimEnd().split("\n") : [];
  const kind = (line) => (/^[+](?![+]{2} )/.test(line) ? "ins" : /^-(?!-{2} )/.test(line) ? "del" : "span");
  $("diff").querySelector("pre").replaceChildren(...(lines.length ? lines.map((l) => make(kind(l), "", l || " ")) : ["没有差异。"]));
  $("diff-n").textContent = lines.length ? `${lines.filter((l) => kind(l) !== "span").length} 行` : "";
}

function tell(text, bad, ...more) {
  const told = $("told");
  told.hidden = !text;
  told.classList.toggle("wb-alert--bad", Boolean(bad));
  told.replaceChildren(text, ...more);
}

// --- Pointer: move by the body, resize by the corner -----------------------------------------------
canvas.addEventListener("pointerdown", (event) => {
  const element = event.target.closest(".ed-w");
  if (!element || event.button) return;
  choose(element.dataset.id);
  if (locked) return;
  const widget = find(element.dataset.id), from = [...widget.at], sizes = event.target.classList.contains("grip");
  const box = canvas.getBoundingClientRect(), x0 = event.clientX, y0 = event.clientY;
  let to = from;
  element.setPointerCapture(event.pointerId);
  element.classList.add("moving");
  const move = (e) => {
    const dx = Math.round((e.clientX - x0) / (box.width / COLUMNS)), dy = Math.round((e.clientY - y0) / (box.height / ROWS));
    const trial = { at: from };
    place(trial, sizes ? [from[0], from[1], clamp(from[2] + dx, 1, COLUMNS - from[0]), clamp(from[3] + dy, 1, ROWS - from[1])] : [from[0] + dx, from[1] + dy, from[2], from[3]]);
    to = trial.at;
    put(element, to);
  };
  const end = (e) => {
    element.removeEventListener("pointermove", move);
    element.classList.remove("moving");
    if (e.type === "pointerup") change(() => place(widget, to), where({ ...widget, at: to })); else draw();
  };
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", end, { once: true });
  element.addEventListener("pointercancel", end, { once: true });
});

// --- Keyboard -------------------------------------------------------------------------------------
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
canvas.addEventListener("keydown", (event) => {
  const element = event.target.closest(".ed-w");
  if (!element) return;
  const widget = find(element.dataset.id), arrow = ARROWS[event.key];
  if (arrow && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    choose(widget.id);
    const [x, y, w, h] = widget.at;
    const to = event.shiftKey ? [x, y, clamp(w + arrow[0], 1, COLUMNS - x), clamp(h + arrow[1], 1, ROWS - y)] : [x + arrow[0], y + arrow[1], w, h];
    change(() => place(widget, to));
    $("said").textContent = where(widget);
  } else if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); choose(widget.id); drop(); }
  else if (event.key === "Enter") { choose(widget.id); $("title").focus(); }
});
canvas.addEventListener("focusin", (event) => { const element = event.target.closest(".ed-w"); if (element) choose(element.dataset.id); });
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || /^(input|textarea|select)$/i.test(event.target.tagName)) return;
  if (event.key.toLowerCase() === "z") { event.preventDefault(); event.shiftKey ? back(future, past) : back(past, future); }
  if (event.key.toLowerCase() === "y") { event.preventDefault(); back(future, past); }
});

// --- The side panel -------------------------------------------------------------------------------
function choose(id) { if (chosen === id) return; chosen = id; draw(); properties(); }

function properties() {
  const widget = chosen && find(chosen);
  $("props").hidden = !widget;
  if (!widget) return;
  $("id").textContent = widget.id;
  if (document.activeElement !== $("title")) $("title").value = widget.title;
  $("form").value = widget.form;
  const { items, ...others } = widget.options;
  $("items-f").hidden = !forms.get(widget.form)?.items;
  $("items").value = items ?? "";
  ["x", "y", "w", "h"].forEach((name, i) => { if (document.activeElement !== $(name)) $(name).value = widget.at[i]; });
  if (document.activeElement !== $("options")) $("options").value = Object.keys(others).length ? JSON.stringify(others) : "";
  $("options-h").textContent = `可用：${(forms.get(widget.form)?.options ?? []).filter((n) => n !== "items").join("、")}`;
  $("inds").replaceChildren(...widget.indicators.map((code, n) => {
    const row = make("li"), off = make("button", "", "移除");
    off.type = "button";
    off.setAttribute("aria-label", `移除 ${names.get(code) ?? code}`);
    off.addEventListener("click", () => change(() => widget.indicators.splice(n, 1)));
    row.append(make("span", "", names.get(code) ?? `${code}（停用）`), off);
    return row;
  }));
  for (const field of $("props").querySelectorAll("input,select,textarea,button")) field.disabled = locked;
}

const codeOf = (typed) => names.has(typed.trim()) ? typed.trim() : start.indicators.find((i) => i.zh === typed.trim() || `${i.zh}（${i.code}）` === typed.trim())?.code;
const onChosen = (id, act) => $(id).addEventListener("change", () => { const widget = find(chosen); if (widget) change(() => act(widget, $(id).value)); });
onChosen("title", (w, value) => { w.title = value.trim(); });
onChosen("form", (w, value) => { w.form = value; });
onChosen("items", (w, value) => { if (value) w.options = { ...w.options, items: value }; else { const { items, ...others } = w.options; w.options = others; } });
["x", "y", "w", "h"].forEach((name, i) => onChosen(name, (w, value) => { const at = [...w.at]; at[i] = Number(value) || 0; place(w, at); }));
$("options").addEventListener("change", () => {
  const widget = find(chosen);
  let read = {};
  try { read = $("options").value.trim() ? JSON.parse($("options").value) : {}; } catch { tell("其他选项不是合法的 JSON，没有采用。", true); return; }
  change(() => { widget.options = widget.options.items ? { ...read, items: widget.options.items } : read; });
});
$("more").addEventListener("change", () => {
  const code = codeOf($("more").value), widget = find(chosen);
  if (code && widget && !widget.indicators.includes(code)) change(() => widget.indicators.push(code));
  $("more").value = "";
});

function drop() {
  const widget = find(chosen);
  if (!widget) return;
  change(() => { parts.widgets = parts.widgets.filter((w) => w !== widget); chosen = null; }, "已删除组件");
  canvas.querySelector(".ed-w")?.focus();
}
$("drop").addEventListener("click", drop);
$("add").addEventListener("click", () => {
  const form = forms.get($("new-form").value), code = codeOf($("new").value);
  if (form.least && !code) { tell("请先选一个指标。", true); $("new").focus(); return; }
  let n = 1;
  while (find(`w${n}`)) n++;
  const widget = { id: `w${n}`, form: form.code, title: code && form.code !== "figure" && form.code !== "hero" && form.code !== "pair" ? names.get(code) : "", indicators: code ? [code] : [], at: freePlace(form.size), options: form.items && start.items[0] ? { items: start.items[0].code } : {} };
  change(() => { parts.widgets.push(widget); chosen = widget.id; }, "已添加组件");
  $("new").value = "";
  tell("");
  canvas.querySelector(`[data-id="${widget.id}"]`)?.focus();
});

// --- Save, download, lock -------------------------------------------------------------------------
async function save() {
  if (locked) return;
  if (!$("reason").value.trim()) { tell("请写一句这次改了什么、为什么。", true); $("reason").focus(); return; }
  $("save").disabled = true;
  try {
    const said = await send(start.urls.save, { parts, base, reason: $("reason").value });
    localStorage.removeItem(DRAFT);
    saved = JSON.stringify(parts);
    base = said.number;
    location.assign(`${location.pathname}?version=${said.number}#saved`);
  } catch (error) {
    const newer = error.said?.details?.newest, more = [];
    if (newer) {
      const open = make("a", "", `查看第 ${newer} 版`), mine = make("button", "wb-button", "仍把我的存为新版");
      open.href = `${location.pathname}?version=${newer}`;
      open.target = "_blank";
      mine.type = "button";
      mine.addEventListener("click", () => { base = newer; save(); });
      more.push(" ", open, " ", mine);
    }
    tell(error.message, true, ...more);
    draw();
  }
}
$("save").addEventListener("click", save);
$("undo").addEventListener("click", () => back(past, future));
$("redo").addEventListener("click", () => back(future, past));
$("ghosts").addEventListener("change", draw);
$("spare").addEventListener("change", draw);
$("yaml").addEventListener("click", () => {
  const link = make("a");
  link.href = URL.createObjectURL(new Blob([latest], { type: "application/yaml" }));
  link.download = `${start.code}.yaml`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});
addEventListener("beforeunload", (event) => { if (!locked && JSON.stringify(parts) !== saved) event.preventDefault(); });
addEventListener("pagehide", () => {
  if (!locked) fetch(start.urls.lock, { method: "POST", keepalive: true, credentials: "same-origin", body: '{"do":"release"}', headers: { "Content-Type": "application/json", "X-CSRFToken": token } });
});
setInterval(async () => {
  if (locked) return;
  try { await send(start.urls.lock, { do: "keep" }); }
  catch (error) { if (error.status === 409) { locked = true; tell(`${error.message}您的改动还在本页，可下载 YAML 留存。`, true); draw(); properties(); } }
}, 60_000);

// --- Begin ----------------------------------------------------------------------------------------
for (const select of [$("form"), $("new-form")]) select.append(...start.forms.map((f) => new Option(f.zh, f.code)));
$("new-form").value = "figure";
$("items").append(...start.items.map((s) => new Option(s.zh, s.code)));
$("list").append(...start.indicators.map((i) => new Option(`${i.zh}（${i.code}）`)));
const kept = localStorage.getItem(DRAFT);
if (kept && !locked && JSON.stringify(JSON.parse(kept).parts) !== saved) {
  const take = make("button", "wb-button", "恢复"), leave = make("button", "wb-button", "不要了");
  take.type = leave.type = "button";
  take.addEventListener("click", () => { change(() => { parts = JSON.parse(kept).parts; }, "已恢复未保存的改动"); tell(""); });
  leave.addEventListener("click", () => { localStorage.removeItem(DRAFT); tell(""); });
  tell("上次有改动没有保存。", false, " ", take, " ", leave);
} else if (location.hash === "#saved") tell(`第 ${base} 版已保存；发布后大屏才会更新。`, false);
draw();
ask();
document.documentElement.dataset.editor = "ready";
