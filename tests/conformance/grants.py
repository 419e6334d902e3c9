"""What the gateway is asked about (对照用的服务与授权): made through the real actions in a running platform."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator

from tests.house import House
from zhujianyun.apps.data_gateway.api.proxy.tests.failing import Provider

# A table with every type of column and a masked item, an interface, their services and grants, and a key.
GRANTED = """
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
import pyarrow as pa
from deltalake import write_deltalake
from django.conf import settings
from zhujianyun.apps.data_gateway import actions
from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource import lake
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.system.models import BusinessSystem

KINDS = {{"id": "integer", "name": "text", "area": "decimal", "day": "date", "at": "datetime", "live": "boolean", "phone": "text"}}
office, city = Office.objects.get(code="450000"), Office.objects.get(code="450100")
system = BusinessSystem.objects.order_by("code").first()
columns = [{{"name": name, "type": kind}} for name, kind in KINDS.items()]
dataset = resources.register_dataset("conformance-all", "对照表", system, columns, ["id"], by=SYSTEM)
arrow = pa.schema([("id", pa.int64()), ("name", pa.string()), ("area", pa.decimal128(38, 8)), ("day", pa.date32()),
                   ("at", pa.timestamp("us", "UTC")), ("live", pa.bool_()), ("phone", pa.string())])
rows = [{{"id": n, "name": None if n % 11 == 0 else f"名{{n}}", "area": Decimal(n) / 8, "day": date(2020, 1, 1) + timedelta(n),
         "at": datetime(2020, 1, 1, 20, tzinfo=UTC), "live": n % 2 == 0, "phone": f"138{{n:08d}}"}} for n in range(300)]
write_deltalake(str(lake.folder(dataset.code)), pa.Table.from_pylist(rows, arrow), mode="overwrite")
resources.land(dataset, version=0, batch="conformance-all", rows=300, digest="d", taken_at=clock.now(), by=SYSTEM)
entry = resources.enter("206003/999901", "对照目录", office, by=SYSTEM)
items = tuple(Item(name, name, type=kind, sensitivity="personal" if name == "phone" else "", mask="phone" if name == "phone" else "")
              for name, kind in KINDS.items())
draft = resources.Draft("对照目录", "对照用的全部类型", "主题/城乡建设/建筑市场", items, share_condition="履职需要")
resources.publish(entry, draft, by=SYSTEM)
mount = resources.mount_table(entry, dataset, {{name: name for name in KINDS}}, code="conformance-all", title="对照表", by=SYSTEM)
now = clock.now()
decision = resources.Decision(consumer=city, items=tuple(KINDS), purpose="conformance", legal_basis="对照", valid_from=now - timedelta(days=1),
                              valid_until=now + timedelta(days=9), masks={{"phone": "phone"}}, quota={{"lookups_per_hour": 1_000_000}})
resources.issue_grant(mount, decision, code="CONFORMANCE-1", by=SYSTEM)
service = actions.open_service(mount, "conformance-all", by=SYSTEM)
plain = resources.enter("206003/999902", "对照接口目录", office, by=SYSTEM)
items = (Item("months", "缴费月数", type="integer"), Item("city", "所在市"))
resources.publish(plain, resources.Draft("对照接口目录", "对照用的接口", "主题/城乡建设/建筑市场", items, share_condition="履职需要"), by=SYSTEM)
inner = resources.mount_api(plain, "http://127.0.0.1:{provider}/inner", {{"months": "months", "city": "city"}}, code="conformance-api", title="对照接口", by=SYSTEM)
decision = resources.Decision(consumer=city, items=("months", "city"), purpose="conformance-api", legal_basis="对照",
                              valid_from=now - timedelta(days=1), valid_until=now + timedelta(days=9))
resources.issue_grant(inner, decision, code="CONFORMANCE-2", by=SYSTEM)
proxied = actions.open_service(inner, "conformance-api", by=SYSTEM, paths=("/v1/persons/*", "/v1/items", "/v1/upload"),
                               methods=("GET", "HEAD", "POST"), allow_private=("127.0.0.1/32",))
issued = actions.issue_key(city, None, by=SYSTEM, valid_until=now + timedelta(days=30), subsystem="conformance")
own = f"/r1/{{settings.ZJY_GATEWAY_INSTANCE}}/GOV/{{service.member}}"
print(json.dumps({{"client": issued.key.client, "secret": issued.secret, "purpose": "conformance", "address": f"{{own}}/data/conformance-all",
                  "api_purpose": "CONFORMANCE-2", "api_mount": inner.code, "api": f"{{own}}/api/conformance-api"}}))
"""


def granted(house: House, provider: int) -> dict[str, str]:
    """Who may ask what (授权): a table, and an interface whose provider listens on a port of this machine."""
    told: dict[str, str] = json.loads(house.script(GRANTED.format(provider=provider)).splitlines()[-1])
    return told


@contextlib.contextmanager
def providing() -> Iterator[int]:
    """A provider that answers while this lasts (提供方); its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    provider = Provider()
    try:
        yield asyncio.run_coroutine_threadsafe(provider.start(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(_end(provider), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


async def _end(provider: Provider) -> None:
    provider.stop()
    await provider.hang_up()
    await asyncio.sleep(0.05)  # so that who serves a line sees its end
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0)
