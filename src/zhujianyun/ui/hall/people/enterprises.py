"""Enterprises and who acts for them (企业与经办人).

Whoever claims an enterprise first is not believed: an enterprise that the platform knows already has
cases that are no stranger's business. He is let in at once only when an administrator of the
enterprise says so, when what the market authority stated as legal representative is his own name, or
where ``ZJY_HALL_TRUSTS_NEW_ENTERPRISES`` is set and nobody knows the enterprise yet. Otherwise an
officer checks the claim.
"""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction

from zhujianyun.base import clock, outbox
from zhujianyun.base.codes import uscc
from zhujianyun.base.errors import NotAllowed, NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.subject import actions as subjects
from zhujianyun.kernel.subject import queries
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.hall import keeping
from zhujianyun.ui.hall.models import Agency, Applicant
from zhujianyun.ui.hall.people import account, signing_in
from zhujianyun.ui.hall.people.registering import refuse
from zhujianyun.ui.hall.people.source import source

REPRESENTATIVE = "legal_representative"
VERIFY = "hall.verify_enterprise"
ACTIVE, ASKED = Agency.State.ACTIVE, Agency.State.ASKED


def claim(applicant: Applicant, code: str, name: str, representative: str) -> Agency:
    """Ask to act for an enterprise (申请绑定企业); active at once or waiting, see the module.

    Raises:
        RuleBroken: ``hall.fields`` with what is wrong; ``hall.agency_once`` when he has asked already.
    """
    code, name, representative = _checked(code, name, representative)
    try:
        with transaction.atomic():
            enterprise, is_new = _enterprise(code, name, representative)
            agency = Agency(
                applicant=applicant, enterprise=enterprise, is_admin=not _administrators(enterprise)
            )
            if agency.is_admin and _is_believed(applicant, enterprise, is_new, representative):
                agency.state, agency.decided_at, agency.decided_by = ACTIVE, clock.now(), "hall"
            agency.save(force_insert=True)
            _note("hall.enterprise.claim", applicant.key, agency)
    except IntegrityError as error:
        raise RuleBroken("您已绑定该企业，或申请正在核验，无须重复提交。", rule="hall.agency_once") from error
    return agency


def authorise(admin: Applicant, enterprise: Subject, typed: str, *, as_admin: bool = False) -> str:
    """Let a registered person act for the enterprise (授权经办人); the sentence to show.

    The sentence is the same whether the person is registered or not.

    Raises:
        NotAllowed: he does not administer the enterprise.
    """
    require_admin(admin, enterprise)
    person = signing_in.found_by(typed)
    if person is not None and person.pk != admin.pk:
        with transaction.atomic():
            _let_in(person, enterprise, admin.key, as_admin)
    return "如果该人员已在大厅注册，授权即刻生效，他下次登录即可切换到本企业。"


@transaction.atomic
def decide(agency: Agency, by: Applicant, *, grant: bool, reason: str = "") -> Agency:
    """An administrator of the enterprise grants or refuses what was asked (管理员核定).

    Raises:
        NotAllowed: he does not administer the enterprise. RuleBroken: it is decided already.
    """
    require_admin(by, agency.enterprise)
    return _decided(agency, by.key, grant=grant, reason=reason)


@transaction.atomic
def verify(agency: Agency, by: Actor, *, grant: bool, reason: str) -> Agency:
    """An officer grants or refuses a claim after looking at the papers (工作人员核验).

    Raises:
        NotAllowed: without the permission. RuleBroken: decided already, or refused without reason.
    """
    access.require(by, VERIFY)
    if not reason.strip():
        raise RuleBroken("请写明核验依据或不通过的理由。", rule="hall.verify_reason")
    return _decided(agency, by.key, grant=grant, reason=reason)


@transaction.atomic
def withdraw(agency: Agency, by: Applicant) -> Agency:
    """End an authorisation: his own, or an administrator anybody's of the enterprise (取消授权).

    Raises:
        NotAllowed: neither he nor an administrator. RuleBroken: ended already, or the last administrator.
    """
    row = Agency.objects.select_for_update().select_related("enterprise", "applicant").get(pk=agency.pk)
    if row.applicant_id != by.pk:
        require_admin(by, row.enterprise)
    if row.state not in (ACTIVE, ASKED):
        raise RuleBroken("该授权已取消，无须再次办理。", rule="hall.agency_over")
    admins = [one.pk for one in _administrators(row.enterprise)]
    others = Agency.objects.filter(enterprise=row.enterprise, state=ACTIVE).exclude(pk=row.pk).exists()
    if row.state == ACTIVE and admins == [row.pk] and others:
        raise RuleBroken("该经办人是本企业唯一的管理员，请先授权另一位管理员。", rule="hall.last_admin")
    row.state, row.ended_at = Agency.State.ENDED, clock.now()
    row.save(update_fields=["state", "ended_at"])
    _note("hall.enterprise.withdraw", by.key, row)
    return row


def require_admin(applicant: Applicant, enterprise: Subject) -> None:
    """Go on only as an administrator of the enterprise (须为企业管理员).

    Raises:
        NotAllowed: he is none.
    """
    if not any(one.applicant_id == applicant.pk for one in _administrators(enterprise)):
        raise NotAllowed("只有企业管理员可以办理，请联系本企业的管理员。", rule="hall.admin")


def agency_of(applicant: Applicant, pk: int) -> Agency:
    """An authorisation that he may see: his own, or one of an enterprise he administers (查授权).

    Raises:
        NotFound: none such.
    """
    row = Agency.objects.select_related("enterprise", "applicant__subject").filter(pk=pk).first()
    mine = row is not None and row.applicant_id == applicant.pk
    if row is None or not (
        mine or any(a.applicant_id == applicant.pk for a in _administrators(row.enterprise))
    ):
        raise NotFound("没有这项授权，或它与您无关。", rule="hall.agency")
    return row


def _checked(code: str, name: str, representative: str) -> tuple[str, str, str]:
    faults: dict[str, str] = {}
    try:
        code = uscc.check(code).value
    except PlatformError as error:
        faults["uscc"] = error.message_zh.rstrip("。") + "。"
    name = keeping.unseen_removed(name)
    if not 2 <= len(name) <= 120:
        faults["enterprise"] = "请填写营业执照上的企业全称。"
    try:
        representative = keeping.checked_name(representative)
    except PlatformError:
        faults["representative"] = "请填写营业执照上的法定代表人姓名。"
    refuse(faults)
    return code, name, representative


def _enterprise(code: str, name: str, representative: str) -> tuple[Subject, bool]:
    try:
        return queries.by_identifier("uscc", code), False
    except NotFound:
        pass
    made = subjects.register(
        Subject.Kind.ENTERPRISE, name, {"uscc": code}, {REPRESENTATIVE: representative}, source=source(),
        by=access.SYSTEM, trust=1, batch="hall",
    )  # fmt: skip
    return made, True


def _is_believed(applicant: Applicant, enterprise: Subject, is_new: bool, representative: str) -> bool:
    if is_new:
        return bool(getattr(settings, "ZJY_HALL_TRUSTS_NEW_ENTERPRISES", False))
    said = queries.golden(enterprise, REPRESENTATIVE)
    stated = said is not None and said.said.authority == "market"
    return stated and said is not None and said.value == applicant.subject.name == representative


def _administrators(enterprise: Subject) -> list[Agency]:
    return list(Agency.objects.filter(enterprise=enterprise, state=ACTIVE, is_admin=True))


def _let_in(person: Applicant, enterprise: Subject, by: str, as_admin: bool) -> None:
    row = Agency.objects.filter(applicant=person, enterprise=enterprise, state__in=[ASKED, ACTIVE]).first()
    row = row or Agency(applicant=person, enterprise=enterprise)
    row.state, row.is_admin = ACTIVE, as_admin
    row.decided_at, row.decided_by = clock.now(), by
    row.save()
    _note("hall.enterprise.authorise", by, row)


def _decided(agency: Agency, by: str, *, grant: bool, reason: str) -> Agency:
    row = Agency.objects.select_for_update().select_related("enterprise", "applicant").get(pk=agency.pk)
    if row.state != ASKED:
        raise RuleBroken("该申请已经处理，请刷新页面查看。", rule="hall.agency_decided")
    row.state = ACTIVE if grant else Agency.State.REFUSED
    row.decided_at, row.decided_by, row.reason = clock.now(), by, keeping.unseen_removed(reason)[:400]
    row.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    _note("hall.enterprise.verify", by, row, result="ok" if grant else "refused")
    _tell(row)
    return row


def _tell(agency: Agency) -> None:
    """Tell the one who asked what became of it."""
    said = "已通过" if agency.state == ACTIVE else f"未通过：{agency.reason or '请联系企业管理员'}"
    outbox.send(
        "sms", to=account.phone_of(agency.applicant), title="企业绑定结果", link="/hall/enterprises/",
        text=f"【住建云】您绑定“{agency.enterprise.name[:40]}”的申请{said}。", key=f"hall.agency:{agency.pk}:{agency.state}",
    )  # fmt: skip


def _note(verb: str, actor: str, agency: Agency, result: str = "ok") -> None:
    facts = {
        "applicant": agency.applicant_id,
        "enterprise": agency.enterprise.uid,
        "state": str(agency.state),
        "admin": agency.is_admin,
    }
    journal.record(verb, actor=actor, object=("agency", str(agency.pk)), facts=facts, result=result)
