"""P10: forty rules of quality over 1.92 million rows, against the row oracle and pandera in the same run.

    .venv/bin/python bench/exchange/p10.py [ROWS [PASSES [SAMPLE]]]

The table has twelve columns and one fault in about a thousand values. The platform's time includes
everything that a run remembers: counts, verdicts and the first failing keys. On a sample both the
oracle and pandera must find the same failing rows. pandera is left out when it is not installed; it
need not be: ``pip install --target FOLDER pandera`` and name the folder in ``PYTHONPATH``.
"""

from __future__ import annotations

import csv
import statistics
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import gathering as bench
import numpy as np
import pyarrow as pa

RESULTS = Path(__file__).parent / "results"
FORMATS = ("AB12345678", "13800138000", "ab", "")
GRADES = ("特级", "一级", "二级", "三级")
OVERALL = {"threshold": "99"}


def rules() -> list[dict[str, Any]]:
    """Forty rules: every kind that is about rows, with and without conditions."""
    alone = (
        "id",
        "uscc",
        "title",
        "person",
        "area",
        "capital",
        "founded",
        "changed",
        "staff",
        "is_live",
        "grade",
        "address",
    )
    said: list[dict[str, Any]] = [{"kind": "filled", "columns": [name]} for name in alone]
    said += [
        {"kind": "unique", "columns": names} for names in (["id"], ["title"], ["uscc", "person", "title"])
    ]
    said += [
        {"kind": "code", "columns": [n], "options": {"code": c}}
        for n, c in (("uscc", "uscc"), ("person", "citizen_id"), ("area", "division"))
    ]
    said += [{"kind": "format", "columns": ["title"], "options": {"format": "tidy"}},
             {"kind": "format", "columns": ["uscc"], "options": {"template": "XXXXXXXXXXXXXXXXXX"}},
             {"kind": "format", "columns": ["area"], "options": {"template": "450999"}}]  # fmt: skip
    said += [{"kind": "listed", "columns": ["grade"], "options": {"values": list(GRADES)}},
             {"kind": "listed", "columns": ["area"], "options": {"values": ["450103", "450105", "450107", "450203", "450305", "450502"]}}]  # fmt: skip
    said += [
        {"kind": "length", "columns": [n], "options": {"least": 1, "most": m}}
        for n, m in (("title", 60), ("address", 120), ("uscc", 18), ("person", 18))
    ]
    said += [{"kind": "range", "columns": ["capital"], "options": {"least": "0", "most": "1000000"}},
             {"kind": "range", "columns": ["staff"], "options": {"least": "1", "most": "2000"}},
             {"kind": "range", "columns": ["founded"], "options": {"least": "1990-01-01", "most": "taken"}},
             {"kind": "range", "columns": ["changed"], "options": {"least": "2020-01-01T00:00", "most": "taken"}}]  # fmt: skip
    said += [{"kind": "compare", "columns": ["staff", "capital"], "options": {"op": "le"}},
             {"kind": "compare", "columns": ["uscc", "person"], "options": {"op": "ne"}},
             {"kind": "reference", "columns": ["area"], "options": {"dataset": "bench.areas", "column": "area"}}]  # fmt: skip
    live = [{"item": "is_live", "op": "eq", "value": True}]
    said += [{**one, "condition": live} for one in (
        {"kind": "filled", "columns": ["grade"]}, {"kind": "range", "columns": ["staff"], "options": {"least": "10"}},
        {"kind": "filled", "columns": ["person"]}, {"kind": "unique", "columns": ["title", "area"]},
        {"kind": "length", "columns": ["address"], "options": {"least": 6}},
        {"kind": "format", "columns": ["person"], "options": {"template": "99999999999999999X"}})]  # fmt: skip
    assert len(said) == 40, len(said)
    return [{"title": f"规则 {n}", **one} for n, one in enumerate(said, 1)]


def table(count: int, seed: int = 1) -> pa.Table:
    """The firms, made by the column; about one value in a thousand is missing, one in a thousand is wrong."""
    from zhujianyun.apps.data_gathering.rules.shape import columns_of, schema_of

    schema = schema_of(columns_of(bench.COLUMNS))
    pool = list(bench.rows(5000, seed))
    rng, n = np.random.default_rng(seed), np.arange(count)
    firms = pa.array([row[1] for row in pool]), pa.array([row[3] for row in pool])
    wrong = {
        "uscc": "91450100000000000X",
        "person": "45010319900101001X",
        "area": "459999",
        "grade": "四级",
        "title": " 首空",
    }
    columns: dict[str, Any] = {
        "id": pa.array(n + 1), "uscc": firms[0].take(pa.array(n * 7919 % 5000)),
        "title": pa.array([f"广西第{i}建筑工程有限公司" for i in n.tolist()]),
        "person": firms[1].take(pa.array(n * 7919 % 5000)),
        "area": pa.array(["450103", "450105", "450107", "450203", "450305", "450502"]).take(pa.array(n % 6)),
        "capital": pa.array(n % 90000).cast(pa.decimal128(38, 8)),
        "founded": pa.array(np.datetime64("1990-01-01") + n % 11300),
        "changed": pa.array(np.datetime64("2020-01-01T00:00:00", "us") + (n % 525_600) * np.timedelta64(1, "m"), pa.timestamp("us", "UTC")),
        "staff": pa.array(n % 900), "is_live": pa.array(n % 9 > 0),
        "grade": pa.array(GRADES).take(pa.array(n % 4)),
        "address": pa.array([f"南宁市青秀区民族大道{i % 200}号{i}室" for i in n.tolist()]),
    }  # fmt: skip
    made = []
    for name in schema.names:
        column = columns[name].cast(schema.field(name).type)
        if name in wrong:
            column = pa.compute.if_else(pa.array(rng.random(count) < 0.001), pa.scalar(wrong[name]), column)
        if name != "id":
            column = pa.compute.if_else(
                pa.array(rng.random(count) < 0.001), pa.scalar(None, column.type), column
            )
        made.append(column)
    return pa.Table.from_arrays(made, schema=schema)


def land(system: Any, code: str, rows: pa.Table, columns: list[dict[str, Any]], key: list[str]) -> Any:
    """A snapshot of a table that was not gathered but laid into the lake."""
    from deltalake import write_deltalake

    from zhujianyun.base import clock
    from zhujianyun.kernel.access import SYSTEM
    from zhujianyun.kernel.resource import actions, lake

    dataset = actions.register_dataset(code, code, system, columns, key, by=SYSTEM)
    write_deltalake(str(lake.folder(code)), rows, configuration={"delta.enableDeletionVectors": "false"})
    return actions.land(
        dataset, version=0, batch=f"bench-{code}", rows=rows.num_rows, digest="-", taken_at=clock.now(), by=SYSTEM
    )  # fmt: skip


def write_rules(dataset: Any) -> None:
    """The rules, through the real action."""
    from zhujianyun.apps.data_gathering.actions.quality import writing
    from zhujianyun.kernel.access import SYSTEM

    for said in rules():
        writing.write_rule(dataset, said, by=SYSTEM)


def check(snapshot: Any) -> tuple[Any, float]:
    """One run, and how long it took."""
    from zhujianyun.apps.data_gathering.actions.quality import checking
    from zhujianyun.base import clock
    from zhujianyun.kernel.access import SYSTEM

    begun = time.perf_counter()
    run = checking.check(snapshot, clock.now(), by=SYSTEM)
    return run, time.perf_counter() - begun


def found_by_platform(run: Any) -> list[tuple[int, int]]:
    """(checked, passed) of every rule."""
    return [(one.checked, one.passed) for one in run.verdicts.order_by("version__rule__pk")]


def found_by_oracle(snapshot: Any, rows: pa.Table) -> tuple[list[tuple[int, int]], list[set[int]], float]:
    """The same, row by row, with the rows that fail."""
    from zhujianyun.apps.data_gathering.rules.quality import oracle
    from zhujianyun.apps.data_gathering.rules.quality.kinds import rule_of
    from zhujianyun.base import clock

    begun, listed = time.perf_counter(), rows.to_pylist()
    known = {("bench.areas", "area"): frozenset(row[4] for row in bench.rows(6))}
    world = oracle.World(clock.local_day(snapshot.taken_at), known)
    counts, fails = [], []
    for said in rules():
        judged = oracle.judge(rule_of(said, bench.COLUMNS), listed, world)
        bad = {row["id"] for row, one in zip(listed, judged, strict=True) if one is False}
        checked = sum(one is not None for one in judged)
        counts.append((checked, checked - len(bad)))
        fails.append(bad)
    return counts, fails, time.perf_counter() - begun


def found_by_pandera(rows: pa.Table, taken: date) -> tuple[list[set[int]], float] | None:
    """Failing rows of every rule by pandera's lazy validation of a DataFrame; None when it is not there."""
    try:
        import p10_pandera
    except ImportError as missing:
        print(f"  pandera left out: {missing}")
        return None
    frame = p10_pandera.frame(rows)
    begun = time.perf_counter()
    found = p10_pandera.failing(frame, rules(), taken, {row[4] for row in bench.rows(6)})
    return found, time.perf_counter() - begun


def rows_failing(snapshot: Any, said: dict[str, Any]) -> set[int]:
    """The rows that the page of failing rows would show, all of them."""
    from zhujianyun.apps.data_gathering.actions.quality import measuring
    from zhujianyun.apps.data_gathering.rules.quality.kinds import rule_of

    found = measuring.failing(snapshot, rule_of(said, bench.COLUMNS), 0, 10_000_000)
    return {row["id"] for row in found}


def main(count: int = 1_920_000, passes: int = 3, sample: int = 20_000) -> None:
    """Measure, compare, print; raw rows go to ``results/p10.csv``."""
    system = bench.start_platform()
    areas = pa.table({"area": sorted({row[4] for row in bench.rows(6)})})
    land(system, "bench.areas", areas, [{"name": "area", "type": "text"}], ["area"])
    small_rows = table(sample, seed=2)
    small = land(system, "bench.small", small_rows, bench.COLUMNS, ["id"])
    big_rows = table(count)
    big = land(system, "bench.big", big_rows, bench.COLUMNS, ["id"])
    for snapshot in (small, big):
        write_rules(snapshot.dataset)
    counts, fails, oracle_seconds = found_by_oracle(small, small_rows)
    run, _ = check(small)
    same = [a == b for a, b in zip(counts, found_by_platform(run), strict=True)]
    same_rows = [rows_failing(small, said) == bad for said, bad in zip(rules(), fails, strict=True)]
    taken = date.today() + timedelta(0)
    peer_small = found_by_pandera(small_rows, taken)
    agree = [a == b for a, b in zip(peer_small[0], fails, strict=True)] if peer_small else []
    print(f"{len(same)} rules, sample of {sample:,}: counts as the oracle {sum(same)}/40, failing rows as the "
          f"oracle {sum(same_rows)}/40, pandera as the oracle {sum(agree)}/{len(agree)}")  # fmt: skip
    ours, theirs, records = [], [], []
    for n in range(passes):
        run, taken_seconds = check(big)
        ours.append(taken_seconds)
        records.append(["platform", count, n, round(taken_seconds, 2), bench.load()])
        if peer_small:
            _, peer_seconds = found_by_pandera(big_rows, taken)
            theirs.append(peer_seconds)
            records.append(["pandera", count, n, round(peer_seconds, 2), bench.load()])
    print(
        f"{count:,} rows × 40 rules, {passes} passes, load {bench.load()}; score {run.score}, grade {run.grade}"
    )
    for name, values in (("platform", ours), ("pandera", theirs)):
        if values:
            print(f"  {name:<10}{statistics.median(values):8.1f} s  ({min(values):.1f}–{max(values):.1f})")
    print(
        f"  oracle    {oracle_seconds:8.1f} s for {sample:,} rows = {oracle_seconds * count / sample:,.0f} s for all"
    )
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "p10.csv").open("a", newline="") as file:
        csv.writer(file).writerows(records)
    assert all(same) and all(same_rows), "a verdict differs from the oracle"


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))
