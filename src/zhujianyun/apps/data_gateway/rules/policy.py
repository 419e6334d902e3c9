"""What the planes know (运行策略): keys, services and grants as plain values, one file, replaced at once.

The worker writes it whenever a key, service, grant, edition, mount or snapshot changes, and touches it
every second; a plane looks at most a second old, and refuses to serve from a file nobody keeps
(``STALE_AFTER``). So a withdrawal reaches every process within five seconds or everything is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import orjson

from zhujianyun.kernel.resource.granting import Offered, Terms
from zhujianyun.kernel.resource.items import Item

STALE_AFTER = 30.0  # seconds without a touch after which the planes refuse


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a consumer's system (访问密钥): only its SHA-256 is known."""

    id: str
    digest: str  # hex SHA-256 of the whole key text
    consumer: str  # code of the office
    client: str  # instance/class/member/subsystem that X-Road-Client must name
    system: str
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Service:
    """A published service (共享服务): a table, a file or a provider's interface behind one address."""

    code: str
    path: str  # instance/class/member/subsystem/service, decoded
    kind: str  # table | file | api
    title: str
    version: str  # "v1"
    mount: str
    resource: str
    provider: str
    dataset: str = ""
    snapshot: int = -1
    schema_version: int = 1
    file: str = ""  # serving file (table: SQLite snapshot; file: stored object)
    key_items: tuple[str, ...] = ()
    rows: int = 0
    address: str = ""  # provider's base address
    allow_private: tuple[str, ...] = ()  # ranges that the operator allowed for this provider
    timeout_ms: int = 3000
    paths: tuple[str, ...] = ()  # patterns of provider paths that may be asked: "/v1/persons/*"
    methods: tuple[str, ...] = ("GET",)
    kept: Mapping[str, str] = field(default_factory=dict)  # snapshot version → file, as cursors need them
    secret: str = ""  # sealed credentials are opened by the worker and lie here; the file is 0600


@dataclass(frozen=True, slots=True)
class Policy:
    """All of it (策略): ``number`` rises with every change.

    ``offset`` is how far the platform's clock stands from the machine's, in seconds: the demo's stands in
    2020. ``own`` is how the codes of our own offices begin: their calls must name one of ``issues``, the
    cases that are open.
    """

    number: int
    made_at: datetime
    instance: str
    member: str
    keys: Mapping[str, Key] = field(default_factory=dict)  # by digest
    services: Mapping[str, Service] = field(default_factory=dict)  # by path
    grants: Mapping[str, Terms] = field(default_factory=dict)  # by code
    offered: Mapping[str, Offered] = field(default_factory=dict)  # by mount
    used: Mapping[str, Mapping[str, int]] = field(
        default_factory=dict
    )  # grant → {"total": n, day: n}: what a ledger begins with when it was lost
    offset: float = 0.0
    own: str = ""
    issues: frozenset[str] = frozenset()
    cursor_key: str = ""  # hexadecimal, 32 bytes
    subject_key: str = ""  # hexadecimal; keys the hashes of looked-up identifiers
    keys_folder: str = ""  # where the key of receipts lies, by its label
    signing: str = "ed25519"
    lookups_per_hour: int = 0  # single look-ups of persons that a grant without a limit of its own may make


def dump(policy: Policy) -> bytes:
    """The bytes of the file (写出)."""
    return orjson.dumps(asdict(policy), option=orjson.OPT_SORT_KEYS, default=_plain)


def load(data: bytes) -> Policy:
    """A policy from its file (读入).

    Raises:
        ValueError, KeyError, TypeError: the file is not what `dump` writes.
    """
    row = orjson.loads(data)
    return Policy(
        number=row["number"], made_at=datetime.fromisoformat(row["made_at"]),
        instance=row["instance"], member=row["member"],
        keys={digest: Key(**_times(one, "valid_from", "valid_until")) for digest, one in row["keys"].items()},
        services={path: _service(one) for path, one in row["services"].items()},
        grants={code: _terms(one) for code, one in row["grants"].items()},
        offered={code: _offered(one) for code, one in row["offered"].items()},
        used=row["used"], offset=row["offset"], own=row["own"], issues=frozenset(row["issues"]),
        cursor_key=row["cursor_key"], subject_key=row["subject_key"], keys_folder=row["keys_folder"],
        signing=row["signing"], lookups_per_hour=row.get("lookups_per_hour", 0),
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, frozenset, set)):
        return sorted(value) if isinstance(value, (frozenset, set)) else list(value)
    return str(value)


def _times(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {**row, **{name: datetime.fromisoformat(row[name]) for name in names}}


def _tuples(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {**row, **{name: tuple(row[name]) for name in names}}


def _service(row: dict[str, Any]) -> Service:
    return Service(**_tuples(row, "key_items", "allow_private", "paths", "methods"))


def _terms(row: dict[str, Any]) -> Terms:
    timed = _times(row, "valid_from", "valid_until")
    return Terms(**_tuples(timed, "items", "row_filter", "exact_lookup", "networks"))


def _offered(row: dict[str, Any]) -> Offered:
    return Offered(**{**row, "items": {code: Item(**one) for code, one in row["items"].items()}})
