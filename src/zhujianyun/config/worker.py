"""The worker process (后台进程): jobs and schedule, sealing, followers, timers."""

from __future__ import annotations

from zhujianyun.base import jobs, outbox
from zhujianyun.config import demo_clock
from zhujianyun.kernel import access, journal

# Seconds between two turns of each tick. A wall must repaint within two seconds of an act, so
# sealing and following turn several times a second; they cost one indexed query when idle.
FOLLOW_EVERY = 0.15
TIMERS_EVERY = 30.0
CHECKPOINT_EVERY = 60.0
BEAT_EVERY = 30.0
OUTBOX_EVERY = 1.0
NIGHTLY_EVERY = 300.0  # it looks at the day and does its work once


def ticks() -> list[tuple[str, object, float]]:
    """What the worker does beside jobs (后台节拍): name, function, seconds between turns."""
    from zhujianyun.kernel.case import timers
    from zhujianyun.kernel.indicator import follower, materialising
    from zhujianyun.kernel.indicator.alarms import watch

    return [
        ("journal.follow", follow, FOLLOW_EVERY),
        ("indicator.beat", follower.beat, BEAT_EVERY),
        ("indicator.alarms", watch.run, BEAT_EVERY),  # after the beat: what was only waiting is not stale
        ("indicator.nightly", materialising.nightly, NIGHTLY_EVERY),
        ("case.timers", timers.run, TIMERS_EVERY),
        ("outbox.deliver", outbox.deliver, OUTBOX_EVERY),
        ("journal.checkpoint", journal.checkpoint, CHECKPOINT_EVERY),
        ("demo.clock", demo_clock.keep, 60.0),
        *_of_apps(),
    ]


def _of_apps() -> list[tuple[str, object, float]]:
    """The ticks that apps bring (应用节拍)."""
    from django.utils.module_loading import import_string

    from zhujianyun.config.assembly import manifests

    return [
        (name, import_string(path.replace(":", ".")), seconds)
        for manifest in manifests().values()
        for name, path, seconds in manifest.ticks
    ]


def follow() -> int:
    """Seal what is new, then let the followers see it."""
    sealed = journal.seal()
    return sealed + journal.run_followers()


def run(*, once: bool = False) -> int:
    """Run until told to stop; with ``once`` until nothing is left to do."""
    from zhujianyun.ui.screen.layouts import actions as layouts
    from zhujianyun.ui.search import index as search_index

    layouts.note_files()  # for replay: how the screens hung from now on
    access.sync_roles()  # an app that was put in or taken out since the last start
    search_index.prepare()
    loop = jobs.Loop(ticks=ticks())
    if once:
        loop.drain()
        while follow():
            pass
        while outbox.deliver():
            pass
        return 0
    loop.run()
    return 0
