"""One-time codes (验证码): six digits by text message or mail, ten minutes, one use, five tries."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from zhujianyun.base import clock, outbox
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.ui.hall import keeping
from zhujianyun.ui.hall.models import OneTimeCode
from zhujianyun.ui.hall.people.lockout import Locked

MINUTES = 10
TRIES = 5
PAUSE_SECONDS = 60
# How many codes may go out: to one recipient and from one address, within so many minutes.
PER_RECIPIENT = ((60, 5), (24 * 60, 10))
PER_ADDRESS = ((60, 30),)
WRONG_ZH = "验证码不正确或已过期，请核对后重试，或重新获取。"
PURPOSES_ZH = {
    "register": "注册", "forgotten": "重设口令", "phone": "更换手机号", "email": "设置邮箱", "close": "注销账号",
}  # fmt: skip


@transaction.atomic
def send(purpose: str, channel: str, to: str, address: str, *, silent: bool = False) -> OneTimeCode:
    """Send a code (发送验证码); with ``silent`` everything but the message itself happens.

    Silence is for numbers that belong to nobody: whoever asks sees no difference.

    Raises:
        Locked: too many codes to this recipient or from this address, or the last one is too fresh.
    """
    to_index, from_index = keeping.index("code-to", to), keeping.index("code-from", address)
    _check_rate(to_index, from_index)
    code = f"{secrets.randbelow(10**6):06}"
    now = clock.now()
    row = OneTimeCode(
        purpose=purpose, to_index=to_index, address_index=from_index, sent_at=now,
        expires_at=now + timedelta(minutes=MINUTES),
    )  # fmt: skip
    row.digest = _digest(row.token, code)
    row.save()
    if not silent:
        what = PURPOSES_ZH[purpose]
        text = f"【住建云】验证码 {code}，用于{what}，{MINUTES} 分钟内有效。工作人员不会向您索要验证码。"
        outbox.send(
            channel, to=to, title=f"{what}验证码", text=text, key=_message_key(row), secret=_is_secret()
        )
    journal.record("hall.code.send", actor="hall", object=("hall_code", str(row.pk)), facts={"purpose": purpose, "channel": channel})  # fmt: skip
    return row


def use(token: str, purpose: str, to: str, code: str) -> None:
    """Take a code, once (核对验证码).

    Raises:
        RuleBroken: ``hall.code`` with one sentence for every fault.
    """
    with transaction.atomic():
        row = OneTimeCode.objects.select_for_update().filter(token=token, purpose=purpose).first()
        good = row is not None and _is_right(row, to, code)
        if row is not None:
            row.tries += 1
            row.used_at = clock.now() if good else row.used_at
            row.save(update_fields=["tries", "used_at"])
    if not good:
        raise RuleBroken(WRONG_ZH, rule="hall.code", fields={"code": WRONG_ZH})


def shown_in_demo(token: str) -> str:
    """The text of the message, in the demo only (演示中显示验证码); "" everywhere else."""
    if not getattr(settings, "ZJY_DEMO", False):
        return ""
    row = OneTimeCode.objects.filter(token=token, used_at=None).first()
    sent = outbox.Message.objects.filter(key=_message_key(row)).first() if row else None
    return sent.text if sent else ""


def sweep() -> int:
    """Remove codes of former days (清理); how many."""
    return OneTimeCode.objects.filter(sent_at__lt=clock.now() - timedelta(days=2)).delete()[0]


def _is_right(row: OneTimeCode, to: str, code: str) -> bool:
    alive = row.used_at is None and row.tries < TRIES and clock.now() < row.expires_at
    same = hmac.compare_digest(row.digest, _digest(row.token, code.strip()))
    return alive and same and row.to_index == keeping.index("code-to", to)


def _check_rate(to_index: str, from_index: str) -> None:
    now = clock.now()
    last = OneTimeCode.objects.filter(to_index=to_index).order_by("-sent_at").first()
    if last is not None and now - last.sent_at < timedelta(seconds=PAUSE_SECONDS):
        raise Locked(f"验证码刚刚发出，请 {PAUSE_SECONDS} 秒后再试。", rule="hall.code_rate")
    for column, index, limits in (("to_index", to_index, PER_RECIPIENT), ("address_index", from_index, PER_ADDRESS)):  # fmt: skip
        for minutes, most in limits:
            since = now - timedelta(minutes=minutes)
            if OneTimeCode.objects.filter(**{column: index}, sent_at__gt=since).count() >= most:
                raise Locked("获取验证码过于频繁，请过一小时再试。", rule="hall.code_rate")


def _digest(token: str, code: str) -> str:
    return keeping.index("code", f"{token}:{code}")


def _message_key(row: OneTimeCode) -> str:
    return f"hall.code:{row.pk}"


def _is_secret() -> bool:
    return not getattr(settings, "ZJY_DEMO", False)
