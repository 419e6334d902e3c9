"""How fast the workbench answers with 100,000 cases (十万办件时的工作台): home, lists, search, handling page.

    .venv/bin/python bench/workbench_pages.py [cases]

One command: a copy of the prepared demo (two per cent of the year), its cases multiplied to the wanted
number with three in ten open, the search index built over them, `zhujianyun up` on free ports, then
medians and p95 of one client after the other. Queries are those of the page itself, counted in
one process beside the server. Bar: first paint of any list within one second and twenty queries.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests import house as houses  # noqa: E402
from tests.stories import calls, running  # noqa: E402

SAMPLE = 25
OPEN_OF_TEN = 3
PAGES = {
    "home, officer": ("nanning.clerk", "/workbench/"),
    "home, leader": ("leader", "/workbench/"),
    "list, officer's city": ("nanning.clerk", "/workbench/cases/?scope=open"),
    "list, whole region": ("leader", "/workbench/cases/?scope=open"),
    "list, everything, newest first": ("leader", "/workbench/cases/?scope=all&sort=-opened"),
    "list, everything, last page": ("leader", "/workbench/cases/?scope=all&page=99999"),
    "list, 200 lines": ("leader", "/workbench/cases/?scope=all&per=200"),
    "list, by title": ("leader", "/workbench/cases/?scope=all&sort=title"),
    "list, by applicant": ("leader", "/workbench/cases/?scope=all&sort=-applicant"),
    "list, five filters": (
        "leader",
        "/workbench/cases/?scope=all&process=fire_design&city=450100&day=opened&since=2020-06-01&until=2020-09-30",
    ),
    "list, overdue": ("leader", "/workbench/cases/?lamp=black"),
    "list, concluded this week": ("leader", "/workbench/cases/?scope=all&day=concluded&since=2020-12-28"),
    "list, words": ("leader", "/workbench/cases/?scope=all&q=%E5%AD%A6%E6%A0%A1"),
    "waiting for me": ("nanning.chief", "/workbench/cases/?scope=todo"),
    "search, two characters": ("leader", "/workbench/search/?q=%E5%AD%A6%E6%A0%A1"),
    "search, one character": ("leader", "/workbench/search/?q=%E5%8D%97"),
    "search, two words, one city": ("nanning.clerk", "/workbench/search/?q=%E5%AD%A6%E6%A0%A1%20%E6%A5%BC"),
    "handling page": ("leader", "{case}"),
}


def main(cases: int) -> None:
    """Build, measure, print (测量)."""
    with tempfile.TemporaryDirectory(prefix="zjy-bench-") as folder:
        house = houses.prepared().played.copy_to(Path(folder) / "var")
        began = time.perf_counter()
        told = json.loads(house.script(BUILD.format(root=str(ROOT), cases=cases)).splitlines()[-1])
        print(f"{told['cases']:,} cases, {told['open']:,} open; multiplied in {told['multiplied']:.1f} s,")
        print(
            f"search index of {told['rows']:,} rows in {told['indexed']:.1f} s ({time.perf_counter() - began:.0f} s in all)"
        )
        with running.serving(house) as site:
            print(f"{'page':<34}{'median ms':>10}{'p95 ms':>9}{'KB':>6}")
            for name, (account, path) in PAGES.items():
                _measure(site, name, account, path.format(case=told["one"]))


def _measure(site: running.Site, name: str, account: str, path: str) -> None:
    client = calls.client(site.base, account)
    sizes: list[int] = []

    def fetch() -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code}: {answer.url}")
        sizes.append(len(answer.content))

    for _ in range(2):
        fetch()
    times = [calls.timed(fetch) for _ in range(SAMPLE)]
    print(
        f"{name:<34}{statistics.median(times):>10.1f}{calls.percentile(times, 0.95):>9.1f}"
        f"{statistics.median(sizes) / 1000:>6.0f}",
        flush=True,
    )
    client.close()


BUILD = """
import sys, time
sys.path.insert(0, {root!r})
from bench import workbench_pages
print(json.dumps(workbench_pages.build({cases})))
"""


def build(wanted: int) -> dict[str, object]:
    """Multiply the cases and index them; run inside the house (建造)."""
    from zhujianyun.kernel.case.models import Case
    from zhujianyun.ui.search import index, registry

    began = time.perf_counter()
    multiply(wanted)
    middle = time.perf_counter()
    kind = registry.get("case")
    rows = index.rebuild([kind] if kind else [])
    return {
        "cases": Case.objects.count(),
        "open": Case.objects.filter(settled=False, ended=False).count(),
        "multiplied": middle - began,
        "rows": rows["case"],
        "indexed": time.perf_counter() - middle,
        "one": Case.objects.filter(number__isnull=False).earliest("pk").get_absolute_url(),
    }


def multiply(wanted: int) -> None:
    """Copies of the demo's cases under new numbers until there are enough (复制办件)."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM case_case WHERE number IS NOT NULL ORDER BY id")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    standing = [row for row in rows if not row["settled"] and not row["ended"]]
    over = [row for row in rows if row["settled"] or row["ended"]]
    last = max(row["id"] for row in rows)
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    places = ", ".join(["%s"] * len(names))
    statement = f"INSERT INTO case_case ({quoted}) VALUES ({places})"  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        for start in range(0, wanted - len(rows), 5_000):
            made = []
            for n in range(start, min(start + 5_000, wanted - len(rows))):
                stock = standing if n % 10 < OPEN_OF_TEN else over
                made.append(_copy(stock[n // 10 % len(stock)], last + 1 + n, n, names))
            cursor.executemany(statement, made)
        cursor.execute("ANALYZE")


def _copy(row: dict[str, object], pk: int, n: int, names: list[str]) -> tuple[object, ...]:
    head = str(row["number"]).rpartition("-")[0]
    changed = {"id": pk, "number": f"{head}-{100_000 + n}", "title": f"{row['title']}{n % 97 + 1}期"}
    changed |= {"unique_key": None, "open_key": None, "timer_on": None}
    return tuple(changed.get(name, row[name]) for name in names)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
