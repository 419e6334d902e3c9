// The clocks of a proof, reckoned again (时限复算): day by day as recompute_clock.py does it, slow and easy to check.

import { Refused } from "./draw.js";

const DAY = 86400000, MOST_DAYS = 5000, MOST_SPAN = 366 * 40;
const LAMPS = ["", "green", "yellow", "red", "black"];
export const LAMP_ZH = { "": "无", green: "正常", yellow: "临期", red: "今日到期", black: "超期" };
export const FIELD_ZH = { due: "到期日", net: "净用天数", gross: "总用天数", left: "剩余天数", lamp: "时限灯", paused: "是否中止", overdue: "是否超期" };

/** A day as a number of days; null for none. */
export function day(text) {
  if (text === null || text === undefined || text === "") return null;
  if (typeof text !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(text)) throw new Refused(`日期“${text}”写法不对，应为 2020-01-31 这样。`);
  const at = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text) throw new Refused(`没有“${text}”这一天。`);
  return at / DAY;
}
/** A number of days as text. */
export const iso = (d) => new Date(d * DAY).toISOString().slice(0, 10);

function calendarOf(clock) {
  const from = clock.calendar;
  if (!from || !Array.isArray(from.rows) || !Array.isArray(from.fixed_holidays)) throw new Refused("证明里没有工作日历，不能复算。");
  const rows = new Map();
  for (const row of from.rows) if (!rows.has(row.day)) rows.set(row.day, row.workday === true);
  return (d) => {
    const text = iso(d);
    if (rows.has(text)) return rows.get(text);
    const week = new Date(d * DAY).getUTCDay();
    if (week === 0 || week === 6) return false;
    if (from.published_from <= text && text <= from.published_to) return true;
    return !from.fixed_holidays.some((one) => one.month === +text.slice(5, 7) && one.day === +text.slice(8) && one.from <= text && (one.to === null || text <= one.to));
  };
}

const endOf = (s) => { const ends = ["resumed_on", "cap_on"].filter((n) => s[n]).map((n) => day(s[n])); return ends.length ? Math.min(...ends) : null; };
const isPaused = (segments, d) => segments.some((s) => day(s.paused_on) <= d && (endOf(s) === null || d < endOf(s)));
const isExcluded = (segments, d, until) => segments.some((s) => { const end = endOf(s) ?? until; return end !== null && day(s.paused_on) < d && d <= end; });
const keptOn = (segments, d) => segments.filter((s) => day(s.paused_on) < d && !isPaused([s], d));
const worse = (a, b) => (LAMPS.indexOf(a) >= LAMPS.indexOf(b) ? a : b);
const milder = (a, b) => (LAMPS.indexOf(a) <= LAMPS.indexOf(b) ? a : b);
const counts = (clock, d) => clock.unit === "day" || clock.works(d);

function reach(clock, segments, days) {
  let d = day(clock.start), left = days;
  if (left === 0) {
    while (clock.unit !== "day" && !clock.works(d)) d += 1;
  }
  while (left > 0) {
    d += 1;
    if (counts(clock, d) && !isExcluded(segments, d, null)) left -= 1;
  }
  for (let moved = true; moved;) {
    moved = false;
    for (const s of segments) {
      const end = endOf(s);
      if (end !== null && day(s.paused_on) <= d && d < end) { d = end; moved = true; }
    }
  }
  return d;
}

function used(clock, segments, until, net) {
  let found = 0;
  for (let d = day(clock.start) + 1; d <= until; d++) if (counts(clock, d) && !(net && isExcluded(segments, d, until))) found += 1;
  return found;
}

function runningDay(segments, d) {
  for (;;) {
    const held = segments.filter((s) => isPaused([s], d) && day(s.paused_on) < d).map((s) => day(s.paused_on));
    if (!held.length) return d;
    d = Math.min(...held);
  }
}

function plainLamp(clock, segments, budget, d) {
  const due = reach(clock, segments, budget);
  if (d > due) return "black";
  if (d === due) return "red";
  return d >= reach(clock, segments, firstYellow(clock.yellow, budget)) ? "yellow" : "green";
}

/** ceil(share × budget) in whole numbers: the share is a decimal string such as "0.7". */
function firstYellow(share, budget) {
  const found = /^(\d+)(?:\.(\d+))?$/.exec(String(share));
  if (!found) throw new Refused("证明里的临期比例写法不对。");
  const scale = 10n ** BigInt((found[2] || "").length), part = BigInt(found[1] + (found[2] || "")) * BigInt(budget);
  return Number((part + scale - 1n) / scale);
}

function lamp(clock, at) {
  const { segments, lengthenings, days } = clock;
  const d = runningDay(segments, at);
  if (!lengthenings.length) return plainLamp(clock, isPaused(segments, d) ? keptOn(segments, d) : segments, days, d);
  const granted = lengthenings.filter((g) => day(g.on) <= d);
  let shown = "", sum = 0;
  for (const one of granted) {
    const on = runningDay(segments, day(one.on));
    shown = worse(shown, plainLamp(clock, keptOn(segments, on), days + sum, on));
    sum += one.days;
  }
  return worse(plainLamp(clock, keptOn(segments, d), days + sum, d), milder(shown, "yellow"));
}

/** What one clock says on a day. */
export function reading(clock, asOf) {
  const d = clock.stopped ? Math.max(day(clock.stopped) ?? asOf, day(clock.start)) : asOf;
  const budget = clock.days + clock.lengthenings.reduce((sum, g) => sum + g.days, 0);
  const paused = isPaused(clock.segments, d), since = runningDay(clock.segments, d);
  const due = reach(clock, paused ? keptOn(clock.segments, since) : clock.segments, budget);
  const net = used(clock, clock.segments, d, true);
  return { due: paused ? null : iso(due), net, gross: used(clock, clock.segments, d, false), left: budget - net, lamp: lamp(clock, d), paused, overdue: since > due };
}

function checked(raw, asOf) {
  const whole = (n) => Number.isInteger(n) && n >= 0 && n <= MOST_DAYS;
  if (!raw || typeof raw !== "object" || !Array.isArray(raw.segments) || !Array.isArray(raw.lengthenings) || !raw.result) throw new Refused("证明不完整：有时限缺起算、中止或结果。请重新导出。");
  if (!whole(raw.days) || !raw.lengthenings.every((g) => whole(g.days))) throw new Refused("证明里的天数不是合理的整数，不能复算。");
  if (raw.unit !== "workday" && raw.unit !== "day") throw new Refused(`证明里的计算单位“${raw.unit}”不认识。`);
  const days = [raw.start, raw.stopped, ...raw.segments.flatMap((s) => [s.paused_on, s.resumed_on, s.cap_on]), ...raw.lengthenings.map((g) => g.on)].map(day).filter((d) => d !== null);
  if (day(raw.start) === null || raw.segments.some((s) => day(s.paused_on) === null)) throw new Refused("证明不完整：缺起算日或中止日。");
  if (Math.max(...days, asOf) - Math.min(...days, asOf) > MOST_SPAN || raw.segments.length > 500) throw new Refused("证明的时间跨度超过四十年，不合常理，不能复算。");
  return { ...raw, works: calendarOf(raw) };
}

/** The whole proof: [{clock, found, differs: [field]}], ok. */
export function verify(proof) {
  if (!proof || typeof proof !== "object" || !Array.isArray(proof.clocks)) throw new Refused("这不是时限证明：没有时限。请使用办件页面“证明”下载的文件。");
  if (proof.format && proof.format !== "zhujianyun-clock-proof/1") throw new Refused(`时限证明的格式“${proof.format}”不认识，请重新导出。`);
  const asOf = day(proof.as_of);
  if (asOf === null) throw new Refused("证明不完整：缺截至日期。");
  if (!proof.clocks.length) throw new Refused("证明里一个时限也没有，没有可以复算的内容。");
  if (proof.clocks.length > 200) throw new Refused("证明里的时限超过 200 个，不合常理。");
  const clocks = proof.clocks.map((raw) => {
    const clock = checked(raw, asOf), found = reading(clock, asOf);
    return { clock, found, differs: Object.keys(found).filter((name) => (raw.result[name] ?? null) !== found[name]) };
  });
  return { ok: clocks.every((one) => !one.differs.length), asOf, clocks };
}

/** The days of one clock, for the strip: {day, kind: work|off|paused, count, isDue, isStart, notice}. */
export function strip({ clock, found }, asOf, most = 90) {
  const start = day(clock.start), stop = clock.stopped ? day(clock.stopped) : asOf;
  const last = Math.max(found.due ? day(found.due) : stop, Math.min(stop, start + most)), rows = new Map(clock.calendar.rows.map((r) => [r.day, r]));
  const made = [];
  let count = 0;
  for (let d = start; d <= last && made.length <= most; d++) {
    const off = !counts(clock, d), held = isExcluded(clock.segments, d, stop);
    const kind = d === start ? "start" : held ? "paused" : off ? "off" : "work";
    if (kind === "work") count += 1;
    made.push({ day: iso(d), kind, count: kind === "work" ? count : null, isDue: iso(d) === found.due, notice: rows.get(iso(d))?.notice || "" });
  }
  return { days: made, cut: last - start + 1 - made.length };
}
