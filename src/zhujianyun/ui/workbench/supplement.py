"""One notice that names every gap (一次性补正告知): a checklist over all that the application must hold.

行政许可法第三十二条: whatever is missing is told once and completely. So the officer goes through every
required document and every required field; what is plainly missing is ticked beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhujianyun.kernel.case.definition.model import Action, Definition
from zhujianyun.kernel.case.dossier import Dossier
from zhujianyun.kernel.case.engine.facts import look
from zhujianyun.ui.workbench import shown

SUPPLEMENT = 6  # the national code of a supplement's beginning (补正开始)
REASON = "理由"
SORTS_ZH = {"document": "申请材料", "fact": "申报要素"}


@dataclass(slots=True)
class Gap:
    """One thing the application must hold (应交内容): ticked when it has to be supplied or mended."""

    name: str
    sort: str  # document or fact
    present: str
    is_missing: bool
    ticked: bool = False
    remark: str = ""

    @property
    def id(self) -> str:
        """Its name in the form."""
        return f"{self.sort}:{self.name}"

    @property
    def said(self) -> str:
        """The line of the notice."""
        what = "未提交" if self.sort == "document" else "未填写"
        return f"{self.name}：{self.remark or (what if self.is_missing else '不符合要求，请重新提供')}"


@dataclass(slots=True)
class Composer:
    """The checklist (补正清单); ``fact`` names the field of the action that takes the text."""

    fact: str
    zh: str
    gaps: list[Gap]
    more: str = ""
    error: str = ""

    @property
    def text(self) -> str:
        """The whole notice, numbered (告知内容)."""
        lines = [one.said for one in self.gaps if one.ticked]
        lines += [line.strip() for line in self.more.splitlines() if line.strip()]
        return "\n".join(f"{n}．{line.rstrip('。；')}。" for n, line in enumerate(lines, 1))

    @property
    def groups(self) -> list[tuple[str, list[Gap]]]:
        """The checklist by what is looked at: papers first, then the fields of the form."""
        found = [(zh, [one for one in self.gaps if one.sort == sort]) for sort, zh in SORTS_ZH.items()]
        return [(zh, rows) for zh, rows in found if rows]

    def fill(self, data: Mapping[str, Any]) -> None:
        """Take what was ticked and written."""
        for one in self.gaps:
            one.ticked = data.get(f"gap:{one.id}") == "on"
            one.remark = " ".join(data.get(f"remark:{one.id}", "").split())
        self.more = data.get("gaps_more", "").strip()


def composer(dossier: Dossier, definition: Definition, action: Action) -> Composer | None:
    """The checklist for an action that tells what has to be supplied, else None (补正清单)."""
    if action.nat != SUPPLEMENT:
        return None
    text = next((fact for fact in action.facts if fact.type in ("text", "list")), None)
    gaps = [*_documents(dossier, definition), *_facts(dossier, definition)]
    return Composer(text.name if text else "", text.zh if text else "需要补正的全部内容", gaps)


def _documents(dossier: Dossier, definition: Definition) -> list[Gap]:
    """Every document that handing in asks for, then whatever else was handed in."""
    first = definition.states[definition.initial].actions.values()
    asked = [kind for action in first for kind in action.need if kind != REASON]
    given = [one.kind for one in dossier.documents]
    found = []
    for kind in dict.fromkeys([*asked, *given]):
        n = given.count(kind)
        found.append(Gap(kind, "document", f"已收 {n} 份" if n else "未提交", not n, ticked=not n))
    return found


def _facts(dossier: Dossier, definition: Definition) -> list[Gap]:
    found = []
    for fact in definition.facts.values():
        if fact.derived or not fact.required:
            continue
        value = look(dossier.case.facts, fact.name)
        missing = value in (None, "", [])
        found.append(Gap(fact.zh, "fact", shown.value_zh(fact, value), missing, ticked=missing))
    return found
