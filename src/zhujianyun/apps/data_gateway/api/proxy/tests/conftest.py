"""One stand for many tests: services by kind, all behind the same misbehaving provider."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from zhujianyun.apps.data_gateway.api.proxy.limits import Tripping
from zhujianyun.apps.data_gateway.api.proxy.tests import grounds
from zhujianyun.apps.data_gateway.api.proxy.tests.standing import Stand, standing

ALL = ("id_no", "person_name", "months", "city")


def lay(stand: Stand) -> None:
    base = stand.base
    grounds.lay_services(
        stand.serving,
        grounds.plain(base),
        grounds.plain(base, "hasty", timeout_ms=300),
        (
            grounds.service("masked", base),
            grounds.terms("masked", items=ALL, row_filter=({"item": "city", "op": "eq", "value": "450100"},)),
            grounds.offered(*ALL, bound=True),
        ),
        (
            grounds.service("cut", base),
            grounds.terms("cut", items=("months",)),
            grounds.offered(*ALL, bound=True),
        ),
        (
            grounds.service("few", base),
            grounds.terms("few", quota={"per_day": 2}),
            grounds.offered(),
        ),
        (grounds.service("inner", base, allow_private=()), grounds.terms("inner"), grounds.offered()),
        (
            grounds.service("metadata", "http://169.254.169.254/latest", allow_private=("169.254.0.0/16",)),
            grounds.terms("metadata"), grounds.offered(),
        ),
        (grounds.service("nobody", "http://127.0.0.1:1"), grounds.terms("nobody"), grounds.offered()),
        (grounds.service("secret", base, secret="X-Api-Key: s3cret"), grounds.terms("secret"), grounds.offered()),
    )  # fmt: skip


@pytest.fixture(scope="module")
def standing_long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    never = Tripping(failures=10_000)
    with standing(tmp_path_factory.mktemp("serving"), lay, tripping=never) as made:
        yield made


@pytest.fixture
def stand(standing_long: Stand) -> Stand:
    """The stand of the module, quiet, with nothing on record yet: whatever another test left, or the order."""
    standing_long.settle()
    return standing_long
