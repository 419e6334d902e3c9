"""One act on many cases (批量办理): what the selection allows, then case by case, each a transaction of its own.

Only plain acts are done in bulk: those that ask for no facts, papers or signatures. What must be judged
case by case is handled case by case. Every rule stays with the engine.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import case as engine
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.case import Offer
from zhujianyun.kernel.case.definition.model import Definition
from zhujianyun.kernel.case.models import Case
from zhujianyun.ui.workbench import listing, queries, shown
from zhujianyun.ui.workbench.listing import Line
from zhujianyun.ui.workbench.models import BulkRun

MOST = 200
REASON = "理由"
OF_THE_DRAW = ("hit", "miss")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selected case with what may be done to it (所选办件)."""

    line: Line
    offers: dict[str, Offer]  # action name → offer, plain acts only
    known: frozenset[str]  # every action of its state, plain or not

    @property
    def posted(self) -> str:
        """How the form names it: id, version as seen, number."""
        return f"{self.line.case.pk}:{self.line.case.version}:{self.line.case.number}"


@dataclass(slots=True)
class Choice:
    """An act that some of the selected cases allow (可批量动作)."""

    action: str
    zh: str
    asks_reason: bool
    can: list[tuple[Chosen, str]] = field(default_factory=list)  # with the consequence
    cannot: list[tuple[Chosen, str]] = field(default_factory=list)  # with the reason


def fresh_token() -> str:
    """What makes one confirmation count once (批量凭据)."""
    return uuid.uuid4().hex


def chosen(actor: Actor, ids: Iterable[int]) -> list[Chosen]:
    """The selected cases that the officer sees, with their offers (所选办件). A steady number of queries.

    Raises:
        RuleBroken: nothing selected, or too much.
    """
    ids = list(dict.fromkeys(ids))
    if not ids:
        raise RuleBroken("还没有勾选办件。请先在列表里勾选。", rule="workbench.bulk_none")
    if len(ids) > MOST:
        raise RuleBroken(f"一次最多办理 {MOST} 件，请分批勾选。", rule="workbench.bulk_many", most=MOST)
    seen = set(queries.visible(actor).filter(pk__in=ids, number__isnull=False).values_list("pk", flat=True))
    lines = listing.lines_of([pk for pk in ids if pk in seen], shown.Days(clock.today()))
    known = [line for line in lines if shown.definition_of(line.case)]
    offered = engine.offers_of_many([line.case.pk for line in known], actor)
    return [_chosen(line, offered.get(line.case.pk, [])) for line in lines]


def _chosen(line: Line, offered: list[Offer]) -> Chosen:
    definition = shown.definition_of(line.case)
    plain = {one.action: one for one in offered if definition and is_plain(definition, line.case.state, one)}
    return Chosen(line, plain, frozenset(one.action for one in offered))


def is_plain(definition: Definition, state: str, offer: Offer) -> bool:
    """Whether an act asks for nothing but perhaps a reason (是否可批量)."""
    here = definition.states[state]
    action = here.actions.get(offer.action)
    if action is None or offer.facts or action.sign or set(offer.need) - {REASON}:
        return False
    if here.lottery and offer.action in OF_THE_DRAW:
        return False
    return not any(pause.state == action.to for one in definition.deadlines.values() for pause in one.pauses)


def choices(selection: Sequence[Chosen]) -> list[Choice]:
    """The acts that at least one selected case allows, with who may and who may not (可批量动作)."""
    found: dict[tuple[str, str], Choice] = {}
    for one in selection:
        for offer in one.offers.values():
            if offer.allowed:
                found.setdefault((offer.action, offer.zh), Choice(offer.action, offer.zh, False))
    for choice in found.values():
        _sort(choice, selection)
    # What a reason must be given for, a refusal above all, never comes first.
    return sorted(found.values(), key=lambda choice: (choice.asks_reason, -len(choice.can)))


def _sort(choice: Choice, selection: Sequence[Chosen]) -> None:
    for one in selection:
        offer = one.offers.get(choice.action)
        if offer is not None and offer.zh == choice.zh and offer.allowed:
            choice.can.append((one, offer.consequence_zh))
            choice.asks_reason = choice.asks_reason or offer.asks_reason
        else:
            choice.cannot.append((one, _why_not(choice, one, offer)))


def _why_not(choice: Choice, one: Chosen, offer: Offer | None) -> str:
    if offer is not None and offer.zh == choice.zh:
        return offer.why_not_zh
    if choice.action in one.known:
        return f"这一件的“{choice.zh}”须填写内容、材料或签名，请打开逐件办理。"
    return f"处于“{one.line.state.zh}”，没有“{choice.zh}”这个动作。"


def run(
    account: Account, actor: Actor, *, token: str, action: str, zh: str, posted: Sequence[str], reason: str
) -> BulkRun:
    """Do an act to each case by itself; what came of each is kept (批量办理).

    A case is done or refused on its own: one refusal stops nothing else. The token makes a second click
    harmless: the same token does nothing to a case twice, and gives the same lines.

    Raises:
        RuleBroken: nothing or too much posted, or no token.
    """
    if not (token.isalnum() and 16 <= len(token) <= 40):
        raise RuleBroken("页面不完整，请回到列表重新勾选。", rule="workbench.bulk_token")
    wanted = _parsed(posted)
    visible = queries.visible(actor)
    known = {one.pk: one for one in visible.filter(pk__in=[pk for pk, _, _ in wanted])}
    lines = [
        _one(known.get(pk), number, version, actor=actor, token=token, action=action, reason=reason)
        for pk, version, number in wanted
    ]
    made, _ = BulkRun.objects.update_or_create(
        account=account, token=token, defaults={"action_zh": zh[:80], "at": clock.now(), "lines": lines}
    )
    return made


def _parsed(posted: Sequence[str]) -> list[tuple[int, int, str]]:
    if not posted or len(posted) > MOST:
        raise RuleBroken(f"请勾选 1 至 {MOST} 件再办理。", rule="workbench.bulk_none")
    found: dict[int, tuple[int, int, str]] = {}
    for text in posted:
        pk, _, rest = text.partition(":")
        version, _, number = rest.partition(":")
        if not (pk.isascii() and pk.isdigit() and version.isascii() and version.isdigit()) or len(text) > 150:
            raise RuleBroken("页面不完整，请回到列表重新勾选。", rule="workbench.bulk_form")
        found[int(pk)] = (int(pk), int(version), number)
    return list(found.values())


def _one(
    one: Case | None, number: str, version: int, *, actor: Actor, token: str, action: str, reason: str
) -> dict[str, object]:
    try:
        if one is None:
            raise NotFound(
                "您已看不到这个办件：权限有变动，或它已移交别处。没有办理。", rule="workbench.bulk_seen"
            )
        step = engine.act(
            one, action, by=actor, expected_version=version, key=f"bulk:{token}:{one.pk}", reason=reason
        )
    except PlatformError as error:
        return {"number": number, "title": one.title if one else "", "ok": False, "said": error.message_zh}
    state = shown.state_of(one, shown.definition_of(one))
    papers = "、".join(f"《{paper.doc}》{paper.number}" for paper in step.papers.all())
    said = f"现处于“{state.zh}”" + (f"，已签发{papers}" if papers else "") + "。"
    return {"number": number, "title": one.title, "ok": True, "said": said}
