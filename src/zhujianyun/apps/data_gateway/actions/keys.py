"""Keys of consumers' systems (访问密钥办理): issued and shown once, changed without a gap, stopped at once.

Only the SHA-256 is kept: 32 random bytes need no slow hash. A key begins with ``zjy_`` so that scanners for
leaked secrets can find it.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from zhujianyun.apps.data_gateway.actions import guarding
from zhujianyun.apps.data_gateway.models import AccessKey
from zhujianyun.apps.data_gateway.rules.deciding import digest_of
from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.system.models import BusinessSystem

LONGEST = timedelta(days=731)
OVERLAP = timedelta(days=14)
AT_ONCE = 2  # keys of one client that may hold together
_SUBSYSTEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Issued:
    """A key just made (新发密钥): ``secret`` is to be shown once and never kept."""

    key: AccessKey
    secret: str


def client_of(consumer: Office, subsystem: str) -> str:
    """What X-Road-Client must name (调用方标识).

    Raises:
        RuleBroken: for a subsystem that is no plain name.
    """
    if not _SUBSYSTEM.fullmatch(subsystem):
        raise RuleBroken("子系统代码只用字母、数字、连字符和下划线，最长 40 个字符。", rule="key.subsystem")
    return f"{settings.ZJY_GATEWAY_INSTANCE}/GOV/{consumer.code}/{subsystem}"


@transaction.atomic
def issue_key(
    consumer: Office, system: BusinessSystem | None, *, by: Actor, valid_until: datetime, subsystem: str = "",
    note: str = "",
) -> Issued:  # fmt: skip
    """Give a system of a consumer a key (发放密钥); without a system it stands for the consumer as a whole.

    Raises:
        NotAllowed: for anybody but the consumer's own people and the operator.
        RuleBroken: for a period that is over or too long, or when two keys of the client hold already.
    """
    guarding.key_holder(by, consumer)
    client = client_of(consumer, subsystem or (system.code.replace(".", "-") if system else "main"))
    held = AccessKey.objects.select_for_update().filter(
        client=client, revoked_at=None, valid_until__gt=clock.now()
    )
    if held.count() >= AT_ONCE:
        raise RuleBroken(f"{client} 已有 {AT_ONCE} 个有效密钥，请先停用一个。", rule="key.at_once")
    return _make(consumer, system, client, by=by, valid_until=valid_until, note=note, verb="issue")


def _make(
    consumer: Office, system: BusinessSystem | None, client: str, *, by: Actor, valid_until: datetime, note: str,
    verb: str, **facts: str,
) -> Issued:  # fmt: skip
    now = clock.now()
    if not now < valid_until <= now + LONGEST:
        raise RuleBroken("密钥的失效时间须在今后两年之内。", rule="key.period")
    secret = f"zjy_{secrets.token_urlsafe(32)}"
    key = AccessKey.objects.create(
        code=f"K{secrets.token_hex(6)}", digest=digest_of(secret), consumer=consumer, system=system,
        client=client, valid_from=now, valid_until=valid_until, made_by=by.key, made_at=now, note=note,
    )  # fmt: skip
    told = {"client": client, "until": valid_until.isoformat(), **facts}
    journal.record(f"data_gateway.key.{verb}", actor=by.key, object=("access_key", key.code), facts=told)
    return Issued(key, secret)


@transaction.atomic
def rotate_key(key: AccessKey, *, by: Actor, valid_until: datetime, overlap: timedelta = OVERLAP) -> Issued:
    """A new key for the same client; the old one holds for ``overlap`` on (轮换密钥).

    Raises:
        NotAllowed: for anybody but the consumer's own people and the operator.
        RuleBroken: for a key that holds no more, or when another one follows it already.
    """
    guarding.key_holder(by, key.consumer)
    held = AccessKey.objects.select_for_update().get(pk=key.pk)
    now = clock.now()
    if held.revoked_at is not None or held.valid_until <= now:
        raise RuleBroken("该密钥已失效，请重新发放。", rule="key.holds")
    others = AccessKey.objects.filter(client=held.client, revoked_at=None, valid_until__gt=now)
    if others.count() >= AT_ONCE:
        raise RuleBroken("轮换中的旧密钥尚未失效，请先停用一个。", rule="key.at_once")
    held.valid_until = min(held.valid_until, now + overlap)
    held.save(update_fields=["valid_until"])
    key.valid_until = held.valid_until
    return _make(
        held.consumer, held.system, held.client, by=by, valid_until=valid_until, note=held.note, verb="rotate",
        follows=held.code,
    )  # fmt: skip


@transaction.atomic
def revoke_key(key: AccessKey, *, by: Actor, reason: str) -> AccessKey:
    """Stop a key (停用密钥): every plane refuses it within five seconds.

    Raises:
        NotAllowed: for anybody but the consumer's own people and the operator.
        RuleBroken: when it is stopped already, or without a reason.
    """
    guarding.key_holder(by, key.consumer)
    held = AccessKey.objects.select_for_update().get(pk=key.pk)
    if held.revoked_at is not None:
        raise RuleBroken("该密钥已停用。", rule="key.revoked_once")
    if not reason.strip():
        raise RuleBroken("请写明停用原因。", rule="key.reason")
    held.revoked_at, held.reason = clock.now(), reason
    held.save(update_fields=["revoked_at", "reason"])
    key.revoked_at, key.reason = held.revoked_at, held.reason
    journal.record("data_gateway.key.revoke", actor=by.key, object=("access_key", key.code), reason=reason)
    return key
