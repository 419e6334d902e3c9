#!/usr/bin/env python3
"""Recompute the clocks of a proof (复算时限证明). Standard library only; copy it anywhere.

    python3 recompute_clock.py proof.json

Reads the JSON that `zhujianyun case prove NUMBER` wrote, counts day by day (slow on purpose: easy to
check), and compares. Leaves with 0 when every clock comes to the same result, 1 when one differs,
2 when the file cannot be read.

Rules: day 1 is the day after the start that is worked. Excluded are the days d with
paused_on < d <= resumed_on (or the cap, whichever is earlier); several pauses are a union. While a
pause lasts there is no due day. Lamps: green, yellow from the yellow share, red on the last day,
black after it; an extension never leads back to green.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

ONE = timedelta(days=1)
LAMPS = ["", "green", "yellow", "red", "black"]
ZH = {"": "无", "green": "正常", "yellow": "临期", "red": "今日到期", "black": "超期"}


def day(text):
    return date.fromisoformat(text) if text else None


def is_workday(calendar, d):
    for row in calendar["rows"]:
        if row["day"] == d.isoformat():
            return row["workday"]
    if d.isoweekday() > 5:
        return False
    if calendar["published_from"] <= d.isoformat() <= calendar["published_to"]:
        return True
    return not any(
        (one["month"], one["day"]) == (d.month, d.day)
        and one["from"] <= d.isoformat()
        and (one["to"] is None or d.isoformat() <= one["to"])
        for one in calendar["fixed_holidays"]
    )


def counts(clock, d):
    return clock["unit"] == "day" or is_workday(clock["calendar"], d)


def end_of(segment):
    ends = [day(segment.get(name)) for name in ("resumed_on", "cap_on") if segment.get(name)]
    return min(ends) if ends else None


def is_paused(segments, d):
    return any(day(s["paused_on"]) <= d and (end_of(s) is None or d < end_of(s)) for s in segments)


def is_excluded(segments, d, until):
    for s in segments:
        end = end_of(s) or until
        if end is not None and day(s["paused_on"]) < d <= end:
            return True
    return False


def reach(clock, segments, days):
    """The day on which so many counted days are used; moved to the resumption when a pause begins on it."""
    d, left = day(clock["start"]), days
    if left == 0:
        while clock["unit"] != "day" and not is_workday(clock["calendar"], d):
            d += ONE
    while left:
        d += ONE
        if counts(clock, d) and not is_excluded(segments, d, None):
            left -= 1
    moved = True
    while moved:
        moved = False
        for s in segments:
            end = end_of(s)
            if end is not None and day(s["paused_on"]) <= d < end:
                d, moved = end, True
    return d


def used(clock, segments, until, net):
    d, found = day(clock["start"]), 0
    while d < until:
        d += ONE
        if counts(clock, d) and not (net and is_excluded(segments, d, until)):
            found += 1
    return found


def running_day(segments, d):
    while True:
        held = [day(s["paused_on"]) for s in segments if is_paused([s], d) and day(s["paused_on"]) < d]
        if not held:
            return d
        d = min(held)


def kept_on(segments, d):
    return [s for s in segments if day(s["paused_on"]) < d and not is_paused([s], d)]


def plain_lamp(clock, segments, budget, d):
    due = reach(clock, segments, budget)
    if d > due:
        return "black"
    if d == due:
        return "red"
    share = Fraction(clock["yellow"]) * budget
    first = -int(-share // 1)
    return "yellow" if d >= reach(clock, segments, first) else "green"


def lamp(clock, d):
    segments = clock["segments"]
    d = running_day(segments, d)
    granted = [g for g in clock["lengthenings"] if day(g["on"]) <= d]
    if not clock["lengthenings"]:
        return plain_lamp(
            clock, kept_on(segments, d) if is_paused(segments, d) else segments, clock["days"], d
        )
    shown = ""
    for place, one in enumerate(granted):
        on = running_day(segments, day(one["on"]))
        budget = clock["days"] + sum(g["days"] for g in granted[:place])
        shown = max(shown, plain_lamp(clock, kept_on(segments, on), budget, on), key=LAMPS.index)
    budget = clock["days"] + sum(g["days"] for g in granted)
    now = plain_lamp(clock, kept_on(segments, d), budget, d)
    return max(now, min(shown, "yellow", key=LAMPS.index), key=LAMPS.index)


def reading(clock, as_of):
    d = max(day(clock["stopped"]) or as_of, day(clock["start"])) if clock["stopped"] else as_of
    segments = clock["segments"]
    budget = clock["days"] + sum(g["days"] for g in clock["lengthenings"])
    paused = is_paused(segments, d)
    since = running_day(segments, d)
    due = reach(clock, kept_on(segments, since) if paused else segments, budget)
    net = used(clock, segments, d, True)
    return {
        "due": None if paused else due.isoformat(),
        "net": net,
        "gross": used(clock, segments, d, False),
        "left": budget - net,
        "lamp": lamp(clock, d),
        "paused": paused,
        "overdue": since > due,
    }


def main(arguments):
    if len(arguments) != 1:
        print("用法：python3 recompute_clock.py 时限证明.json", file=sys.stderr)
        return 2
    try:
        proof = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
        as_of = day(proof["as_of"])
        head = f"办件 {proof['case']}（{proof.get('process_zh', '')} {proof['version']}），截至 {as_of}"
        clocks = [(one, one["zh"], one["result"].get, reading(one, as_of)) for one in proof["clocks"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        print(f"无法读取时限证明：{type(error).__name__} {error}，请重新导出。", file=sys.stderr)
        return 2
    print(head)
    wrong = 0
    for clock, zh, said, found in clocks:
        differs = [name for name, value in found.items() if said(name) != value]
        due = found["due"] or "中止中"
        print(
            f"  {zh}（{clock['start']} 起 {clock['days']} 天）：到期 {due}，净用 {found['net']} 天，"
            f"总用 {found['gross']} 天，时限灯 {ZH[found['lamp']]}" + ("，复算一致 ✓" if not differs else "")
        )
        for name in differs:
            print(f"    ✗ {name}：证明所载 {said(name)}，复算为 {found[name]}")
        wrong += bool(differs)
    if wrong:
        print(f"结论：{len(clocks)} 个时限中 {wrong} 个与复算不一致，证明不成立。")
        return 1
    print(f"结论：{len(clocks)} 个时限全部复算一致，证明成立。")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
