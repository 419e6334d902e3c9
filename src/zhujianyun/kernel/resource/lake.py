"""Reading gathered data (归集数据读取): Delta tables by the file list of their log, through Ibis.

The engine is DuckDB by default, Spark where settings say so; the expressions are the same. DuckDB's
wheel has no delta extension and may fetch nothing, so the Parquet files that the log names are read
directly: the writer therefore uses no deletion vectors and no columns that live only in a path.
Never vacuum below the longest query.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings

from zhujianyun.base.errors import NotFound, OutsideFailed
from zhujianyun.kernel.resource import queries
from zhujianyun.kernel.resource.models import Dataset

DUCKDB = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "threads": "2",
    "memory_limit": "600MB",
}


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
    return list(found)


@contextmanager
def reading() -> Iterator[Any]:
    """An Ibis connection to read with (读取连接); closed afterwards."""
    import ibis

    if settings.ZJY_LAKE_ENGINE == "spark":
        yield _spark()
        return
    connection = ibis.duckdb.connect(**DUCKDB)
    try:
        yield connection
    finally:
        connection.disconnect()


def table(connection: Any, dataset: Dataset, version: int | None = None) -> Any:
    """A data set as an Ibis table (归集表): rows of one snapshot, also while a new one is written."""
    found = files(dataset, version)
    if not found:
        return _without_rows(dataset)
    if connection.name == "pyspark":  # its own door takes one path only
        name = f"zjy_{uuid4().hex}"
        connection._session.read.parquet(*found).createOrReplaceTempView(name)
        return connection.table(name)
    return connection.read_parquet(found)


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
