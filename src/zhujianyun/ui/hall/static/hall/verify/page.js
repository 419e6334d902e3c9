// What the three verifier pages share: a file dropped or chosen, the verdict shown. Nothing is ever sent.

import { Refused } from "./draw.js";

export const MOST_BYTES = 50 * 1024 * 1024;

export const keys = () => JSON.parse(document.getElementById("seal-keys").textContent);

/** An element with text and children. */
export function make(tag, cls = "", text = "", children = []) {
  const one = document.createElement(tag);
  if (cls) one.className = cls;
  if (text) one.textContent = text;
  one.append(...children);
  return one;
}

/** JSON of a file; refuses what cannot be one. */
export async function readJson(file) {
  const text = new TextDecoder("utf-8", { fatal: true });
  try {
    return JSON.parse(text.decode(await file.arrayBuffer()).replace(/^\ufeff/, ""));
  } catch (error) {
    throw new Refused("文件读不出来：它不是完整的 JSON 数据，可能下载中断或被改动。请重新下载后再试。");
  }
}

/** Show the verdict where everybody looks, and tell it to those who listen. */
export function show(state, title, text, parts = []) {
  const place = document.getElementById("verdict");
  const box = make("div", `verdict ${state}`, "", [make("h2", "", title), make("p", "", text)]);
  place.replaceChildren(box, ...parts);
  place.focus({ preventScroll: true });
  box.scrollIntoView({ block: "nearest" });
}

/** The steps as a list. */
export function steps(found) {
  return make("ul", "checks", "", found.map((one) => {
    const line = make("li", one.ok === null ? "" : one.ok ? "good" : "bad", one.text);
    if (one.detail) line.append(make("span", "small muted break", "　" + one.detail));
    return line;
  }));
}

/** Run a check and say what came of it, whatever came of it. */
export async function run(work) {
  show("none", "正在核验……", "全部计算在您的浏览器里完成。");
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) console.error(error);
    show("bad", error instanceof Refused ? error.title : "不能核验", error instanceof Refused ? error.message : "文件的内容超出预料，不能核验。请重新下载原件；仍不行的，请用离线脚本。");
  }
}

/** Let a file be dropped on or chosen in the page. */
export function listen(check) {
  const zone = document.getElementById("drop"), input = zone.querySelector("input");
  const take = (file) => file && run(async () => {
    if (file.size > MOST_BYTES) throw new Refused(`文件有 ${Math.ceil(file.size / 1048576)} MB，超过 50 MB 的上限，没有读取。文书和核验数据都不会这么大，请核对是否选错文件。`);
    if (!file.size) throw new Refused("文件是空的，请重新下载。");
    await check(file);
  });
  input.addEventListener("change", () => { take(input.files[0]); input.value = ""; });
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files[0]); });
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
  document.getElementById("needs-script").hidden = true;
  document.documentElement.dataset.verifier = "ready";
}
