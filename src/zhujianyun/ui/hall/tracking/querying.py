"""Query by number and code without signing in (凭编号和查询码查询)."""

from __future__ import annotations

from zhujianyun.base.codes import clean
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.case.models import Case
from zhujianyun.ui.hall import keeping
from zhujianyun.ui.hall.people import lockout

LENGTH = 8
# Without letters and digits that are mistaken for each other.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
UNKNOWN_ZH = "办件编号或查询码不正确，请对照回执核对。"
WHAT = "track"


def code_of(case: Case) -> str:
    """The query code of a case (查询码): eight characters that only we can work out."""
    number = int(keeping.index("query-code", str(case.pk)), 16)
    letters = []
    for _ in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)


def find(number: str, code: str, address: str) -> Case:
    """The case of a number and its code (按编号和查询码查找).

    Raises:
        NotFound: one sentence whichever of the two is wrong; Locked: tried too often.
    """
    number, code = keeping.unseen_removed(number)[:80], clean(code)[:20]
    lockout.check(number, address, WHAT)
    found = Case.objects.filter(number=number).first() if number else None
    if found is None or code_of(found) != code:
        lockout.note(number, address, WHAT)
        raise NotFound(UNKNOWN_ZH, rule="hall.track")
    return found
