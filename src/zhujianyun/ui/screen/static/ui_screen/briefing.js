// Briefing: arrow keys step through a screen and then through each of its widgets, large, with its definition.
// Presenter-safe: nothing on the screen navigates, only arrows, page keys and Esc do anything.
import { node, write } from "./dom.js";

const AHEAD = new Set(["ArrowRight", "ArrowDown", "PageDown", " ", "Enter"]);
const BACK = new Set(["ArrowLeft", "ArrowUp", "PageUp"]);

export class Briefing {
  constructor(playlist, current, go) {
    [this.playlist, this.current, this.go] = [playlist, current, go];
    this.screen = playlist.findIndex((entry) => entry.screen === current().code);
    this.step = 0;  // 0: the whole screen; n: its n-th widget
    this.busy = false;
    this.onKey = (event) => this.key(event);
    addEventListener("keydown", this.onKey, true);
    this.show();
  }

  get widgets() {
    return [...this.current().widgets.values()].filter((w) => w.isConnected).sort((a, b) => Number(a.style.order) - Number(b.style.order));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const known = AHEAD.has(event.key) || BACK.has(event.key) || ["Home", "End", "Escape", "Backspace"].includes(event.key);
    if (!known) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.busy) return;
    if (AHEAD.has(event.key)) this.move(1);
    else if (BACK.has(event.key)) this.move(-1);
    else if (event.key === "Home") { this.step = 0; this.show(); }
    else if (event.key === "End") { this.step = this.widgets.length; this.show(); }
    else if (event.key === "Escape") { if (this.step) { this.step = 0; this.show(); } else this.leave(); }
  }

  async move(by) {
    const count = this.widgets.length;
    const next = this.step + by;
    if (next >= 0 && next <= count) { this.step = next; this.show(); return; }
    const screen = this.screen + by;
    if (screen < 0 || screen >= this.playlist.length) return;  // the ends stay: no surprise in front of people
    this.busy = true;
    this.clear();
    try {
      await this.go(screen);
      [this.screen, this.step] = [screen, by > 0 ? 0 : this.widgets.length];
    } finally { this.busy = false; }
    this.show();
  }

  clear() {
    const screen = this.current();
    screen.frame.classList.remove("one");
    for (const [id, element] of screen.widgets) if (element.classList.contains("big")) { element.classList.remove("big"); element.querySelector(".brief")?.remove(); screen.repaint(id); }
  }

  show() {
    this.clear();
    const screen = this.current(), widgets = this.widgets, element = widgets[this.step - 1];
    if (element) {
      screen.frame.classList.add("one");
      element.classList.add("big");
      screen.repaint(element.dataset.widget);
      this.define(element, screen.state.widgets[element.dataset.widget]);
    }
    this.count(screen, widgets.length);
  }

  count(screen, total) {
    let mark = screen.frame.querySelector(".steps");
    if (!mark) { mark = node("span", "steps"); screen.frame.querySelector(".now").prepend(mark); }
    write(mark, `第 ${this.screen + 1} / ${this.playlist.length} 屏${this.step ? ` · ${this.step} / ${total}` : ""}`);
  }

  // Under the picture: what is counted, and what it is compared with.
  async define(element, data) {
    const told = node("div", "brief");
    element.append(told);
    const named = (data.figures ?? data.rows?.flatMap((r) => (r.from ? [r.from, r.to] : [])) ?? []).map((f) => f.code);
    const codes = [...new Set(named.length ? named : (data.code ? [data.code] : data.series?.map((s) => s.code) ?? []))].filter(Boolean).slice(0, 4);
    if (codes.length > 2) told.classList.add("many");
    for (const code of codes) {
      const answer = await fetch(`/screen/figure/${code}/card`, { credentials: "same-origin" }).catch(() => null);
      if (!answer?.ok || !told.isConnected) return;
      const card = new DOMParser().parseFromString(await answer.text(), "text/html");
      const say = (name) => [...card.querySelectorAll("dt")].find((dt) => dt.textContent === name)?.nextElementSibling?.textContent.trim();
      const line = node("p");
      line.append(node("b", "", card.querySelector("h3").firstChild.textContent.trim()), `　${say("口径") ?? ""}`);
      const beside = ["同比", "目标"].map((name) => say(name) && `${name} ${say(name)}`).filter(Boolean).join("　");
      if (beside) line.append(node("span", "", `　${beside}`));
      told.append(line);
    }
    if (told.isConnected) this.current().repaint(element.dataset.widget);  // the words took some of its room
  }

  leave() {
    removeEventListener("keydown", this.onKey, true);
    const to = new URL(location.href);
    to.searchParams.delete("mode");
    location.assign(to);
  }
}
