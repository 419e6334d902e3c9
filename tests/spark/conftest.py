"""A cluster from outside, or a sentence (测试夹具)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured

from zhujianyun.base import clock


@pytest.fixture(scope="session")
def master() -> str:
    """The master that `scripts/with-spark` started."""
    address = os.environ.get("ZJY_TEST_SPARK", "")
    if not address or find_spec("pyspark") is None:
        pytest.skip("没有 Spark：用 make test-spark 运行，它会装好 pyspark 并在私有端口启动一个小集群。")
    return address


@pytest.fixture
def on(master: str, settings: Any, tmp_path: Path) -> Iterator[Callable[[str], AbstractContextManager[None]]]:
    """Within `on("spark")` gathered data are read by that engine."""
    settings.ZJY_LAKE = tmp_path / "lake"
    settings.ZJY_SPARK_MASTER = master
    settings.ZJY_SPARK = {
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2", "spark.executor.memory": "700m", "spark.driver.memory": "700m",
    }  # fmt: skip

    @contextmanager
    def engine(name: str) -> Iterator[None]:
        before, configured.ZJY_LAKE_ENGINE = configured.ZJY_LAKE_ENGINE, name
        try:
            yield
        finally:
            configured.ZJY_LAKE_ENGINE = before

    with clock.standing(clock.at_local(date(2020, 12, 31), 14, 30)):
        yield engine
