"""The year as planned (全年计划): every case with its acts, from a seed and a scale, without a database.

The plan fixes what the yearbook counts (accepted, concluded, filings, spot checks) and leaves to the
engine what only it may decide: due days, numbers, lamps, and who is drawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from zhujianyun.apps.fire_review.sample import paths, strata, works
from zhujianyun.apps.fire_review.sample.paths import Beat, Course
from zhujianyun.apps.fire_review.sample.targets import CITIES, Targets, split, targets
from zhujianyun.apps.fire_review.sample.year import NEW_RULES_ON, Year

OLD_LIMIT, NEW_LIMIT = 20, 15  # for the pace of the play only; the engine reads the dated rows
OLD_CHECK, NEW_CHECK = 30, 15
NEVER_ACCEPTED = {"refuse": 35, "withdraw": 25}  # per mille of the accepted
WAITING = {"received": 7, "supplementing": 4}  # open and not yet accepted at year's end, per mille
FILLING = {"received": 3, "supplementing": 4, "refuse": 22, "withdraw": 8}
OPEN_KINDS = ("due_today", "overdue", "due_soon", "fresh", "paused", "fresh", "overdue", "due_soon", "fresh",
              "due_today", "fresh", "fresh")  # fmt: skip

Counties = Mapping[str, list[tuple[str, str]]]  # city → (code, name) of its counties


@dataclass(slots=True)
class Plan:
    """All cases of the year, and the days of the draws (年度计划)."""

    seed: int
    scale: str
    year: Year
    targets: Targets
    courses: list[Course] = field(default_factory=list)
    draw_days: list[int] = field(default_factory=list)
    works: int = 0

    def after_hit(self, course: Course, drawn: int) -> list[Beat]:
        """What the plan holds for a filing that the draw has hit (抽中后的安排), the same in every play."""
        rng = Random(f"{self.seed}:{course.key}:hit")
        limit = NEW_CHECK if self.year.days[course.opened] >= NEW_RULES_ON else OLD_CHECK
        beats = paths.inspection(rng, drawn, limit)
        follow = Course(course.key, course.process, course.city, course.county, course.work, {}, beats)
        paths.set_times(follow, self.year, rng)
        return follow.beats


def make(seed: int, scale: float | str, counties: Counties, ratios: Mapping[str, int]) -> Plan:
    """The plan of the year (编制计划). The same seed and scale give the same plan, to the second.

    Raises:
        ValueError: a scale that cannot be played.
    """
    aim = targets(scale)
    plan = Plan(seed, str(scale), Year(), aim)
    maker = _Maker(plan, counties)
    maker.reviews("fire_design", aim.design_accepted, aim.design_concluded)
    maker.reviews("fire_acceptance", aim.acceptance_accepted, aim.acceptance_concluded)
    maker.filings(aim.filings, aim.spot_checks, ratios)
    rng = Random(f"{seed}:times")
    numbers: dict[int, int] = {}
    for course in plan.courses:
        paths.set_times(course, plan.year, rng)
        course.work = numbers.setdefault(course.work, len(numbers))
    plan.works = len(numbers)
    return plan


class _Maker:
    def __init__(self, plan: Plan, counties: Counties) -> None:
        self.plan, self.year, self.counties = plan, plan.year, counties
        self.next_work = 0
        self.finished: dict[str, list[Course]] = defaultdict(list)  # city → passed designs, for acceptance
        self.parts: dict[tuple[str, str], list[tuple[Course, list[int]]]] = defaultdict(
            list
        )  # filed in parts
        self.keys = 0

    # --- design and acceptance ---

    def reviews(self, process: str, accepted: int, concluded: int) -> None:
        """Plan one of the two review processes (编排审查、验收)."""
        rng = Random(f"{self.plan.seed}:{process}")
        per_city, open_per_city = split(accepted, CITIES), split(accepted - concluded, CITIES)
        kinds = iter(_open_kinds(sum(open_per_city.values()), rng))
        for city, count in per_city.items():
            days = sorted(rng.choices(range(self.year.last + 1), self.year.weights, k=count))
            still_open = [next(kinds) for _ in range(open_per_city[city])]
            courses = [self._open_review(rng, process, city, kind) for kind in still_open if kind != "fresh"]
            taken = len(courses)
            days = sorted(rng.sample(days, count - taken))
            natural = [self._natural(rng, process, city, day) for day in days]
            self._close(rng, natural, len(still_open) - taken)
            self._link(rng, process, courses + natural)
            self.plan.courses += courses + natural
        self._never_accepted(rng, process, accepted)

    def _natural(self, rng: Random, process: str, city: str, accepted: int) -> Course:
        outcome = rng.choices(("pass", "fail", "pull_out"), (86, 12, 2))[0]
        pause = rng.randint(5, 16) if rng.random() < (0.04 if process == "fire_design" else 0.05) else 0
        net = paths.net_days(rng, self._limit(accepted), late=rng.random() < 0.035)
        return self._review(rng, process, city, accepted, net, outcome, pause)

    def _review(
        self, rng: Random, process: str, city: str, accepted: int, net: int, outcome: str, pause: int
    ) -> Course:
        beats = paths.intake(rng, accepted, supplement=rng.random() < 0.22)
        beats += paths.review(rng, process, accepted, net, outcome, pause)
        county = rng.choice(self.counties[city])
        subject = self._special(rng, process, county, special_design=bool(pause) or rng.random() < 0.01)
        course = Course(
            self._key(process), process, city, county[0], self._new_work(), subject, beats, accepted
        )
        course.concluded, course.outcome = beats[-1].index, outcome
        return course

    def _open_review(self, rng: Random, process: str, city: str, kind: str) -> Course:
        last = self.year.last
        if kind == "due_today":
            accepted, net, pause = last - NEW_LIMIT, NEW_LIMIT + 2, 0
        elif kind == "overdue":
            accepted, net, pause = last - NEW_LIMIT - rng.randint(1, 7), 40, 0
        elif kind == "due_soon":
            accepted, net, pause = last - NEW_LIMIT + rng.randint(1, 3), NEW_LIMIT, 0
        else:  # paused: begun in December, not over at year's end
            accepted, net, pause = last - rng.randint(6, 10), NEW_LIMIT, 17
        return self._review(rng, process, city, accepted, net, "pass", pause)

    def _close(self, rng: Random, courses: list[Course], still_open: int) -> None:
        """Let exactly `still_open` of them run past the year; the others are concluded within it."""
        last = self.year.last
        ranked = sorted(courses, key=lambda course: (course.concluded or 0, course.key), reverse=True)
        late_in_year = [course for course in ranked if (course.accepted or 0) >= last - NEW_LIMIT]
        earlier = sorted(courses, key=lambda course: (-(course.accepted or 0), course.key))
        chosen = list(dict.fromkeys(course.key for course in late_in_year + earlier))[:still_open]
        for course in courses:
            if course.key in chosen and (course.concluded or 0) <= last:
                self._replan(rng, course, max(NEW_LIMIT, last - (course.accepted or 0) + 1))
        for course in courses:
            if course.key not in chosen and (course.concluded or 0) > last:
                self._replan(rng, course, rng.randint(0, last - (course.accepted or 0)))

    def _replan(self, rng: Random, course: Course, net: int) -> None:
        accepted = course.accepted or 0
        before = [beat for beat in course.beats if beat.action in ("submit", "supplement", "supply")]
        course.beats = before + paths.review(rng, course.process, accepted, net, course.outcome, 0)
        course.concluded = course.beats[-1].index

    def _link(self, rng: Random, process: str, courses: list[Course]) -> None:
        """Failed works come again; accepted works were often designed earlier in the year (关联办件)."""
        waiting: list[Course] = []
        for course in sorted(courses, key=lambda c: (c.opened, c.key)):
            ready = [w for w in waiting if (w.concluded or 0) + 8 <= course.opened]
            if ready and rng.random() < 0.6:
                first = ready[0]
                waiting.remove(first)
                self._take_over(course, first)
                course.former = first.key
            elif process == "fire_acceptance" and rng.random() < 0.3:
                self._designed(course)
            if course.outcome == "fail":
                waiting.append(course)
            if process == "fire_design" and course.outcome == "pass":
                self.finished[course.city].append(course)

    def _designed(self, course: Course) -> None:
        for place, design in enumerate(self.finished[course.city]):
            if (design.concluded or 0) + 60 <= course.opened:
                self._take_over(course, self.finished[course.city].pop(place))
                course.former = design.key
                return

    def _take_over(self, course: Course, first: Course) -> None:
        own = {name: course.subject[name] for name in course.subject if name not in first.subject}
        course.work, course.county = first.work, first.county
        same = {name: value for name, value in first.subject.items() if name in course.subject}
        keep = {name: course.subject[name] for name in ("special_design",) if name in course.subject}
        course.subject = own | same | keep

    def _never_accepted(self, rng: Random, process: str, accepted: int) -> None:
        for kind, share in NEVER_ACCEPTED.items():
            days = rng.choices(
                range(3, self.year.last), self.year.weights[3:-1], k=round(accepted * share / 1000)
            )
            for day in days:
                self._stray(rng, process, paths.refusal(rng, day, kind), kind)
        last = self.year.last
        for _ in range(max(1, round(accepted * WAITING["received"] / 1000))):
            self._stray(rng, process, [Beat(last - rng.choice((0, 0, 0, 1, 1, 2)), "submit")], "received")
        for _ in range(max(1, round(accepted * WAITING["supplementing"] / 1000))):
            asked = last - rng.randint(0, 5)
            gaps = {"gaps": "；".join(rng.sample(paths.GAPS, 2))}
            self._stray(
                rng, process, [Beat(asked - 1, "submit"), Beat(asked, "supplement", gaps)], "supplementing"
            )

    def _stray(self, rng: Random, process: str, beats: list[Beat], outcome: str) -> None:
        city = rng.choices(list(CITIES), list(CITIES.values()))[0]
        county = rng.choice(self.counties[city])
        if process == "fire_filing":
            subject = self._other(
                rng, county, rng.choice(("crowded", "other", "crowded_public")), beats[0].index
            )
        else:
            subject = self._special(rng, process, county, special_design=False)
        key, work = self._key(process), self._new_work()
        self.plan.courses.append(Course(key, process, city, county[0], work, subject, beats, outcome=outcome))

    # --- filings ---

    def filings(self, count: int, checks: int, ratios: Mapping[str, int]) -> None:
        """Plan the filings and the strata of their draws (编排备案与抽查)."""
        rng = Random(f"{self.plan.seed}:fire_filing")
        self.plan.draw_days = self.year.draw_days(max(1, min(26, count // 56)))
        placed = [
            (city, day)
            for city, n in split(count, CITIES).items()
            for day in sorted(rng.choices(range(self.year.last + 1), self.year.weights, k=n))
        ]
        cells = {place: (city, batch) for place, (city, day) in enumerate(placed)
                 if (batch := self._batch(day)) is not None}  # fmt: skip
        drawn = dict(zip(cells, strata.assign(list(cells.values()), checks, ratios, rng), strict=True))
        for place, (city, day) in enumerate(placed):
            stratum = drawn.get(place) or rng.choice(("crowded_public", "crowded", "other"))
            self.plan.courses.append(self._filing(rng, city, day, stratum))
        for kind in ("refuse", "withdraw"):
            for day in rng.choices(
                range(12, self.year.last), self.year.weights[12:-1], k=round(count * FILLING[kind] / 1000)
            ):
                self._stray(rng, "fire_filing", _unfinished_filing(rng, day, kind), kind)
        for kind in ("received", "supplementing"):
            for _ in range(max(1, round(count * FILLING[kind] / 1000))):
                self._stray(rng, "fire_filing", _unfinished_filing(rng, self.year.last, kind), kind)

    def _batch(self, day: int) -> int | None:
        return next((n for n, drawn in enumerate(self.plan.draw_days) if day < drawn), None)

    def _filing(self, rng: Random, city: str, day: int, stratum: str) -> Course:
        beats = [Beat(day, "submit"), Beat(day, "voucher")]
        back = rng.randint(1, 10)
        if rng.random() < 0.15 and day >= back:
            gaps = {"gaps": "；".join(rng.sample(paths.GAPS, rng.randint(1, 2)))}
            asked = day - back
            beats = [
                Beat(asked, "submit"),
                Beat(asked, "supplement", gaps),
                Beat(day, "supply"),
                Beat(day, "voucher"),
            ]
        county = rng.choice(self.counties[city])
        subject = self._other(rng, county, stratum, beats[0].index)
        course = Course(
            self._key("fire_filing"), "fire_filing", city, county[0], self._new_work(), subject, beats, day
        )
        course.stratum = stratum
        self._share_work(rng, course)
        return course

    def _share_work(self, rng: Random, course: Course) -> None:
        """A large project is filed in parts, building by building (分批备案)."""
        parts = self.parts[course.city, course.stratum]
        if parts and rng.random() < 0.45:
            first, filed = parts[rng.randrange(len(parts))]
            course.work, course.county = first.work, first.county
            same = (
                "project_name",
                "address",
                "use",
                "area_m2",
                "single_building_m2",
                "height_m",
                "storeys",
                "places",
            )
            course.subject |= {name: first.subject[name] for name in same}
        else:
            filed = [0]
            parts.append((course, filed))
        filed[0] += 1
        course.subject["building_set"] = f"{2 * filed[0] - 1}号楼、{2 * filed[0]}号楼"

    # --- works ---

    def _special(
        self, rng: Random, process: str, county: tuple[str, str], *, special_design: bool
    ) -> dict[str, Any]:
        subject = works.special_work(rng, county[1]) | {"subproject": f"{rng.randint(1, 6)}号单体"}
        if process == "fire_design":
            return subject | {
                "special_design": special_design,
                "planning_required": True,
                "planning_permit": f"建字第{county[0]}2020{rng.randint(1, 9_999):04d}号",
                "temporary": False,
                "temporary_approval": "",
                "designer": rng.choice(works.DESIGNERS),
            }
        gates = dict.fromkeys(
            ("contract_done", "archive_complete", "parties_accepted", "joint_test_passed"), True
        )
        return (
            subject
            | gates
            | {"design_number": f"消审字〔201{rng.randint(7, 9)}〕第{rng.randint(1, 999):04d}号"}
        )

    def _other(self, rng: Random, county: tuple[str, str], stratum: str, submitted: int) -> dict[str, Any]:
        late = rng.random() < 0.06
        done = submitted - (rng.randint(9, 40) if late else rng.randint(0, 4))
        completed = self.year.days[max(0, done)]
        return works.other_work(rng, county[1], stratum) | {
            "building_set": "1号楼、2号楼",
            "completion_accepted_on": completed.isoformat(),
        }

    def _limit(self, accepted: int) -> int:
        return NEW_LIMIT if self.year.days[accepted] >= NEW_RULES_ON else OLD_LIMIT

    def _key(self, process: str) -> str:
        self.keys += 1
        return f"{process[5:]}-{self.keys:05d}"

    def _new_work(self) -> int:
        self.next_work += 1
        return self.next_work - 1


def _open_kinds(count: int, rng: Random) -> list[str]:
    kinds = [OPEN_KINDS[n % len(OPEN_KINDS)] for n in range(count)]
    rng.shuffle(kinds)
    return kinds


def _unfinished_filing(rng: Random, day: int, kind: str) -> list[Beat]:
    gaps = {"gaps": rng.choice(paths.GAPS)}
    if kind == "received":
        return [Beat(day, "submit")]
    if kind == "refuse":
        return [Beat(day, "submit"), Beat(day, "refuse", reason=rng.choice(paths.REFUSALS))]
    asked = day - rng.randint(1, 10)
    beats = [Beat(asked, "submit"), Beat(asked, "supplement", gaps)]
    return [*beats, Beat(day, "withdraw")] if kind == "withdraw" else beats
