"""A draft at the window (草稿的改动): facts put right before the case is handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.definition.model import APPLICANT
from zhujianyun.kernel.case.engine import checks
from zhujianyun.kernel.case.engine import facts as case_facts
from zhujianyun.kernel.case.engine.acting import checked_key, mirror
from zhujianyun.kernel.case.engine.changing import changed_facts
from zhujianyun.kernel.case.engine.noting import note_step
from zhujianyun.kernel.case.engine.unit import working
from zhujianyun.kernel.case.models import Case, Document

AMEND = "amend_draft"


def amend_draft(
    case: Case, facts: Mapping[str, Any], *, by: Actor, expected_version: int, key: str, title: str = ""
) -> Case:
    """Put the facts of a draft right, by the applicant or at the window for him (修改草稿).

    Facts may be incomplete, but not wrong. What a rule works out is not taken from a form.

    Raises:
        RuleBroken: the case was handed in, or a fact is not what the definition declares.
        Conflict: somebody else changed the draft meanwhile.
        NotAllowed: neither the applicant nor an officer who may enter for him.
    """
    with working() as unit:
        folder = unit.folder(case)
        if checked_key(key) in folder.keys:
            mirror(folder.case, case)
            return case
        definition = folder.definition
        if folder.case.state != definition.initial or folder.case.number:
            raise RuleBroken(
                f"办件 {folder.case} 已提交，不能再改申报要素；需要更正的，请退回补正。", rule="case.draft"
            )
        checks.role(folder, by, (APPLICANT,), "修改草稿")
        _not_stale(folder, expected_version)
        given = case_facts.checked_case_facts(definition, case_facts.split(facts, definition, None)[0])
        old = folder.case.facts
        folder.case.facts = case_facts.merged(old, given)
        folder.case.title = case_facts.storable(title.strip()) or folder.case.title
        told = {"changed": changed_facts(folder, old, folder.case.facts)}
        note_step(unit, folder, AMEND, by=by, key=key, facts=told)
    mirror(folder.case, case)
    return case


def drop_document(document: Document, *, by: Actor) -> None:
    """Take back a document that was laid ready but not handed in (撤下材料).

    Raises:
        RuleBroken: it was handed in with an act and belongs to the file.
        NotAllowed: neither the applicant nor an officer who may enter for him.
    """
    with working() as unit:
        folder = unit.folder(document.case)
        checks.role(folder, by, (APPLICANT,), "撤下材料")
        if document.step_id is not None:
            raise RuleBroken("材料已随办件提交，不能撤下；需要更换的，请另行补正。", rule="case.document")
        told = {"kind": document.kind, "name": document.name, "digest": document.digest}
        note_step(unit, folder, "drop_document", by=by, key=f"drop:{document.pk}", facts=told)
        Document.objects.filter(pk=document.pk, step=None).delete()


def _not_stale(folder: Any, expected: int) -> None:
    if expected != folder.case.version:
        who = folder.last[1] if folder.last else "他人"
        raise Conflict(f"{who} 刚改过这份草稿，请核对后重新保存。", rule="case.version", winner=who)
