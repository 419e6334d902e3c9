// The check of a published draw (抽查结果核验), step for step as verify_draw.py does it.

import { sm3 } from "./sm3.js";

const LIMIT = 200000; // ids in one draw

/** A sentence for a person; everything else that goes wrong is a fault of ours. */
export class Refused extends Error {
  constructor(text, title = "不能核验") { super(text); this.title = title; }
}

const SURROGATE = /[\ud800-\udfff]/;
/** Python sorts by code point, JavaScript by UTF-16 unit: they differ outside the basic plane. */
const byCodePoint = (a, b) => {
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  const left = Array.from(a, (c) => c.codePointAt(0)), right = Array.from(b, (c) => c.codePointAt(0));
  for (let i = 0; i < Math.min(left.length, right.length); i++) if (left[i] !== right[i]) return left[i] - right[i];
  return left.length - right.length;
};

function isText(value) { return typeof value === "string"; }
function isTexts(value) { return Array.isArray(value) && value.every(isText); }

/** Whether this looks like a draw at all; refuses with what is missing. */
export function checkShape(sheet) {
  if (!sheet || typeof sheet !== "object" || !Array.isArray(sheet.strata)) throw new Refused("这不是抽查核验数据：没有分层名单。请使用公示页面下载的文件。");
  if (sheet.alg && sheet.alg !== "sm3") throw new Refused(`核验数据写的杂凑算法是“${sheet.alg}”，本平台的抽查只用 SM3，请重新下载。`, "不一致");
  if (!isText(sheet.public) || !isTexts(sheet.nonces) || !isTexts(sheet.nonce_commits)) throw new Refused("核验数据不完整：缺公开数或见证人随机数。请重新下载。");
  if (!sheet.public || !sheet.nonces.length) throw new Refused("这次抽查还没有开出结果，只公布了承诺值。请在开出后下载数据再核验。");
  let count = 0;
  const seen = new Set();
  for (const one of sheet.strata) {
    if (!one || !isText(one.name) || !isTexts(one.ids) || !isTexts(one.drawn) || !isText(one.commit)) throw new Refused("核验数据不完整：有分层缺名单、承诺值或结果。请重新下载。");
    if (!Number.isInteger(one.percent) || one.percent < 0 || one.percent > 100) throw new Refused(`分层“${one.zh || one.name}”的抽查比例不是 0 到 100 的整数。`);
    count += one.ids.length;
    if (count > LIMIT) throw new Refused("名单超过 20 万项，浏览器不便核验，请用离线脚本。");
    for (const id of one.ids) {
      if (seen.has(id)) throw new Refused(`名单里编号“${id}”出现了两次，名单不成立。`, "不一致");
      if (!id || id.includes("\n")) throw new Refused("名单里有空编号或含换行的编号，名单不成立。", "不一致");
      seen.add(id);
    }
  }
  return count;
}

/** The seed, from the public value and the nonces. */
export const seedOf = (sheet) => sm3([`public:${sheet.public}`, ...sheet.nonces.map((n, i) => `w${i + 1}:${n}`)].join("|"));

/** Every step with its outcome: [{ok, text, detail}]. */
export function verify(sheet) {
  checkShape(sheet);
  const steps = [];
  const add = (ok, text, detail = "") => steps.push({ ok, text, detail });
  const kept = sheet.nonces.length === sheet.nonce_commits.length && sheet.nonces.every((n, i) => sm3(n) === sheet.nonce_commits[i]);
  add(kept, kept ? `${sheet.nonces.length} 名见证人的随机数与事先的承诺值一致` : "见证人的随机数与承诺值不符");
  const seed = seedOf(sheet);
  const isSeed = !sheet.seed || sheet.seed === seed;
  add(isSeed, isSeed ? "种子由公开数和随机数算出，一致" : "公布的种子与公开数、随机数算出的不符", `复算种子 ${seed}`);
  for (const one of sheet.strata) for (const found of verifyStratum(one, seed)) steps.push(found);
  return { ok: steps.every((one) => one.ok), seed, steps };
}

function verifyStratum(one, seed) {
  const name = one.zh || one.name, commit = sm3([...one.ids].sort(byCodePoint).join("\n"));
  const order = one.ids.map((id) => [sm3(`${seed}\n${id}`), id]).sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : byCodePoint(a[1], b[1])));
  const expected = order.slice(0, Math.floor((one.ids.length * one.percent + 99) / 100)).map((pair) => pair[1]);
  const isList = commit === one.commit;
  const isDrawn = expected.length === one.drawn.length && expected.every((id, i) => id === one.drawn[i]);
  return [
    { ok: isList, text: isList ? `分层“${name}”的名单（${one.ids.length} 项）与承诺值一致` : `分层“${name}”的名单与承诺值不符：冻结以后名单被改过`, detail: isList ? "" : `公布 ${one.commit}，复算 ${commit}` },
    { ok: isDrawn, text: isDrawn ? `分层“${name}”按 ${one.percent}% 抽取 ${expected.length} 项，一致` : `分层“${name}”的抽取结果与名单、种子不符`, detail: isDrawn ? "" : difference(expected, one.drawn) },
  ];
}

function difference(expected, drawn) {
  const missing = expected.filter((id) => !drawn.includes(id)), extra = drawn.filter((id) => !expected.includes(id));
  const say = (word, ids) => (ids.length ? `${word}${ids.slice(0, 5).join("、")}${ids.length > 5 ? ` 等 ${ids.length} 项` : ""}` : "");
  return [say("应抽中而未列入：", missing), say("不应抽中而列入：", extra)].filter(Boolean).join("；") || "抽中的项相同，次序不同";
}
