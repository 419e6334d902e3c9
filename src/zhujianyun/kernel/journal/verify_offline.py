"""Checks an export of the journal without the platform (离线核验留痕).

    python verify_offline.py export.jsonl [checkpoints.jsonl]

Needs nothing but Python. Ed25519 signatures are judged when the package `cryptography` is there; without it,
and for SM2, the verdict says that signatures were not judged. Ends with 0 when all is well, 1 when a bad
record or checkpoint was found, 2 when the files cannot be read.

What is checked, for the reader who wants to write this anew: a row is JSON with sorted keys, separators
"," and ":", UTF-8. Leaf = H(0x00 + row), node = H(0x01 + left + right), split at the largest power of two
below n. `prev` in a row is the leaf before it. A checkpoint signs the root over the first `size` leaves.
"""

import hashlib
import json
import sys

FORMAT = "zhujianyun-journal-1"
SIGNED = ("alg", "key_label", "log_id", "number", "public_key", "root", "signature_alg", "size", "ts")


class Bad(Exception):
    """The first thing found wrong (首个坏记录)."""


def canonical(value):
    """The bytes that are hashed or signed (规范字节)."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def sm3(data):
    """SM3 by GB/T 32905 in plain Python, for machines whose OpenSSL lacks it (国密杂凑)."""

    def turn(x, n):
        n %= 32
        return (x << n | x >> (32 - n)) & 0xFFFFFFFF

    state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    data += b"\x80" + b"\x00" * ((55 - len(data)) % 64) + (len(data) * 8).to_bytes(8, "big")
    for start in range(0, len(data), 64):
        w = [int.from_bytes(data[start + i : start + i + 4], "big") for i in range(0, 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15)
            w.append(x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            constant = 0x79CC4519 if j < 16 else 0x7A879D8A
            s1 = turn((turn(a, 12) + e + turn(constant, j)) & 0xFFFFFFFF, 7)
            s2 = s1 ^ turn(a, 12)
            ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
            gg = e ^ f ^ g if j < 16 else e & f | ~e & g
            t1 = (ff + d + s2 + (w[j] ^ w[j + 4])) & 0xFFFFFFFF
            t2 = (gg + h + s1 + w[j]) & 0xFFFFFFFF
            a, b, c, d = t1, a, turn(b, 9), c
            e, f, g, h = t2 ^ turn(t2, 9) ^ turn(t2, 17), e, turn(f, 19), g
        state = [x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True)]
    return b"".join(x.to_bytes(4, "big") for x in state)


def hash_of(alg):
    """The hash function that the export names (杂凑函数)."""
    if alg == "sha256":
        return lambda data: hashlib.sha256(data).digest()
    if alg != "sm3":
        raise Bad(f"导出文件首行的杂凑算法“{alg}”不明。")
    try:
        hashlib.new("sm3", b"")
    except ValueError:
        return sm3
    return lambda data: hashlib.new("sm3", data).digest()


class Tree:
    """The Merkle tree as far as it has grown: the roots of its complete subtrees (默克尔树)."""

    def __init__(self, h):
        self.h, self.size, self.peaks = h, 0, []

    def add(self, leaf):
        """Append a leaf (追加叶)."""
        size = self.size
        while size & 1:
            leaf = self.h(b"\x01" + self.peaks.pop() + leaf)
            size >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        """The root, hexadecimal (树根)."""
        if not self.peaks:
            return self.h(b"").hex()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = self.h(b"\x01" + peak + root)
        return root.hex()


def signature_judge():
    """A function that judges Ed25519 signatures, or None without `cryptography` (验签)."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError:
        return None

    def good(line):
        try:
            key = load_pem_public_key(line["public_key"].encode())
            signed = canonical({name: line[name] for name in SIGNED})
            key.verify(bytes.fromhex(line["signature"]), signed)  # type: ignore[call-arg, union-attr]
        except (InvalidSignature, ValueError, KeyError, TypeError, AttributeError):
            return False
        return True

    return good


def read_checkpoints(path):
    """The checkpoints of a file, each with its line number, and whether all signatures were judged (检查点)."""
    judge, judged, found = signature_judge(), True, []
    with open(path, "rb") as file:  # noqa: PTH123
        for number, text in enumerate(file, start=1):
            if not text.strip():
                continue
            line = parsed(text, f"检查点文件第 {number} 行")
            if set(line) != {*SIGNED, "signature"} or type(line["size"]) is not int:
                raise Bad(f"检查点文件第 {number} 行：内容残缺。")
            if line["signature_alg"] != "ed25519" or judge is None:
                judged = False
            elif not judge(line):
                raise Bad(f"检查点文件第 {number} 行：签名不符，内容被改动。")
            found.append((line["size"], number, line))
    return sorted(found, key=lambda item: item[:2]), judged


def parsed(text, where):
    """One line as a mapping (解析一行)."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Bad(f"{where}：不是一条完整的 JSON。")
    return value


def check(export, checkpoints):
    """Walk the export; how many records and checkpoints are good (逐条核验)."""
    with open(export, "rb") as file:  # noqa: PTH123
        head = parsed(next(file, b""), "导出文件首行")
        if head.get("format") != FORMAT:
            raise Bad(f"导出文件首行：格式不是 {FORMAT}。")
        tree = Tree(hash_of(head.get("alg")))
        waiting = list(reversed(checkpoints))
        good = compare(tree, head, waiting)
        before = None
        for text in file:
            line = parsed(text, f"第 {tree.size + 1} 条")
            before = one_record(tree, line, before)
            if canonical(line) != text.rstrip(b"\n"):  # a second key of the same name would deceive a reader
                raise Bad(f"第 {tree.size} 条：不是规范写法，疑被改动。")
            good += compare(tree, head, waiting)
    if waiting:
        size, number, _ = waiting[-1]
        raise Bad(f"从第 {tree.size + 1} 条起记录缺失：检查点文件第 {number} 行证明曾有 {size} 条。")
    if head.get("size") != tree.size:
        raise Bad(f"从第 {tree.size + 1} 条起记录缺失：导出文件首行写着 {head.get('size')} 条。")
    return tree, good


def one_record(tree, line, before):
    """Check one record and append its leaf; the line, to be the next one's neighbour (核验一条)."""
    row, leaf = line.get("row"), line.get("leaf")
    place = tree.size
    if not isinstance(row, dict) or not isinstance(leaf, str):
        raise Bad(f"第 {place + 1} 条：内容残缺。")
    name = f"第 {place + 1} 条（记录 {row.get('id')}）"
    if row.get("seq") != place or type(row["seq"]) is not int:
        raise Bad(f"第 {place + 1} 条缺失、多出或次序颠倒：此处的 seq 是 {row.get('seq')}（从 0 数）。")
    digest = tree.h(b"\x00" + canonical(row))
    if digest.hex() != leaf:
        raise Bad(f"{name}内容与叶不符，被改动。")
    if row.get("prev") != (before["leaf"] if before else "00" * 32):
        bad = f"第 {place} 条（记录 {before['row'].get('id')}）" if before else name
        raise Bad(f"{bad}内容与叶被一并替换，后一条仍记着原来的叶。")
    tree.add(digest)
    return line


def compare(tree, head, waiting):
    """Compare the checkpoints that are due at the present size; how many (比对检查点)."""
    good = 0
    while waiting and waiting[-1][0] <= tree.size:
        size, number, line = waiting.pop()
        if line["log_id"] != head.get("log_id") or line["alg"] != head.get("alg"):
            raise Bad(f"检查点文件第 {number} 行：不是这个日志的检查点。")
        if size != tree.size or line["root"] != tree.root():
            raise Bad(f"第 {size} 条或其以前有记录被改写并重新链接：树根与检查点文件第 {number} 行不符。")
        good += 1
    return good


def main(arguments):
    """Say the verdict; 0, 1 or 2 (结论)."""
    if len(arguments) not in (1, 2):
        print("用法：python verify_offline.py 导出文件.jsonl [检查点文件.jsonl]")
        return 2
    try:
        checkpoints, judged = read_checkpoints(arguments[1]) if len(arguments) == 2 else ([], True)
        tree, good = check(arguments[0], checkpoints)
    except OSError as error:
        print(f"文件无法读取：{error}")
        return 2
    except Bad as bad:
        print(f"核验不通过：{bad}")
        return 1
    print(f"核验通过：{tree.size} 条记录链条完整，{good} 个检查点相符。树根 {tree.root()}")
    if not checkpoints:
        print("未提供检查点，末尾是否被截断无从判断（尾部未核验）。")
    else:
        print(f"末尾：检查点证明至第 {checkpoints[-1][0]} 条没有被截断。")
        keys = sorted(
            {hashlib.sha256(line["public_key"].encode()).hexdigest()[:16] for _, _, line in checkpoints}
        )
        print(f"签名公钥指纹 {'、'.join(keys)}，请与公布的指纹核对。")
    if not judged:
        print("签名未核验：本机没有 cryptography 包，或签名算法为 SM2。")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
