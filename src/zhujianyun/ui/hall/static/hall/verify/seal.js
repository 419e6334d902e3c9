// The seal behind a PDF (文书封签), read and checked as kernel/case/papers/seal.py does it.

import { Refused } from "./draw.js";
import { hex } from "./sm3.js";
import { sm2Verify } from "./sm2.js";

const MARK = "\n%ZJY-SEAL-1 ", FORMAT = "zhujianyun-paper-seal/1";
const TRY_ELSEWHERE = "请换用较新的浏览器（2023 年以后的版本，且网址以 https 开头），或下载离线脚本核验。";

const latin = (bytes) => { let text = ""; for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768)); return text; };
const unbase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const START = /startxref\s+(\d+)\s+%%EOF\s*$/;

/** Bytes of the file split into what was sealed and the seal; refuses what is no sealed PDF. */
export function split(content) {
  if (latin(content.subarray(0, 5)) !== "%PDF-") throw new Refused("这不是 PDF 文件。请选择平台下载的文书 PDF 原件，扫描件、照片和另存的文件都不能核验。");
  const text = latin(content), at = text.lastIndexOf(MARK);
  if (at < 0) throw new Refused("这份 PDF 没有电子封签，或封签已被去掉。请从办事大厅重新下载原件；“打印为 PDF”“另存为”得到的文件没有封签。");
  const block = text.slice(at + MARK.length), place = START.exec(text.slice(Math.max(0, at - 200), at));
  const line = block.slice(0, block.indexOf("\n")), tail = block.slice(line.length + 1), parts = line.split(" ");
  if (!place || tail !== `startxref\n${place[1]}\n%%EOF\n`) throw new Refused("封签之后还有别的内容，或结尾不完整：文件在签发以后被改动过。请不要采信，向出具机关核实。", "不一致");
  try {
    if (parts.length !== 2) throw new SyntaxError("parts");
    const told = unbase64(parts[0]);
    return { sheet: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(told)), told, signature: unbase64(parts[1]), pdf: content.subarray(0, at) };
  } catch (error) {
    throw new Refused("封签已损坏，不能读取。请从办事大厅重新下载原件。");
  }
}

/** SHA-256 as hex, by the browser itself. */
export async function sha256(bytes) {
  if (!globalThis.crypto?.subtle) throw new Refused(`这个浏览器不能在本机计算摘要。${TRY_ELSEWHERE}`);
  return hex(new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes)));
}

/** Whether the key (PEM) signed the bytes. */
export async function isSigned(alg, pem, data, signature) {
  const spki = unbase64(pem.replace(/-----[A-Z ]+-----|\s/g, ""));
  if (alg === "sm2-sm3") return sm2Verify(spki, data, signature);
  if (alg !== "ed25519") throw new Refused(`封签写的签名算法是“${alg}”，本平台只用 Ed25519 和 SM2，这份封签不成立。`, "不一致");
  if (!globalThis.crypto?.subtle) throw new Refused(`这个浏览器不能在本机验证签名。${TRY_ELSEWHERE}`);
  let key;
  try {
    key = await globalThis.crypto.subtle.importKey("spki", spki, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    throw new Refused(`这个浏览器不认识 Ed25519 签名。${TRY_ELSEWHERE}`);
  }
  return globalThis.crypto.subtle.verify({ name: "Ed25519" }, key, signature, data);
}

/** Find the published key that a seal names. */
export function keyOf(keys, seal) {
  if (seal.alg !== "ed25519" && seal.alg !== "sm2-sm3") throw new Refused(`封签写的签名算法是“${seal.alg}”，本平台只用 Ed25519 和 SM2，这份封签不成立。`, "不一致");
  return keys.find((one) => one.key === seal.key && one.alg === seal.alg);
}

/** The check of a sealed PDF: {ok, sheet, steps: [{ok, text, detail}]}. */
export async function verify(content, keys) {
  const { sheet, told, signature, pdf } = split(content), steps = [];
  if (sheet === null || typeof sheet !== "object" || sheet.format !== FORMAT) throw new Refused("封签的格式不认识，可能由更新的平台签发。请用办事大厅最新的核验页面。");
  const digest = await sha256(pdf), isSame = digest === sheet.sha256;
  steps.push({ ok: isSame, text: isSame ? "文件内容与封签一致，签发后没有改动" : "文件内容与封签不一致，签发后被改动过", detail: `SHA-256 ${digest}` });
  const key = keyOf(keys, sheet), isOurs = key ? await isSigned(sheet.alg, key.pem, told, signature) : false;
  const why = key ? "封签的签名不成立：封签内容被改动，或签名是拼接的" : "封签不是本机关的密钥签的";
  steps.push({ ok: isOurs, text: isOurs ? "封签由本机关的密钥签署" : why, detail: `密钥 ${sheet.key}，算法 ${sheet.alg}` });
  return { ok: isSame && isOurs, sheet, steps };
}

/** JSON as it was signed: keys sorted, no spaces. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value && typeof value === "object") return `{${Object.keys(value).sort().map((k) => `${JSON.stringify(k)}:${canonical(value[k])}`).join(",")}}`;
  return JSON.stringify(value);
}

/** The signature over published data: one step, as {ok, text, detail}; unsigned data are said to be so. */
export async function checkData(data, keys) {
  const { seal, ...rest } = data;
  if (!seal || typeof seal !== "object") return { ok: null, text: "数据没有签名：只能说明计算是否正确，不能说明数据由本机关发布", detail: "请改用公示页面或办件页面下载的数据" };
  const key = keyOf(keys, seal);
  let ok = false;
  try { ok = key ? await isSigned(seal.alg, key.pem, new TextEncoder().encode(canonical(rest)), unbase64(seal.signature)) : false; } catch (error) { if (error instanceof Refused) throw error; }
  return { ok, text: ok ? "数据由本机关签署，发布后没有改动" : key ? "数据与签名不符：发布后被改动过" : "签名不是本机关的密钥签的", detail: `密钥 ${seal.key}，算法 ${seal.alg}` };
}
