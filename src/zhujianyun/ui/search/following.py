"""The index follows the journal (索引跟随留痕): at least once, in one transaction with its place.

A follower of one kind that fails holds up no other. It begins with what is sealed after its first run;
what was before is the business of `index.rebuild`, which the worker starts by itself when it is missing.
"""

from __future__ import annotations

from zhujianyun.kernel import journal
from zhujianyun.kernel.journal import Entry
from zhujianyun.ui.search.registry import Searched

BATCH = 500


def follow(one: Searched) -> None:
    """Let a kind follow the journal (登记跟随)."""
    if one.verbs:
        journal.follow(f"search.{one.kind}", one.verbs, _handler(one), batch=BATCH, from_start=False)


class _handler:
    """What is called with sealed entries (处理留痕)."""

    def __init__(self, one: Searched) -> None:
        self.one = one

    def __call__(self, entries: list[Entry]) -> None:
        from zhujianyun.ui.search import index

        index.refresh(self.one, [group for entry in entries for group in self.one.groups(entry)])
