// 文书核验页面

import { keys, listen, make, show, steps } from "./page.js";
import { verify } from "./seal.js";

const FIELDS = [["doc", "文书"], ["number", "文号"], ["case", "办件编号"], ["office", "出具机关"], ["issued_on", "签发日"], ["digest", "校验摘要"]];

listen(async (file) => {
  const found = await verify(new Uint8Array(await file.arrayBuffer()), keys());
  const facts = make("dl", "kv", "", FIELDS.map(([name, zh]) => make("div", "", "", [make("dt", "", zh), make("dd", name === "digest" ? "mono" : "", String(found.sheet[name] || "—"))])));
  if (!found.ok) {
    const text = "不要采信这份文件。请从办事大厅重新下载原件再核验；仍不一致的，请凭文号向出具机关核实，并保留这份文件。";
    return show("bad", "不一致", `${found.steps.find((one) => !one.ok).text}。${text}`, [steps(found.steps)]);
  }
  const ask = document.getElementById("ask-state");
  ask.querySelector("[name=number]").value = found.sheet.number;
  ask.querySelector("[name=code]").value = String(found.sheet.digest).slice(0, 16);
  show("good", "一致", "这份文书由本机关签发，签发后没有改动。文书现在是否仍然有效，请再查一次状态（见下方，会联网）。", [steps(found.steps), facts]);
});
