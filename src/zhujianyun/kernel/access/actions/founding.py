"""The first three officers (设立平台): once, when there is none."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from zhujianyun.base.errors import NotAllowed
from zhujianyun.kernel.access.actions.accounts import new_account
from zhujianyun.kernel.access.actions.officers import new_officer
from zhujianyun.kernel.access.actions.recording import Note, record
from zhujianyun.kernel.access.actors import SYSTEM
from zhujianyun.kernel.access.models import OfficerDuty


@dataclass(frozen=True, slots=True)
class Founder:
    """One of the three to be (首任三员)."""

    username: str
    name_zh: str
    password: str
    phone: str = ""
    must_change_password: bool = True


def found_platform(*, system: Founder, security: Founder, audit: Founder) -> dict[str, OfficerDuty]:
    """Make the three officers of an empty platform (设立平台): whoever installs it calls this once.

    From then on accounts come from the system officer and rights from the security officer.

    Raises:
        NotAllowed: when there is, or ever was, an officer.
        RuleBroken: for a bad user name or password, or one person in two places.
    """
    if OfficerDuty.objects.exists():
        raise NotAllowed("平台已经设立，三员由安全管理员任免。", rule="access.founded_once")
    made: dict[str, OfficerDuty] = {}
    with transaction.atomic():
        for duty, founder in (("system", system), ("security", security), ("audit", audit)):
            account = new_account(
                founder.username,
                founder.name_zh,
                password=founder.password,
                phone=founder.phone,
                must_change_password=founder.must_change_password,
            )
            made[duty] = new_officer(account, duty, founding=True)
            note = Note("account", account.pk)
            note.says(username=account.username, duty=duty)
            record("access.found_platform", SYSTEM, note)
    return made
