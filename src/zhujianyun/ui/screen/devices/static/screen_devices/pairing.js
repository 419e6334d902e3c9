// Asks every few seconds whether the pairing was approved; then the wall starts. A code that is over is replaced.
const link = document.getElementById("link"), left = document.getElementById("left");
const waiting = document.body.dataset.state === "waiting";
const ASK = 3_000;
const endsAt = performance.now() + Number(document.body.dataset.seconds) * 1000;
let pause = ASK;

function say(text) { if (link.textContent !== text) link.textContent = text; }

function countDown() {
  const seconds = Math.max(0, Math.round((endsAt - performance.now()) / 1000));
  if (left) left.textContent = `还有 ${Math.floor(seconds / 60)} 分 ${String(seconds % 60).padStart(2, "0")} 秒有效，批准后自动开始播放`;
  return seconds;
}

async function ask() {
  try {
    if (!waiting || countDown() <= 20) { if (performance.now() > endsAt - 20_000) { location.replace("/wall/"); return; } }
    else {
      const answer = await fetch("/wall/pairing", { method: "POST", credentials: "same-origin", signal: AbortSignal.timeout(10_000) });
      const told = await answer.json();
      if (told.state !== "waiting") { location.replace("/wall/"); return; }
    }
    say("等待批准");
    pause = ASK;
  } catch {
    pause = Math.min(pause * 2, 60_000);
    say("网络中断，正在重试");
  }
  setTimeout(ask, pause * (0.9 + Math.random() * 0.2));
}

setTimeout(ask, ASK);
