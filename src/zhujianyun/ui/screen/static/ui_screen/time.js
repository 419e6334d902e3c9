// The platform's time on this page: what the last answer said, carried on by a clock that nobody sets.
let toldAt = NaN, heardAt = 0;
export let deviceIsWrong = false;

export function hear(text, headerDate) {
  const at = Date.parse(text ?? "");
  if (!Number.isNaN(at)) { toldAt = at; heardAt = performance.now(); }
  const real = Date.parse(headerDate ?? "");
  if (!Number.isNaN(real)) deviceIsWrong = Math.abs(Date.now() - real) > 120_000;
}

export const now = () => toldAt + performance.now() - heardAt;

const PARTS = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export function minute(at) {
  const part = Object.fromEntries(PARTS.formatToParts(at).map((p) => [p.type, p.value]));
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}`;
}

// 14:30 on the day that the platform has, the whole date before.
export function shortMinute(at) {
  const text = minute(at);
  return text.slice(0, 10) === minute(now()).slice(0, 10) ? text.slice(11) : text;
}
