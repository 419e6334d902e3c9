"""What the outbox page is narrowed to (外发消息筛选)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from zhujianyun.base import outbox
from zhujianyun.base.outbox import Channel, Message, State
from zhujianyun.base.outbox.sending import hashed

TONES = {
    State.HELD: "draft", State.QUEUED: "waiting", State.SENDING: "working", State.SENT: "settled",
    State.SHOWN: "settled", State.FAILED: "bad", State.CANCELLED: "ended",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What stands in the address (筛选条件); unknown values count as not given."""

    channel: str = ""
    state: str = ""
    to: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """As they stand in the address (读取筛选条件)."""
        channel, state = given.get("channel", ""), given.get("state", "")
        return cls(
            channel if channel in Channel.values else "",
            state if state in State.values else "",
            given.get("to", "").strip()[:200],
        )


def listed(wanted: Filters) -> QuerySet[Message]:
    """The messages of the list, newest first (外发消息列表); sealed bodies stay in the database."""
    found = Message.objects.defer("body").order_by("-created_at", "-pk")
    if wanted.channel:
        found = found.filter(channel=wanted.channel)
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.to:
        # Found by the whole address only: its hash lies in the row, the address does not.
        found = found.filter(to_hash__in=[hashed(channel, wanted.to) for channel in Channel.values])
    return found


def counts() -> list[tuple[str, str, str, int]]:
    """How many messages stand where: state, 中文, tone, number (各状态条数). One query."""
    found = dict(Message.objects.values_list("state").annotate(n=Count("pk")).order_by())
    return [(state.value, str(state.label), TONES[state], found.get(state.value, 0)) for state in State]


def channels() -> list[tuple[str, bool]]:
    """Every channel and whether it goes anywhere (渠道状态)."""
    return [(str(channel.label), outbox.is_on(channel.value)) for channel in Channel]
