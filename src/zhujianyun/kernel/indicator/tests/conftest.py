"""Tables for the small world; a register of its own for each test that declares indicators."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from zhujianyun.kernel.indicator import registry


@pytest.fixture(scope="session")
def world(django_db_setup, django_db_blocker) -> Iterator[None]:  # noqa: ANN001
    """The tables of the small world, once per run."""
    from django.db import connection

    from zhujianyun.kernel.indicator.tests.world import MODELS

    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for model in MODELS:
            if model._meta.db_table not in connection.introspection.table_names():
                editor.create_model(model)
    yield


@pytest.fixture
def register(monkeypatch) -> dict:  # noqa: ANN001
    """An empty register, put back afterwards."""
    empty: dict = {}
    monkeypatch.setattr(registry, "_definitions", empty)
    return empty


@pytest.fixture
def declared(register: dict, world: None) -> None:
    """The indicators of the small world, and nothing else."""
    from zhujianyun.kernel.indicator.tests.world import declare

    declare()
