"""Ground for the tests of the proxy: a policy with two consumers, and services at given addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from zhujianyun.apps.data_gateway.rules.deciding import digest_of
from zhujianyun.apps.data_gateway.rules.faults import Fault
from zhujianyun.apps.data_gateway.rules.policy import Key, Policy, Service, dump
from zhujianyun.kernel.resource.granting import Offered, Terms
from zhujianyun.kernel.resource.items import Item

__all__ = ["Fault"]
BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
SECRET, CLIENT = "zjy_test_key_of_the_first_consumer", "GX/GOV/11450100MB0000027X/fangchan"
MEMBER = "11450000MB00000278"
PATHS = ("/v1/persons/*", "/v1/items", "/v1/upload")
ITEMS = {
    "id_no": Item("id_no", "身份证号", sensitivity="personal", mask="id_card"),
    "person_name": Item("person_name", "姓名", sensitivity="personal", mask="name"),
    "months": Item("months", "缴费月数", "integer"),
    "city": Item("city", "市"),
}


def key() -> Key:
    return Key("K1", digest_of(SECRET), "450100", CLIENT, "fangchan", BEGIN, END)


def service(code: str, address: str, **given: object) -> Service:
    blank = Service(
        code, f"GX/GOV/{MEMBER}/api/{code}", "api", code, "v1", code, "101001/900002", MEMBER, address=address,
        allow_private=("127.0.0.1/32",), paths=PATHS, methods=("GET", "HEAD", "POST"), timeout_ms=60_000,
    )  # fmt: skip
    return replace(blank, **given)  # type: ignore[arg-type]


def terms(mount: str, **given: object) -> Terms:
    blank = Terms(
        code=f"G-{mount}", version=1, state="active", resource="101001/900002", mount=mount, consumer="450100",
        items=("months", "city"), row_filter=(), masks={}, exact_lookup=(), purpose="社保核验", valid_from=BEGIN,
        valid_until=END, quota={}, page_limit=100, networks=(),
    )  # fmt: skip
    return replace(blank, **given)  # type: ignore[arg-type]


def offered(*codes: str, bound: bool = False) -> Offered:
    items = {code: ITEMS[code] for code in codes or ("months", "city")}
    return Offered(
        "101001/900002", "published", "conditional", True, items, {code: code for code in items if bound}
    )


def policy(
    services: list[Service], grants: list[Terms], mounts: dict[str, Offered], **given: object
) -> Policy:
    known = key()
    blank = Policy(
        1, datetime.now(UTC), "GX", MEMBER, {known.digest: known}, {one.path: one for one in services},
        {one.code: one for one in grants}, mounts, subject_key="ab" * 32, cursor_key="cd" * 32,
    )  # fmt: skip
    return replace(blank, **given)  # type: ignore[arg-type]


def plain(address: str, code: str = "plain", **given: object) -> tuple[Service, Terms, Offered]:
    """A service that passes answers as they are."""
    return service(code, address, **given), terms(code), offered()


def lay(serving: Path, made: Policy) -> None:
    """Put a policy in its place as the worker does."""
    serving.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = serving / "policy.new"
    partial.write_bytes(dump(made))
    partial.chmod(0o600)
    partial.replace(serving / "policy.json")


def lay_services(serving: Path, *triples: tuple[Service, Terms, Offered], **given: object) -> None:
    """A policy with these services, each with its grant."""
    lay(
        serving,
        policy(
            [one[0] for one in triples],
            [one[1] for one in triples],
            {one[0].mount: one[2] for one in triples},
            **given,
        ),
    )


def target(code: str, path: str) -> str:
    return f"/r1/GX/GOV/{MEMBER}/api/{code}{path}"


def head(code: str = "plain", path: str = "/v1/items", method: str = "GET", **headers: str) -> bytes:
    """A good request head."""
    lines = {
        "Host": "gateway.test", "Authorization": f"Bearer {SECRET}", "X-Road-Client": CLIENT,
        "X-Zjy-Purpose": "G-" + code, **{name.replace("_", "-"): value for name, value in headers.items()},
    }  # fmt: skip
    return (
        f"{method} {target(code, path)} HTTP/1.1\r\n"
        + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        + "\r\n"
    ).encode()


YEAR = timedelta(days=365)
