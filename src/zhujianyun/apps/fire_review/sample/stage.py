"""Plays the plan through the engine (演练): in the order of time, a virtual day to a transaction.

A day is written whole, with a line in the journal that says so; a play that was interrupted takes up
at the first day without such a line. Keys of cases and acts come from the plan, so nothing is done
twice.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from zhujianyun.apps.fire_review import actions, queries
from zhujianyun.apps.fire_review.sample import lots, notices
from zhujianyun.apps.fire_review.sample.officers import Bureau
from zhujianyun.apps.fire_review.sample.paths import Beat, Course
from zhujianyun.apps.fire_review.sample.plan import Plan
from zhujianyun.apps.fire_review.sample.year import ENDS_AT, STARTS_AT
from zhujianyun.base import clock
from zhujianyun.kernel import access, case, journal
from zhujianyun.kernel.case import effects, timers
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.subject.models import Subject

DAY_PLAYED = "fire_review.sample_day"
WHOLE_DAY = 1_000_000  # a batch is written at the end of its day, never before
REASON = "理由"
LINKED: dict[str, dict[str, tuple[str, str, tuple[str, ...]]]] = {  # act → linked process → act, role, papers
    "ask": {"rectification": ("report", "owner", ("整改报告",)),
            "enforcement": ("investigate", "insp", ("调查终结报告",))},
    "ok": {"rectification": ("confirm", "insp", ()), "enforcement": ("punish", "chief", ())},
    "not_ok": {"rectification": ("reject", "insp", ())},
}  # fmt: skip
Report = Callable[[int, int, str, str], None]


@dataclass(slots=True)
class Stage:
    """Everything that the play needs at hand (演练现场)."""

    plan: Plan
    bureaux: dict[str, Bureau]
    firms: dict[str, list[Subject]]
    projects: list[Subject]
    codes: list[str]
    report: Report
    courses: dict[str, Course] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    acts: int = 0
    time: clock.VirtualClock = field(init=False)
    batch: Any = field(init=False)
    _ahead: list[tuple[datetime, str, int, Beat]] = field(default_factory=list)
    _needs: dict[tuple[str, str, str, str], tuple[str, ...]] = field(default_factory=dict)
    _total: int = 0
    _had_effects: bool = False

    def __post_init__(self) -> None:
        self.courses = {course.key: course for course in self.plan.courses}
        self._total = sum(len(course.beats) for course in self.plan.courses)

    # --- the year ---

    def play(self, after: date | None = None) -> None:
        """Play every day after `after` (演练)."""
        with clock.standing(clock.at_local(after, 18, 30) if after else STARTS_AT) as self.time:
            if after is not None:
                self._follow()
            with case.batch(size=WHOLE_DAY) as self.batch:
                self._line_up(after)
                for day in self._days(after):
                    self._play_day(day)
            self.time.move_to(max(ENDS_AT, self.time.now()))
            self._follow()
            timers.tick()  # lamps as they stand when the play stops

    def _days(self, after: date | None) -> list[date]:
        special = notices.DAYS
        days = sorted({*self.plan.year.days, *special})
        first = clock.local_day(STARTS_AT)
        return [day for day in days if day >= first and (after is None or day > after)]

    def _play_day(self, day: date) -> None:
        end = clock.at_local(day + timedelta(days=1))
        is_draw = day in {self.plan.year.days[index] for index in self.plan.draw_days}
        today = lots.Lots(day, self.plan.seed, self.bureaux)
        with transaction.atomic():
            notices.announce(day, self.time)
            self._timers(day)
            if is_draw:
                today.freeze(self.time)
            while self._ahead and self._ahead[0][0] < end:
                _, key, place, beat = heapq.heappop(self._ahead)
                self._do(self.courses[key], place, beat)
            self.batch.flush()
            if is_draw:
                self._schedule_hits(today.reveal(self.time), day)
                self.batch.flush()
            facts = {"day": day.isoformat(), "seed": self.plan.seed, "scale": self.plan.scale}
            journal.record(DAY_PLAYED, actor="system", object=("sample", "fire_review"), facts=facts)
        if self._had_effects:
            self._follow()
        self.report(self.acts, self._total, "步", f"{day:%m-%d}")

    def _timers(self, day: date) -> None:
        """What time alone brings about, each morning: lapses, escalations, pauses at their cap."""
        self.time.move_to(clock.at_local(day, 8, 15))
        timers.resume_capped(day)
        if timers.act_on_time(day):
            self._had_effects = True

    def _follow(self) -> None:
        """Seal the day and carry out its effects, outside the batch: they are not the officers' acts."""
        Context().run(effects.catch_up)
        self._had_effects = False

    # --- one act ---

    def _do(self, course: Course, place: int, beat: Beat) -> None:
        assert beat.at is not None
        self.time.move_to(beat.at)
        found = self.cases.get(course.key) or self._open(course)
        definition = registry.get(found.process, found.definition_version)
        action = definition.states[found.state].actions[beat.action]
        bureau, turn = self.bureaux[course.city], course.work
        role = action.by[0]
        by = self._actor(course, role, turn)
        case.act(
            found,
            beat.action,
            by=by,
            expected_version=None if role == "system" else found.version,
            key=f"{course.key}:{place}:{beat.action}",
            facts={"action": beat.facts} if beat.facts else None,
            documents=self._documents(found, action.need, beat.action),
            reason=beat.reason,
            approved_by=bureau.one("chief", turn) if beat.action == "test" else None,
            signatures=self._signatures(course, action.sign),
        )
        self.acts += 1
        self._had_effects = self._had_effects or bool(action.effect)
        self._after(course, found, beat)
        self._push(course, place + 1)

    def _signatures(self, course: Course, sign: tuple[str, ...]) -> list[access.Actor]:
        """Who signs; a spot check is signed by the inspectors that the draw has assigned."""
        if course.process == queries.FILING:
            return []
        return [self._actor(course, *signer) for signer in _signers(sign, course.work)]

    def _after(self, course: Course, found: Case, beat: Beat) -> None:
        if found.number and course.key not in self.numbers:
            self.numbers[course.key] = found.number
        if not found.is_open:
            self.cases.pop(course.key, None)
        if beat.action in LINKED:
            self._act_on_linked(course, found, beat)

    def _act_on_linked(self, course: Course, found: Case, beat: Beat) -> None:
        """The rectification and the enforcement that the failed check has started go along."""
        for child in Case.objects.filter(parent=found, process__in=LINKED[beat.action], ended=False):
            name, role, need = LINKED[beat.action][child.process]
            action = (
                registry.get(child.process, child.definition_version).states[child.state].actions.get(name)
            )
            if action is None:
                continue
            case.act(
                child,
                name,
                by=self._actor(course, role, course.work),
                expected_version=child.version,
                key=f"{course.key}:{beat.action}:{beat.index}",
                documents=need,
                reason=beat.facts.get("findings", "") or "整改报告、现场核实",
                facts={"action": {"fine_yuan": 30_000}} if name == "punish" else None,
            )
            self.acts += 1

    def _open(self, course: Course) -> Case:
        project, applicant = self.projects[course.work], self._applicant(course)
        subject = {**course.subject, "project_code": self.codes[course.work]}
        former = self.numbers.get(course.former, "")
        if former and self.courses[course.former].process == course.process:
            subject["former_number"] = former
        elif former:
            subject["design_number"] = former
        self.cases[course.key] = found = actions.apply(
            course.process,
            by=access.subject_actor(applicant.pk, applicant.name),
            office=self.bureaux[course.city].office,
            applicant=applicant,
            project=project,
            division_code=course.county,
            subject=subject,
            key=self.open_key(course.key),
        )
        return found

    def _applicant(self, course: Course) -> Subject:
        firms = self.firms[course.city]
        return firms[(course.work * 7919 + self.plan.seed) % len(firms)]

    def _actor(self, course: Course, role: str, turn: int) -> access.Actor:
        if role == "owner":
            applicant = self._applicant(course)
            return access.subject_actor(applicant.pk, applicant.name)
        return access.SYSTEM if role == "system" else self.bureaux[course.city].one(role, turn)

    def _documents(self, found: Case, need: tuple[str, ...], action: str) -> tuple[str, ...]:
        key = (found.process, found.definition_version, found.state, action)
        if key not in self._needs:
            self._needs[key] = tuple(name for name in need if name != REASON)
        return self._needs[key]

    # --- what comes next ---

    def open_key(self, key: str) -> str:
        """The idempotency key under which a case of the plan was opened (开立键)."""
        return f"sample:{self.plan.seed}:{key}"

    def _push(self, course: Course, place: int) -> None:
        if place < len(course.beats):
            beat = course.beats[place]
            assert beat.at is not None
            heapq.heappush(self._ahead, (beat.at, course.key, place, beat))

    def _schedule_hits(self, hits: list[Case], day: date) -> None:
        drawn = self.plan.year.index(day)
        for hit in hits:
            course = self.courses[str(hit.open_key).removeprefix(self.open_key(""))]
            place = len(course.beats)
            course.beats = course.beats + self.plan.after_hit(course, drawn)
            self._total += len(course.beats) - place
            self._push(course, place)

    def _line_up(self, after: date | None) -> None:
        """Put each case where it stands: at its first act, or after what was played before."""
        if after is not None:
            self._take_up()
        for course in self.plan.courses:
            done = 0 if after is None else _done(course, after)
            self.acts += done
            self._push(course, done)

    def _take_up(self) -> None:
        known = {self.open_key(key): key for key in self.courses}
        rows = Case.objects.filter(open_key__startswith=self.open_key(""))
        for open_key, number in rows.exclude(number=None).values_list("open_key", "number"):
            self.numbers[known[open_key]] = number
        still_open = rows.filter(settled=False, ended=False).values_list("pk", flat=True)
        for folder in self.batch.load(still_open):  # the batch's own objects, so that draws show in them
            self.cases[known[folder.case.open_key]] = folder.case
        drawn = queries.marked(queries.FILING, "drawn").filter(open_key__startswith=self.open_key(""))
        for open_key, day in drawn.values_list("open_key", "marks__day"):
            course = self.courses[known[open_key]]
            course.beats = course.beats + self.plan.after_hit(course, self.plan.year.index(day))


def last_day(seed: int, scale: str) -> date | None:
    """The last day that was played whole, None before the first (已演至).

    Raises:
        ValueError: the database holds a play of another seed or scale.
    """
    entry = journal.Entry.objects.filter(verb=DAY_PLAYED).order_by("-pk").first()
    if entry is None:
        return None
    said: dict[str, Any] = entry.facts_dict
    if (said["seed"], said["scale"]) != (seed, scale):
        raise ValueError(f"another play is here: seed {said['seed']}, scale {said['scale']}")
    return date.fromisoformat(said["day"])


def _done(course: Course, after: date) -> int:
    return sum(beat.at is not None and clock.local_day(beat.at) <= after for beat in course.beats)


def _signers(sign: tuple[str, ...], turn: int) -> list[tuple[str, int]]:
    found = []
    for entry in sign:
        role, _, count = entry.partition("*")
        found += [(role, turn + n) for n in range(int(count or 1))]
    return found
