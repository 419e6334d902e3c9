"""Other departments (其他部门): who opens an interface to us, who uses our tables. Generic names, no real address.

Offices that the play of another app has opened already are taken by their name.
"""

from __future__ import annotations

from dataclasses import dataclass

from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions, queries
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.actions import Draft
from zhujianyun.kernel.resource.items import Item

MEMBER = "11450000MB0000019D"  # the department's own code, as the demo has it

NAMES = {
    "gx-mz": "自治区民政厅", "gx-scjg": "自治区市场监督管理局", "gx-rs": "自治区人力资源和社会保障厅",
    "gx-zrzy": "自治区自然资源厅", "gx-sw": "自治区税务局", "gx-fgw": "自治区发展和改革委员会",
    "gx-dsj": "自治区大数据发展局",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Foreign:
    """An interface of another department (部门接口): what it tells, since when, for which share of the calls."""

    code: str
    office: str
    member: str  # a made-up unified code of the department
    resource: str
    class_path: str
    title: str
    abstract: str
    system: tuple[str, str, str]  # code, name, whose data
    desk: str  # under which name it answers in the demo
    path: str
    items: tuple[Item, ...]
    opened: tuple[int, int]
    weight: float
    purposes: tuple[str, ...]


def _personal(code: str, zh: str, mask: str) -> Item:
    return Item(code, zh, sensitivity="personal", mask=mask)


ID_NO, PERSON = _personal("id_no", "身份证号", "id_card"), _personal("name", "姓名", "name")
FOREIGN = (
    Foreign(
        "scjg-enterprise", "gx-scjg", "11450000MB00000278", "102001/900001", "基础/法人/市场主体", "企业登记信息",
        "全区企业的登记、变更和注销情况，由市场监督管理部门提供查询接口。",
        ("gx_market_register", "市场主体登记系统", "market"), "market", "/v1/enterprises/*",
        (Item("uscc", "统一社会信用代码"), Item("name", "名称"), Item("status", "登记状态"),
         _personal("legal_person", "法定代表人", "name"), Item("registered_capital", "注册资本（万元）", "decimal"),
         Item("founded_on", "成立日期", "date"), Item("authority", "登记机关")),
        (1, 6), 0.40, ("企业资质核验", "招标投标资格核验", "信用信息核对"),
    ),
    Foreign(
        "rs-insurance", "gx-rs", "11450000MB00000353", "101001/900002", "基础/人口/社会保险", "社会保险参保信息",
        "参保人的参保状态、参保单位、累计缴费月数和最近缴费月份，由人力资源和社会保障部门提供查询接口。",
        ("gx_social_insurance", "社会保险信息系统", "labour"), "labour", "/v1/insurances/*",
        (ID_NO, PERSON, Item("state", "参保状态"), Item("paid_months", "累计缴费月数", "integer"),
         Item("last_paid", "最近缴费月份"), Item("employer_uscc", "参保单位代码"), Item("employer_name", "参保单位")),
        (3, 2), 0.22, ("注册人员社保核验", "公租房申请核验"),
    ),
    Foreign(
        "mz-marriage", "gx-mz", "11450000MB0000043X", "101001/900001", "基础/人口/婚姻登记", "婚姻登记信息",
        "婚姻登记状况、登记日期和登记机关，由民政部门提供查询接口。",
        ("gx_marriage_register", "婚姻登记系统", "civil"), "civil", "/v1/marriages/*",
        (ID_NO, PERSON, Item("state", "婚姻状况"), Item("registered_on", "登记日期", "date"),
         Item("authority", "登记机关"), _personal("spouse_name", "配偶姓名", "name"),
         _personal("spouse_id_no", "配偶身份证号", "id_card")),
        (5, 11), 0.14, ("公租房申请核验", "购房资格核验"),
    ),
)  # fmt: skip


def offices() -> dict[str, Office]:
    """The other departments by our code; missing ones are opened (其他部门)."""
    officer = queries.officers().filter(duty="system").select_related("account").get()
    by = access.actor(officer.account)
    found: dict[str, Office] = {}
    for code, name in NAMES.items():
        known = Office.objects.filter(name=name).first() or Office.objects.filter(code=code).first()
        found[code] = known or actions.open_office(code, name, Office.Kind.PROVINCE, by=by)
    return found


def draft(one: Foreign) -> Draft:
    """What the entry of an interface says (目录内容)."""
    return Draft(
        title=one.title, abstract=one.abstract, class_path=one.class_path, items=one.items, share="conditional",
        share_condition="依法履行职责需要，按用途逐案授权", share_mode="接口", cycle="live",
        format_class="数据库", format_type="关系型数据库", extras={"provider_uscc": one.member},
    )  # fmt: skip
