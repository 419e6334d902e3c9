// 抽查核验页面

import { verify } from "./draw.js";
import { keys, listen, make, readJson, run, show, steps } from "./page.js";
import { checkData } from "./seal.js";

async function check(sheet) {
  const found = verify(sheet), mark = await checkData(sheet, keys());
  const wrong = [...found.steps, ...(mark.ok === false ? [mark] : [])].filter((one) => one.ok === false);
  const count = sheet.strata.reduce((sum, one) => sum + one.ids.length, 0), drawn = sheet.strata.reduce((sum, one) => sum + one.drawn.length, 0);
  const parts = [steps([mark, ...found.steps]), tables(sheet)];
  if (wrong.length) show("bad", "不一致", `发现 ${wrong.length} 处不一致：${wrong[0].text}。请保存这份文件，向公示机关或其上级机关反映。`, parts);
  else show("good", "一致", `名单 ${count} 项，抽中 ${drawn} 项；名单、随机数和抽取结果都与公布的承诺相符。`, parts);
}

function tables(sheet) {
  return make("div", "", "", sheet.strata.filter((one) => one.ids.length).map((one) => {
    const drawn = new Set(one.drawn), list = make("ol", "small", "", one.drawn.map((id) => make("li", "mono", id)));
    return make("details", "panel", "", [make("summary", "", `${one.zh || one.name}：名单 ${one.ids.length} 项，比例 ${one.percent}%，抽中 ${drawn.size} 项`), list]);
  }));
}

listen(async (file) => check(await readJson(file)));
const own = document.getElementById("bundle"), button = document.getElementById("check-own");
if (own && button) { button.hidden = false; button.addEventListener("click", () => run(() => check(JSON.parse(own.textContent)))); }
