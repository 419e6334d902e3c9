// Nudges from the platform: which figure changed. Polling goes on whether they come or not.
export class Feed {
  constructor(body, onNudge, onState) {
    [this.body, this.onNudge, this.onState] = [body, onNudge, onState];
    [this.source, this.isUp, this.wait, this.retryAt] = [null, false, 2_000, 0];
    addEventListener("pagehide", () => this.source?.close(), { once: true });
    this.open(body.dataset.ticket);
  }

  get base() {
    const told = this.body.dataset.stream;
    return told.startsWith(":") ? `${location.protocol}//${location.hostname}${told}` : told;
  }

  open(ticket) {
    if (!this.body.dataset.stream) return;
    this.source?.close();
    const source = (this.source = new EventSource(`${this.base}/stream?ticket=${encodeURIComponent(ticket)}`));
    source.addEventListener("hello", () => { [this.isUp, this.wait] = [true, 2_000]; this.onState(); });
    source.addEventListener("changed", (event) => this.onNudge(JSON.parse(event.data).indicator));
    source.addEventListener("error", () => {
      this.isUp = false;
      this.onState();
      if (source.readyState === EventSource.CLOSED) this.again();  // refused: the ticket is too old, or the house is full
    });
  }

  again() {
    this.retryAt = performance.now() + this.wait * (0.8 + Math.random() * 0.4);
    this.wait = Math.min(this.wait * 2, 300_000);
  }

  // Called by the page's ticker.
  async tick(now) {
    if (!this.retryAt || now < this.retryAt) return;
    this.retryAt = 0;
    try {
      const answer = await fetch("/screen/ticket", { credentials: "same-origin", cache: "no-store" });
      if (answer.ok) this.open(await answer.text()); else this.again();
    } catch { this.again(); }
  }
}
