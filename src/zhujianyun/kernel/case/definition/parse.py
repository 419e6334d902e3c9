"""Turns a checked document into a Definition (解析流程定义).

Tolerant of what the lint judges afterwards: an absent target or `nat` becomes a value that the
lint names, so that one run reports every fault of the file.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from zhujianyun.base.expressions import Expression, ExpressionError

from . import model
from .faults import Fault
from .marked_yaml import Marked, Path

_NEVER = Expression("false")
_DEFAULT_LAYERS = ("cn", "cn-GX", "emergency")


def parse(
    marked: Marked, *, app: str, text: str = "", path: str = ""
) -> tuple[model.Definition, list[Fault]]:
    """The definition and the faults met on the way, e.g. an expression that does not compile (解析)."""
    reader = _Parser(marked)
    return reader.definition(app=app, text=text, path=path), reader.faults


class _Parser:
    def __init__(self, marked: Marked) -> None:
        self.marked = marked
        self.raw: dict[str, Any] = marked.content
        self.labels: dict[str, str] = self.raw.get("labels") or {}
        self.unit: str = (self.raw.get("calendar") or {}).get("unit", "workday")
        self.faults: list[Fault] = []

    def definition(self, *, app: str, text: str, path: str) -> model.Definition:
        raw = self.raw
        states = {name: self.state(name, body or {}) for name, body in raw["states"].items()}
        tables = raw.get("tables") or {}
        return model.Definition(
            process=raw["process"],
            version=raw["version"],
            zh=raw.get("zh") or raw["process"],
            app=app,
            valid_from=self.day(raw["valid"]["from"], "from") or date.min,
            valid_to=self.day(raw["valid"].get("to"), "to"),
            basis=tuple(raw["basis"]),
            subject=dict(raw.get("subject") or {}),
            number=raw["number"],
            unique=tuple(raw.get("unique") or ()),
            layers=tuple((raw.get("calendar") or {}).get("layers") or _DEFAULT_LAYERS),
            roles={name: self.role(name, zh) for name, zh in raw["roles"].items()},
            facts=_facts(raw.get("facts")),
            deadlines={
                name: self.deadline(name, body) for name, body in (raw.get("deadlines") or {}).items()
            },
            states=states,
            initial=raw.get("initial") or next(iter(states)),
            settled=tuple(raw.get("settled") or ()),
            end=tuple(raw["end"]),
            stats=tuple(raw.get("stats") or ()),
            migrate={version: dict(moves) for version, moves in (raw.get("migrate") or {}).items()},
            public=tuple(raw.get("public") or ()),
            tables=dict(tables) if isinstance(tables, dict) else {name: name for name in tables},
            functions=tuple(raw.get("functions") or ()),
            digest=hashlib.sha256(text.encode()).hexdigest(),
            source=text,
            path=path,
        )

    def day(self, value: str | None, key: str) -> date | None:
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            line = self.marked.line("valid", key)
            self.faults.append(Fault(line, "valid.date", f"日期 {value} 不存在，请写成 2020-06-01 的样子。"))
            return None

    def cel(self, source: str | int, *path: str | int) -> Expression:
        try:
            return Expression(str(source))
        except ExpressionError as error:
            said = " ".join(str(error.details["reason"]).split("ERROR: <input>:")[-1].split("\n")[0].split())
            reason = f"{_where(path)} 的表达式“{source}”不能编译（{said}），请按 CEL 语法改写。"
            self.faults.append(Fault(self.marked.line(*path), "cel.compiles", reason))
            return _NEVER

    def role(self, name: str, zh: str) -> model.Role:
        title, _, per = zh.partition("@")
        return model.Role(name=name, zh=title, per=per or None, many=bool(per))

    def deadline(self, name: str, raw: dict[str, Any]) -> model.Deadline:
        at = ("deadlines", name)
        start = raw["start"]
        return model.Deadline(
            id=name,
            zh=raw.get("zh") or self.labels.get(name, name),
            stop=tuple(raw["stop"]),
            days=self.cel(raw["days"], *at, "days"),
            start_mark=start if isinstance(start, str) else None,
            start_date=None if isinstance(start, str) else start["date"],
            unit=raw.get("unit", self.unit),
            kind=raw.get("kind", "statutory"),
            owner=raw.get("owner", "staff"),
            yellow=str((raw.get("lamps") or {}).get("yellow", "0.7")),
            per_round=raw.get("per") == "round",
            late=raw.get("late"),
            pauses=tuple(self.pause(body, *at, "pause", i) for i, body in enumerate(raw.get("pause") or ())),
            extend=self.extension(raw.get("extend"), *at, "extend"),
            basis=raw.get("basis", ""),
            verified=raw.get("verified", False),
            line=self.marked.line(*at),
        )

    def pause(self, raw: dict[str, Any], *at: str | int) -> model.Pause:
        cap = raw.get("cap") or {}
        missing = [zh for key, zh in _PAUSE_PARTS.items() if not raw.get(key)]
        if missing:
            reason = f"{_where(at)} 的中止缺少{'、'.join(missing)}：中止必须有类型、文书、批准人和最长期限。"
            self.faults.append(Fault(self.marked.line(*at), "pause.complete", reason))
        return model.Pause(
            state=raw["state"],
            type=raw.get("type", ""),
            doc=raw.get("doc", ""),
            approver=raw.get("approver", ""),
            cap_days=self.cel(cap["days"], *at, "cap", "days") if cap else _NEVER,
            cap_unit=cap.get("unit", self.unit),
        )

    def extension(self, raw: dict[str, Any] | None, *at: str | int) -> model.Extension | None:
        if not raw:
            return None
        days = self.cel(raw["days"], *at, "days")
        return model.Extension(days=days, by=tuple(raw["by"]), times=raw.get("times", 1), doc=raw.get("doc"))

    def state(self, name: str, raw: dict[str, Any]) -> model.State:
        at = ("states", name)
        return model.State(
            name=name,
            zh=raw.get("zh") or self.labels.get(name, name),
            actions={a: self.action(name, a, body) for a, body in (raw.get("do") or {}).items()},
            parallel=_parallel(raw.get("parallel")),
            lottery=self.lottery(raw["lottery"], *at, "lottery") if raw.get("lottery") else None,
            line=self.marked.line(*at),
        )

    def action(self, state: str, name: str, raw: dict[str, Any]) -> model.Action:
        at = ("states", state, "do", name)
        after = raw.get("after")
        return model.Action(
            name=name,
            zh=raw.get("label")
            or raw.get("zh")
            or self.labels.get(f"{state}.{name}")
            or self.labels.get(name, name),
            by=tuple(raw.get("by") or ()),
            to=raw.get("to", ""),
            guard=self.cel(raw["guard"], *at, "guard") if "guard" in raw else None,
            guard_zh=raw.get("guard_zh", ""),
            otherwise=raw.get("else"),
            need=tuple(raw.get("need") or ()),
            doc=raw.get("doc"),
            sign=tuple(raw.get("sign") or ()),
            mark=tuple(raw.get("mark") or ()),
            nat=raw.get("nat"),
            once=raw.get("once", False),
            round_next=raw.get("round") == "next",
            reopen=raw.get("reopen"),
            effect=tuple(raw.get("effect") or ()),
            notify=tuple(raw.get("notify") or ()),
            after=model.After(self.cel(after["days"], *at, "after", "days"), after.get("unit", self.unit))
            if after
            else None,
            facts=tuple(_facts(raw.get("facts")).values()),
            basis=raw.get("basis", ""),
            line=self.marked.line(*at),
        )

    def lottery(self, raw: dict[str, Any], *at: str | int) -> model.Lottery:
        return model.Lottery(
            by=raw["by"],
            witness=sum(model.signers(entry)[1] for entry in raw.get("witness") or ()),
            table=raw["table"],
            stratum=self.cel(raw["stratum"], *at, "stratum"),
            round=raw.get("round", "up"),
            seed=raw.get("seed", "commit_reveal"),
            hash=raw.get("hash", "sm3"),
            also=tuple((raw.get("also") or {}).items()),
        )


_PAUSE_PARTS = {
    "type": "类型（type）",
    "doc": "文书（doc）",
    "approver": "批准人（approver）",
    "cap": "最长期限（cap）",
}


def _where(path: Path) -> str:
    return ".".join(str(step) for step in path)


def _facts(raw: dict[str, Any] | None) -> dict[str, model.Fact]:
    return {name: _fact(name, body) for name, body in (raw or {}).items()}


def _fact(name: str, raw: dict[str, Any]) -> model.Fact:
    choices = raw.get("choices") or ()
    pairs = choices.items() if isinstance(choices, dict) else ((choice, choice) for choice in choices)
    return model.Fact(
        name=name,
        zh=raw["zh"],
        type=raw["type"],
        required=raw.get("required", False),
        choices=tuple(pairs),
        unit=raw.get("unit", ""),
        personal=raw.get("personal", False),
        help_zh=raw.get("help", ""),
        derived=raw.get("derived", False),
    )


def _parallel(raw: dict[str, Any] | None) -> model.Parallel | None:
    if not raw:
        return None
    return model.Parallel(
        over=tuple(raw.get("over") or ()),
        task=raw["task"],
        by=raw["by"],
        distinct_from=tuple(raw.get("distinct_from") or ()),
        fields=tuple(raw.get("fields") or ()),
        join=raw.get("join", "all"),
        quorum=raw.get("quorum", 0),
    )
