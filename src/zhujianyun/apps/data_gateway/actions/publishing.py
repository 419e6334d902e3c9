"""Publishing the policy (发布运行策略): built when something changed, touched every second otherwise.

The planes serve from what stands here and refuse when nobody touches it, so this tick is the gateway's
heartbeat. What it costs while nothing changes is a handful of aggregates.
"""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Sum

from zhujianyun.apps.data_gateway.actions import serving
from zhujianyun.apps.data_gateway.models import AccessKey, Call, Service, UsageDay
from zhujianyun.apps.data_gateway.rules import policy, quota, receipts
from zhujianyun.base import ciphers, clock
from zhujianyun.base.ciphers import keys as key_files
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.resource import queries
from zhujianyun.kernel.resource.models import Grant, Mount, Snapshot

FILE = "policy.json"
OWN = "450000"  # our own offices: their calls name an open case
CREDENTIAL = "gateway-provider"
_last: dict[str, Any] = {}  # of this process: mark and number of the policy that was written
_DRIFT = 0.5  # seconds by which the platform's clock may move before the planes are told


def tick() -> bool:
    """Publish when something changed, else touch (发布节拍); whether it was published."""
    path = Path(settings.ZJY_SERVING) / FILE
    mark = _mark()
    offset = _offset()
    moved = abs(offset - _last.get("offset", 0.0)) > _DRIFT
    if mark == _last.get("mark") and not moved and path.exists():
        os.utime(path)
        return False
    publish(offset=offset)
    _last.update(mark=mark, offset=offset)
    return True


def _mark() -> tuple[object, ...]:
    services = Service.objects.aggregate(n=Count("pk"), at=Max("changed_at"))
    keys = AccessKey.objects.aggregate(n=Count("pk"), at=Max("revoked_at"), made=Max("made_at"))
    newest = Snapshot.objects.aggregate(n=Max("pk"))
    files = tuple(
        sorted(str(path) for path in (Path(settings.ZJY_SERVING) / serving.FOLDER).glob("*/*.sqlite"))
    )
    cases = (
        Case.objects.filter(ended=False).aggregate(n=Count("pk"), last=Max("pk")) if _has_own_keys() else {}
    )
    return (queries.change_mark(), *services.values(), *keys.values(), *newest.values(), files, *cases.values(),
            settings.ZJY_GATEWAY_INSTANCE, settings.ZJY_GATEWAY_LOOKUPS_PER_HOUR)  # fmt: skip


def _offset() -> float:
    return (clock.now() - clock.MachineClock().now()).total_seconds()


def publish(*, offset: float | None = None) -> policy.Policy:
    """Write the policy of this moment, in the place of the last one at once (发布)."""
    path = Path(settings.ZJY_SERVING) / FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = build(_number(path) + 1, _offset() if offset is None else offset)
    fd, draft = tempfile.mkstemp(dir=path.parent, prefix=".policy-")  # mode 0600
    with os.fdopen(fd, "wb") as file:
        file.write(policy.dump(made))
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(path)
    return made


def _number(path: Path) -> int:
    try:
        return policy.load(path.read_bytes()).number
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def build(number: int, offset: float) -> policy.Policy:
    """The policy of this moment (编制策略)."""
    services = list(Service.objects.filter(is_open=True).select_related(
        "mount__resource__provider", "mount__dataset", "mount__file"
    ))  # fmt: skip
    grants = list(
        Grant.objects.filter(mount__in=[one.mount_id for one in services])
        .exclude(state__in=[Grant.State.REVOKED, Grant.State.EXPIRED], changed_at__lt=clock.now() - timedelta(days=30))
        .select_related("resource", "mount", "consumer", "system")
    )  # fmt: skip
    latest = {one.dataset_id: one for one in queries.latest_snapshots()}
    listed = [_service(one, latest) for one in services]
    signer = ciphers.signer(receipts.LABEL)
    return policy.Policy(
        number=number, made_at=clock.now(), instance=settings.ZJY_GATEWAY_INSTANCE, member=OWN,
        keys={one.digest: one for one in _keys()}, services={one.path: one for one in listed},
        grants={one.code: queries.terms(one) for one in grants},
        offered={one.mount.code: queries.offered(one.mount) for one in services},
        used=_used(grants), offset=offset, own=OWN, issues=_issues(), cursor_key=secret("gateway-cursor"),
        subject_key=secret("gateway-subject"), keys_folder=str(key_files.folder()), signing=signer.alg,
        lookups_per_hour=settings.ZJY_GATEWAY_LOOKUPS_PER_HOUR,
    )  # fmt: skip


def secret(name: str) -> str:
    """A secret of the gateway, hexadecimal, made on first use (网关密钥): keys cursors and hashes of identifiers."""
    return key_files.read_or_make(
        key_files.folder() / f"{name}.key", lambda: os.urandom(32).hex().encode()
    ).decode()


def _keys() -> list[policy.Key]:
    rows = AccessKey.objects.filter(revoked_at=None, valid_until__gt=clock.now()).select_related(
        "consumer", "system"
    )
    return [
        policy.Key(
            id=one.code, digest=one.digest, consumer=one.consumer.code, client=one.client,
            system=one.system.code if one.system else "", valid_from=one.valid_from, valid_until=one.valid_until,
        )
        for one in rows
    ]  # fmt: skip


def _has_own_keys() -> bool:
    return AccessKey.objects.filter(revoked_at=None, consumer__code__startswith=OWN).exists()


def _issues() -> frozenset[str]:
    """The open cases, as far as anybody of our own calls at all."""
    if not _has_own_keys():
        return frozenset()
    numbers = Case.objects.filter(ended=False, number__isnull=False).values_list("number", flat=True)
    return frozenset(str(one) for one in numbers)


def _service(one: Service, latest: dict[int, Snapshot]) -> policy.Service:
    mount = one.mount
    plane = "api" if mount.kind == Mount.Kind.API else "data"
    common: dict[str, Any] = {
        "code": one.code, "path": f"{settings.ZJY_GATEWAY_INSTANCE}/GOV/{one.member}/{plane}/{one.code}",
        "kind": mount.kind, "title": mount.title, "version": one.version, "mount": mount.code,
        "resource": mount.resource.code, "provider": mount.resource.provider.code,
    }  # fmt: skip
    if mount.kind == Mount.Kind.TABLE:
        return policy.Service(**common, **_table(mount, latest))
    if mount.kind == Mount.Kind.FILE:
        assert mount.file is not None
        return policy.Service(**common, file=str(mount.file.path))
    return policy.Service(
        **common, address=mount.address, timeout_ms=mount.timeout_ms, paths=tuple(one.paths),
        methods=tuple(one.methods) or ("GET",), allow_private=tuple(one.allow_private), secret=_credential(one),
    )  # fmt: skip


def _table(mount: Mount, latest: dict[int, Snapshot]) -> dict[str, Any]:
    """The newest file that is ready, and the older ones that cursors may still name."""
    assert mount.dataset is not None
    files = serving.kept(mount.dataset.code)
    newest = latest.get(mount.dataset_id or 0)
    ready = max((v for v in files if newest and v <= newest.version), default=-1)
    snapshot = Snapshot.objects.filter(dataset=mount.dataset, version=ready).first() if ready >= 0 else None
    columns = {column: code for code, column in mount.binding.items()}
    return {
        "dataset": mount.dataset.code, "snapshot": ready, "file": str(files.get(ready, "")),
        "schema_version": snapshot.schema_version if snapshot else mount.dataset.schema_version,
        "rows": snapshot.rows if snapshot else 0,
        "key_items": tuple(columns[name] for name in mount.dataset.key if name in columns),
        "kept": {str(version): str(path) for version, path in files.items() if version != ready},
    }  # fmt: skip


def _credential(one: Service) -> str:
    if not one.credential:
        return ""
    return ciphers.open_(CREDENTIAL, one.credential.encode(), f"gateway.service:{one.code}".encode()).decode()


def _used(grants: list[Grant]) -> dict[str, dict[str, int]]:
    """What limited grants have used, should the ledger be lost."""
    limited = [one.code for one in grants if one.quota.get("total") or one.quota.get("per_day")]
    today = clock.today()
    name = quota.day_of(int(clock.now().timestamp() * 1_000_000))
    rows = UsageDay.objects.filter(grant__in=limited, history=False)
    found: dict[str, dict[str, int]] = {
        row["grant"]: {quota.TOTAL: row["n"]} for row in rows.values("grant").annotate(n=Sum("calls"))
    }
    for row in rows.filter(on=today).values("grant").annotate(n=Sum("calls")):
        found[row["grant"]][name] = row["n"]
    for grant, looked in _looked_up().items():
        found.setdefault(grant, {}).update(looked)
    return found


def _looked_up() -> dict[str, dict[str, int]]:
    """Look-ups of this hour by grant."""
    now = int(clock.now().timestamp() * 1_000_000)
    rows = Call.objects.filter(
        kind="call",
        request_in__gte=now // quota.HOUR_US * quota.HOUR_US,
        at__gte=clock.now() - timedelta(hours=1),
    )
    counted = (
        rows.exclude(subject_hash="").exclude(grant="").values("grant").annotate(n=Count("pk")).order_by()
    )
    return {row["grant"]: {quota.hour_of(now): row["n"]} for row in counted}


def described(service: Service) -> policy.Service:
    """A service as the planes know it (服务描述): for documentation and replay."""
    return _service(service, {one.dataset_id: one for one in queries.latest_snapshots()})
