"""The small bureau of the workbench, and an index that is kept as the worker keeps it (测试夹具)."""

from __future__ import annotations

import pytest

from zhujianyun.kernel import journal
from zhujianyun.ui.search import index, registry
from zhujianyun.ui.workbench.tests.conftest import bureau, plays, standing, trade  # noqa: F401


@pytest.fixture
def kept(bureau):  # noqa: F811
    """The bureau after the worker's first start; `kept()` lets the followers catch up."""
    index.rebuild()

    def catch_up():
        journal.run_followers_to_end()
        return bureau

    return catch_up


@pytest.fixture
def kinds(monkeypatch):
    """Kinds as a test would have them, and nothing followed twice."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    return registry
