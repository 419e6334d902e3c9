"""Services and grants of the demo (演示服务与授权): opened and issued through the real actions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.conf import settings

from zhujianyun.apps.data_gateway import actions
from zhujianyun.apps.data_gateway.models import Service
from zhujianyun.apps.data_gateway.sample.others import Foreign
from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.models import Grant, Mount

LOOPBACK = "127.0.0.1/32"
UNTIL = clock.at_local(date(2022, 1, 1))
CALLER = "450100"  # the city bureau in whose name calls are made while the demo runs
KEY_FILE = "demo.key"


def address(desk: str) -> str:
    """Where the provider of an interface answers in the demo (演示接口地址): on this machine only."""
    return f"http://127.0.0.1:{int(getattr(settings, 'ZJY_DEPARTMENTS_PORT', 18690))}/{desk}"


def open_service(mount: Mount, member: str, paths: Sequence[str] = ()) -> Service:
    """Open a service on a mount (开通服务); interfaces of the demo answer on this machine."""
    networks = (LOOPBACK,) if mount.kind == Mount.Kind.API else ()
    return actions.open_service(
        mount, mount.code, by=SYSTEM, member=member, paths=paths, allow_private=networks
    )


def grant(mount: Mount, one: Foreign, consumer: Office, purpose: str) -> Grant:
    """Let an office ask an interface for a purpose (签发授权): personal items masked as the entry says."""
    decision = resources.Decision(
        consumer=consumer, items=tuple(item.code for item in one.items), purpose=purpose,
        legal_basis="依法履行住房城乡建设职责", valid_from=clock.now(), valid_until=UNTIL,
        quota={"per_second": 5, "per_day": 5000}, exact_lookup=("id_no",) if one.items[0].code == "id_no" else (),
    )  # fmt: skip
    return resources.issue_grant(mount, decision, code=f"{one.code}-{consumer.code}", by=SYSTEM)


def grant_table(mount: Mount, consumer: Office) -> Grant:
    """Let a city read one of our tables (签发库表授权): few pages a day, so that the limit can be seen."""
    decision = resources.Decision(
        consumer=consumer, items=tuple(mount.binding), purpose="注册人员执业核验",
        legal_basis="《注册建造师管理规定》第五条", valid_from=clock.now(), valid_until=UNTIL,
        quota={"per_second": 5, "per_day": 500}, page_limit=50,
    )  # fmt: skip
    return resources.issue_grant(mount, decision, code=f"constructors-{consumer.code}", by=SYSTEM)


def key_of_demo(consumer: Office) -> Path:
    """A key with which the demo calls itself (演示密钥): in a file that only the service reads."""
    made = actions.issue_key(
        consumer, None, by=SYSTEM, valid_until=clock.at_local(date(2021, 12, 31)), subsystem="demo",
        note="演示运行期间的真实调用",
    )  # fmt: skip
    file = Path(settings.ZJY_SERVING) / KEY_FILE
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(f"{made.key.client}\n{made.secret}\n")
    return file
