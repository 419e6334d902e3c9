"""Jobs for the tests (测试任务): good ones, failing ones, slow ones."""

from __future__ import annotations

import time

from django.db import connection, transaction

from zhujianyun.base import jobs

calls: list[object] = []


def make_table() -> None:
    """A table without any constraint, so that a second effect would show."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS effect (what varchar(60), pid integer)")


def effects() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT what FROM effect ORDER BY what")
        return [row[0] for row in cursor.fetchall()]


def effect(what: str) -> None:
    import os

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO effect VALUES (%s, %s)", [what, os.getpid()])


@jobs.job
def remember(what: object = None) -> object:
    """记下一件事."""
    calls.append(what)
    return what


@jobs.job(retries=2, backoff=5, zh="总是失败的任务")
def always_fails() -> None:
    calls.append("fail")
    raise ValueError("坏了")


@jobs.job(retries=2, atomic=True)
def half_done_then_fails(what: str) -> None:
    effect(what)
    raise ValueError("later")


@jobs.job(retries=0)
def leaves_the_process() -> None:
    raise SystemExit(3)


@jobs.job(retries=0)
def gives_back_an_object() -> object:
    return object()


@jobs.job(retries=1)
def reports(total: int) -> None:
    for done in range(total + 1):
        calls.append(done)
        jobs.progress(done, total, f"第 {done} 步")


@jobs.job(retries=5, backoff=0)
def portions(count: int, pause: float) -> int:
    """Portions with marks: each takes effect once, however often the job is begun."""
    for number in range(count):
        with jobs.once(f"portion:{number}") as first:
            if first:
                effect(f"portion {number:03}")
        jobs.progress(number + 1, count)
        time.sleep(pause)
    return count


@jobs.job(retries=5, backoff=0, atomic=True)
def one_piece(what: str, pause: float) -> None:
    effect(what)
    time.sleep(pause)


@jobs.job(retries=5)
def sleeps(seconds: float) -> None:
    with transaction.atomic():
        effect("begun")
    time.sleep(seconds)
    with transaction.atomic():
        effect("slept")


@jobs.job(retries=5)
def does_not_listen(seconds: float) -> None:
    until = time.monotonic() + seconds
    effect("deaf")
    while time.monotonic() < until:
        try:
            time.sleep(0.2)
        except BaseException:  # noqa: BLE001, S112 - exactly the bad manners that the test is about
            continue


@jobs.every(minutes=15)
@jobs.job(retries=0)
def quarter() -> None:
    """每刻钟一次."""
    calls.append("quarter")


@jobs.daily_at("02:30")
@jobs.job(retries=0)
def nightly() -> None:
    """每晚一次."""
    calls.append("nightly")
