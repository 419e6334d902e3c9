// The replay: a day slider over a screen as it was known then. No stream, no refresh: the past stands still.
import { paint } from "./forms.js";

const body = document.body, stage = document.getElementById("stage"), days = document.getElementById("days");
const at = document.getElementById("at"), play = document.getElementById("play");
const PHONE = matchMedia("(max-width: 820px)"), A_DAY = 86_400_000, PACE = 900;
let running = 0, asked = 0;

function fit() {
  if (PHONE.matches) { stage.style.transform = ""; return; }
  const scale = Math.min(innerWidth / 1920, innerHeight / 1080);
  stage.style.transform = `translate(${(innerWidth - 1920 * scale) / 2}px, ${(innerHeight - 1080 * scale) / 2}px) scale(${scale})`;
}

const minute = (iso) => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(new Date(iso));
const short = (iso, then) => (minute(iso).slice(0, 10) === minute(then).slice(0, 10) ? minute(iso).slice(11) : minute(iso));
const dayAt = (n) => new Date(Date.parse(`${body.dataset.first}T00:00:00Z`) + n * A_DAY).toISOString().slice(0, 10);

function show(state) {
  for (const element of document.querySelectorAll(".widget")) {
    const data = state.widgets[element.dataset.widget];
    paint(element, data, { mapUrl: body.dataset.map, open: (url) => location.assign(`${url}&at=${encodeURIComponent(at.value)}`) });
    element.querySelector(".stamp").textContent = [data.as_of && `截至 ${short(data.as_of, state.at)}`, data.note].filter(Boolean).join(" · ");
  }
  document.getElementById("then").textContent = state.banner;
  document.getElementById("period").textContent = state.period;
  const notice = document.getElementById("notice"), renamed = Object.values(state.renamed ?? {});
  notice.textContent = [state.notice, renamed.length ? `当时的口径：${renamed.join("、")}` : ""].filter(Boolean).join("　");
  notice.hidden = !notice.textContent;
  body.dataset.painted = state.at;
}

async function go(when) {
  const mine = ++asked;
  const answer = await fetch(`${body.dataset.url}?at=${encodeURIComponent(when)}`, { credentials: "same-origin" });
  if (mine !== asked) return false;
  if (!answer.ok) { document.getElementById("then").textContent = "这个时刻不能回放"; stop(); return false; }
  const state = await answer.json();
  history.replaceState(null, "", `?at=${when}`);
  if (state.layout !== body.dataset.layout) { location.reload(); return false; }
  show(state);
  at.value = when;
  return true;
}

const first = JSON.parse(document.getElementById("first").textContent);
const ahead = Date.parse(first.server_time) - Date.now();  // the platform's clock, not this machine's
const time = () => at.value.slice(11, 16) || "23:59";
const inTime = (n) => { const day = dayAt(n); return Number(days.max) === n && `${day}T${time()}` > minute(Date.now() + ahead).replace(" ", "T") ? day : `${day}T${time()}`; };
async function step(n) {
  days.value = Math.min(Number(days.max), Math.max(0, n));
  days.setAttribute("aria-valuetext", dayAt(Number(days.value)));
  return go(inTime(Number(days.value)));
}

function stop() { clearTimeout(running); running = 0; play.textContent = "播放"; play.setAttribute("aria-pressed", "false"); }
async function turn() {
  if (Number(days.value) >= Number(days.max)) { stop(); return; }
  await step(Number(days.value) + 1);
  if (running) running = setTimeout(turn, PACE);
}

days.addEventListener("input", () => { stop(); step(Number(days.value)); });
document.getElementById("before").addEventListener("click", () => { stop(); step(Number(days.value) - 1); });
document.getElementById("next").addEventListener("click", () => { stop(); step(Number(days.value) + 1); });
play.addEventListener("click", () => {
  if (running) { stop(); return; }
  play.textContent = "暂停";
  play.setAttribute("aria-pressed", "true");
  if (Number(days.value) >= Number(days.max)) days.value = 0;
  running = setTimeout(turn, 50);
});
document.addEventListener("click", (event) => {
  const figure = event.target.closest("[data-code]");
  if (figure) location.assign(`/screen/figure/${figure.dataset.code}/?at=${encodeURIComponent(at.value)}${figure.dataset.city ? `&city=${figure.dataset.city}` : ""}`);
});
addEventListener("resize", fit);
fit();
show(first);
