"""Checks a published draw (抽查结果公开核验): python verify_draw.py draw.json — needs only Python.

{"public": "…", "nonces": […], "nonce_commits": […], "strata": [{"name", "ids", "percent", "commit", "drawn"}, …]}
"""

import json
import sys
from pathlib import Path

M = 0xFFFFFFFF
IV = "7380166f 4914b2b9 172442d7 da8a0600 a96f30bc 163138aa e38dee4d b0fb0e4e"


def rol(x: int, n: int) -> int:
    return (x << n % 32 | x >> (-n % 32)) & M if n % 32 else x


def sm3(text: str) -> str:
    """SM3 (GB/T 32905-2016), written out so that no library has to be trusted (国密杂凑)."""
    data, v = text.encode(), [int(word, 16) for word in IV.split()]
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
    return "".join(f"{word:08x}" for word in v)


def verify(sheet: dict) -> list[str]:
    """What is wrong with a draw, as Chinese sentences; empty when all is right (核验)."""
    nonces = sheet["nonces"]
    wrong = [] if list(map(sm3, nonces)) == sheet["nonce_commits"] else ["见证人的随机数与承诺值不符"]
    seed = sm3("|".join([f"public:{sheet['public']}", *(f"w{i}:{n}" for i, n in enumerate(nonces, 1))]))
    for s in sheet["strata"]:
        if sm3("\n".join(sorted(s["ids"]))) != s["commit"]:
            wrong.append(f"分层“{s['name']}”的名单与承诺值不符")
        order = sorted(s["ids"], key=lambda one: (sm3(f"{seed}\n{one}"), one))
        if order[: -(-len(order) * s["percent"] // 100)] != s["drawn"]:
            wrong.append(f"分层“{s['name']}”的抽取结果与名单、种子不符")
    return wrong


if __name__ == "__main__":
    problems = verify(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    print("\n".join(problems) or "核验通过：名单、随机数和抽取结果一致。")
    sys.exit(bool(problems))
