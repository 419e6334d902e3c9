// 时限复算页面

import { FIELD_ZH, LAMP_ZH, strip, verify } from "./clock.js";
import { keys, listen, make, readJson, show, steps } from "./page.js";
import { checkData } from "./seal.js";

const said = (name, value) => (name === "lamp" ? LAMP_ZH[value] ?? value : value === true ? "是" : value === false ? "否" : value === null || value === undefined ? "无" : `${value}`);
const KIND_ZH = { start: "起算日，不计", work: "计入", off: "休息日，不计", paused: "中止，不计" };

async function check(proof) {
  const found = verify(proof), mark = await checkData(proof, keys()), wrong = found.clocks.filter((one) => one.differs.length).length;
  const head = `办件 ${proof.case}（${proof.process_zh || proof.process} ${proof.version}），截至 ${proof.as_of}。`;
  const parts = [steps([mark]), ...found.clocks.map((one) => panel(one, found.asOf))];
  if (wrong) show("bad", "不一致", `${head}${found.clocks.length} 个时限中有 ${wrong} 个与复算不一致，证明不成立。请重新导出；仍不一致的，请向受理机关提出。`, parts);
  else if (mark.ok === false) show("bad", "不一致", `${head}各时限算得一致，但${mark.text}，证明不成立。请从办件页面重新下载。`, parts);
  else show("good", "一致", `${head}${found.clocks.length} 个时限全部复算一致。`, parts);
}

function panel(one, asOf) {
  const { clock, found, differs } = one, rows = Object.keys(FIELD_ZH).map((name) => make("tr", "", "", [
    make("th", "", FIELD_ZH[name]), make("td", "nowrap", said(name, clock.result[name])), make("td", "nowrap", said(name, found[name])),
    make("td", "", "", [make("span", differs.includes(name) ? "badge bad" : "badge good", differs.includes(name) ? "不一致" : "一致")]),
  ]));
  rows.forEach((row) => { row.firstChild.scope = "row"; });
  const heads = ["", "证明所载", "复算结果", "比对"].map((text) => { const th = make(text ? "th" : "td", "", text); if (text) th.scope = "col"; return th; });
  const table = make("table", "list", "", [make("thead", "", "", [make("tr", "", "", heads)]), make("tbody", "", "", rows)]);
  const pauses = clock.segments.map((s) => make("li", "", `${s.paused_on} 起中止${s.type ? `（${s.type}）` : ""}，${s.resumed_on ? `${s.resumed_on} 恢复` : s.cap_on ? `最迟 ${s.cap_on} 自动恢复` : "尚未恢复"}`));
  return make("section", "panel", "", [
    make("h3", "", `${clock.zh}：${clock.start} 起算，期限 ${clock.days} ${clock.unit === "day" ? "日" : "个工作日"}`),
    make("p", "muted small", `${clock.basis ? `依据：${clock.basis}。` : ""}起算当日不计；中止当日计入，恢复当日不计。`),
    make("div", "table-wrap", "", [table]), ...(pauses.length ? [make("h4", "", "中止记录"), make("ul", "", "", pauses)] : []), make("h4", "", "逐日计算"), days(one, asOf),
  ]);
}

function days(one, asOf) {
  const { days: list, cut } = strip(one, asOf);
  const strip_ = make("ol", "days", "", list.map((d) => {
    const box = make("li", `${d.kind}${d.isDue ? " due" : ""}`, "", [make("span", "", d.day.slice(5)), make("b", "", d.kind === "start" ? "起" : d.kind === "paused" ? "停" : d.kind === "off" ? "休" : `${d.count}`)]);
    box.append(make("span", "sr", `${KIND_ZH[d.kind]}${d.isDue ? "，到期日" : ""}`));
    box.title = `${d.day} ${KIND_ZH[d.kind]}${d.isDue ? "，到期日" : ""}${d.notice ? `（${d.notice}）` : ""}`;
    return box;
  }));
  return make("div", "", "", [strip_, make("p", "small muted", `${cut > 0 ? `其余 ${cut} 天略。` : ""}数字为计入的第几天；“休”为休息日或节假日，“停”为中止，粗红框为到期日。`)]);
}

listen(async (file) => check(await readJson(file)));
