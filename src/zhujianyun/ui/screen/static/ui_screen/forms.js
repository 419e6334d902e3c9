// One function per form of widget. Data come as text already made by the server where they are text.
const C = { one: "#6cb4f5", two: "#2bb5a6", three: "#e58bc0", four: "#f6a04d", ink: "#f2f6fb", soft: "#a9bdd3", line: "#1f3a58", panel: "#10233a" };
const FONT = '"Noto Sans CJK SC","Noto Sans SC","HarmonyOS Sans SC","Microsoft YaHei","PingFang SC",sans-serif';
const phone = () => matchMedia("(max-width: 820px)").matches;

export function paint(element, data, context) {
  const body = element.querySelector(".body");
  const form = FORMS[element.dataset.form] ?? picture;
  if (!data || data.empty) { body.replaceChildren(node("p", "empty", data?.empty || "暂无数据")); inTable(element, null); return; }
  form(body, data, context);
  if (form === picture || CHARTS.has(form)) inTable(element, data);
}

function node(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function figureButton(figure, extra) {
  const button = node("button", "fig");
  button.type = "button";
  button.dataset.code = figure.code;
  if (figure.city) button.dataset.city = figure.city;
  button.append(node("span", "name", extra?.name ?? figure.name));
  const value = node("span", "value", figure.text);
  if (figure.unit_text) value.append(node("span", "unit", figure.unit_text));
  button.append(value);
  if (figure.side) button.append(node("span", "side", figure.side));
  const said = [...button.children].map((part) => part.textContent).join(" ");  // whoever speaks to the page says what he sees
  button.setAttribute("aria-label", `${said}，查看口径与记录`);
  return button;
}

function hero(body, data) {
  const button = figureButton(data.figures[0]);
  const figure = data.figures[0];
  if (figure.share !== null && figure.share !== undefined) {
    const meter = node("span", "meter"), fill = node("i");
    fill.style.width = `${Math.min(100, figure.share * 100)}%`;
    meter.append(fill);
    button.insertBefore(meter, button.querySelector(".side"));
  }
  body.replaceChildren(button);
}

function figures(body, data) {
  body.style.setProperty("--columns", Math.min(data.columns, data.figures.length));
  body.replaceChildren(...data.figures.map((f) => figureButton(f)));
}

function lamps(body, data) {
  const row = node("div", "lamps");
  data.figures.forEach((figure, i) => { const b = figureButton(figure); b.classList.add(data.lamps[i]); row.append(b); });
  body.replaceChildren(row);
}

function flow(body, data) {
  const table = node("div", "flow");
  for (const line of data.rows) {
    const row = node("div", "row"), bars = node("div", "bars"), nums = node("div", "nums");
    for (const [part, className] of [[line.from, ""], [line.to, "done"]]) {
      const bar = node("i", className);
      bar.style.width = `${part.width * 100}%`;
      bars.append(bar);
    }
    for (const [i, part] of [line.from, line.to].entries()) {
      const button = node("button", "", part.text);
      button.type = "button";
      button.dataset.code = part.code;
      button.setAttribute("aria-label", `${part.name} ${part.text}，查看口径与记录`);
      nums.append(i ? " → " : "", button);
    }
    nums.append(node("div", "", line.note));
    row.append(node("span", "label", line.label), bars, nums);
    table.append(row);
  }
  body.replaceChildren(table);
}

function chartIn(body) {
  let holder = body.querySelector(".chart");
  if (!holder) {
    holder = node("div", "chart");
    body.replaceChildren(holder, node("div", "visually-hidden"));
    new ResizeObserver(() => echarts.getInstanceByDom(holder)?.resize()).observe(holder);
  }
  return echarts.getInstanceByDom(holder) ?? echarts.init(holder, null, { renderer: "svg" });
}

function inWords(body, sentence) { const words = body.querySelector(".visually-hidden"); if (words) words.textContent = sentence; }

function backlog(body, data) {
  const chart = chartIn(body), size = phone() ? 13 : 24;
  const last = (values) => { for (let i = values.length - 1; i >= 0; i--) if (values[i] !== null) return i; return -1; };
  const line = (series, color) => ({
    id: series.code, name: series.name, type: "bar", data: series.values, barGap: "8%", barCategoryGap: "34%", itemStyle: { color },
  });
  chart.setOption({
    animation: false, textStyle: { fontFamily: FONT, fontSize: size, color: C.soft },
    grid: [{ left: size * 3.4, right: 12, top: size * 2.2, height: "44%" }, { left: size * 3.4, right: 12, bottom: size * 1.6, height: "22%" }],
    legend: { show: true, top: 0, left: 0, itemGap: size * 0.8, itemWidth: size, itemHeight: size * 0.7, textStyle: { color: C.soft, fontSize: size } },
    xAxis: [0, 1].map((i) => ({ type: "category", gridIndex: i, data: data.months.map((m) => m.replace("月", "")), axisLine: { lineStyle: { color: C.line } }, axisTick: { show: false }, axisLabel: { show: i === 1, color: C.soft, fontSize: size, interval: 0 } })),
    yAxis: [0, 1].map((i) => ({ type: "value", gridIndex: i, splitNumber: 2, axisLabel: { color: C.soft, fontSize: size }, splitLine: { lineStyle: { color: C.line } } })),
    series: [
      line(data.series[0], C.one), line(data.series[1], C.two),
      { id: "open", name: "月末在办（下）", type: "line", xAxisIndex: 1, yAxisIndex: 1, data: data.open, symbol: "circle", symbolSize: size * 0.4, lineStyle: { color: C.four, width: 3 }, itemStyle: { color: C.four },
        label: { show: true, formatter: (p) => (p.dataIndex === last(data.open) ? String(p.value) : ""), color: C.ink, fontSize: size, position: "top" } },
    ],
  }, { lazyUpdate: true, silent: true });
  inWords(body, data.sentence);
}

let mapReady = null;
function city(context) {
  mapReady ??= fetch(context.mapUrl).then((a) => a.json()).then((geo) => {
    for (const feature of geo.features) feature.properties.adcode = feature.id;
    echarts.registerMap("guangxi", geo);
  });
  return mapReady;
}

function map(body, data, context) {
  const chart = chartIn(body), size = phone() ? 11 : 24;
  const by = new Map(data.cities.map((c) => [c.code, c]));
  const shift = { 450700: [14, 6], 450600: [-30, 14], 450500: [22, 18] };
  city(context).then(() => chart.setOption({
    animation: false, textStyle: { fontFamily: FONT },
    visualMap: { show: true, type: "continuous", min: data.min, max: data.max, left: 4, bottom: 4, itemWidth: size * 0.8, itemHeight: size * 6, text: [data.max_text, data.min_text], textStyle: { color: C.soft, fontSize: size }, inRange: { color: ["#16324f", "#2f6ea6", "#8fcbff"] }, formatter: () => "" },
    series: [{
      id: "map", type: "map", map: "guangxi", nameProperty: "adcode", layoutCenter: ["50%", "50%"], layoutSize: "99%", selectedMode: false, silent: false,
      itemStyle: { borderColor: "#0b1a2b", borderWidth: 2, areaColor: "#16324f" }, emphasis: { disabled: true },
      label: { show: true, color: "#fff", fontSize: size, lineHeight: size * 1.2, textBorderColor: "#0b1a2b", textBorderWidth: 3,
        formatter: (p) => { const c = by.get(String(p.name)); return c ? `${c.name}\n${c.text}` : ""; } },
      labelLayout: (p) => { const code = data.cities[p.dataIndex]?.code; const s = shift[code]; return s ? { dx: s[0], dy: s[1] } : {}; },
      data: data.cities.map((c) => ({ name: c.code, value: c.number })),
    }],
  }, { lazyUpdate: true, silent: true }));
  inWords(body, data.sentence);
  if (!chart.zjyClick) {
    chart.zjyClick = true;
    chart.on("click", (p) => { const c = by.get(String(p.name)); if (c) location.assign(c.url); });
  }
}

function ranking(body, data) {
  const chart = chartIn(body), size = phone() ? 13 : 24;
  chart.setOption({
    animation: false, textStyle: { fontFamily: FONT, fontSize: size },
    grid: { left: size * 5, right: size * 4.2, top: 4, bottom: 4 },
    xAxis: { type: "value", min: data.from ?? 0, show: false },
    yAxis: { type: "category", inverse: true, data: data.cities.map((c) => c.name), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: C.ink, fontSize: size, interval: 0 } },
    series: [{ id: "rank", type: "bar", data: data.cities.map((c) => c.number), barWidth: "58%", itemStyle: { color: C.one, borderRadius: 2 }, label: { show: true, position: "right", color: C.ink, fontSize: size, formatter: (p) => data.cities[p.dataIndex].text } }],
  }, { lazyUpdate: true, silent: true });
  inWords(body, data.sentence);
}

const FORMS = { hero, figure: figures, pair: figures, map, backlog, flow, lamps, ranking };

// --- Pictures made by the server (newer forms), and the table beside every chart -------------------
// The same SVG stands on paper and in pages without script; it comes from our own origin and holds no script.
const CHARTS = new Set([map, backlog, ranking]);

function picture(body, data) {
  const read = new DOMParser().parseFromString(data.svg, "image/svg+xml").documentElement;
  body.classList.add("pic");
  body.classList.toggle("wide", Number(read.getAttribute("width")) > 640);
  read.removeAttribute("width");
  read.removeAttribute("height");
  body.replaceChildren(document.importNode(read, true));
}

function inTable(element, data) {
  element.querySelector(":scope > .alt")?.remove();
  if (!data?.table) return;
  const holder = node("div", "alt visually-hidden"), table = node("table"), head = node("tr");
  holder.append(node("p", "", data.sentence), table);
  for (const name of data.table.head) { const th = node("th", "", name); th.scope = "col"; head.append(th); }
  table.append(node("thead"), node("tbody"));
  table.tHead.append(head);
  for (const row of data.table.rows) {
    const tr = node("tr");
    row.forEach((cell, i) => { const made = node(i ? "td" : "th", "", cell); if (!i) made.scope = "row"; tr.append(made); });
    table.tBodies[0].append(tr);
  }
  element.append(holder);
}
