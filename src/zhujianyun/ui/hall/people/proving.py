"""Proving a telephone or mailbox by a code (验证手机号或邮箱): asked, answered, remembered for a while."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass

from django.http import HttpRequest

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.ui.hall import keeping
from zhujianyun.ui.hall.people import codes
from zhujianyun.ui.signin.addresses import address_of

SESSION = "hall.proving"
PROVED_SECONDS = 30 * 60
AGAIN_ZH = "验证已超时，请重新获取验证码。"


@dataclass(frozen=True, slots=True)
class Pending:
    """A code that was sent and not answered yet (待核对)."""

    channel: str
    to: str
    token: str


def begin(request: HttpRequest, purpose: str, channel: str, to: str, *, silent: bool = False) -> None:
    """Send a code and remember to whom (发出验证码).

    Raises:
        Locked: too many codes; RuleBroken: a recipient that cannot be one.
    """
    row = codes.send(purpose, channel, to, address_of(request), silent=silent)
    sealed = b64encode(keeping.seal(row.token, "proving", to)).decode()
    request.session[SESSION] = {"purpose": purpose, "channel": channel, "to": sealed, "token": row.token}


def pending(request: HttpRequest, purpose: str) -> Pending | None:
    """The code that this session waits for (待核对的验证码)."""
    kept = request.session.get(SESSION)
    if not kept or kept["purpose"] != purpose or "proved" in kept:
        return None
    return Pending(kept["channel"], _to(kept), kept["token"])


def answer(request: HttpRequest, purpose: str, code: str) -> str:
    """Take the code; the telephone or mailbox is proved from now on (核对).

    Raises:
        RuleBroken: ``hall.code``.
    """
    waiting = pending(request, purpose)
    if waiting is None:
        raise RuleBroken(AGAIN_ZH, rule="hall.code", fields={"code": AGAIN_ZH})
    codes.use(waiting.token, purpose, waiting.to, code)
    request.session[SESSION] = {**request.session[SESSION], "proved": int(clock.now().timestamp())}
    return waiting.to


def proved(request: HttpRequest, purpose: str) -> str:
    """What this session has proved for a purpose, "" when nothing or too long ago (已验证)."""
    kept = request.session.get(SESSION)
    if not kept or kept["purpose"] != purpose or "proved" not in kept:
        return ""
    fresh = clock.now().timestamp() - kept["proved"] <= PROVED_SECONDS
    return _to(kept) if fresh else ""


def done(request: HttpRequest) -> None:
    """Forget it: what was proved has been used (清除)."""
    request.session.pop(SESSION, None)


def _to(kept: dict[str, str]) -> str:
    return keeping.unseal(kept["token"], "proving", b64decode(kept["to"]))
