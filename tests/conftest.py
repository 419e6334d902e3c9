"""Houses for the tests that start the whole platform (测试平台)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import house as houses


@pytest.fixture(scope="session")
def prepared(migrated_file: Path) -> houses.Prepared:
    """The demo at two per cent, prepared once per state of the sources."""
    return houses.prepared(migrated_file)


@pytest.fixture(scope="session")
def played(prepared: houses.Prepared, tmp_path_factory: pytest.TempPathFactory) -> houses.House:
    """The demo that was played, for tests that only read."""
    return prepared.played.copy_to(tmp_path_factory.mktemp("played") / "var")


@pytest.fixture
def house(prepared: houses.Prepared, tmp_path: Path) -> Iterator[houses.House]:
    """The demo that was played, to do with as one likes."""
    with houses.closing(prepared.played.copy_to(tmp_path / "var")) as made:
        yield made
