#!/usr/bin/env python3
"""Check the seal of a paper (文书封签核验): python3 verify_paper.py paper.pdf keys.json — needs only Python.

Says whether the PDF is as it was signed and by which of the given keys. Leaves with 0 when the seal
holds, 1 when it does not, 2 when a file cannot be read. Whether the paper still counts, only the
hall can say (文书状态查询).

Ed25519 after RFC 8032, SM2 after GB/T 32918, SM3 after GB/T 32905; slow on purpose: easy to check.
"""

import base64
import hashlib
import json
import re
import sys
from pathlib import Path

MARK = b"\n%ZJY-SEAL-1 "


# --- Ed25519 ---
Q = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, Q) % Q
ROOT = pow(2, (Q - 1) // 4, Q)


def ed_add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % Q, (p[1] + p[0]) * (q[1] + q[0]) % Q
    c, d = 2 * p[3] * q[3] * D % Q, 2 * p[2] * q[2] % Q
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % Q, g * h % Q, f * g % Q, e * h % Q


def ed_times(k, p):
    found = (0, 1, 1, 0)
    while k:
        if k & 1:
            found = ed_add(found, p)
        p, k = ed_add(p, p), k >> 1
    return found


def ed_point(raw):
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= Q:
        raise ValueError("point")
    xx = (y * y - 1) * pow(D * y * y + 1, -1, Q) % Q
    x = pow(xx, (Q + 3) // 8, Q)
    if (x * x - xx) % Q:
        x = x * ROOT % Q
    if (x * x - xx) % Q or (x == 0 and sign):
        raise ValueError("point")
    x = Q - x if x & 1 != sign else x
    return x, y, 1, x * y % Q


def ed25519_holds(spki, data, signature):
    raw = spki[-32:]
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L:
        return False
    key, r = ed_point(raw), ed_point(signature[:32])
    k = int.from_bytes(hashlib.sha512(signature[:32] + raw + data).digest(), "little") % L
    base = ed_point((4 * pow(5, -1, Q) % Q).to_bytes(32, "little"))
    a, b = ed_times(s, base), ed_add(r, ed_times(k, key))
    return (a[0] * b[2] - b[0] * a[2]) % Q == 0 and (a[1] * b[2] - b[1] * a[2]) % Q == 0


# --- SM3 and SM2 ---
M = 0xFFFFFFFF
IV = "7380166f 4914b2b9 172442d7 da8a0600 a96f30bc 163138aa e38dee4d b0fb0e4e"
P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A, B = P - 3, 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)


def rol(x, n):
    return (x << n % 32 | x >> (-n % 32)) & M if n % 32 else x


def sm3(data):
    v = [int(word, 16) for word in IV.split()]
    data += b"\x80" + bytes(-(len(data) + 9) % 64) + (len(data) * 8).to_bytes(8, "big")
    for at in range(0, len(data), 64):
        w = [int.from_bytes(data[i : i + 4], "big") for i in range(at, at + 64, 4)]
        for i in range(16, 68):
            x = w[i - 16] ^ w[i - 9] ^ rol(w[i - 3], 15)
            w.append(x ^ rol(x, 15) ^ rol(x, 23) ^ rol(w[i - 13], 7) ^ w[i - 6])
        a, b, c, d, e, f, g, h = v
        for i in range(64):
            ss1 = rol(rol(a, 12) + e + rol(0x79CC4519 if i < 16 else 0x7A879D8A, i) & M, 7)
            ff, gg = (a ^ b ^ c, e ^ f ^ g) if i < 16 else (a & b | a & c | b & c, e & f | ~e & g)
            tt1, tt2 = ff + d + (ss1 ^ rol(a, 12)) + (w[i] ^ w[i + 4]) & M, gg + h + ss1 + w[i] & M
            a, b, c, d, e, f, g, h = tt1, a, rol(b, 9), c, tt2 ^ rol(tt2, 9) ^ rol(tt2, 17), e, rol(f, 19), g
        v = [x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h), strict=True)]
    return b"".join(word.to_bytes(4, "big") for word in v)


def ec_add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % P == 0:
        return None
    up, down = (3 * p[0] * p[0] + A, 2 * p[1]) if p == q else (q[1] - p[1], q[0] - p[0])
    slope = up * pow(down, -1, P) % P
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def ec_times(k, p):
    found = None
    while k:
        if k & 1:
            found = ec_add(found, p)
        p, k = ec_add(p, p), k >> 1
    return found


def integer(der, at):
    size = der[at + 1]
    body = der[at + 2 : at + 2 + size]
    if der[at] != 2 or not 1 <= size <= 33 or len(body) != size or body[0] & 0x80:
        raise ValueError("DER")
    return int.from_bytes(body, "big"), at + 2 + size


def sm2_holds(spki, data, signature):
    raw = spki[-65:]
    key = (int.from_bytes(raw[1:33], "big"), int.from_bytes(raw[33:], "big"))
    if raw[0] != 4 or max(key) >= P or (key[1] ** 2 - key[0] ** 3 - A * key[0] - B) % P:
        return False
    r, at = integer(signature, 2)
    s, end = integer(signature, at)
    if signature[0] != 0x30 or end != len(signature) or not (0 < r < N and 0 < s < N) or (r + s) % N == 0:
        return False
    parts = b"".join(n.to_bytes(32, "big") for n in (A, B, *G, *key))
    e = int.from_bytes(sm3(sm3(b"\x00\x80" + b"1234567812345678" + parts) + data), "big")
    found = ec_add(ec_times(s, G), ec_times((r + s) % N, key))
    return found is not None and (e + found[0]) % N == r


# --- the paper ---
HOLDS = {"ed25519": ed25519_holds, "sm2-sm3": sm2_holds}


def problems(content, keys):
    """What is wrong with a paper, as Chinese sentences, and what its seal says (核验)."""
    at = content.rfind(MARK)
    if not content.startswith(b"%PDF-"):
        return ["这不是 PDF 文件，请用平台下载的原件"], {}
    if at < 0:
        return ["这份 PDF 没有电子封签，请从办事大厅重新下载原件"], {}
    pdf, (line, _, tail) = content[:at], content[at + len(MARK) :].partition(b"\n")
    place = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", pdf[-200:])
    if place is None or tail != b"startxref\n" + place[1] + b"\n%%EOF\n":
        return ["封签之后还有别的内容，文件已被改动"], {}
    try:
        told, signature = (base64.b64decode(part, validate=True) for part in line.split(b" "))
        sheet = json.loads(told)
        named = (sheet["key"], sheet["alg"])
    except (ValueError, KeyError, TypeError):
        return ["封签已损坏，不能读取"], {}
    wrong = (
        [] if hashlib.sha256(pdf).hexdigest() == sheet.get("sha256") else ["文件内容与封签不一致，已被改动"]
    )
    key = next((one for one in keys if (one["key"], one["alg"]) == named), None)
    if key is None or named[1] not in HOLDS:
        wrong.append(f"封签不是公钥文件里的密钥签的（{named[0]}，{named[1]}）")
    elif not _holds(key, told, signature):
        wrong.append("封签的签名不成立")
    return wrong, sheet


def _holds(key, told, signature):
    spki = base64.b64decode(re.sub(r"-----[A-Z ]+-----|\s", "", key["pem"]))
    try:
        return HOLDS[key["alg"]](spki, told, signature)
    except (ValueError, IndexError):
        return False


def main(arguments):
    if len(arguments) != 2:
        print("用法：python3 verify_paper.py 文书.pdf 封签公钥.json", file=sys.stderr)
        return 2
    try:
        content = Path(arguments[0]).read_bytes()
        keys = json.loads(Path(arguments[1]).read_text(encoding="utf-8"))
        wrong, sheet = problems(content, [{n: one[n] for n in ("key", "alg", "pem")} for one in keys])
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"文件读不出来：{type(error).__name__} {error}，请重新下载。", file=sys.stderr)
        return 2
    if wrong:
        print("不一致：" + "；".join(wrong) + "。请不要采信，向出具机关核实。")
        return 1
    print(
        f"一致：{sheet['doc']} {sheet['number']}，{sheet['office']} {sheet['issued_on']} 签发，签发后没有改动。"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
