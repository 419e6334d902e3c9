// SM3 (GB/T 32905-2016), written out as in verify_draw.py, so that no library has to be trusted (国密杂凑).
// Held to the standard's two vectors and, by random texts, to the platform's own SM3 in the tests.

const IV = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
const rol = (x, n) => (n % 32 ? (x << n % 32) | (x >>> (32 - (n % 32))) : x) >>> 0;
const p0 = (x) => (x ^ rol(x, 9) ^ rol(x, 17)) >>> 0;
const p1 = (x) => (x ^ rol(x, 15) ^ rol(x, 23)) >>> 0;
const T = Array.from({ length: 64 }, (_, i) => rol(i < 16 ? 0x79cc4519 : 0x7a879d8a, i));

function padded(data) {
  const size = data.length + 9 + ((64 - ((data.length + 9) % 64)) % 64);
  const block = new Uint8Array(size);
  block.set(data);
  block[data.length] = 0x80;
  const view = new DataView(block.buffer);
  view.setUint32(size - 8, Math.floor(data.length / 0x20000000));
  view.setUint32(size - 4, (data.length * 8) >>> 0);
  return view;
}

/** The 32 bytes of SM3 over some bytes. */
export function sm3Bytes(data) {
  const view = padded(data);
  const v = IV.slice();
  const w = new Uint32Array(68);
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + i * 4);
    for (let i = 16; i < 68; i++) w[i] = p1(w[i - 16] ^ w[i - 9] ^ rol(w[i - 3], 15)) ^ rol(w[i - 13], 7) ^ w[i - 6];
    let [a, b, c, d, e, f, g, h] = v;
    for (let i = 0; i < 64; i++) {
      const ss1 = rol((rol(a, 12) + e + T[i]) >>> 0, 7);
      const ff = i < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
      const gg = i < 16 ? e ^ f ^ g : (e & f) | (~e & g);
      const tt1 = (ff + d + (ss1 ^ rol(a, 12)) + ((w[i] ^ w[i + 4]) >>> 0)) >>> 0;
      const tt2 = (gg + h + ss1 + w[i]) >>> 0;
      [d, c, b, a] = [c, rol(b, 9), a, tt1];
      [h, g, f, e] = [g, rol(f, 19), e, p0(tt2)];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { v[i] = (v[i] ^ word) >>> 0; });
  }
  const out = new Uint8Array(32);
  v.forEach((word, i) => new DataView(out.buffer).setUint32(i * 4, word));
  return out;
}

/** SM3 of a text in UTF-8, as hex. */
export const sm3 = (text) => hex(sm3Bytes(new TextEncoder().encode(text)));

/** Bytes as hex. */
export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
