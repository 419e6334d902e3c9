"""Reading gathered data (归集数据读取): Delta tables by the file list of their log, through Ibis.

The engine is DuckDB by default, Spark where settings say so; the expressions are the same. DuckDB's
wheel has no delta extension and may fetch nothing, so the Parquet files that the log names are read
directly: the writer therefore uses no deletion vectors and no columns that live only in a path.
Never vacuum below the longest query: whoever reads holds a shared lock on the data set, and old versions
are removed under an exclusive one (`clearing`).
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings

from zhujianyun.base.errors import Conflict, NotFound, OutsideFailed
from zhujianyun.kernel.resource import queries
from zhujianyun.kernel.resource.models import Dataset

DUCKDB = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "threads": "2",
    "memory_limit": "600MB",
}
_locks: ContextVar[ExitStack | None] = ContextVar("zjy_lake_locks", default=None)


def folder(code: str) -> Path:
    """Where a data set lies (存放位置)."""
    return Path(settings.ZJY_LAKE) / code


def files(dataset: Dataset, version: int | None = None) -> list[str]:
    """The Parquet files of a version, of the newest snapshot when none is named (版本文件).

    Raises:
        NotFound: when nothing was gathered yet, or the version is no longer kept.
    """
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError, TableNotFoundError

    if version is None:
        snapshot = queries.latest_snapshot(dataset)
        if snapshot is None:
            raise NotFound(f"数据集 {dataset.code} 尚未归集。", rule="lake.gathered", dataset=dataset.code)
        version = snapshot.version
    try:
        found = DeltaTable(str(folder(dataset.code)), version=version).file_uris()
    except (DeltaError, TableNotFoundError) as error:
        raise NotFound(
            f"数据集 {dataset.code} 的第 {version} 版已不存在。", rule="lake.version", dataset=dataset.code
        ) from error
    if lost := next((uri for uri in found if not _is_there(uri)), ""):
        raise NotFound(
            f"数据集 {dataset.code} 的第 {version} 版已超过保留期限，明细已清理，只留有行数和摘要值。",
            rule="lake.version", dataset=dataset.code, file=lost,
        )  # fmt: skip
    return list(found)


def is_kept(dataset: Dataset, batch: str) -> bool:
    """Whether the files that a batch published still lie there (版本是否保留)."""
    return (folder(dataset.code) / batch).is_dir()


def _is_there(uri: str) -> bool:
    return "://" in uri or Path(uri).exists()


@contextmanager
def clearing(dataset: Dataset) -> Iterator[None]:
    """Within the block nobody reads the data set, so that old versions may be removed (清理旧版本).

    Raises:
        Conflict: while somebody reads; come back later.
    """
    with _lock(dataset).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                f"有人正在读取数据集 {dataset.code}，稍后再清理。", rule="lake.read_now"
            ) from error
        yield


def _lock(dataset: Dataset) -> Path:
    place = Path(settings.ZJY_LAKE) / ".locks"
    place.mkdir(parents=True, exist_ok=True)
    return place / dataset.code


@contextmanager
def reading() -> Iterator[Any]:
    """An Ibis connection to read with (读取连接); closed afterwards."""
    import ibis

    with ExitStack() as locks:
        token = _locks.set(locks)
        locks.callback(_locks.reset, token)
        if settings.ZJY_LAKE_ENGINE == "spark":
            yield _spark()
            return
        connection = ibis.duckdb.connect(**DUCKDB)
        locks.callback(connection.disconnect)
        yield connection


def table(connection: Any, dataset: Dataset, version: int | None = None) -> Any:
    """A data set as an Ibis table (归集表): rows of one snapshot, also while a new one is written."""
    _hold(dataset)
    found = files(dataset, version)
    if not found:
        return _without_rows(dataset)
    if connection.name == "pyspark":  # its own door takes one path only
        name = f"zjy_{uuid4().hex}"
        connection._session.read.parquet(*found).createOrReplaceTempView(name)
        return connection.table(name)
    return connection.read_parquet(found)


def _hold(dataset: Dataset) -> None:
    """Let nobody clear the data set away until the connection is closed (占用)."""
    locks = _locks.get()
    if locks is not None:
        file = locks.enter_context(_lock(dataset).open("a"))
        fcntl.flock(file, fcntl.LOCK_SH)


def _without_rows(dataset: Dataset) -> Any:
    """A version without a single file still has its columns (空表)."""
    import ibis
    import pyarrow as pa
    from deltalake import DeltaTable

    return ibis.memtable(pa.schema(DeltaTable(str(folder(dataset.code))).schema()).empty_table())


def _spark() -> Any:
    """The Spark session that settings name (Spark 会话); made once per process, it takes half a minute."""
    import ibis

    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise OutsideFailed(
            "没有安装 Spark 支持，请执行 pip install 'zhujianyun[spark]'，或把 ZJY_LAKE_ENGINE 设为 duckdb。",
            peer="spark", rule="lake.spark", retriable=False,
        ) from error  # fmt: skip
    builder = SparkSession.builder.master(settings.ZJY_SPARK_MASTER).appName("zhujianyun")
    builder = builder.config("spark.sql.session.timeZone", "UTC")
    for name, value in settings.ZJY_SPARK.items():
        builder = builder.config(name, value)
    return ibis.pyspark.connect(builder.getOrCreate())
