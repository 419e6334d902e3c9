// One function per form of widget. Data come as text already made by the server where they are text.
import { chartIn, withMap } from "./charts.js";
import { morph, node } from "./dom.js";

const C = { one: "#6cb4f5", two: "#2bb5a6", three: "#e58bc0", four: "#f6a04d", ink: "#f2f6fb", soft: "#a9bdd3", line: "#1f3a58", panel: "#10233a" };
const FONT = '"Noto Sans CJK SC","Noto Sans SC","HarmonyOS Sans SC","Microsoft YaHei","PingFang SC",sans-serif';
const phone = () => matchMedia("(max-width: 700px)").matches;
const onDesk = () => document.body.classList.contains("desk");
const sizeIn = (body) => (phone() ? 13 : body.closest(".widget.big") ? 36 : 24);
const TIP = (formatter) => ({ show: onDesk(), trigger: "item", confine: true, backgroundColor: "#0b1a2b", borderColor: "#2f6ea6", textStyle: { color: C.ink, fontSize: 22, fontFamily: FONT }, formatter });
const safe = (text) => echarts.format.encodeHTML(String(text));

export function paint(element, data, context) {
  const body = element.querySelector(".body");
  const form = FORMS[element.dataset.form] ?? picture;
  const isEmpty = !data || Boolean(data.empty) || (form === picture && data.table?.rows.length === 0);
  element.classList.toggle("nothing", isEmpty);
  if (isEmpty) { empty(body, data?.empty || "暂无数据"); inTable(element, null); return; }
  body.querySelector(":scope > .empty")?.remove();
  form(body, data, context);
  if (form === picture || CHARTS.has(form)) inTable(element, data);
}

// A chart stays in its place behind the words: it is made once and used again when figures come back.
function empty(body, words) {
  const chart = body.querySelector(":scope > .chart");
  if (!chart) { body.replaceChildren(node("p", "empty", words)); return; }
  echarts.getInstanceByDom(chart)?.clear();
  body.querySelector(":scope > .empty")?.remove();
  body.append(node("p", "empty", words));
}

function fill(body, ...children) {
  const next = body.cloneNode(false);
  next.append(...children);
  morph(body, next);
}

function figureButton(figure, extra) {
  const button = node("button", "fig");
  button.type = "button";
  button.dataset.code = figure.code;
  if (figure.city) button.dataset.city = figure.city;
  button.append(node("span", "name", extra?.name ?? figure.name));
  const value = node("span", figure.text === "—" ? "value none" : "value", figure.text);
  if (figure.unit_text) value.append(node("span", "unit", figure.unit_text));
  button.append(value);
  if (extra?.meter) button.append(meter(figure));
  if (figure.target) button.append(node("span", `target ${figure.target.verdict}`, figure.target.text));
  if (figure.side) button.append(node("span", "side", figure.side));
  const said = [...button.children].map((part) => part.textContent).join(" ");  // whoever speaks to the page says what he sees
  if (figure.trend) button.append(spark(figure.trend));
  button.setAttribute("aria-label", `${said}，查看口径与记录`);
  return button;
}

function meter(figure) {
  const bar = node("span", "meter"), done = node("i");
  done.style.width = `${Math.min(100, figure.share * 100)}%`;
  bar.append(done);
  return bar;
}

// Twelve months as one line, its last point marked; a month without a figure is a gap, not a zero.
const SVG = "http://www.w3.org/2000/svg";
function spark(values) {
  const known = values.filter((v) => v !== null);
  const low = Math.min(...known), high = Math.max(...known), step = 200 / Math.max(1, values.length - 1);
  const y = (v) => (high === low ? 20 : 36 - ((v - low) / (high - low)) * 32);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", "0 0 206 40");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  let path = "", open = false, last = null;
  values.forEach((v, i) => {
    if (v === null) { open = false; return; }
    path += `${open ? "L" : "M"}${(3 + i * step).toFixed(1)} ${y(v).toFixed(1)}`;
    [open, last] = [true, [3 + i * step, y(v)]];
  });
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  if (last) {
    const dot = document.createElementNS(SVG, "path");
    dot.setAttribute("class", "dot");
    dot.setAttribute("d", `M${last[0].toFixed(1)} ${last[1].toFixed(1)}h0`);
    svg.append(dot);
  }
  return svg;
}

// How wide a text is in bold ems: Han signs are square, figures about three fifths.
const ems = (text) => [...String(text ?? "")].reduce((sum, sign) => sum + (sign > "\u2e7f" ? 1 : ".,".includes(sign) ? 0.3 : 0.62), 0).toFixed(2);

function hero(body, data) {
  const figure = data.figures[0];
  body.style.setProperty("--ems", ems(figure.text));
  body.style.setProperty("--unit-ems", ems(figure.unit_text));
  fill(body, figureButton(figure, { meter: figure.share !== null && figure.share !== undefined }));
}

function figures(body, data) {
  const columns = Math.min(data.columns, data.figures.length);
  body.style.setProperty("--columns", columns);
  body.dataset.lines = Math.ceil(data.figures.length / columns);
  fill(body, ...data.figures.map((f) => figureButton(f)));
}

function lamps(body, data) {
  const row = node("div", "lamps");
  data.figures.forEach((figure, i) => { const b = figureButton(figure); b.classList.add(data.lamps[i]); row.append(b); });
  fill(body, row);
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
  fill(body, table);
}

function inWords(body, sentence) { const words = body.querySelector(".visually-hidden"); if (words) words.textContent = sentence; }

function backlog(body, data) {
  const chart = chartIn(body), size = sizeIn(body);
  const high = Math.max(1, chart.getHeight()), of = (px) => `${((px / high) * 100).toFixed(1)}%`;
  const last = (values) => values.findLastIndex((v) => v !== null);
  const bar = (series, color) => ({
    id: series.code, name: series.name, type: "bar", data: series.values, barGap: "8%", barCategoryGap: "30%", itemStyle: { color, borderRadius: 1 },
  });
  const words = [[data.series[0].name, C.one], [data.series[1].name, C.two]];
  chart.setOption({
    animation: false, textStyle: { fontFamily: FONT, fontSize: size, color: C.soft },
    tooltip: TIP((p) => `${safe(data.months[p.dataIndex])} ${safe(p.seriesName)}　<b>${safe(Number(p.value).toLocaleString("zh-CN"))}</b>`),
    grid: [{ left: size * 3.4, right: 12, top: of(size * 2.3), bottom: of(high * 0.4 + size * 0.4) }, { left: size * 3.4, right: size * 2.6, top: of(high * 0.6 + size * 2.5), bottom: of(size * 1.7) }],
    // Names stand at the panels in the colour of what they name: no legend.
    title: [
      { left: 0, top: 0, text: words.map(([name], i) => `{b${i}|■} {t|${name}}`).join("　"), textStyle: { rich: { b0: { color: C.one, fontSize: size }, b1: { color: C.two, fontSize: size }, t: { color: C.soft, fontSize: size, fontWeight: 400 } } } },
      { left: 0, top: of(high * 0.6 + size * 0.5), text: "{l|━} {t|月末在办}", textStyle: { rich: { l: { color: C.four, fontSize: size }, t: { color: C.soft, fontSize: size, fontWeight: 400 } } } },
    ],
    xAxis: [0, 1].map((i) => ({ type: "category", gridIndex: i, data: data.months.map((m) => m.replace("月", "")), axisLine: { lineStyle: { color: C.line } }, axisTick: { show: false }, axisLabel: { show: i === 1, color: C.soft, fontSize: size, interval: chart.getWidth() < size * 24 ? 1 : 0 } })),
    yAxis: [0, 1].map((i) => ({ type: "value", gridIndex: i, splitNumber: i ? 1 : 2, axisLabel: { color: C.soft, fontSize: size }, splitLine: { lineStyle: { color: C.line } } })),
    series: [
      bar(data.series[0], C.one), bar(data.series[1], C.two),
      { id: "open", name: "月末在办", type: "line", xAxisIndex: 1, yAxisIndex: 1, data: data.open, symbol: "circle", symbolSize: size * 0.4, lineStyle: { color: C.four, width: 3 }, itemStyle: { color: C.four },
        label: { show: true, formatter: (p) => (p.dataIndex === last(data.open) ? String(p.value) : ""), color: C.ink, fontSize: size, position: "right" } },
    ],
  }, { lazyUpdate: true, silent: true, replaceMerge: ["series"] });
  inWords(body, data.sentence);
}

function map(body, data, context) {
  const chart = chartIn(body), size = phone() ? 11 : sizeIn(body);
  const by = new Map(data.cities.map((c) => [c.code, c]));
  const k = size / 24, shift = { 450100: [-14, -6], 450700: [20, -6], 450600: [-44, 16], 450500: [34, 22], 450800: [16, -14], 450900: [26, 14], 451300: [-8, -16], 451400: [-22, 4], 450200: [-4, -14], 451100: [10, -6], 450400: [14, 2] };
  chart.zjyCities = by;
  withMap(context.mapUrl).then(() => { if (!chart.isDisposed()) chart.setOption({
    animation: false, textStyle: { fontFamily: FONT },
    tooltip: TIP((p) => { const c = by.get(String(p.name)); return c ? `${safe(c.name)}　<b>${safe(c.text)}</b>` : "—"; }),
    visualMap: { show: false, type: "continuous", min: data.min, max: data.max, inRange: { color: ["#16324f", "#2f6ea6", "#8fcbff"] } },
    series: [{
      id: "map", type: "map", map: "guangxi", nameProperty: "adcode", layoutCenter: ["50%", "50%"], layoutSize: "99%", selectedMode: false, silent: false,
      itemStyle: { borderColor: "#0b1a2b", borderWidth: 2, areaColor: "#16324f" }, emphasis: { disabled: true },
      label: { show: true, color: "#fff", fontSize: size, lineHeight: size * 1.2, textBorderColor: "#0b1a2b", textBorderWidth: 3,
        formatter: (p) => { const c = by.get(String(p.name)); return c ? `${c.name}\n${c.bare ?? c.text}` : ""; } },
      labelLayout: (p) => { const code = data.cities[p.dataIndex]?.code; const s = shift[code]; return s ? { dx: s[0] * k, dy: s[1] * k } : {}; },
      data: data.cities.map((c) => ({ name: c.code, value: c.number })),
    }],
  }, { lazyUpdate: true, silent: true }); }, (error) => console.warn("底图没有取到，下次刷新再试", error));
  inWords(body, data.sentence);
  if (!chart.zjyClick) {
    chart.zjyClick = true;
    chart.on("click", (p) => { const c = chart.zjyCities.get(String(p.name)); if (c) context.open(c.url); });
  }
}

function ranking(body, data) {
  const chart = chartIn(body), size = sizeIn(body);
  chart.setOption({
    animation: false, textStyle: { fontFamily: FONT, fontSize: size },
    tooltip: TIP((p) => `${safe(data.cities[p.dataIndex].name)}　<b>${safe(data.cities[p.dataIndex].text)}</b>`),
    grid: { left: size * 4.2, right: size * 4.2, top: 4, bottom: 4 },
    xAxis: { type: "value", min: data.from ?? 0, show: false },
    yAxis: { type: "category", inverse: true, data: data.cities.map((c) => c.name), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: C.ink, fontSize: size, interval: 0 } },
    series: [{ id: "rank", type: "bar", data: data.cities.map((c) => c.number), barWidth: "58%", itemStyle: { color: C.one, borderRadius: 2 }, label: { show: true, position: "right", color: C.ink, fontSize: size, formatter: (p) => data.cities[p.dataIndex].text } }],
  }, { lazyUpdate: true, silent: true });
  inWords(body, data.sentence);
}

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
  const old = element.querySelector(":scope > .alt");
  if (!data?.table) { old?.remove(); return; }
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
  if (old) morph(old, holder); else element.append(holder);
}

const FORMS = { hero, figure: figures, pair: figures, map, backlog, flow, lamps, ranking };
