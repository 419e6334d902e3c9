/* The graph of links: drag, wheel, pinch, keys. Without it the picture stands still and the list remains. */
"use strict";
(() => {
  const svg = document.querySelector("[data-inv-graph]");
  if (!svg) return;
  const whole = svg.viewBox.baseVal;
  const all = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
  let now = { ...all };
  const show = () => svg.setAttribute("viewBox", `${now.x} ${now.y} ${now.width} ${now.height}`);
  const zoom = (factor, cx = 0.5, cy = 0.5) => {
    const width = Math.min(all.width * 2, Math.max(all.width / 30, now.width * factor));
    const height = width * (now.height / now.width);
    now = { x: now.x + (now.width - width) * cx, y: now.y + (now.height - height) * cy, width, height };
    show();
  };
  const move = (dx, dy) => { now.x += dx * now.width; now.y += dy * now.height; show(); };
  const reset = () => { now = { ...all }; show(); };

  const tools = document.querySelector("[data-inv-zoom]");
  if (tools) {
    tools.hidden = false;
    tools.addEventListener("click", (event) => {
      const does = event.target.closest("[data-inv-do]");
      if (does) ({ in: () => zoom(0.7), out: () => zoom(1.4), all: reset })[does.dataset.invDo]();
    });
  }
  svg.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const does = {
      ArrowLeft: () => move(-0.1, 0), ArrowRight: () => move(0.1, 0), ArrowUp: () => move(0, -0.1),
      ArrowDown: () => move(0, 0.1), "+": () => zoom(0.7), "=": () => zoom(0.7), "-": () => zoom(1.4), 0: reset,
    }[event.key];
    if (does) { event.preventDefault(); does(); }
  });
  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = svg.getBoundingClientRect();
    zoom(event.deltaY > 0 ? 1.15 : 0.87, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }, { passive: false });

  const held = new Map();
  let dragged = 0;
  svg.addEventListener("pointerdown", (event) => { held.set(event.pointerId, event); dragged = 0; });
  svg.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const box = svg.getBoundingClientRect();
    if (held.size === 2) {
      const [other] = [...held.values()].filter((one) => one.pointerId !== event.pointerId);
      const far = (a) => Math.hypot(a.clientX - other.clientX, a.clientY - other.clientY) || 1;
      zoom(far(before) / far(event));
    } else {
      dragged += Math.abs(event.clientX - before.clientX) + Math.abs(event.clientY - before.clientY);
      if (dragged > 4) { svg.setPointerCapture(event.pointerId); svg.classList.add("is-moving"); }
      move((before.clientX - event.clientX) / box.width, (before.clientY - event.clientY) / box.height);
    }
    held.set(event.pointerId, event);
  });
  const let_go = (event) => { held.delete(event.pointerId); svg.classList.remove("is-moving"); };
  svg.addEventListener("pointerup", let_go);
  svg.addEventListener("pointercancel", let_go);
  svg.addEventListener("click", (event) => { if (dragged > 4) event.preventDefault(); }, true);
  svg.addEventListener("dragstart", (event) => event.preventDefault());
})();
