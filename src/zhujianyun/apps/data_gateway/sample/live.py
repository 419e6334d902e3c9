"""Calls made while the demo is served (演示期间的真实调用): through the real planes, with a real key, a few a minute.

They are metered, journalled and counted like any other; nothing here writes a row. The numbers asked for are
those of people and firms that the gathered tables name.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from random import Random

import httpx
from django.conf import settings
from django.db import close_old_connections

from zhujianyun.apps.data_gateway.actions import publishing
from zhujianyun.apps.data_gateway.models import Service
from zhujianyun.apps.data_gateway.queries import places
from zhujianyun.apps.data_gateway.sample.others import FOREIGN, Foreign
from zhujianyun.apps.data_gateway.sample.services import CALLER, KEY_FILE
from zhujianyun.base.codes import citizen_id, uscc
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.resource import lake
from zhujianyun.kernel.resource.models import Dataset, Grant

EVERY = 15.0  # seconds between two calls
KNOWN = 300  # numbers kept of each kind
PATIENCE = 8.0  # seconds
KINDS = {"market": "uscc", "labour": "citizen_id", "civil": "citizen_id"}
log = logging.getLogger("zhujianyun.gateway")


def serve(stop: threading.Event | None = None) -> None:
    """Call until told to stop (开始调用); without a key, or while the planes are down, it waits."""
    stop = stop or threading.Event()
    rng = Random(2020)
    known: dict[str, list[str]] = {}
    while not stop.wait(EVERY):
        try:
            once(rng, known)
        except (httpx.HTTPError, OSError, NotFound) as error:
            log.info("演示调用未成：%s", error)
        finally:
            close_old_connections()


def once(rng: Random, known: dict[str, list[str]]) -> int:
    """One call to one of the three interfaces (一次调用); the status, 0 when there is no key or service."""
    file = Path(settings.ZJY_SERVING) / KEY_FILE
    one = rng.choices(FOREIGN, [one.weight for one in FOREIGN])[0]
    service = Service.objects.filter(code=one.code, is_open=True).select_related("mount__resource__provider", "mount__dataset").first()  # fmt: skip
    if not file.exists() or service is None:
        return 0
    client, _, secret = file.read_text().strip().partition("\n")
    grant = Grant.objects.filter(mount=service.mount, consumer__code=CALLER).first()
    if grant is None:
        return 0
    address = places.inner(publishing.described(service)) + one.path.replace("*", _number(one, rng, known))
    headers = {"Authorization": f"Bearer {secret}", "X-Road-Client": client, "X-Zjy-Purpose": grant.code}
    return httpx.get(address, headers=headers, timeout=PATIENCE, trust_env=False).status_code


def _number(one: Foreign, rng: Random, known: dict[str, list[str]]) -> str:
    kind = KINDS[one.desk]
    if kind not in known:
        known[kind] = numbers(kind)
    if known[kind]:
        return rng.choice(known[kind])
    return uscc.make(rng) if kind == "uscc" else citizen_id.make(rng)


def numbers(kind: str) -> list[str]:
    """Numbers of a kind that stand in the gathered tables (已归集的号码); none before the first gathering."""
    for dataset in Dataset.objects.filter(snapshots__isnull=False).distinct().order_by("code"):
        for column in dataset.columns:
            if column.get("code") == kind:
                with lake.reading() as connection:
                    table = lake.table(connection, dataset)
                    found = table.select(column["name"]).limit(KNOWN).to_pyarrow().to_pylist()
                if told := [str(row[column["name"]]) for row in found if row[column["name"]]]:
                    return told
    return []
