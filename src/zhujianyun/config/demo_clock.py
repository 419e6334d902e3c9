"""Where the demo's time stands (演示时钟): on the afternoon of 2020-12-31, running on in real time.

The file ``var/clock.json`` says at which real instant the demo's clock stood where. Time stands
still while the platform is down: each start takes up where the last one stopped.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from zhujianyun.base import clock

SILENCE = 150.0  # seconds without a note, of one a minute, after which nobody runs
STANDS_AT = clock.at_local(datetime(2020, 12, 31).date(), 14, 30)


def _file() -> Path:
    return Path(settings.ZJY_FILES).parent / "clock.json"


def is_set() -> bool:
    """Whether this installation runs on a demo clock (是否演示时钟)."""
    return bool(getattr(settings, "ZJY_DEMO", False)) and _file().exists()


def set_to(at: datetime) -> None:
    """Let the demo's clock stand at ``at`` now and run on."""
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".new")
    partial.write_text(
        json.dumps({"stands_at": at.isoformat(), "when_really": datetime.now(UTC).isoformat()})
    )
    partial.replace(file)
    resume()


def resume() -> None:
    """Put the demo's clock into this process; without a file the machine's own stays.

    While nobody keeps the clock it stands: a command given a week later still finds the same day.
    """
    if not is_set():
        return
    state = json.loads(_file().read_text())
    noted = datetime.fromisoformat(state["when_really"])
    clock.use(
        clock.OffsetClock(
            stands_at=datetime.fromisoformat(state["stands_at"]),
            when_really=datetime.now(UTC) if age_seconds() > SILENCE else noted,
        )
    )


def keep() -> None:
    """Note the present instant, so that the next start takes up here (每分钟记录一次)."""
    if is_set():
        set_to(clock.now())


def take_up() -> None:
    """At a start: go on from where the clock stood when the platform was last alive.

    Killed between two notes, it was alive until its last entry in the journal at least.
    """
    if not is_set():
        return
    from zhujianyun.kernel.journal.models import Entry

    state = json.loads(_file().read_text())
    stood = datetime.fromisoformat(state["stands_at"])
    last = Entry.objects.order_by("-pk").values_list("at", flat=True).first()
    set_to(max(stood, STANDS_AT, last or STANDS_AT))


def age_seconds() -> float:
    """Seconds since the clock was last noted (距上次记录)."""
    return time.time() - _file().stat().st_mtime if is_set() else 0.0
