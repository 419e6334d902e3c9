// The wall: one ticker, one cycle of requests, screens that come and go. What each part does stands in its own file.
import { Briefing } from "./briefing.js";
import { Feed } from "./feed.js";
import * as keep from "./keep.js";
import { Rotation } from "./rotation.js";
import { Refused, Screen } from "./screen.js";
import * as time from "./time.js";
import { write } from "./dom.js";

const body = document.body, wall = document.getElementById("wall"), banner = document.getElementById("banner");
const card = document.getElementById("card"), progress = document.getElementById("progress");
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const REFRESH = Number(body.dataset.refresh || 15) * 1000;
const isDevice = body.classList.contains("device");
const PHONE = matchMedia("(max-width: 700px)");
const WIDE = 16 / 9;
const playlist = read("playlist");
const context = { mapUrl: body.dataset.map, keeps: isDevice, open: (url) => { if (!isDevice && !briefing) location.assign(url); } };

let shown = [], ready = [];  // screens on the wall; screens got ready to follow
let nextAt = performance.now() + REFRESH, running = false, again = false, misses = 0, goodAt = 0, stampedAt = 0;
let rotation = null, briefing = null, feed = null, moving = false, stopped = false, visibleSince = performance.now(), watchedAt = visibleSince;
let note = sessionStorage.getItem("zjy-note") ?? "";

// --- The cycle: ask for every shown screen, then plan the next time ---------------------------------

async function cycle() {
  if (running || stopped) { again = true; return; }
  running = true;
  try {
    for (const screen of [...shown]) {
      await screen.fetch(note);
      if (screen.isStale) await replace(screen);
      const jump = rotation?.hear(screen.state.alarms);
      if (jump) await go(jump.go);
    }
    if (note || misses) { note = ""; sessionStorage.removeItem("zjy-note"); sessionStorage.removeItem("zjy-reloaded"); }
    [misses, goodAt] = [0, time.now()];
  } catch (error) {
    if (error instanceof Refused) await refused(error.message);
    else if (error.name !== "AbortError" || !stopped) misses += 1;
  } finally {
    running = false;
    const wait = misses ? Math.min(3_000 * 2 ** (misses - 1), 120_000) * (0.75 + Math.random() * 0.5) : REFRESH;
    nextAt = performance.now() + (again && !misses ? 0 : wait);
    const now = again && !misses && !stopped;
    again = false;
    tell();
    if (now) queueMicrotask(cycle);
  }
}

function nudge() { if (running) again = true; else if (!misses) cycle(); }

function tell() {
  const isOff = misses > 1 || (misses && !navigator.onLine);
  if (isOff) write(banner, `离线，数据截至 ${time.minute(goodAt)}`);
  if (banner.hidden === Boolean(isOff)) banner.hidden = !isOff;
  for (const screen of shown) {
    if (stopped) continue;
    if (misses) screen.say("dead", "连接中断，正在重试");
    else if (time.deviceIsWrong) screen.say("slow", "本机时钟不准，显示平台时间");
    else screen.say(feed?.isUp ? "live" : "slow", feed?.isUp ? "实时" : "定时刷新");
    screen.stamps();
  }
}

async function refused(why) {
  stopped = true;
  feed?.source?.close();
  if (isDevice) {
    for (const screen of [...shown, ...ready]) screen.dispose();
    wall.replaceChildren();
    await keep.forget();
    location.replace("/wall/");
    return;
  }
  for (const screen of shown) screen.say("dead", why === "sign-in" ? "登录已失效，请刷新页面重新登录" : "无权查看这块屏幕");
}

// --- Screens that come and go ------------------------------------------------------------------------

async function bring(code) {
  const entry = playlist.find((one) => one.screen === code);
  let html = "", state = null;
  try {
    const [frame, data] = await Promise.all([fetch(`/screen/${code}/frame`, { credentials: "same-origin" }), fetch(entry.url, { credentials: "same-origin", cache: "no-store" })]);
    if (frame.status === 401 || data.status === 401) throw new Refused(data.headers.get("X-Wall") ?? "401");
    if (!frame.ok || !data.ok) throw new Error(`${frame.status} ${data.status}`);
    [html, state] = [await frame.text(), await data.json()];
    if (context.keeps) keep.save(code, { state, html });
  } catch (error) {
    if (error instanceof Refused) throw error;
    const kept = isDevice ? await keep.load(code) : null;
    if (!kept) throw error;
    ({ html, state } = kept);
  }
  const frame = new DOMParser().parseFromString(html, "text/html").querySelector(".frame");
  frame.classList.remove("one");
  frame.hidden = true;
  document.importNode(frame, true);
  wall.append(frame);
  return new Screen(frame, state, context);
}

async function prepare(at) {
  const codes = rotation.codesAt(at);
  if (moving || (ready.length && ready.every((screen, i) => screen.code === codes[i]))) return;
  moving = true;
  try { drop(ready); ready = []; for (const code of codes) ready.push(await bring(code)); }
  catch (error) { drop(ready); ready = []; if (error instanceof Refused) await refused(error.message); }
  finally { moving = false; }
}

// Show the screens from a place of the list on; those that were shown are gone when it returns.
async function go(at) {
  const panes = rotation?.panes ?? 1;
  const codes = Array.from({ length: panes }, (_, i) => playlist[(at + i) % playlist.length].screen);
  if (moving) return;
  moving = true;
  try {
    if (!(ready.length === panes && ready.every((screen, i) => screen.code === codes[i]))) {
      drop(ready);
      ready = [];
      for (const code of codes) ready.push(await bring(code));
    }
    const gone = shown;
    [shown, ready] = [ready, []];
    for (const screen of shown) { screen.frame.hidden = false; wall.append(screen.frame); }
    drop(gone);
    fit();
    for (const screen of shown) screen.paint();
    document.title = `${shown[0].frame.dataset.title} · 住建云`;
    rotation?.moved(at);
    tell();
  } catch (error) {
    drop(ready);
    ready = [];
    if (error instanceof Refused) await refused(error.message); else rotation?.moved(rotation.at);  // without network and unknown: stay
    if (briefing) throw error;
  } finally { moving = false; }
}

function drop(screens) { for (const screen of screens) screen.dispose(); }

async function replace(screen) {
  const fresh = await bring(screen.code);
  const place = shown.indexOf(screen);
  screen.frame.replaceWith(fresh.frame);
  screen.dispose();
  shown[place] = fresh;
  fresh.frame.hidden = false;
  fit();
  fresh.paint();
}

// --- Size ---------------------------------------------------------------------------------------------

function panesFor(width, height) {
  if (PHONE.matches || briefing || !playlist.length) return 1;
  return Math.max(1, Math.min(3, playlist.length, Math.floor(width / height / WIDE + 0.05)));
}

function fit() {
  const width = innerWidth, height = innerHeight, panes = Math.max(1, shown.length);
  wall.style.setProperty("--panes", panes);
  for (const screen of shown) screen.fit(width / panes, height, PHONE.matches);
}

// --- Touch, keys, cards --------------------------------------------------------------------------------

let movedAt = 0;
function touched() {
  movedAt = performance.now();
  if (body.classList.contains("idle")) body.classList.remove("idle");
  rotation?.hold();
}
for (const kind of ["pointermove", "pointerdown", "keydown", "touchstart", "wheel"]) addEventListener(kind, touched, { passive: true });

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  if (link && (isDevice || briefing) && !card.contains(link)) { event.preventDefault(); return; }
  const figure = event.target.closest("[data-code]");
  if (!figure || briefing) return;
  const city = figure.dataset.city ? `?city=${figure.dataset.city}` : "";
  const answer = await fetch(`/screen/figure/${figure.dataset.code}/card${city}`, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  card.innerHTML = await answer.text();
  card.querySelector(".close").addEventListener("click", () => card.close());
  if (!card.open) card.showModal();
});
card.addEventListener("click", (event) => { if (event.target === card) card.close(); });

// --- One ticker, and who looks after it ----------------------------------------------------------------

function tick() {
  const now = performance.now();
  if (stopped) return;
  if (!running && now >= nextAt) cycle();
  if (now - stampedAt >= 5_000) { stampedAt = now; for (const screen of shown) screen.stamps(); }
  feed?.tick(now);
  const turn = rotation?.turn(now);
  if (turn?.prepare !== undefined) prepare(turn.prepare);
  if (turn?.go !== undefined) go(turn.go);
  if (card.open) { rotation?.hold(1_500); if (isDevice && now - movedAt > 60_000) card.close(); }
  if (isDevice && now - movedAt > 5_000) body.classList.add("idle");
}

// The cycle is three rounds behind its own plan: load the page once, and say so when it is back.
function watch() {
  const now = performance.now(), slept = now - watchedAt > 3 * REFRESH;
  watchedAt = now;
  if (slept) visibleSince = now;  // the machine was asleep, not the page: the ticker gets its chance first
  if (stopped || document.hidden || now - visibleSince < 3 * REFRESH || now < nextAt + 3 * REFRESH) return;
  if (sessionStorage.getItem("zjy-reloaded")) return;
  sessionStorage.setItem("zjy-reloaded", "1");
  sessionStorage.setItem("zjy-note", `watchdog: no cycle for ${Math.round((now - nextAt) / 1000)} s, page reloaded`);
  location.reload();
}

// --- Start ----------------------------------------------------------------------------------------------

async function start() {
  let first = read("first"), isKept = false;
  const frame = wall.querySelector(".frame");
  if (isDevice) {
    const kept = await keep.load(frame.dataset.screen);  // newer than the page itself when that came without network
    if (kept && kept.state.layout === first.layout && kept.state.server_time > first.server_time) [first, isKept] = [kept.state, true];
  }
  time.hear(first.server_time);
  goodAt = time.now();
  shown = [new Screen(frame, first, context)];
  fit();
  shown[0].paint();
  document.documentElement.dataset.painted = "yes";
  addEventListener("resize", fit);
  PHONE.addEventListener("change", fit);
  addEventListener("online", () => { nextAt = 0; });
  addEventListener("offline", () => { misses = Math.max(misses, 1); tell(); nextAt = Math.min(nextAt, performance.now() + 3_000); });
  document.addEventListener("visibilitychange", () => { visibleSince = performance.now(); if (!document.hidden) nextAt = 0; });
  feed = new Feed(body, (code) => { if (code === "alarms" || shown.some((screen) => screen.state.codes.includes(code))) nudge(); }, tell);
  tell();
  setInterval(tick, 1_000);
  setInterval(watch, REFRESH);
  const panes = panesFor(innerWidth, innerHeight);
  if (body.dataset.mode === "briefing") {
    body.classList.add("briefing");
    briefing = new Briefing(playlist, () => shown[0], go);
  } else if (body.hasAttribute("data-rotates") || panes > 1) {
    rotation = new Rotation(playlist, panes, progress);
    rotation.at = Math.max(0, playlist.findIndex((one) => one.screen === shown[0].code));
    rotation.hear(first.alarms);
    if (!body.hasAttribute("data-rotates")) { rotation.hold(Infinity); progress.hidden = true; }
    if (panes > 1) await go(rotation.at);
  }
  if (isDevice) { keep.save(shown[0].code, { state: first, html: shown[0].frame.outerHTML }); works(); }
  if (isKept || !navigator.onLine) nextAt = 0;
  else if (isDevice) nextAt = Math.min(nextAt, performance.now() + 3_000);  // the page may have come from the device itself
}

// The script that starts the wall without network needs HTTPS or localhost; elsewhere the page lives as long as it is open.
async function works() {
  if (!navigator.serviceWorker) { console.info("非 HTTPS 页面，断网时不能重新打开"); return; }
  try {
    await navigator.serviceWorker.register("/wall/worker.js", { scope: "/wall/" });
    const known = await navigator.serviceWorker.ready;
    const parts = performance.getEntriesByType("resource").map((one) => one.name).filter((name) => name.startsWith(`${location.origin}/static/`));
    known.active.postMessage({ keep: [`${location.origin}/wall/`, ...new Set(parts)] });
  } catch (error) { console.warn("离线脚本没有装上", error); }
}

start();
