"""Rates of the journal (留痕速率): entries written, sealed and verified per second, on one SQLite file.

    .venv/bin/python bench/journal.py [--entries 100000] [--rounds 3] [--hash sha256|sm3]

Prints the medians of the rounds; every round has a database of its own in a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

RATES = ("draft", "record_many", "seal", "verify", "export")


def main() -> None:
    """Run the rounds, each in its own process, and print the medians."""
    arguments = _arguments()
    if arguments.one_round:
        _one_round(arguments.entries)
        return
    rounds = [_in_own_process(arguments) for _ in range(arguments.rounds)]
    print(f"journal: {arguments.entries} entries, {arguments.hash}, median of {arguments.rounds}")
    for place, name in enumerate(RATES):
        print(f"  {name:<12} {statistics.median(rates[place] for rates in rounds):>10,.0f} entries/s")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hash", default="sha256", choices=["sha256", "sm3"])
    parser.add_argument("--one-round", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_own_process(arguments: argparse.Namespace) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "ZJY_VAR": folder,
            "ZJY_JOURNAL_HASH": arguments.hash,
            "DJANGO_SETTINGS_MODULE": "zhujianyun.kernel.journal.tests.settings",
        }
        command = [sys.executable, __file__, "--one-round", "--entries", str(arguments.entries)]
        answer = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return [float(rate) for rate in answer.stdout.split()]


def _one_round(entries: int) -> None:
    import django
    from django.core.management import call_command
    from django.db import transaction

    django.setup()
    call_command("migrate", verbosity=0)
    from zhujianyun.kernel import journal

    def write() -> None:
        with transaction.atomic():
            journal.record_many(drafts)

    drafts: list[journal.Entry] = []
    seconds = [
        _timed(lambda: drafts.extend(_draft(journal, n) for n in range(entries))),
        _timed(write),
        _timed(journal.seal, entries),
    ]
    drafts.clear()
    journal.checkpoint()
    seconds.append(_timed(lambda: print(end="") if journal.verify().ok else sys.exit("verify failed")))
    seconds.append(_timed(journal.export, os.environ["ZJY_VAR"] + "/export.jsonl"))
    print(*(entries / taken for taken in seconds))


def _draft(journal, n: int):  # noqa: ANN001, ANN202
    return journal.draft(
        "case.fire_design.accept",
        actor=f"account:{n % 200}",
        object=("case", f"桂消审〔2020〕{n}号"),
        facts={"number": f"桂消审〔2020〕{n}号", "from": "submitted", "to": "accepted", "city": "450100"},
        case_id=n // 10,
        reason="材料齐全，符合法定形式",
        source="10.1.2.3",
    )


def _timed(work: Callable[..., object], *arguments: object) -> float:
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
