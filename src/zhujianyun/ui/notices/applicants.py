"""Telling applicants (告知申请人): through the contact that the hall knows, or not at all, and then said so.

A process says ``notify: [owner]``. What goes out names the case and its state and nothing else: a text
message lies open on a telephone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from zhujianyun.base import outbox
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel import journal
from zhujianyun.kernel.case.definition.model import APPLICANT
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.ui.workbench import shown

VERB = "notice.applicant"


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to an applicant (联系方式): channel of the outbox and address; ``url`` is his page of the case."""

    channel: str
    to: str
    url: str = ""


# (subject id of the applicant, case id) → ways to reach him, best first; empty: none is known.
ContactPort = Callable[[int, int], Sequence[Contact]]
_ports: list[ContactPort] = []


def applicant_contact(function: ContactPort) -> ContactPort:
    """Register how an applicant is reached (登记申请人联系方式); usable as a decorator. The last one counts."""
    _ports[:] = [function]
    return function


def contacts_of(subject_id: int, case_id: int) -> Sequence[Contact]:
    """The ways to an applicant (申请人联系方式); none without a hall."""
    return _ports[0](subject_id, case_id) if _ports else ()


def tell_of(entries: Iterable[Entry]) -> int:
    """Tell the applicants of acts whose process wants it (告知申请人); how many messages were handed over.

    An applicant without a contact is not told; the journal says so, in the case's own history.
    """
    wanted = [one for one in entries if one.case_id and APPLICANT in one.facts_dict.get("notify", ())]
    cases = Case.objects.select_related("applicant", "project").in_bulk({one.case_id for one in wanted})
    return sum(_tell(one, cases[one.case_id]) for one in wanted if one.case_id in cases)


def _tell(entry: Entry, case: Case) -> bool:
    contact, why = _best(case)
    step = entry.facts_dict.get("step")
    if contact is None:
        _note(entry, case, "unreachable", {"why": why, "step": step})
        return False
    key = f"case:{case.pk}:{step}:{APPLICANT}"
    try:
        sent = outbox.send(
            contact.channel, to=contact.to, title=f"{case.process_zh}办理进展", text=_text(entry, case),
            link=contact.url, key=key,
        )  # fmt: skip
    except PlatformError as error:
        _note(entry, case, "unreachable", {"why": error.message_zh, "step": step})
        return False
    facts = {"step": step, "channel": contact.channel, "to": sent.to_masked, "state": sent.state}
    _note(entry, case, "ok" if sent.state != outbox.State.HELD else "held", facts)
    return True


def _best(case: Case) -> tuple[Contact | None, str]:
    if case.applicant_id is None:
        return None, "办件没有申请人"
    if not _ports:
        return None, "平台没有接入申请人联系方式"
    found = list(contacts_of(case.applicant_id, case.pk))
    return (found[0], "") if found else (None, "申请人没有可用的联系方式")


def _text(entry: Entry, case: Case) -> str:
    facts = entry.facts_dict
    definition = shown.definition_of(case)
    done = shown.action_zh(definition, facts.get("from", ""), entry.verb.rpartition(".")[2])
    state = definition.states[facts["to"]].zh if definition and facts.get("to") in definition.states else ""
    return f"您的办件 {case.number} 已办理“{done}”，现为“{state}”。请登录办事大厅查看，勿向他人透露验证码。"


def _note(entry: Entry, case: Case, result: str, facts: dict) -> None:
    journal.record(
        VERB, actor="system", object=("case", entry.object_id), case_id=case.pk, result=result, facts=facts
    )
