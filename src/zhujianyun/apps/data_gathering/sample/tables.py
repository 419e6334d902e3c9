"""What the simulated systems hold (模拟系统): which store each uses, how many rows each table has.

The tables that the catalogue registers bring their own columns; systems that it does not name get the
tables of `OWN`. Sizes are for scale 1. Numbers of the eight outside domains are chosen so that what
lands of all mounted tables is a little above 1 920 000.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# system → store; what is not named is SQLite. The database servers are used where `make services` runs.
STORES = {
    "online_signing": "postgresql", "site_safety": "postgresql", "rural_houses": "mysql",
    "cranes": "csv", "credit": "csv-gbk", "testing_bodies": "csv-bom", "gas_safety": "csv-gbk",
    "villages": "xlsx", "historic_cities": "xlsx", "fire_review": "json", "drawing_review": "jsonl",
    "e_licence": "xml", "bidding": "rest", "waste_sorting": "xlsx", "personnel": "xlsx", "finance": "xlsx",
    "endpoints": "jsonl", "vulnerabilities": "json", "water_quality": "csv", "archives": "xml",
}  # fmt: skip

# title of the data set → rows
ROWS = {
    # 住房保障
    "公租房申请表": 42_000, "公租房配租表": 36_000, "租赁补贴发放表": 64_000, "保障性住房项目表": 1_300,
    "保障性住房房源表": 38_000,
    # 住房公积金
    "公积金缴存单位表": 26_000, "公积金缴存表": 352_000, "公积金提取表": 120_000, "公积金贷款表": 76_000,
    # 房地产交易
    "商品房网签合同表": 146_000, "楼盘表表": 197_160, "租赁合同备案表": 34_000, "预售资金监管账户表": 2_600,
    "商品房预售许可表": 6_400, "房地产开发企业表": 2_900, "房地产经纪机构表": 3_300, "物业服务企业表": 3_100,
    "物业项目表": 7_600,
    # 城市建设
    "市政建设项目表": 1_900, "老旧小区改造项目表": 3_100, "城镇供水水质表": 16_000, "污水处理设施表": 420,
    "黑臭水体表": 70, "海绵城市项目表": 860, "城市道路表": 9_800, "城市桥梁表": 1_750, "城市公园表": 610,
    # 城市管理
    "城市管理案件表": 96_000, "燃气场站表": 980, "生活垃圾设施表": 1_150, "垃圾分类点位表": 14_500,
    "城市照明表": 31_000, "燃气企业表": 310,
    # 村镇建设
    "农村房屋安全排查表": 118_000, "农村房屋鉴定表": 24_000, "农村危房改造表": 11_500, "传统村落表": 280,
    "农村生活垃圾设施表": 7_200,
    # 建筑市场
    "建筑业企业表": 13_600, "工程监理企业表": 420, "招标代理机构表": 390, "造价咨询企业表": 360,
    "外省入桂建筑业企业表": 4_300, "建筑劳务企业表": 2_700, "二级建造师注册人员表": 58_000,
    "注册监理工程师表": 5_200, "注册造价工程师表": 4_100, "现场专业人员表": 31_000, "建筑工人实名表": 92_000,
    "特种作业人员表": 19_000, "招标公告表": 3_900, "中标结果表": 3_600, "合同备案表": 5_200,
    "工程项目基本信息表": 6_400, "竣工验收备案表": 2_900, "施工许可表": 5_440, "建筑业企业资质证书表": 17_500,
    "监理企业资质证书表": 510, "安全生产许可证表": 9_900, "造价企业资质证书表": 360, "建筑市场行政处罚表": 640,
    "建筑市场良好信用表": 2_900, "建筑市场不良信用表": 830, "建筑市场信用评价表": 11_000,
    "拖欠农民工工资名单表": 34,
    # 质量安全
    "质量监督登记表": 5_600, "安全监督登记表": 5_600, "质量安全检查表": 16_500, "质量安全隐患表": 21_000,
    "生产安全事故表": 31, "文明工地表": 180, "建筑起重机械备案表": 6_300, "起重机械使用登记表": 8_200,
    "工程质量检测机构表": 210, "工程质量检测报告表": 13_500, "安管人员考核表": 33_000,
    # 其余
    "消防设计审查表": 4_282, "消防验收表": 3_242, "消防验收备案表": 2_488, "消防备案抽查表": 1_272,
    "停用整改决定表": 36, "施工图审查合格书表": 2_623, "勘察设计企业项目表": 480, "施工图审查机构项目表": 24,
    "绿色建筑标识表": 160, "公共建筑能耗表": 310, "可再生能源示范项目表": 42, "历史文化名城表": 3,
    "历史文化街区表": 29, "历史建筑表": 640, "行政审批办件表": 900, "工程建设项目审批表": 520,
    "电子证照目录表": 47, "施工许可电子证照表": 460, "资质电子证照表": 420, "注册电子证照表": 380,
}  # fmt: skip
USUAL = 300
TRADES = {
    "建筑业企业": 0, "建筑劳务": 7, "监理": 2, "造价": 3, "招标代理": 3, "开发": 4, "经纪": 5, "物业": 6, "检测": 8,
    "燃气": 9, "公积金": 1, "外省": 1,
}  # fmt: skip

# columns by what the table is about: name:type, ``!`` for the key
SETS = {
    "facility": "facility_code! name address city_code capacity state built_on",
    "project": "project_code! project_name builder_uscc address area_m2 city_code decided_on",
    "account": "account_no! uscc name amount city_code opened_on",
    "milestone": "item_no! project_code project_name milestone due_on reached_on city_code amount",
    "case": "case_no! title state accepted_on due_on concluded_on city_code",
    "person": "cert_no! id_no person_name phone employer_uscc valid_to",
    "attendance": "item_no! project_code id_no person_name present worked_on",
    "figure": "period! city_code! indicator! value unit",
    "machine": "item_no! name owner_name os state seen_on",
    "finding": "item_no! name grade state found_on closed_on",
    "paper": "item_no! title kind office filed_on",
}
# system → (title, set, rows); the systems that the catalogue does not name, one table each
OWN = {
    "old_estates": ("老旧小区改造节点", "milestone", 9_400), "presale_funds": ("预售资金监管账户余额", "account", 2_600),
    "market_daily": ("各市房地产日报", "figure", 5_110), "rental_service": ("租赁房源", "facility", 8_200),
    "property_service": ("物业服务合同", "project", 4_700), "fund_service": ("公积金网上办件", "case", 38_000),
    "water_quality": ("供水水质监测点", "facility", 460), "sewage": ("污水处理厂", "facility", 190),
    "black_water": ("黑臭水体整治节点", "milestone", 280), "sponge_city": ("海绵城市项目节点", "milestone", 1_900),
    "waste_sorting": ("分类小区", "facility", 6_900), "city_lighting": ("照明控制箱", "facility", 3_800),
    "rural_rebuild": ("危房改造任务", "milestone", 11_500), "town_building": ("小城镇项目", "project", 360),
    "attendance": ("工人考勤", "attendance", 52_000), "green_building": ("绿色建筑项目", "project", 420),
    "energy_saving": ("能耗监测建筑", "facility", 310), "project_approval": ("并联审批办件", "case", 7_900),
    "exchange": ("交换任务", "paper", 640), "catalogue": ("历史目录", "paper", 210), "sign_on": ("登录账号", "machine", 5_100),
    "portal": ("政务公开信息", "paper", 1_837), "hotline": ("热线工单", "case", 939), "endpoints": ("办公终端", "machine", 1_120),
    "vulnerabilities": ("漏洞发现", "finding", 860), "office_work": ("收发文", "paper", 6_400), "archives": ("档案卷宗", "paper", 3_300),
    "finance": ("预算指标", "figure", 740), "personnel": ("机构人员", "person", 480),
    "urban_statistics": ("城乡建设年报指标", "figure", 3_920), "standards": ("造价信息", "figure", 2_600),
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """One table of a simulated system (模拟表)."""

    code: str  # of the data set
    title: str
    system: str
    columns: tuple[tuple[str, str], ...]  # name, type
    key: tuple[str, ...]
    rows: int
    extra: dict[str, Any] = field(default_factory=dict, compare=False, hash=False)

    @property
    def store(self) -> str:
        """In which kind of store it lies (存储方式)."""
        return STORES.get(self.system, "sqlite")

    @property
    def name(self) -> str:
        """What its system calls it (表名)."""
        return "t_" + self.code.replace("-", "_").replace(".", "_")

    @property
    def trade(self) -> int:
        """Which kind of firm its rows are about (行业)."""
        return next((number for word, number in TRADES.items() if word in self.title), 0)


def sized(title: str, scale: float, rows: int | None = None) -> int:
    """How many rows at a scale (按规模折算): at least three."""
    return max(3, round((rows if rows is not None else ROWS.get(title, USUAL)) * scale))


TYPES = {"capacity": "decimal", "area_m2": "decimal", "amount": "decimal", "value": "decimal",
         "household_size": "integer", "present": "boolean"}  # fmt: skip


def type_of(name: str) -> str:
    """The type of a column by its name (列类型)."""
    return "date" if name.endswith(("_on", "_to")) else TYPES.get(name, "text")


def own_columns(set_name: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Columns and key of a table of `OWN` (自有表的列)."""
    words = SETS[set_name].split()
    key = [word[:-1] for word in words if word.endswith("!")]
    names = [word.rstrip("!") for word in words]
    return [{"name": n, "type": type_of(n), "nullable": n not in key} for n in names], key
