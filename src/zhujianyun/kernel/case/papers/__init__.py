"""Papers (文书): rendered on first demand from the facts that were frozen at issue, always the same bytes.

Facts reach the template only as JSON in ``sys.inputs.data``: a name full of quotes and brackets is
printed, never run. An app's ``templates/papers/<文书名称>.typ`` takes the place of the default look.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.db import transaction

from zhujianyun.base.errors import OutsideFailed, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.engine.issuing import digest_of
from zhujianyun.kernel.case.engine.noting import note_step
from zhujianyun.kernel.case.engine.unit import working
from zhujianyun.kernel.case.models import Paper
from zhujianyun.kernel.case.papers import qr, seal
from zhujianyun.kernel.case.rows import new

HERE = Path(__file__).parent
FONTS = Path(__file__).resolve().parents[3] / "data" / "fonts"
CORRECT = "case.correct_paper"


def render(paper: Paper) -> bytes:
    """The paper as PDF, the same bytes every time (生成文书).

    Raises:
        RuleBroken: the frozen facts are no longer those whose digest was recorded.
        OutsideFailed: the typesetter refuses the template.
    """
    if digest_of(paper.facts) != paper.digest:
        raise RuleBroken(
            f"文书 {paper.number} 的内容与签发时的摘要不符，不能打印，请报审计管理员核查。",
            rule="paper.digest", number=paper.number,
        )  # fmt: skip
    return typeset(_template(paper), {**paper.facts, "digest": paper.digest}, address=address_of(paper))


def address_of(paper: Paper) -> str:
    """Where anybody can check the paper (核验地址); printed on it, also as a QR code. Empty when not set."""
    base = getattr(settings, "ZJY_PAPER_CHECK_URL", "")
    told = urlencode({"number": paper.number, "code": paper.digest[:16]})
    return f"{base}?{told}" if base else ""


def file_of(paper: Paper) -> Any:
    """The stored PDF with its seal, made and sealed on first demand (文书文件)."""
    if paper.file_id is None:
        from zhujianyun.base import files

        name = f"{_safe(paper.number)} {_safe(paper.doc)}.pdf"
        made = seal.sealed(paper, render(paper))
        with transaction.atomic():
            stored = files.put(made, name=name, kinds=("pdf",))
            Paper.objects.filter(pk=paper.pk).update(file=stored)
            _tell_sealed(paper, made)
        paper.file = stored
    return paper.file


def _tell_sealed(paper: Paper, made: bytes) -> None:
    sheet = seal.read(made)[0]
    journal.record(
        "case.paper_sealed", actor="system", object=("paper", paper.number), case_id=paper.case_id,
        facts={name: sheet[name] for name in ("sha256", "digest", "label", "key", "alg")},
    )  # fmt: skip


def verify(number: str, digest: str) -> Paper:
    """The paper with a number and digest, as somebody reads them off a print-out (核验文书).

    Raises:
        RuleBroken: no such paper, another content, or one that has been corrected (says by which).
    """
    found = Paper.objects.filter(number=number.strip()).first()
    if found is None:
        raise RuleBroken("没有这个文号的文书，请核对文号。", rule="paper.verify", number=number)
    if found.digest != digest.strip().lower():
        raise RuleBroken("校验摘要不符：纸面内容与签发内容不一致。", rule="paper.verify", number=number)
    newer = Paper.objects.filter(replaces=found).first()
    if newer is not None:
        raise RuleBroken(f"该文书已由 {newer.number} 更正。", rule="paper.replaced", replaced_by=newer.number)
    return found


def correct(paper: Paper, changes: Mapping[str, Any], *, by: Actor, reason: str, key: str) -> Paper:
    """Correct an error in writing (更正文书): a new paper with a new number, the old one stays readable.

    ``changes`` are dotted paths into the frozen facts. The same key gives the first correction.

    Raises:
        RuleBroken: without reason or change, or when the paper has been corrected already.
        NotAllowed: without the permission to correct papers.
    """
    with working() as unit:
        folder = unit.folder(paper.case)
        if key in folder.keys:
            return Paper.objects.get(replaces=paper)
        access.require(by, CORRECT, folder.case.office_id)
        if not reason.strip() or not changes:
            raise RuleBroken("更正文书必须写明理由和更正内容。", rule="paper.correct")
        newer = Paper.objects.filter(replaces=paper).first()
        if newer is not None:
            raise RuleBroken(f"该文书已由 {newer.number} 更正，请更正最新一份。", rule="paper.correct")
        folder.papers += 1
        number = f"{folder.case.number}-{folder.papers:02}"
        told = {"paper": number, "corrects": paper.number, "changed": sorted(changes)}
        step = note_step(unit, folder, "correct_paper", by=by, key=key, reason=reason, facts=told)
        facts = _changed(paper.facts, changes)
        facts |= {
            "number": number,
            "corrects": paper.number,
            "reason": reason,
            "issued_on": step.day.isoformat(),
        }
        row = new(
            Paper, {"case": folder.case, "step": step}, case_id=folder.case.pk, step_id=step.pk, doc=paper.doc,
            number=number, facts=facts, digest=digest_of(facts), issued_at=step.at, issued_on=step.day,
            replaces_id=paper.pk,
        )  # fmt: skip
        unit.add(row)
        return row


def template_of(app_folder: Path | None, doc: str) -> Path:
    """The template of a paper: the app's own, else the default (文书模板)."""
    own = app_folder / "templates" / "papers" / f"{_safe(doc)}.typ" if app_folder else None
    return own if own is not None and own.is_file() else HERE / "default.typ"


def _template(paper: Paper) -> Path:
    definition = registry.get(paper.case.process, paper.case.definition_version)
    return template_of(Path(definition.path).parent.parent if definition.path else None, paper.doc)


def typeset(template: Path, facts: Mapping[str, Any], *, mark: str = "", address: str = "") -> bytes:
    """The PDF of a template with its facts (排版); ``mark`` is written across every page.

    ``address`` is printed as a QR code; it stands apart from the facts, for it may move and they are frozen.

    Raises:
        OutsideFailed: the typesetter refuses the template.
    """
    import typst

    source: Any = marked(template, mark).encode() if mark else str(template)
    inputs = {"data": orjson.dumps(facts, option=orjson.OPT_SORT_KEYS).decode()}
    if mark:
        inputs["mark"] = mark  # a template leaves its seal out then
    if address:
        inputs["check_qr"] = qr.svg(address)
    try:
        made: bytes = typst.compile(
            source,
            root=str(template.parent),
            font_paths=_fonts(),
            sys_inputs=inputs,
            format="pdf",
        )
    except RuntimeError as error:
        raise OutsideFailed(
            f"文书模板 {template.name} 无法排版，请联系系统管理员。",
            peer="typst",
            retriable=False,
            reason=str(error)[:300],
        ) from error
    return made


def marked(template: Path, mark: str) -> str:
    """A template inside one that writes a mark across each page (加注水印)."""
    return f"""#set page(foreground: rotate(-32deg, text(
  font: ("Noto Serif SC", "Noto Serif CJK SC"), size: 46pt, fill: rgb(192, 0, 0, 56))[{mark}]))
#include "/{template.name}"
"""


@lru_cache(maxsize=1)
def _fonts() -> list[str]:
    return [str(FONTS)] if FONTS.is_dir() else []


def _changed(facts: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(orjson.dumps(facts))
    for path, value in changes.items():
        *steps, last = path.split(".")
        place = found
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = value
    return found


def _safe(name: str) -> str:
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name)
