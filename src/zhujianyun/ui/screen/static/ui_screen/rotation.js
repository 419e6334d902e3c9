// Screens in turn: so long each, held while somebody touches, hovers or types, jumping to an alarm and back.
export const HOLD = 30_000;  // ms after the last touch
export const ALARM_HOLD = 120_000;  // ms at most on the screen of an alarm

export class Rotation {
  constructor(playlist, panes, progress) {
    [this.playlist, this.panes, this.progress] = [playlist, panes, progress];
    this.at = 0;
    this.since = performance.now();
    this.heldUntil = 0;
    this.alarm = null;  // {back, until, newest}
    this.seen = null;  // number of the newest alarm that was met
    progress.hidden = false;
  }

  get dwell() { return this.playlist[this.at].seconds * 1000; }
  get next() { return (this.at + this.panes) % this.playlist.length; }
  get isHeld() { return performance.now() < this.heldUntil; }

  codesAt(at) { return Array.from({ length: this.panes }, (_, i) => this.playlist[(at + i) % this.playlist.length].screen); }

  hold(ms = HOLD) { this.heldUntil = performance.now() + ms; }

  // What to do now: nothing, get the next one ready, or show one.
  turn(now) {
    if (this.isHeld) this.since += Math.max(0, now - (this.last ?? now));
    this.last = now;
    if (this.alarm) {
      if (now < this.alarm.until) { this.show(1); return null; }
      const { back } = this.alarm;
      this.alarm = null;
      return { go: back };
    }
    const spent = now - this.since;
    this.show(Math.min(1, spent / this.dwell));
    if (this.isHeld || this.playlist.length <= this.panes) return null;
    if (spent >= this.dwell) return { go: this.next };
    return spent >= this.dwell - 5_000 ? { prepare: this.next } : null;
  }

  moved(at) { [this.at, this.since] = [at, performance.now()]; }

  show(share) {
    this.progress.classList.toggle("held", this.isHeld);
    this.progress.firstElementChild.style.width = `${(share * 100).toFixed(1)}%`;
  }

  // A new alarm whose screen is on the list: go there; seen or over: back to where it was.
  hear(alarms) {
    if (!alarms) return null;
    const isFirst = this.seen === null, isNew = alarms.newest > (this.seen ?? 0);
    if (isNew || isFirst) this.seen = alarms.newest;
    if (this.alarm && !alarms.new) this.alarm.until = 0;
    if (isFirst || !isNew || this.isHeld) return null;
    const line = alarms.lines.find((one) => one.newest === alarms.newest);
    const at = this.playlist.findIndex((entry) => line?.screens.includes(entry.screen));
    if (at < 0) return null;
    this.alarm = { back: this.alarm?.back ?? this.at, until: performance.now() + ALARM_HOLD };
    return at === this.at ? null : { go: at };
  }
}
