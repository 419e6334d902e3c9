// SM2 verification (GB/T 32918.2) with whole numbers of any size; signatures as strict DER, identifier
// 1234567812345678 (GB/T 35276). Only verifies: nothing secret passes here, so time may show.

import { sm3Bytes } from "./sm3.js";

const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const A = P - 3n;
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const G = [0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n, 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n];
const ID = new TextEncoder().encode("1234567812345678");

const mod = (a, m = P) => ((a % m) + m) % m;
const number = (bytes) => bytes.reduce((sum, b) => (sum << 8n) | BigInt(b), 0n);
const bytes32 = (n) => Uint8Array.from(n.toString(16).padStart(64, "0").match(/../g), (pair) => parseInt(pair, 16));
function inverse(a, m) {
  let [r, s, u, v] = [mod(a, m), m, 1n, 0n];
  while (r > 1n) { const q = s / r; [r, s, u, v] = [s - q * r, r, v - q * u, u]; }
  return mod(u, m);
}

// Points as [X, Y, Z] with x = X/Z², y = Y/Z³; null is the point at infinity.
function double(p) {
  if (!p || p[1] === 0n) return null;
  const [x, y, z] = p, yy = mod(y * y), s = mod(4n * x * yy), m = mod(3n * x * x + A * mod(z * z * z * z)), nx = mod(m * m - 2n * s);
  return [nx, mod(m * (s - nx) - 8n * yy * yy), mod(2n * y * z)];
}
function add(p, q) {
  if (!p) return q;
  if (!q) return p;
  const z1 = mod(p[2] * p[2]), z2 = mod(q[2] * q[2]), u1 = mod(p[0] * z2), u2 = mod(q[0] * z1), s1 = mod(p[1] * z2 * q[2]), s2 = mod(q[1] * z1 * p[2]);
  if (u1 === u2) return s1 === s2 ? double(p) : null;
  const h = mod(u2 - u1), r = mod(s2 - s1), hh = mod(h * h), hhh = mod(h * hh), v = mod(u1 * hh), x = mod(r * r - hhh - 2n * v);
  return [x, mod(r * (v - x) - s1 * hhh), mod(h * p[2] * q[2])];
}
function times(k, [x, y]) {
  let sum = null;
  for (const bit of k.toString(2)) { sum = double(sum); if (bit === "1") sum = add(sum, [x, y, 1n]); }
  return sum;
}

function integer(der, at) {
  const size = der[at + 1], body = der.slice(at + 2, at + 2 + size);
  if (der[at] !== 2 || size < 1 || size > 33 || body.length !== size || body[0] & 0x80 || (size > 1 && body[0] === 0 && !(body[1] & 0x80))) throw new Error("DER");
  return [number(body), at + 2 + size];
}

/** The public point in a SubjectPublicKeyInfo: its last 65 bytes, 04 | x | y, on the curve. */
function point(spki) {
  const raw = spki.slice(-65), x = number(raw.slice(1, 33)), y = number(raw.slice(33));
  if (raw[0] !== 4 || x >= P || y >= P || mod(y * y - (x * x * x + A * x + B)) !== 0n) throw new Error("point");
  return [x, y];
}

/** Whether the holder of a key signed some bytes; false for anything malformed. */
export function sm2Verify(spki, data, signature) {
  try {
    if (signature[0] !== 0x30 || signature[1] !== signature.length - 2) return false;
    const [r, at] = integer(signature, 2), [s, end] = integer(signature, at), key = point(spki);
    if (end !== signature.length || r < 1n || r >= N || s < 1n || s >= N) return false;
    const za = sm3Bytes(new Uint8Array([0, 128, ...ID, ...[A, B, ...G, ...key].flatMap((n) => [...bytes32(n)])]));
    const e = number(sm3Bytes(new Uint8Array([...za, ...data]))), t = mod(r + s, N);
    const sum = t === 0n ? null : add(times(s, G), times(t, key));
    if (!sum) return false;
    const x = mod(sum[0] * inverse(mod(sum[2] * sum[2]), P));
    return mod(e + x, N) === r;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
