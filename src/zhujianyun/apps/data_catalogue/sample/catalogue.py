"""The entries of the demo (演示目录): generic names, whose they are, what they say, what hangs on them.

One line: class | office | system | item set | cycle | titles; a title with ``*`` is open to the public.
"""

from __future__ import annotations

from dataclasses import dataclass

from zhujianyun.kernel.resource.items import Item

LINES = """
206003|jzsc|building_market|enterprise|month|建筑业企业*、工程监理企业、招标代理机构、造价咨询企业、外省入桂建筑业企业、建筑劳务企业
206003|jzsc|constructors|person|week|二级建造师注册人员、注册监理工程师、注册造价工程师、现场专业人员、建筑工人实名、特种作业人员
206003|jzsc|bidding|project|day|招标公告*、中标结果*、合同备案、工程项目基本信息、竣工验收备案、施工许可
206003|jzsc|qualification|permit|week|建筑业企业资质证书*、监理企业资质证书、安全生产许可证*、造价企业资质证书
104001|jzsc|credit|credit|week|建筑市场行政处罚、建筑市场良好信用、建筑市场不良信用、建筑市场信用评价、拖欠农民工工资名单
206004|zlaq|site_safety|project|day|质量监督登记、安全监督登记、质量安全检查、质量安全隐患、生产安全事故、文明工地
206004|zlaq|cranes|facility|week|建筑起重机械备案、起重机械使用登记
206004|zlaq|testing_bodies|enterprise|month|工程质量检测机构*、工程质量检测报告
206004|zlaq|safety_officers|person|week|安管人员考核
206005|xf|fire_review|permit|day|消防设计审查、消防验收、消防验收备案、消防备案抽查、停用整改决定
206011|kjsj|drawing_review|project|week|施工图审查合格书、勘察设计企业项目、施工图审查机构项目、绿色建筑标识*、公共建筑能耗、可再生能源示范项目
206001|zfbz|housing_security|household|week|公租房申请、公租房配租、租赁补贴发放、保障性住房项目、保障性住房房源
206002|fdc|online_signing|signing|day|商品房网签合同、楼盘表、租赁合同备案、预售资金监管账户、房地产市场日报
206002|fdc|online_signing|permit|day|商品房预售许可*
206002|fdc|online_signing|enterprise|week|房地产开发企业*、房地产经纪机构、物业服务企业*
206002|fdc|online_signing|facility|week|物业项目
206010|gjj|fund_supervision|fund|month|公积金缴存单位、公积金缴存、公积金提取、公积金贷款
206010|gjj|fund_supervision|statistic|year|公积金年度报告*
206006|csjs|urban_projects|facility|quarter|市政建设项目、老旧小区改造项目、城镇供水水质、污水处理设施、黑臭水体、海绵城市项目、城市道路、城市桥梁、城市公园*
206007|csgl|city_management|facility|month|城市管理案件、燃气场站、生活垃圾设施、垃圾分类点位、城市照明、环卫作业车辆、户外广告设施
206007|csgl|gas_safety|enterprise|month|燃气企业*
206008|czjs|rural_houses|house|quarter|农村房屋安全排查、农村房屋鉴定、农村危房改造
206008|czjs|villages|facility|year|传统村落*、小城镇建设项目、农村生活垃圾设施
206009|lsmc|historic_cities|facility|year|历史文化名城*、历史文化街区*、历史建筑*
306001|xzsp|approval|case|day|行政审批办件、工程建设项目审批、告知承诺记录
306001|xzsp|approval|statistic|quarter|审批事项清单*
105001|xzsp|e_licence|permit|day|电子证照目录、施工许可电子证照、资质电子证照、注册电子证照
306002|bzde|standards|statistic|month|工程造价信息*、工程建设标准*、定额人工费指数*
306004|jhcw|urban_statistics|statistic|year|城乡建设统计年报*、部门预算*
"""
PERSONAL = {"id_no": "id_card", "person_name": "name", "phone": "phone"}
NAMES = {
    "uscc": "统一社会信用代码", "name": "名称", "legal_person": "法定代表人", "address": "地址", "level": "等级",
    "valid_to": "有效期至", "city_code": "所在市", "id_no": "身份证号", "person_name": "姓名", "phone": "联系电话",
    "cert_no": "证书编号", "employer_uscc": "聘用单位代码", "project_code": "项目代码", "project_name": "项目名称",
    "builder_uscc": "建设单位代码", "area_m2": "建筑面积", "decided_on": "决定日期", "permit_no": "证书编号",
    "holder_name": "持证单位", "holder_uscc": "持证单位代码", "issued_on": "发证日期", "issuer": "发证机关",
    "subject_uscc": "主体代码", "subject_name": "主体名称", "kind": "类别", "decision_no": "决定书文号",
    "summary": "主要内容", "facility_code": "设施编号", "capacity": "规模", "state": "状态", "built_on": "建成日期",
    "case_no": "办件编号", "title": "事项", "accepted_on": "受理日期", "concluded_on": "办结日期",
    "contract_no": "合同编号", "house_code": "房屋编号", "amount": "金额", "signed_on": "签订日期",
    "account_no": "账号", "paid_on": "缴存日期", "period": "统计期", "indicator": "指标", "value": "数值", "unit": "单位",
    "structure": "结构类型", "grade": "鉴定等级", "household_size": "家庭人口",
}  # fmt: skip
SETS = {
    "enterprise": "uscc name address level valid_to city_code",
    "person": "id_no person_name phone cert_no employer_uscc valid_to",
    "project": "project_code project_name builder_uscc address area_m2 city_code decided_on",
    "permit": "permit_no holder_name holder_uscc issued_on valid_to issuer",
    "credit": "subject_uscc subject_name kind decision_no decided_on summary",
    "facility": "facility_code name address city_code capacity state built_on",
    "household": "case_no id_no person_name household_size address accepted_on",
    "signing": "contract_no project_code house_code area_m2 amount signed_on",
    "fund": "account_no uscc name amount paid_on city_code",
    "house": "house_code address area_m2 structure grade built_on",
    "case": "case_no title state accepted_on concluded_on city_code",
    "statistic": "period city_code indicator value unit",
}
TYPED = {
    "decimal": ("area_m2", "capacity", "amount", "value"),
    "integer": ("household_size",),
}
WITHOUT_TABLE = ("公积金年度报告", "审批事项清单", "工程造价信息", "工程建设标准", "定额人工费指数", "城乡建设统计年报", "部门预算",
                 "房地产市场日报")  # fmt: skip
UNMOUNTED = ("户外广告设施", "告知承诺记录", "环卫作业车辆", "小城镇建设项目")
API_ONLY = "房地产市场日报"
INTERFACES = 30
NOT_SHARED = {"生产安全事故": "国发〔2016〕51号第十条（示例，待核）"}
WITHDRAWN = ("房屋拆迁许可", "206006", "csjs", "urban_projects")
REGULATIONS = (
    (
        "桂建发〔2020〕（演示）3号",
        "住房城乡建设数据资源调度管理办法",
        4,
        20,
        "数据资源的编目、归集、调度和共享",
    ),
    (
        "桂建发〔2020〕（演示）9号",
        "12345政务服务便民热线工单办理办法",
        9,
        15,
        "热线工单的受理、转办、办理和回访",
    ),
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One entry of the demo (演示目录)."""

    place: int
    class_code: str
    office: str
    system: str
    set_name: str
    cycle: str
    title: str
    is_open: bool

    @property
    def slug(self) -> str:
        """A short code made of the system and the place (短代码)."""
        return f"{self.system.replace('_', '-')}-{self.place:03d}"

    @property
    def share(self) -> str:
        """How far it is shared (共享类型)."""
        return "none" if self.title in NOT_SHARED else "unconditional" if self.is_open else "conditional"

    @property
    def has_table(self) -> bool:
        """Whether a gathered table is to hang on it (有库表)."""
        return self.title not in (*WITHOUT_TABLE, *UNMOUNTED)

    @property
    def items(self) -> tuple[Item, ...]:
        """Its items (信息项): personal ones are masked and never shared freely."""
        return tuple(self._item(code) for code in SETS[self.set_name].split())

    def _item(self, code: str) -> Item:
        kind = next((kind for kind, codes in TYPED.items() if code in codes), "text")
        kind = "date" if code.endswith(("_on", "_to")) else kind
        mask = PERSONAL.get(code, "")
        share = "conditional" if mask and self.share == "unconditional" else self.share
        code_list = "行政区划代码" if code == "city_code" else ""
        return Item(code, NAMES[code], kind, 0, share, "personal" if mask else "", mask, code_list)

    @property
    def abstract(self) -> str:
        """What it is (摘要)."""
        return f"{self.title}信息，由{SYSTEMS.get(self.system, '业务系统')}产生，覆盖全区，含{'、'.join(item.zh for item in self.items[:4])}等信息项。"


SYSTEMS = {
    "building_market": "建筑市场监管平台", "constructors": "二级建造师注册管理系统", "bidding": "招标投标监管系统",
    "qualification": "建筑业企业资质申报系统", "credit": "住建信用信息平台", "site_safety": "工程质量安全监管系统",
    "cranes": "建筑起重机械备案系统", "testing_bodies": "工程质量检测监管系统", "safety_officers": "安全生产管理人员考核系统",
    "fire_review": "消防审验系统", "drawing_review": "施工图审查管理系统", "housing_security": "城镇住房保障管理信息系统",
    "online_signing": "商品房网签备案系统", "fund_supervision": "住房公积金监管系统", "urban_projects": "市政建设项目管理系统",
    "city_management": "城市综合管理服务平台", "rural_houses": "农村房屋安全管理系统", "historic_cities": "历史文化名城保护信息系统",
    "approval": "行政审批管理系统", "e_licence": "电子证照系统", "standards": "标准定额信息服务系统",
    "urban_statistics": "城乡建设统计报表系统", "gas_safety": "城镇燃气安全监管系统", "villages": "传统村落管理系统",
}  # fmt: skip


def planned() -> list[Planned]:
    """All entries of the demo in a steady order (全部演示目录)."""
    found: list[Planned] = []
    for line in filter(None, LINES.split("\n")):
        class_code, office, system, set_name, cycle, titles = line.split("|")
        for title in titles.split("、"):
            found.append(
                Planned(
                    len(found) + 1,
                    class_code,
                    f"450000-{office}",
                    system,
                    set_name,
                    cycle,
                    title.rstrip("*"),
                    title.endswith("*"),
                )  # fmt: skip
            )
    return found


def with_interface(entries: list[Planned]) -> set[str]:
    """The titles on which a provider's interface hangs as well (挂接口的目录)."""
    chosen = [one.title for one in entries if one.has_table and not one.is_open][: INTERFACES - 1]
    return {*chosen, API_ONLY}
