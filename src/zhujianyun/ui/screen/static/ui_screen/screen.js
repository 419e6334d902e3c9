// One screen on the page: its frame, its data, how it is asked for, painted, stamped and taken away.
import { disposeIn } from "./charts.js";
import { morph, node, write } from "./dom.js";
import { paint } from "./forms.js";
import * as keep from "./keep.js";
import * as time from "./time.js";

export const PATIENCE = 20_000;  // ms for one answer
const ALARM_ZH = { urgent: "紧急", serious: "重要", minor: "一般" };

export class Refused extends Error {}

// What a widget needs on an upright wall, in units of the stage, and whether it may take what is left over.
function naturalHeight({ element, width, height }, data) {
  const frame = 52 + (element.querySelector("h2") ? 40 : 0), count = data.figures?.length ?? 1;
  const columns = Math.min(data.columns ?? 1, count);
  switch (element.dataset.form) {
    case "hero": return [frame + 190, true];
    case "figure": return [frame + 150, false];
    case "pair": return [frame + 30 + 88 * Math.ceil(count / columns), false];
    case "lamps": return [frame + 120, false];
    case "flow": return [frame + 92 * (data.rows?.length ?? 3), true];
    case "backlog": return [frame + 280, true];
    case "ranking": return [frame + 34 * (data.cities?.length ?? 14), true];
    case "map": return [frame + 440, true];
    default: return [Math.min(900, frame + (1000 * height * 76) / (width * 77)), true];
  }
}

export class Screen {
  constructor(frame, state, context) {
    [this.frame, this.state, this.context] = [frame, state, context];
    this.stage = frame.querySelector(".stage");
    this.widgets = new Map([...frame.querySelectorAll(".widget")].map((w) => [w.dataset.widget, w]));
    this.etag = frame.dataset.tag || null;
    this.asking = null;
    [this.shape, this.upright] = ["", 1];
  }

  get code() { return this.frame.dataset.screen; }
  get isStale() { return this.state.layout !== undefined && this.state.layout !== this.frame.dataset.layout; }

  // One request; true when something changed.
  async fetch(note) {
    const asking = (this.asking = new AbortController());
    const late = setTimeout(() => asking.abort(), PATIENCE);
    try {
      const headers = {};
      if (this.etag) headers["If-None-Match"] = this.etag;
      if (note) headers["X-Wall-Note"] = encodeURIComponent(note);
      const answer = await fetch(this.frame.dataset.url, { headers, credentials: "same-origin", cache: "no-store", signal: asking.signal });
      if (answer.status === 401 || answer.status === 403 || answer.status === 404) throw new Refused(answer.headers.get("X-Wall") ?? String(answer.status));
      time.hear(answer.headers.get("X-Server-Time"), answer.headers.get("Date"));
      if (answer.status === 304) {
        this.confirm(answer.headers.get("X-As-Of"));
        return false;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const next = await answer.json(), before = this.state;
      time.hear(next.server_time);
      this.etag = this.frame.dataset.tag = answer.headers.get("ETag") ?? "";
      this.state = next;
      if (!this.isStale) this.paint(before);
      if (this.context.keeps) keep.save(this.code, { state: next, html: this.frame.outerHTML });
      return true;
    } finally {
      clearTimeout(late);
      if (this.asking === asking) this.asking = null;
    }
  }

  // Nothing reads otherwise, but it was looked at again: the stamps say so.
  confirm(stamps) {
    if (!stamps) return;
    for (const [id, at] of Object.entries(JSON.parse(stamps))) {
      if (this.state.widgets[id]) this.state.widgets[id].as_of = at;
    }
    this.stamps();
  }

  paint(before = null) {
    for (const [id, data] of Object.entries(this.state.widgets)) {
      const element = this.widgets.get(id);
      if (!element || (before && JSON.stringify(before.widgets[id]) === JSON.stringify(data))) continue;
      paint(element, data, this.context);
      if (before && !element.classList.replace("changed", "changed-again") && !element.classList.replace("changed-again", "changed")) element.classList.add("changed");
    }
    this.alarms();
    this.stamps();
  }

  repaint(id) { paint(this.widgets.get(id), this.state.widgets[id], this.context); }

  // Age grows while nothing arrives: by the platform's time, not by the clock of this machine.
  stamps() {
    const now = time.now();
    write(this.frame.querySelector(".clock"), time.minute(now));
    for (const [id, data] of Object.entries(this.state.widgets)) {
      const element = this.widgets.get(id);
      if (!element) continue;
      const age = (now - Date.parse(data.as_of)) / 60_000, sla = data.freshness_minutes;
      const isOver = Boolean(data.final);  // a period that is over cannot grow old
      const late = !data.as_of || !sla || isOver ? "" : age > 2 * sla ? "grey" : age > sla ? "amber" : "";
      element.classList.toggle("amber", late === "amber");
      element.classList.toggle("grey", late === "grey");
      const parts = [{ grey: "已停更", amber: "更新迟到" }[late], data.as_of && `截至 ${time.shortMinute(Date.parse(data.as_of))}`, data.coverage, data.note, data.source];
      const stamp = element.querySelector(".stamp"), text = parts.filter(Boolean).join(" · ");
      if (stamp.title === text) continue;
      stamp.title = text;
      stamp.replaceChildren(...parts.filter(Boolean).map((part) => node("span", "", part)));  // what does not fit is left out whole
    }
  }

  alarms() {
    const strip = this.frame.querySelector(".alarms"), told = this.state.alarms;
    const lines = told?.lines ?? [];
    strip.hidden = !lines.length;
    strip.classList.toggle("flash", Boolean(told?.new));
    const next = strip.cloneNode(false);
    for (const line of lines) {
      const part = node("span", `alarm ${line.state}`);
      part.append(node("b", "", `${line.state === "new" ? "▲" : "△"} ${ALARM_ZH[line.severity]}`), ` ${line.title}`);
      if (line.count > 1) part.append(node("em", "", `等 ${line.count.toLocaleString("zh-CN")} 条`));
      part.append(node("small", "", `${time.shortMinute(Date.parse(line.since))} 起${line.state === "new" ? "" : " · 已确认"}`));
      next.append(part);
    }
    if (told?.more > 0) next.append(node("span", "more", `另 ${told.more.toLocaleString("zh-CN")} 条`));
    morph(strip, next);
  }

  say(kind, text) {
    const link = this.frame.querySelector(".link");
    if (link.className !== `link ${kind}`) link.className = `link ${kind}`;
    write(link, text);
  }

  // Uniform scale and letterbox. Upright walls get a stage of their own, in reading order; phones scroll.
  fit(width, height, isPhone) {
    const shape = isPhone ? "phone" : height > width ? "upright" : "wide";
    if (shape !== this.shape) this.arrange((this.shape = shape));
    if (isPhone) { this.stage.style.transform = this.stage.style.width = this.stage.style.height = ""; return; }
    const more = this.upright, [w, h] = shape === "upright" ? [1080 * more, 1920 * more] : [1920, 1080];  // a full screen gets a larger stage
    [this.stage.style.width, this.stage.style.height] = [`${w}px`, `${h}px`];
    const scale = Math.min(width / w, height / h);
    this.stage.style.transform = `translate(${(width - w * scale) / 2}px, ${(height - h * scale) / 2}px) scale(${scale})`;
  }

  arrange(shape) {
    this.frame.classList.toggle("upright", shape === "upright");
    const grid = this.frame.querySelector(".grid");
    const placed = [...this.widgets.values()].map((element) => {
      const [column, row, width, height] = element.dataset.at.split(",").map(Number);
      return { element, column, row, width, height };
    });
    for (const one of placed) one.element.style.order = one.row * 100 + one.column;
    if (shape !== "upright") {
      grid.style.gridTemplateRows = "";
      for (const { element, column, row, width, height } of placed) element.style.gridArea = `${row + 1} / ${column + 1} / span ${height} / span ${width}`;
      return;
    }
    const rows = [];  // small ones stand in pairs; who stays alone takes the whole line
    for (const one of placed.sort((a, b) => a.row - b.row || a.column - b.column)) {
      const data = this.state.widgets[one.element.dataset.widget] ?? {};
      const [natural, grows] = naturalHeight(one, data);
      const isSmall = ["figure", "pair"].includes(one.element.dataset.form) && (data.figures?.length ?? 0) <= 2;
      const beside = isSmall && rows.find((r) => r.free);
      if (beside) { beside.parts.push(one); beside.free = false; beside.natural = Math.max(beside.natural, natural); }
      else rows.push({ parts: [one], free: isSmall, natural, grows });
    }
    grid.style.gridTemplateRows = rows.map((r) => (r.grows ? `minmax(${r.natural}px, ${r.natural}fr)` : `${r.natural}px`)).join(" ");
    rows.forEach((line, r) => {
      const span = 24 / line.parts.length;
      line.parts.forEach((part, i) => { part.element.style.gridArea = `${r + 1} / ${i * span + 1} / span 1 / span ${span}`; });
    });
    const needed = rows.reduce((sum, r) => sum + r.natural + 14, 0) + 290;
    this.upright = Math.max(1, needed / 1920);
  }

  dispose() {
    this.asking?.abort();
    disposeIn(this.frame);
    this.frame.remove();
  }
}
