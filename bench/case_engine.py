"""How many acts a second the case engine does (办件引擎速度): batch play and single acts, journal included.

    .venv/bin/python bench/case_engine.py [cases] [single acts]

A database of its own in a temporary folder, a small permit process, the machine's own disk.
Prints acts per second in a batch, then median and p95 of one interactive act with all those cases
present, then the cost of a due date.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
PLAYS = ROOT / "src/zhujianyun/kernel/case/tests/plays"


def main(cases: int = 3000, singles: int = 200) -> None:
    """Play, measure, print (测量)."""
    with tempfile.TemporaryDirectory(prefix="zjy-bench-") as folder:
        os.environ["ZJY_VAR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "zhujianyun.kernel.case.tests.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, skip_checks=True)
        _measure(cases, singles)


def _measure(cases: int, singles: int) -> None:
    from zhujianyun.base import clock
    from zhujianyun.kernel import case

    people = _people()
    with clock.standing(clock.at_local(date(2020, 3, 2), 9)) as now:
        profile = cProfile.Profile() if "--profile" in sys.argv else None
        began, busy = time.perf_counter(), time.process_time()
        if profile:
            profile.enable()
        with case.batch(size=2000):
            acts = sum(_play(n, people) for n in range(cases))
        if profile:
            profile.disable()
            pstats.Stats(profile).sort_stats("tottime").print_stats(35)
        spent, busy = time.perf_counter() - began, time.process_time() - busy
        print(f"batch: {acts} acts on {cases} cases in {spent:.2f} s = {acts / spent:,.0f} acts/s")
        print(f"       {acts / busy:,.0f} acts per second of processor time")
        now.move_to(clock.at_local(date(2020, 3, 3), 9))
        times = [_single(cases + n, people) for n in range(singles)]
    times.sort()
    p95 = times[int(len(times) * 0.95)]
    print(f"single act: median {statistics.median(times) * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms")
    _due_dates()


def _people() -> dict:
    from types import MappingProxyType

    from zhujianyun.kernel import access
    from zhujianyun.kernel.access.models import Account, Office
    from zhujianyun.kernel.case.definition import registry
    from zhujianyun.kernel.case.definition.load import load_file
    from zhujianyun.kernel.subject.models import Subject

    for file in sorted(PLAYS.glob("*.yaml")):
        registry.add(load_file(file, "office"))
    province = Office.objects.create(code="gx", name="自治区住建厅", kind="province")
    office = Office.objects.create(code="nn", name="南宁市住建局", kind="city", parent=province)
    owner = Subject.objects.create(kind="enterprise", name="广西某建设有限公司")
    project = Subject.objects.create(kind="project", name="某住宅楼")
    account = Account.objects.create(username="officer", name_zh="李局")
    roles = frozenset((f"office.{role}", office.pk) for role in ("clerk", "chief", "rev"))
    officer = access.Actor(
        key=account.key, name_zh="李局", kind="account", account_id=account.pk, office_id=office.pk,
        roles=roles, granted=MappingProxyType({}),
    )  # fmt: skip
    return {
        "office": office, "owner": owner, "project": project, "officer": officer,
        "subject": access.subject_actor(owner.pk, owner.name),
    }  # fmt: skip


def _open(n: int, people: dict):
    from zhujianyun.kernel import case

    return case.open_(
        "permit", by=people["subject"], office=people["office"], applicant=people["owner"],
        project=people["project"], division_code="450103", title="某住宅楼", key=f"bench-{n}",
        facts={"subject": {
            "project_code": f"P-{n}", "stage": "build", "large": n % 2 == 0, "area_m2": "10000.01",
            "floors": 18, "places": [{"kind": "mall", "m2": "300"}], "contact_phone": "13800000000",
        }},
    )  # fmt: skip


def _play(n: int, people: dict) -> int:
    from zhujianyun.kernel import case

    one = _open(n, people)
    officer, subject = people["officer"], people["subject"]
    story = [("submit", subject, {"documents": ["申请表", "图纸", "合同"]}), ("accept", officer, {})]
    if n % 5 == 0:
        story += [("test", officer, {}), ("tested", officer, {"documents": ["检测报告"]})]
    if n % 7:
        story.append(("grant", officer, {}))
    for place, (action, by, more) in enumerate(story):
        case.act(one, action, by=by, expected_version=one.version, key=f"{n}-{place}", **more)
    return len(story) + 1


def _single(n: int, people: dict) -> float:
    from zhujianyun.kernel import case

    one = _open(n, people)
    case.act(one, "submit", by=people["subject"], expected_version=0, key="s", documents=["申请表"])
    began = time.perf_counter()
    case.act(one, "accept", by=people["officer"], expected_version=1, key="a")
    return time.perf_counter() - began


def _due_dates() -> None:
    from zhujianyun.base.workdays import shipped
    from zhujianyun.kernel.case import clock

    calendar = shipped().calendar()
    ledgers = [clock.Ledger(date(2020, 1, 1) + timedelta(n % 300), 5 + n % 20) for n in range(2000)]
    clock.due(ledgers[0], calendar)
    began = time.perf_counter()
    for _ in range(10):
        for ledger in ledgers:
            clock.due(ledger, calendar)
    print(f"due date: {(time.perf_counter() - began) / 20_000 * 1e6:.1f} µs")


if __name__ == "__main__":
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    main(*numbers)
