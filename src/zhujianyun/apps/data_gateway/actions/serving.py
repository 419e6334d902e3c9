"""Serving files (供数文件制作): a read-only SQLite copy of a snapshot, put in place under its name at once.

One file per data set, version and schema. Rows lie in the order of the key; columns that may be filtered or
sorted by have an index, in which the key stands behind by itself. An older file stays as long as cursors may
still point into it.

Values that were put right (`resource.Override`) are written into a copy of the file, whose name ends with their
mark: so filters, order, masks and the row range of a grant act upon the right value, and no call pays for it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from zhujianyun.apps.data_gateway.actions import correcting
from zhujianyun.apps.data_gateway.models import Service
from zhujianyun.apps.data_gateway.rules import storing
from zhujianyun.kernel.resource import lake, queries
from zhujianyun.kernel.resource.models import Dataset, Grant, Mount, Snapshot

FOLDER = "tables"
KEPT = 2  # newest versions that always stay
KEPT_SECONDS = 3600.0  # how long a version that was replaced stays for cursors
MARKED_SECONDS = 60.0  # how long a file stays after a copy with more values put right took its place
_CHUNK = 20_000  # rows
_SQL = {"text": "TEXT", "integer": "INTEGER", "decimal": "TEXT", "date": "TEXT", "datetime": "TEXT",
        "boolean": "INTEGER"}  # fmt: skip
log = logging.getLogger("zhujianyun.gateway")


def folder(dataset: str) -> Path:
    """Where the files of a data set lie (供数目录)."""
    return Path(settings.ZJY_SERVING) / FOLDER / dataset


def path_of(snapshot: Snapshot, mark: int = 0) -> Path:
    """The place of a snapshot's file (供数文件位置); ``mark`` is that of the values put right."""
    name = f"{snapshot.version}-{snapshot.schema_version}" + (f"-{mark}" if mark else "")
    return folder(snapshot.dataset.code) / f"{name}.sqlite"


def wanted() -> list[Snapshot]:
    """The newest snapshots of tables that are open (应供数的快照)."""
    served = Service.objects.filter(
        is_open=True, mount__kind=Mount.Kind.TABLE, mount__state=Mount.State.MOUNTED
    ).values("mount__dataset")
    return list(queries.latest_snapshots().filter(dataset__in=served).order_by("dataset__code"))


def build_missing() -> int:
    """Make every file that is wanted and not there (制作供数文件); how many were made. One failure stops no other."""
    made = 0
    marks = queries.override_marks()
    for snapshot in wanted():
        mark = marks.get(snapshot.dataset_id, 0)
        if path_of(snapshot, mark).exists():
            continue
        try:
            if not path_of(snapshot).exists():
                build(snapshot)
            if mark:
                put_right(snapshot, mark)
            made += 1
        except Exception:  # noqa: BLE001 - a damaged data set must not keep the others from being served
            log.exception("供数文件 %s 第 %s 版制作失败", snapshot.dataset.code, snapshot.version)
        sweep(snapshot.dataset.code)
    return made


def build(snapshot: Snapshot) -> Path:
    """The serving file of a snapshot as it was gathered (制作供数文件).

    Raises:
        NotFound: when the lake no longer holds the version.
    """
    place = path_of(snapshot)
    with _drafting(place) as draft, contextlib.closing(sqlite3.connect(draft, isolation_level=None)) as made:
        _fill(made, snapshot)
    return place


def put_right(snapshot: Snapshot, mark: int) -> Path:
    """A copy of a serving file with the values that were put right (写入更正值)."""
    place = path_of(snapshot, mark)
    with _drafting(place) as draft:
        shutil.copyfile(path_of(snapshot), draft)
        with contextlib.closing(sqlite3.connect(draft, isolation_level=None)) as made:
            correcting.write(made, snapshot.dataset)
    return place


@contextlib.contextmanager
def _drafting(place: Path) -> Iterator[str]:
    """A file that gets its name when it is whole and on the disk, or never."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fd, draft = tempfile.mkstemp(dir=place.parent, prefix=".making-")
    os.close(fd)
    try:
        yield draft
        _sync(draft)
        Path(draft).replace(place)
    finally:
        Path(draft).unlink(missing_ok=True)


def _sync(path: str) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _fill(made: sqlite3.Connection, snapshot: Snapshot) -> None:
    dataset = snapshot.dataset
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-65536"):
        made.execute(f"PRAGMA {pragma}")
    with lake.reading() as connection:
        table = lake.table(connection, dataset, snapshot.version)
        columns = [one for one in dataset.columns if one["name"] in table.columns]
        made.execute(_create(columns, dataset.key))
        ordered = table.select(*[one["name"] for one in columns]).order_by(list(dataset.key))
        nulls = dict.fromkeys((one["name"] for one in columns), 0)
        rows = _copy(made, _batches(connection, ordered), columns, nulls)
    for name in _indexed(dataset, columns):
        made.execute(f"CREATE INDEX {_quoted('by ' + name)} ON rows ({_quoted(name)})")
    made.execute("PRAGMA analysis_limit=1000")
    made.execute("ANALYZE")
    told = [{"name": one["name"], "type": one["type"], "nulls": nulls[one["name"]]} for one in columns]
    about = {"dataset": dataset.code, "version": str(snapshot.version), "schema": str(snapshot.schema_version),
             "rows": str(rows), "key": orjson.dumps(dataset.key), "columns": orjson.dumps(told)}  # fmt: skip
    made.execute("CREATE TABLE about (name TEXT PRIMARY KEY, value) WITHOUT ROWID")
    made.executemany("INSERT INTO about VALUES (?, ?)", about.items())


def _batches(connection: Any, ordered: Any) -> Any:
    """The rows in pieces: Ibis's own way asks DuckDB for what its present version no longer has."""
    if connection.name == "duckdb":
        return connection.con.sql(connection.compile(ordered)).to_arrow_reader(_CHUNK)
    return ordered.to_pyarrow_batches(chunk_size=_CHUNK)


def _create(columns: list[dict[str, Any]], key: list[str]) -> str:
    listed = [f"{_quoted(one['name'])} {_SQL[one['type']]}" for one in columns]
    listed += [f"{_quoted(one['name'] + storing.ORDER)} TEXT" for one in columns if one["type"] == "decimal"]
    keyed = ", ".join(_quoted(name) for name in key)
    return f"CREATE TABLE rows ({', '.join(listed)}, PRIMARY KEY ({keyed})) WITHOUT ROWID"


def _copy(
    made: sqlite3.Connection, batches: Any, columns: list[dict[str, Any]], nulls: dict[str, int]
) -> int:
    width = len(columns) + sum(one["type"] == "decimal" for one in columns)
    sql = f"INSERT INTO rows VALUES ({', '.join('?' * width)})"
    rows = 0
    made.execute("BEGIN")
    for batch in batches:
        values = [_values(batch.column(one["name"]), one["type"]) for one in columns]
        for one in columns:
            nulls[one["name"]] += batch.column(one["name"]).null_count
        orders = [
            [None if number is None else storing.decimal_order(number) for number in batch.column(one["name"]).to_pylist()]
            for one in columns if one["type"] == "decimal"
        ]  # fmt: skip
        made.executemany(sql, zip(*values, *orders, strict=True))
        rows += batch.num_rows
    made.execute("COMMIT")
    return rows


def _values(column: Any, kind: str) -> Iterator[Any] | list[Any]:
    """A column as it is stored: see `rules.storing`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind == "text":
        return pc.replace_substring(column.cast(pa.string()), "\x00", "\ufffd").to_pylist()
    if kind == "date":
        return column.cast(pa.date32()).cast(pa.string()).to_pylist()
    if kind == "datetime":
        east = pc.add(
            column.cast(pa.timestamp("us", "UTC")), pa.scalar(8 * 3600 * 1_000_000, pa.duration("us"))
        )
        plain = east.cast(pa.timestamp("us"))
        return [
            None if one is None else f"{one}+08:00"
            for one in pc.strftime(plain, "%Y-%m-%dT%H:%M:%S").to_pylist()
        ]
    if kind == "decimal":
        return [None if one is None else storing.decimal_text(one) for one in column.to_pylist()]
    return column.to_pylist()


def _indexed(dataset: Dataset, columns: list[dict[str, Any]]) -> list[str]:
    """Columns that some grant may filter or sort by: bound, not masked unless for exact look-up."""
    kinds = {one["name"]: one["type"] for one in columns}
    found: set[str] = set()
    for mount in Mount.objects.filter(dataset=dataset, state=Mount.State.MOUNTED).select_related("resource"):
        items = queries.offered(mount).items
        exact = {
            code for listed in Grant.objects.filter(mount=mount).values_list("exact_lookup", flat=True)
            for code in listed
        }  # fmt: skip
        for code, column in mount.binding.items():
            if code in items and column in kinds and (not items[code].mask or code in exact):
                found.add(column)
    first = dataset.key[0]
    return sorted(
        name + storing.ORDER if kinds[name] == "decimal" else name for name in found if name != first
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def kept(dataset: str) -> dict[int, Path]:
    """The files that are there, by version: of several the one with the newest mark (现有供数文件)."""
    return {version: files[-1] for version, files in _files(dataset).items()}


def _files(dataset: str) -> dict[int, list[Path]]:
    """All files by version, by rising mark."""
    found: dict[int, list[tuple[int, Path]]] = {}
    for path in folder(dataset).glob("*.sqlite"):
        version, schema, mark = (*path.stem.split("-"), "0")[:3]
        if version.isdigit() and schema.isdigit() and mark.isdigit():
            found.setdefault(int(version), []).append((int(mark), path))
    return {version: [path for _, path in sorted(files)] for version, files in found.items()}


def sweep(dataset: str) -> int:
    """Remove files that nobody can point into any more (清理旧供数文件); how many went.

    Of the newest version the file as it was gathered stays: copies with values put right are made of it.
    """
    files = sorted(_files(dataset).items(), reverse=True)
    gone = []
    for number, (_, marked) in enumerate(files):
        older = marked[1 if number == 0 else 0 : -1]
        gone += [path for path in older if _age(marked[-1]) > MARKED_SECONDS]
        if number >= KEPT and _age(files[number - 1][1][0]) > KEPT_SECONDS:
            gone.append(marked[-1])
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime
