// The only place that makes and ends charts: one instance per widget for ever, no animation, nothing left behind.
const watching = new Map();  // holder → ResizeObserver

export function chartIn(body) {
  let holder = body.querySelector(":scope > .chart");
  if (!holder) {
    holder = document.createElement("div");
    holder.className = "chart";
    const words = document.createElement("div");
    words.className = "visually-hidden";
    body.replaceChildren(holder, words);
    const observer = new ResizeObserver(() => { if (holder.clientWidth && holder.clientHeight) echarts.getInstanceByDom(holder)?.resize({ animation: { duration: 0 } }); });
    observer.observe(holder);
    watching.set(holder, observer);
  }
  const chart = echarts.getInstanceByDom(holder) ?? echarts.init(holder, null, { renderer: "svg" });
  if (holder.clientWidth && (chart.getWidth() !== holder.clientWidth || chart.getHeight() !== holder.clientHeight)) chart.resize();
  return chart;
}

export function disposeIn(root) {
  for (const holder of root.querySelectorAll(".chart")) {
    watching.get(holder)?.disconnect();
    watching.delete(holder);
    echarts.getInstanceByDom(holder)?.dispose();
  }
}

export const alive = () => watching.size;

let mapReady = null;  // once per page: registering decodes and changes what it is given

export function withMap(url) {
  mapReady ??= fetch(url).then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); return answer.json(); }).then((geo) => {
    for (const feature of geo.features) feature.properties.adcode = feature.id;
    echarts.registerMap("guangxi", geo);
  }).catch((error) => { mapReady = null; throw error; });
  return mapReady;
}
