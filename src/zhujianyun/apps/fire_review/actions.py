"""What can be done in 消防审验 beside the acts of its cases (消防审验办理).

The acts on a case are the engine's, by the process definitions. Here stands what comes before them
(judging a work, opening the right case) and what follows from them (orders to stop using a work).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from zhujianyun.apps.fire_review import queries, rules
from zhujianyun.apps.fire_review.models import StopUseOrder
from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel import case, journal
from zhujianyun.kernel.case.definition import registry

if TYPE_CHECKING:
    from zhujianyun.kernel.access import Actor
    from zhujianyun.kernel.access.models import Office
    from zhujianyun.kernel.case.models import Case
    from zhujianyun.kernel.subject.models import Subject

CLASSES_SINCE = date(2023, 10, 30)  # 住建部令58号: 一般 / 重点


def judge(process: str, subject: Mapping[str, Any], day: date) -> dict[str, Any]:
    """The facts with what the rules make of them on a day (判定特殊建设工程、场所和类别).

    Raises:
        RuleBroken: an unknown use, or a measure that is no number; says which.
    """
    try:
        return _judged(process, subject, day)
    except (KeyError, ValueError) as error:
        raise RuleBroken(
            f"无法判定工程类别：{error}。请核对使用性质、面积和高度。", rule="fire_review.classifiable"
        ) from error


def judge_typed(process: str, facts: Mapping[str, Any], day: date) -> dict[str, Any]:
    """As `judge`, of facts as an applicant types them: places by name and area, one to a line (填报判定).

    Raises:
        RuleBroken: as `judge`; a line that names no place, or several, or no area.
    """
    subject = dict(facts.get("subject") or {})
    if subject.get("places"):
        catalogue, _ = tables_on(day)
        subject["places"] = [_typed_place(line, catalogue) for line in subject["places"]]
    return {**facts, "subject": judge(process, subject, day)}


_LINE = re.compile(r"(.+?)[\s:：,，、]*([0-9]+(?:\.[0-9]+)?)\s*(?:㎡|m2|M2|平方米|平米)?")


def _typed_place(line: Any, catalogue: Mapping[str, rules.Place]) -> dict[str, str]:
    if isinstance(line, Mapping):
        return dict(line)
    typed = unicodedata.normalize("NFKC", str(line)).strip()
    found = _LINE.fullmatch(typed)
    named = found.group(1).strip() if found else ""
    exact = [place for place in catalogue.values() if place.zh == named]
    hits = exact or [place for place in catalogue.values() if len(named) >= 2 and named in place.zh]
    if found is None or len(hits) != 1:
        several = (
            f"，请写明是{'、'.join(f'“{place.zh}”' for place in hits[:4])}中的哪一种" if len(hits) > 1 else ""
        )
        said = f"内设场所“{str(line)[:40]}”无法识别{several}；每行写一处场所和它的建筑面积，如“网吧 501”"
        raise RuleBroken(f"{said}。", rule="fire_review.typed_place", fields={"subject.places": f"{said}。"})
    return {"place": hits[0].code, "area_m2": found.group(2)}


def _judged(process: str, subject: Mapping[str, Any], day: date) -> dict[str, Any]:
    catalogue, limits = tables_on(day)
    kinds = rules.special_kind(subject, catalogue, limits)
    found = {
        **subject,
        "special_project": bool(kinds),
        "special_reason": "；".join(reason for _, reason in kinds),
    }
    if process != queries.FILING:
        return found
    found |= rules.gathering_flags(subject, catalogue)
    if day >= CLASSES_SINCE:
        found["filing_class"] = rules.filing_class(
            subject, catalogue, registry.table("fire_filing_classes", day)
        )
    return found


_kept: dict[tuple[date, ...], tuple[dict[str, rules.Place], tuple[rules.Threshold, ...]]] = {}


def tables_on(day: date) -> tuple[dict[str, rules.Place], tuple[rules.Threshold, ...]]:
    """Catalogue of places and thresholds in force on a day (当日的场所目录和门槛)."""
    places, kinds = registry.table("fire_places", day), registry.table("fire_special_kinds", day)
    key = (places[0].valid_from, kinds[0].valid_from) if places and kinds else ()
    if key not in _kept:
        _kept[key] = rules.places(places), rules.thresholds(kinds)
    return _kept[key]


def apply(
    process: str,
    *,
    by: Actor,
    office: Office,
    applicant: Subject,
    project: Subject,
    division_code: str,
    subject: Mapping[str, Any],
    key: str | None = None,
) -> Case:
    """Open a case of design review, acceptance or filing for a work (申报).

    The rules judge the work on the day of opening. Whether the process fits is said at the
    submission, by the definition: a special work that asks for a filing is offered an acceptance.

    Raises:
        RuleBroken: the work cannot be judged, or a fact is faulty.
    """
    facts = judge(process, subject, clock.today())
    return case.open_(
        process,
        by=by,
        office=office,
        applicant=applicant,
        project=project,
        title=str(subject.get("project_name", "")),
        division_code=division_code,
        facts={"subject": facts},
        key=key,
    )


def order_stop_use(event: journal.Entry) -> StopUseOrder:
    """Order that a failed work is no longer used (责令停止使用). The same event twice is one order.

    Source: 消防法 art. 58.
    """
    known = StopUseOrder.objects.filter(ordered_event=event.pk).first()
    if known is not None:
        return known
    failed = _case(event)
    made = StopUseOrder.objects.create(
        case=failed,
        number=f"{failed.number}-停{StopUseOrder.objects.filter(case=failed).count() + 1}",
        reason=event.facts_dict.get("filled", {}).get("findings", "") or event.reason,
        ordered_at=event.at,
        ordered_on=clock.local_day(event.at),
        ordered_event=event.pk,
    )
    _tell("fire_review.order_stop_use", made, event)
    return made


def lift_stop_use(event: journal.Entry) -> StopUseOrder:
    """Lift the order in force after a passed re-check (解除停止使用). The same event twice lifts once.

    Raises:
        NotFound: no order is in force: a re-check without a failed check is a fault of the process.
    """
    known = StopUseOrder.objects.filter(lifted_event=event.pk).first()
    if known is not None:
        return known
    order = StopUseOrder.objects.filter(case=_case(event), lifted_on=None).first()
    if order is None:
        raise NotFound("该办件没有在效的停止使用决定，无法解除。", rule="fire_review.order_in_force")
    order.lifted_at, order.lifted_on, order.lifted_event = event.at, clock.local_day(event.at), event.pk
    order.save(update_fields=["lifted_at", "lifted_on", "lifted_event"])
    _tell("fire_review.lift_stop_use", order, event)
    return order


def _case(event: journal.Entry) -> Case:
    from zhujianyun.kernel.case.models import Case

    return Case.objects.get(pk=event.case_id or 0)


def _tell(verb: str, order: StopUseOrder, event: journal.Entry) -> None:
    journal.record(
        verb,
        actor="system",
        object=("stop_use_order", order.number),
        case_id=order.case_id,
        facts={"event": event.pk},
    )
