"""Telling applicants (告知申请人): through the contact that the hall knows, or not at all, and then said so."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

log = logging.getLogger("zhujianyun.notices")


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


def is_reachable() -> bool:
    """Whether anybody knows how to reach applicants at all (是否接入申请人联系方式)."""
    return bool(_ports)
