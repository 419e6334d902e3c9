"""The autonomous region's platform of the demo (扮演自治区平台): takes packages, judges, answers.

It shares nothing with us but the folder and the two public keys. It reads the format anew from what lies
there, so that a package only we could read would not pass. Some records do not please it.
"""

from __future__ import annotations

import hashlib
import io
import os
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from zhujianyun.base import ciphers, clock

SHORTEST = 48  # characters of an abstract
SECONDS = 3.0  # between two looks
RECEIVER = "450000-zwfw"
Record = dict[str, Any]


class Region:
    """The other side (自治区平台): its folder, its memory, its key."""

    def __init__(self, drop: Path, home: Path) -> None:
        self.drop, self.home = drop, home
        home.mkdir(parents=True, exist_ok=True)
        self.signer = ciphers.signer("regional-platform")  # in the demo all keys lie in one folder
        self.sender = ciphers.signer("regional")  # only its public half is used

    def introduce(self, path: Path) -> None:
        """Hand our public key over, as it is done on paper in earnest (移交公钥)."""
        path.write_bytes(self.signer.public_bytes())

    def look(self) -> int:
        """Answer every complete package that is not answered yet (处理新包); how many."""
        answered = 0
        for package in sorted((self.drop / "out").glob("*.zip")):
            mark = package.with_name(f"{package.name}.sig")
            if mark.exists() and self._memory().get(package.name) != _digest(package.read_bytes()):
                self._answer(package.name, package.read_bytes(), orjson.loads(mark.read_bytes()))
                answered += 1
        return answered

    def _answer(self, name: str, raw: bytes, mark: Record) -> None:
        digest, number = _digest(raw), mark["sequence"]
        problem = self._problem(raw, mark)
        if problem:
            self._say(f"{number:06d}-1-returned", number, digest, "returned", reason=problem)
        else:
            self._say(f"{number:06d}-1-received", number, digest, "received")
            said = self._judged(_records(raw))
            self._say(f"{number:06d}-2-judged", number, digest, "judged", records=said)
        self._keep({**self._memory(), name: digest})

    def _problem(self, raw: bytes, mark: Record) -> str:
        signed = {name: mark[name] for name in ("format", "sender", "sequence", "sha256")}
        data = orjson.dumps(signed, option=orjson.OPT_SORT_KEYS)
        if mark["sha256"] != _digest(raw):
            return "包文件的摘要值与签名文件不符，请重新投递"
        if not self.sender.verify(data, bytes.fromhex(mark["signature"])):
            return "签名不是该单位登记的密钥所签，请核对密钥"
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            manifest = orjson.loads(archive.read("manifest.json"))
            wrong = [
                one["path"]
                for one in manifest["files"]
                if _digest(archive.read(one["path"])) != one["sha256"]
            ]
        return f"清单与文件不符：{wrong[0]}" if wrong else ""

    # --- judging ---

    def _judged(self, records: list[Record]) -> list[Record]:
        held, said = set(self._memory().get("entries", [])), []
        for one in records:
            rule, reason = self._fault(one, held)
            if one["kind"] == "entry" and not rule:
                held.add(one["code"])
            said.append(
                {
                    "kind": one["kind"], "code": one["code"], "digest": one["sha256"], "rule": rule,
                    "verdict": "rejected" if rule else "accepted", "reason": reason,
                }
            )  # fmt: skip
        self._keep({**self._memory(), "entries": sorted(held)})
        return said

    def _fault(self, one: Record, held: set[str]) -> tuple[str, str]:
        told = one["told"]
        if one["kind"] != "entry":
            known = told["entry"] in held
            return ("", "") if known else ("GX-05", "所属目录尚未收录，请待目录收录后一并上报")
        if told["state"] == "withdrawn":
            return "", ""
        if "待核" in told["share_basis"]:
            return "GX-12", "不予共享的依据应为法律、行政法规或党中央、国务院政策文件，不得注明“待核”"
        if len(told["abstract"]) < SHORTEST:
            return "GX-03", f"摘要不足 {SHORTEST} 字，请写明数据范围、产生环节和更新口径"
        return "", ""

    # --- answering ---

    def _say(
        self, name: str, number: int, digest: str, kind: str, *, reason: str = "", records: Any = ()
    ) -> None:
        body = {
            "format": "zjy-regional-receipt-1", "receiver": RECEIVER, "sequence": number, "kind": kind,
            "package_sha256": digest, "at": clock.now().isoformat(), "reason": reason, "records": list(records),
        }  # fmt: skip
        signature = self.signer.sign(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hex()
        told = {**body, "alg": self.signer.alg, "signature": signature}
        folder = self.drop / "in"
        folder.mkdir(parents=True, exist_ok=True)
        _place(folder / f"{name}.json", orjson.dumps(told, option=orjson.OPT_INDENT_2))

    # --- remembering ---

    def _memory(self) -> Record:
        path = self.home / "memory.json"
        return orjson.loads(path.read_bytes()) if path.exists() else {}

    def _keep(self, memory: Record) -> None:
        _place(self.home / "memory.json", orjson.dumps(memory))


def _records(raw: bytes) -> list[Record]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        manifest = orjson.loads(archive.read("manifest.json"))
        return [{**one, "told": orjson.loads(archive.read(one["path"]))} for one in manifest["files"]]


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _place(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


def ready() -> Region:
    """The platform at the folder of the settings, its key handed over (开始扮演)."""
    key = Path(settings.ZJY_REGIONAL_KEY)
    region = Region(Path(settings.ZJY_REGIONAL_DROP), key.parent / "regional-platform")
    region.introduce(key)
    return region


def serve(stop: threading.Event | None = None, wait: Callable[[float], bool] | None = None) -> None:
    """Answer until told to stop (值守)."""
    stop = stop or threading.Event()
    region = ready()
    print(f"自治区平台（演示）：查收 {settings.ZJY_REGIONAL_DROP}", flush=True)
    while not (wait or stop.wait)(SECONDS):
        region.look()
