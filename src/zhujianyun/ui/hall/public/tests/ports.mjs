// Runs the browser's modules under Node: jobs as JSON on stdin, answers as JSON on stdout.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);
const load = (name) => import(new URL(name, folder));
const [{ sm3 }, { sm2Verify }, draw, clock, seal] = await Promise.all(["sm3.js", "sm2.js", "draw.js", "clock.js", "seal.js"].map(load));
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));

const WORK = {
  sm3: (text) => sm3(text),
  sm2: ({ pem, data, signature }) => sm2Verify(bytes(pem.replace(/-----[A-Z ]+-----|\s/g, "")), bytes(data), bytes(signature)),
  draw: (sheet) => draw.verify(sheet).ok,
  reading: ({ clock: raw, as_of: day }) => clock.verify({ clocks: [raw], as_of: day }).clocks[0].found,
  proof: (proof) => clock.verify(proof).clocks.map((one) => one.differs),
  strip: (proof) => { const found = clock.verify(proof); return clock.strip(found.clocks[0], found.asOf).days.map((d) => [d.day, d.kind, d.isDue]); },
  paper: async ({ content, keys }) => (await seal.verify(bytes(content), keys)).ok,
  data: async ({ data, keys }) => (await seal.checkData(data, keys)).ok,
};

const answers = [];
for (const [name, given] of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    answers.push(await WORK[name](given));
  } catch (error) {
    if (!(error instanceof draw.Refused)) throw error;
    answers.push({ refused: error.message, title: error.title });
  }
}
process.stdout.write(JSON.stringify(answers));
