// The wall's one script: paints widgets from one batched answer, repaints those whose figures changed.
// One chart instance per widget for ever, setOption on change, no animation. One ticker per page.
import { paint } from "./forms.js";

const body = document.body;
const stage = document.getElementById("stage");
const link = document.getElementById("link");
const clock = document.getElementById("clock");
const REFRESH = 15_000;
const PHONE = matchMedia("(max-width: 820px)");

let state = JSON.parse(document.getElementById("first").textContent);
let etag = null;
let serverAhead = Date.parse(state.server_time) - Date.now();
let busy = false, again = false, timer = 0, streamUp = false, misses = 0;

function fit() {
  if (PHONE.matches) { stage.style.transform = ""; return; }
  const scale = Math.min(innerWidth / 1920, innerHeight / 1080);
  stage.style.transform = `scale(${scale}) translate(-50%, -50%)`;
}

function paintAll(before) {
  for (const [id, data] of Object.entries(state.widgets)) {
    const element = document.getElementById(`w-${id}`);
    if (!element) continue;
    if (before && JSON.stringify(before.widgets[id]) === JSON.stringify(data)) continue;
    paint(element, data, { mapUrl: body.dataset.map });
    if (before) { element.classList.remove("changed"); void element.offsetWidth; element.classList.add("changed"); }
  }
  stamps();
}

function stamps() {
  const now = Date.now() + serverAhead;
  clock.textContent = minute(now);
  for (const [id, data] of Object.entries(state.widgets)) {
    const element = document.getElementById(`w-${id}`);
    if (!element || !data.as_of) continue;
    const age = (now - Date.parse(data.as_of)) / 60_000, sla = data.freshness_minutes;
    const late = sla && age > 2 * sla ? "grey" : sla && age > sla ? "amber" : "";
    element.classList.toggle("amber", late === "amber");
    element.classList.toggle("grey", late === "grey");
    element.querySelector(".stamp").textContent =
      `截至 ${minute(Date.parse(data.as_of))}${late === "grey" ? " · 已过时" : late === "amber" ? " · 更新迟到" : ""}${data.note ? " · " + data.note : ""}`;
  }
}

function minute(at) {
  const parts = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false }).formatToParts(at);
  const part = Object.fromEntries(parts.map((p) => [p.type, p.value]));
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}`;
}

async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  clearTimeout(timer);
  try {
    const answer = await fetch(body.dataset.url, { headers: etag ? { "If-None-Match": etag } : {}, credentials: "same-origin" });
    if (answer.status === 200) {
      etag = answer.headers.get("ETag");
      const before = state;
      state = await answer.json();
      serverAhead = Date.parse(state.server_time) - Date.now();
      paintAll(before);
    } else if (answer.status === 304) {
      const date = answer.headers.get("X-Server-Time");
      if (date) serverAhead = Date.parse(date) - Date.now();
      stamps();
    } else if (answer.status === 401 || answer.status === 403) {
      say("dead", "无权查看或登录已失效，请重新登录");
    } else throw new Error(answer.status);
    misses = 0;
    if (answer.ok || answer.status === 304) say(streamUp ? "live" : "slow", streamUp ? "实时" : "定时刷新");
  } catch {
    misses += 1;
    say("dead", `连接中断，显示的是 ${clock.textContent} 的数据`);
  } finally {
    busy = false;
    const wait = Math.min(REFRESH * 2 ** Math.max(0, misses - 1), 120_000) * (misses ? 0.8 + Math.random() * 0.4 : 1);
    timer = setTimeout(refresh, again ? 0 : wait);
    again = false;
  }
}

function say(kind, text) { link.className = `link ${kind}`; link.textContent = text; }

function listen() {
  if (!body.dataset.stream) { say("slow", "定时刷新"); return; }
  const base = body.dataset.stream.startsWith(":") ? `${location.protocol}//${location.hostname}${body.dataset.stream}` : body.dataset.stream;
  const source = new EventSource(`${base}/stream?ticket=${encodeURIComponent(body.dataset.ticket)}`);
  const shown = new Set(state.codes);
  source.addEventListener("hello", () => { streamUp = true; say("live", "实时"); });
  source.addEventListener("changed", (event) => { if (shown.has(JSON.parse(event.data).indicator)) refresh(); });
  source.addEventListener("error", () => { streamUp = false; say("slow", "定时刷新"); });
  addEventListener("pagehide", () => source.close(), { once: true });
}

const card = document.getElementById("card");
document.addEventListener("click", async (event) => {
  const figure = event.target.closest("[data-code]");
  if (!figure) return;
  const city = figure.dataset.city ? `?city=${figure.dataset.city}` : "";
  const answer = await fetch(`/screen/figure/${figure.dataset.code}/card${city}`, { credentials: "same-origin" });
  if (!answer.ok) return;
  card.innerHTML = await answer.text();
  card.querySelector(".close").addEventListener("click", () => card.close());
  if (!card.open) card.showModal();
});
card.addEventListener("click", (event) => { if (event.target === card) card.close(); });

addEventListener("resize", fit);
fit();
paintAll(null);
listen();
timer = setTimeout(refresh, REFRESH);
setInterval(stamps, 30_000);
document.documentElement.dataset.painted = "yes";
