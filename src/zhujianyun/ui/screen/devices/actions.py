"""What can be done to wall devices (大屏设备动作): ask, approve, pick up, change, revoke.

The token goes to the device once, into an HttpOnly cookie; it stands in no address and in no log.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.ui.screen.devices import rules
from zhujianyun.ui.screen.devices.models import Device, Pairing

MANAGE = "screen.devices"
ADDRESSES_KEPT = 8


def hashed(secret: str) -> str:
    """What is kept of a token or secret (摘要)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def may_manage(by: Actor) -> bool:
    """Whether somebody may manage devices: the permission, or the system officer (是否可管理设备)."""
    return access.allows(by, "platform.configure") or access.allows(by, MANAGE)


def ask(address: str) -> tuple[Pairing, str]:
    """A TV asks to be let in (申请配对): the pairing with its code, and the secret that picks it up.

    Raises:
        RuleBroken: too many asked from this address, or too many wait.
    """
    now = clock.now()
    asked = Pairing.objects.filter(asked_at__gt=now - rules.GOOD_FOR)
    waiting = asked.filter(device=None, expires_at__gt=now)
    if (
        asked.filter(address=address).count() >= rules.MOST_FROM_ONE_ADDRESS
        or waiting.count() >= rules.MOST_OPEN
    ):
        raise RuleBroken(
            "这个地址申请配对太频繁，请十分钟后再试。", rule="device.pairing_rate", address=address
        )
    taken = set(waiting.values_list("code", flat=True))
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        pairing = Pairing.objects.create(
            code=_fresh_code(taken), secret_hash=hashed(secret), address=address, asked_at=now,
            expires_at=now + rules.GOOD_FOR,
        )  # fmt: skip
        _tell("screen.device.ask", "anonymous", f"pairing:{pairing.pk}", {"address": address})
    return pairing, secret


def approve(
    code: str, *, by: Actor, name: str, playlist: Sequence[dict[str, Any]], networks: Sequence[str],
    is_public: bool = False,
) -> Device:  # fmt: skip
    """Let the TV that shows this code in (批准配对).

    Raises:
        NotAllowed: without the permission.
        RuleBroken: no name, or no TV shows this code now.
    """
    _require(by)
    if not name.strip():
        raise RuleBroken("请给这台设备起个名字，例如“一楼大厅电视”。", rule="device.name", field="name")
    now = clock.now()
    with transaction.atomic():
        pairing = (
            Pairing.objects.select_for_update()
            .filter(code=code.replace(" ", ""), device=None, expires_at__gt=now)
            .order_by("-pk")
            .first()
        )
        if pairing is None:
            raise RuleBroken(
                "没有屏幕正在显示这个配对码。配对码十分钟失效，请照屏幕上现在的数字重新输入。",
                rule="device.pairing_code", field="code",
            )  # fmt: skip
        device = Device.objects.create(
            name=name.strip()[:60], networks=list(networks), playlist=list(playlist), is_public=is_public,
            approved_at=now, approved_by=by.name_zh[:60],
        )  # fmt: skip
        Pairing.objects.filter(pk=pairing.pk).update(device=device)
        facts = {"name": device.name, "address": pairing.address, "networks": device.networks,
                 "screens": device.screens, "public": is_public}  # fmt: skip
        _tell("screen.device.approve", by.key, device.key, facts)
    return device


def pick_up(secret: str) -> str:
    """The token for the TV whose pairing was approved, once; "" while nobody approved it (领取令牌).

    Raises:
        RuleBroken: the pairing is unknown, out of date or was picked up.
    """
    now = clock.now()
    pairing = Pairing.objects.filter(secret_hash=hashed(secret)).select_related("device").first()
    if pairing is None or pairing.taken_at or pairing.expires_at <= now:
        raise RuleBroken("配对码已失效，正在换一个新的。", rule="device.pairing_over")
    if pairing.device is None:
        return ""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        if not Pairing.objects.filter(pk=pairing.pk, taken_at=None).update(taken_at=now):
            raise RuleBroken("配对码已失效，正在换一个新的。", rule="device.pairing_over")
        Device.objects.filter(pk=pairing.device.pk).update(token_hash=hashed(token))
        _tell("screen.device.pick_up", pairing.device.key, pairing.device.key, {"address": pairing.address})
    return token


def change(
    device: Device, *, by: Actor, name: str, playlist: Sequence[dict[str, Any]], networks: Sequence[str],
    is_public: bool,
) -> None:  # fmt: skip
    """Change what a device shows and from where (调整设备); it follows with its next refresh.

    Raises:
        NotAllowed: without the permission.
        Conflict: it was revoked.
    """
    _require(by)
    said = {"name": name.strip()[:60] or device.name, "playlist": list(playlist), "networks": list(networks),
            "is_public": is_public}  # fmt: skip
    with transaction.atomic():
        if not Device.objects.filter(pk=device.pk, revoked_at=None).update(**said):
            raise Conflict(f"{device.name} 已被吊销，请让它重新配对。", rule="device.revoked")
        _tell("screen.device.change", by.key, device.key, said)


def revoke(device: Device, *, by: Actor, reason: str) -> None:
    """Take a device's right away (吊销设备): it shows a pairing code within one refresh.

    Raises:
        NotAllowed: without the permission.
        RuleBroken: no reason.
        Conflict: it was revoked already.
    """
    _require(by)
    if not reason.strip():
        raise RuleBroken("吊销设备须写明理由。", rule="device.reason", field="reason")
    with transaction.atomic():
        done = Device.objects.filter(pk=device.pk, revoked_at=None).update(
            revoked_at=clock.now(),
            revoked_by=by.name_zh[:60],
            revoke_reason=reason.strip()[:200],
            token_hash="",
        )
        if not done:
            raise Conflict(f"{device.name} 已被吊销。", rule="device.revoked")
        _tell("screen.device.revoke", by.key, device.key, {"name": device.name}, reason.strip())


def note_visit(device: Device, address: str, *, allowed: bool) -> None:
    """Remember that a device came, from where, and whether it was let in (记录来访). Called once a minute at most."""
    now = clock.now()
    before = [seen for seen in device.addresses if seen["address"] != address]
    seen = [{"address": address, "at": now.isoformat(), "allowed": allowed}, *before][:ADDRESSES_KEPT]
    known = Device.objects.filter(pk=device.pk)
    known.update(addresses=seen, **({"last_seen_at": now} if allowed else {}))
    if not allowed and not any(one["address"] == address for one in device.addresses):
        _tell("screen.device.refuse", device.key, device.key, {"address": address}, result="refused")


def _fresh_code(taken: set[str]) -> str:
    while True:
        code = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}d}"
        if code not in taken:
            return code


def _require(by: Actor) -> None:
    if not may_manage(by):
        access.require(by, MANAGE)


def _tell(
    verb: str, actor: str, key: str, facts: dict[str, Any], reason: str = "", result: str = "ok"
) -> None:
    journal.record(
        verb, actor=actor, object=("device", key.partition(":")[2]), facts=facts, reason=reason, result=result
    )
