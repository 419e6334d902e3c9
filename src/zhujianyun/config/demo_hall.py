"""Applicants of the demo (演示申请人): registered and bound to enterprises of the year through the real actions.

No case is added: the figures of 2020 stay what the yearbook says. One draft waits to be gone on with.
"""

from __future__ import annotations

from random import Random

from zhujianyun.base import clock
from zhujianyun.base.codes import citizen_id, project_code
from zhujianyun.config import demo_clock
from zhujianyun.config.demo_hint import PASSWORD
from zhujianyun.kernel import access
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.subject.models import Identifier, Subject

CITY, COUNTY = "450100", "450103"
PEOPLE = (
    ("13800000001", "陈海燕", "企业管理员：名下有待补正、审查中、待抽查、整改和已办结的办件，有一份草稿"),
    ("13800000002", "黄志明", "经办人：为第一家企业经办"),
    ("13800000003", "覃小红", "个人：还没有绑定企业"),
)
# (process, states) of which the first applicant's enterprises have one each, where the play left one.
WANTED = (
    ("fire_design", "supplementing"), ("fire_design", "reviewing"), ("fire_filing", "pool"),
    ("fire_filing", "rectifying"), ("fire_design", "passed"),
)  # fmt: skip


def play(seed: int) -> None:
    """Register the applicants, bind them, begin a draft (登记演示申请人). A second call adds nothing."""
    from zhujianyun.ui.hall.people import registering, signing_in

    rng = Random(f"{seed}:hall")
    with clock.standing(demo_clock.STANDS_AT):
        for phone, name, _ in PEOPLE:
            number = citizen_id.make(rng, division=COUNTY)
            if signing_in.found_by(phone) is None:
                registering.register(registering.checked(name, number, phone, PASSWORD, PASSWORD))
        people = [signing_in.found_by(phone) for phone, _, _ in PEOPLE]
        firms = _firms()
        for firm in firms:
            _bind(people[0], firm)
        _verifier()
        if firms:
            _authorise(people[0], people[1], firms[0])
            _draft(people[0], firms[0], rng)


def printed() -> list[tuple[str, str]]:
    """Who may sign in at the hall (可登录大厅的申请人): telephone and who it is."""
    return [(phone, f"{name}，{what}") for phone, name, what in PEOPLE]


def _firms() -> list[Subject]:
    found: dict[int, Subject] = {}
    for process, state in WANTED:
        rows = Case.objects.filter(process=process, state=state, city_code=CITY)
        row = (
            rows.filter(applicant__in=found).first()
            or rows.order_by("pk").select_related("applicant").first()
        )
        if row is not None and row.applicant is not None:
            found.setdefault(row.applicant_id, row.applicant)
    return list(found.values())


def _bind(person: object, firm: Subject) -> None:
    from zhujianyun.ui.hall.models import Agency
    from zhujianyun.ui.hall.people import enterprises

    agency = Agency.objects.filter(applicant=person, enterprise=firm).first()
    if agency is None:
        code = Identifier.objects.get(subject=firm, scheme="uscc", valid_to=None).value
        agency = enterprises.claim(person, code, firm.name, "陈海燕")
    if agency.state == Agency.State.ASKED:
        enterprises.verify(agency, access.SYSTEM, grant=True, reason="演示：已核对营业执照和授权委托书")


def _verifier() -> None:
    """The clerk of Nanning verifies enterprises, too."""
    from zhujianyun.kernel.access import actions, queries
    from zhujianyun.kernel.access.models import Account, Membership

    access.sync_roles()
    clerk = Account.objects.filter(username="nanning.clerk").first()
    if clerk is None or Membership.objects.filter(account=clerk, role__code="hall.verifier").exists():
        return
    office = Membership.objects.filter(account=clerk).first().office
    security = next(d.account for d in queries.officers().select_related("account") if d.duty == "security")
    actions.grant_role(clerk, "hall.verifier", office, by=access.actor(security), valid_from=clock.today())


def _authorise(admin: object, person: object, firm: Subject) -> None:
    from zhujianyun.ui.hall.models import Agency
    from zhujianyun.ui.hall.people import enterprises

    if not Agency.objects.filter(applicant=person, enterprise=firm).exists():
        enterprises.authorise(admin, firm, PEOPLE[1][0])


def _draft(person: object, firm: Subject, rng: Random) -> None:
    from zhujianyun.ui.hall.applying import drafting
    from zhujianyun.ui.hall.models import Agency, Application
    from zhujianyun.ui.hall.visiting import Visitor

    if Application.objects.filter(applicant=person).exists():
        return
    agencies = tuple(Agency.objects.filter(applicant=person, state="active").select_related("enterprise"))
    values = {
        "subject.project_code": project_code.make(rng, clock.today(), division=COUNTY),
        "subject.project_name": "凤岭新城综合楼",
        "subject.address": "南宁市青秀区凤岭北路 18 号",
        "subject.use": "office",
        "subject.area_m2": "12,600",
    }
    drafting.start(Visitor(person, agencies, firm), "fire_design", values)
