"""Who builds what (建设单位与工程项目): enterprises and projects of the play, registered in bulk.

Codes come from the seed, so a play that is taken up again finds its own subjects and adds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from zhujianyun.apps.fire_review.sample import works
from zhujianyun.apps.fire_review.sample.plan import Plan
from zhujianyun.apps.fire_review.sample.targets import CITIES, split
from zhujianyun.base.codes import divisions, project_code, uscc
from zhujianyun.kernel import access
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.subject import actions, queries
from zhujianyun.kernel.subject.actions import Registration
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.kernel.system.models import BusinessSystem

SOURCE = "fire_review"
DEPARTMENT = "450000"  # by its code: other departments are province offices too
NAMED_ON = date(2020, 1, 1)


def enterprises(plan: Plan) -> dict[str, list[Subject]]:
    """The enterprises of each city (各市建设单位)."""
    rng = Random(f"{plan.seed}:enterprises")
    rows, homes = [], []
    for city, count in split(plan.targets.enterprises, CITIES).items():
        name = divisions.name(city, NAMED_ON)
        for number in range(count):
            code = uscc.make(rng, division=city)
            rows.append(
                Registration("enterprise", works.enterprise_name(name, number), {"uscc": code}, {}, city)
            )
            homes.append(city)
    found: dict[str, list[Subject]] = {city: [] for city in CITIES}
    for city, subject in zip(homes, _registered(rows), strict=True):
        found[city].append(subject)
    return found


def projects(plan: Plan) -> tuple[list[Subject], list[str]]:
    """The project of each work of the plan, with its code (各工程的项目及代码)."""
    rng = Random(f"{plan.seed}:projects")
    firsts = {course.work: course for course in reversed(plan.courses)}
    rows, codes, used = [], [], set()
    for work in range(plan.works):
        course = firsts[work]
        code = _code(rng, course.county, used)
        codes.append(code)
        name = course.subject["project_name"]
        rows.append(Registration("project", name, {"invest_code": code}, {}, course.county))
    return _registered(rows), codes


def _code(rng: Random, county: str, used: set[str]) -> str:
    while True:
        day = date(2018, 1, 1) + timedelta(days=rng.randrange(800))
        code = project_code.make(rng, day, division=county)
        if code not in used:
            used.add(code)
            return code


def _registered(rows: Sequence[Registration]) -> list[Subject]:
    numbers = [next(iter(row.identifiers.items())) for row in rows]
    known = queries.owners_now(set(numbers))
    if len(known) < len(rows):
        return actions.register_many(rows, source=source(), by=access.SYSTEM, batch=f"{SOURCE}-2020")
    return [known[number] for number in numbers]


def source() -> BusinessSystem:
    """The business system that all this comes from, entered once (来源系统)."""
    from zhujianyun.kernel.system import actions as systems

    found = BusinessSystem.objects.filter(code=SOURCE).first()
    if found is not None:
        return found
    owner = Office.objects.get(code=DEPARTMENT)
    return systems.register_system(SOURCE, "消防审验系统", owner, "housing", by=access.SYSTEM)
