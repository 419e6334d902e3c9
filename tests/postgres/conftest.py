"""A PostgreSQL server and houses on it (PostgreSQL 测试平台)."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

from tests.house import DEMO, FIRST_STEP, House, closing

SERVER = os.environ.get("ZJY_DATABASE", "")


@pytest.fixture(scope="session")
def server() -> str:
    """The address of the server, without a database; skips with one sentence when there is none."""
    if not SERVER.startswith("postgresql://"):
        pytest.skip("没有 PostgreSQL：请执行 make test-postgres。")
    return SERVER.rpartition("/")[0]


@pytest.fixture(scope="session")
def migrated(server, tmp_path_factory) -> House:
    """A database after the demo's first step, for others to be made from."""
    made = House(tmp_path_factory.mktemp("migrated") / "var", create(server))
    made.folder.mkdir()
    made.script(FIRST_STEP)
    return made


@pytest.fixture(scope="session")
def played_there(server, migrated, tmp_path_factory) -> House:
    """The demo at two per cent, played on PostgreSQL."""
    made = copy(server, migrated, tmp_path_factory.mktemp("played") / "var")
    done = made.run(*DEMO)
    assert done.code == 0, done.all
    return made


@pytest.fixture
def house(server, played_there, tmp_path) -> Iterator[House]:
    """A copy of it, to do with as one likes."""
    with closing(copy(server, played_there, tmp_path / "var")) as made:
        yield made


def create(server: str, like: str = "") -> str:
    """A new database; its address."""
    import psycopg

    name = f"zjy_{uuid.uuid4().hex}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {like}" if like else ""))
    return f"{server}/{name}"


def copy(server: str, house: House, folder: os.PathLike[str]) -> House:
    """The same house in another folder and another database."""
    made = house.copy_to(folder)
    made.database = create(server, house.database.rpartition("/")[2])
    return made
