"""Rows of the simulated systems (造行): column by column from row numbers, the same whenever asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from zhujianyun.apps.data_gathering.sample import checks, codes, words
from zhujianyun.apps.data_gathering.sample.draws import Numbers, drawn, salt_of
from zhujianyun.apps.data_gathering.sample.tables import Table

FIRMS, PEOPLE, PROJECTS = 30_000, 600_000, 90_000
FIRST_DAY = np.datetime64("2018-01-01")
UNITS = ("%", "亿元", "万㎡", "户", "座", "km")
# Registers of the same works: each begins with the same project, so that one system knows those of another.
SAME_WORKS = frozenset({
    "招标公告表", "中标结果表", "合同备案表", "工程项目基本信息表", "施工许可表", "竣工验收备案表", "质量监督登记表",
    "安全监督登记表", "质量安全检查表", "质量安全隐患表", "生产安全事故表", "文明工地表",
})  # fmt: skip
SAME_PEOPLE = {"公租房配租表": "公租房申请表"}  # whoever is let a home has asked for one
FIGURES = (
    "商品房销售面积",
    "商品房均价",
    "供水普及率",
    "污水集中处理率",
    "燃气普及率",
    "人均公园绿地",
    "道路长度",
    "预算执行率",
)


@dataclass
class Scene:
    """Rows of a table that are being made (造行现场). ``version`` differs once a row was changed."""

    table: Table
    numbers: Numbers
    seed: int
    version: int = 0
    last_day: str = "2020-10-31"

    def draw(self, below: int, *what: object) -> Numbers:
        """A number below for each row (抽取)."""
        return drawn(self.numbers, below, self.seed, self.table.title, *what)

    def changing(self, below: int, *what: object) -> Numbers:
        """The same, other when the row was changed (随变更而变)."""
        return self.draw(below, *what, self.version) if self.version else self.draw(below, *what)

    def is_key(self, name: str) -> bool:
        """Whether a column is the key of the table (是否主键)."""
        return self.table.key == (name,)

    @cached_property
    def firms(self) -> Numbers:
        """The firm of each row (所涉企业): the same numbers in all systems of one trade."""
        base = self.table.trade * 1_000_000
        if self.is_key("uscc") or self.is_key("subject_uscc"):
            return base + self.numbers
        return base + self.draw(max(50, min(FIRMS, self.table.rows)), "firm")

    @cached_property
    def people(self) -> Numbers:
        """The person of each row (所涉人员)."""
        if self.is_key("id_no"):
            return (self.numbers + int(salt_of(self.table.title) % np.uint64(PEOPLE))) % (2 * PEOPLE)
        title = SAME_PEOPLE.get(self.table.title, self.table.title)
        return drawn(self.numbers, PEOPLE, self.seed, title, "person")

    @cached_property
    def projects(self) -> Numbers:
        """The project of each row (所涉项目)."""
        if self.is_key("project_code") and self.table.title in SAME_WORKS:
            return self.numbers
        if self.is_key("project_code"):
            return (self.numbers + int(salt_of(self.table.title) % np.uint64(PROJECTS))) % 900_000
        return self.draw(max(20, min(4_000, self.table.rows)), "project")

    @cached_property
    def counties(self) -> Numbers:
        """The county of each row, as a place in the list (所在县区): the project's own where there is one."""
        if any(name == "project_code" for name, _ in self.table.columns):
            return self.projects % len(codes.COUNTIES)
        if "uscc" in self.table.key:
            first = np.searchsorted(codes.COUNTIES, self.cities)
            return first + self.draw(10_000, "county") % (
                np.searchsorted(codes.COUNTIES, self.cities + 100) - first
            )
        return self.draw(len(codes.COUNTIES), "county")

    @cached_property
    def cities(self) -> Numbers:
        """The city of each row (所在市)."""
        if "uscc" in self.table.key:
            return codes.city_of_firm(self.firms)
        return words.CITY_OF_COUNTY[self.counties]

    def days(self, first: np.datetime64, span: int, *what: object) -> pa.Array:
        """Days in a span (日期)."""
        found = first + self.draw(span, *what).astype("timedelta64[D]")
        return pa.array(found.astype("datetime64[D]"))

    def until_now(self, *what: object) -> pa.Array:
        """Days up to the last one of the table's state (截至当前的日期); new rows lie in the last week."""
        last = np.datetime64(self.last_day)
        if self.version < 0:
            return pa.array((last - self.draw(6, "fresh").astype("timedelta64[D]")).astype("datetime64[D]"))
        return self.days(FIRST_DAY, int((last - FIRST_DAY).astype(int)) + 1, *what)

    def serial(self, head: str, width: int = 8) -> pa.Array:
        """A number of the row's own (流水号)."""
        signs = codes.text_of(codes.digits(self.numbers + 1, width))
        return words.joined(pa.scalar(head), signs)

    def money(self, below: int, *what: object) -> pa.Array:
        """An amount with two places (金额)."""
        return pa.array((self.changing(below * 100, *what) + 100) / 100.0)

    def of(self, listed: tuple[str, ...], *what: object) -> pa.Array:
        """A word of a list (取值)."""
        return words.chosen(listed, self.changing(len(listed), *what))


def made(table: Table, numbers: Numbers, seed: int, *, version: int = 0, last_day: str = "") -> pa.Table:
    """Rows of a table by their numbers (造行); days as dates, amounts as floats, the rest as text."""
    scene = Scene(table, numbers, seed, version, last_day or "2020-10-31")
    return pa.table([MAKERS[name](scene) for name, _ in table.columns], names=[n for n, _ in table.columns])


def _head(scene: Scene) -> str:
    return f"{scene.table.system[:2].upper()}{int(salt_of(scene.table.title) % np.uint64(900)) + 100}"


def _noun(scene: Scene) -> str:
    return scene.table.title.removesuffix("表").removeprefix("城市").removeprefix("城镇")


def _named(scene: Scene) -> pa.Array:
    names = {name for name, _ in scene.table.columns}
    if names & {"uscc", "legal_person"}:
        return words.firm_names(scene.firms % 1_000_000, scene.table.trade)
    number = pa.array(scene.draw(90, "no") + 1).cast(pa.string())
    road = words.chosen(words.ROADS, scene.draw(len(words.ROADS), "name"))
    return words.joined(road, pa.scalar(_noun(scene)), number, pa.scalar("号"))


def _text(listed: tuple[str, ...], what: str) -> Callable[[Scene], pa.Array]:
    return lambda scene: scene.of(listed, what)


def _firm_name(scene: Scene) -> pa.Array:
    return words.firm_names(scene.firms % 1_000_000, scene.table.trade)


def _firm_code(scene: Scene) -> pa.Array:
    return codes.usccs(scene.firms)


def _state(scene: Scene) -> pa.Array:
    is_case = any(name == "case_no" for name, _ in scene.table.columns)
    return scene.of(checks.CASE_STATES if is_case else checks.STATES, "state")


def _later(scene: Scene) -> pa.Array:
    return scene.days(np.datetime64("2020-07-01"), 1400, "valid", scene.version)


def _done(scene: Scene) -> pa.Array:
    days = scene.until_now("done")
    return pa.array(
        np.where(scene.draw(8, "open") == 0, np.datetime64("NaT"), days.to_numpy(zero_copy_only=False))
    )


def _area(scene: Scene) -> pa.Array:
    return scene.money(20_000 if "project_name" in dict(scene.table.columns) else 240, "area")


def _amount(scene: Scene) -> pa.Array:
    """Of a contract on a dwelling: its area at a price; else some amount."""
    if "area_m2" not in dict(scene.table.columns):
        return scene.money(30_000, "amount")
    price = scene.draw(6_000, "price") + 4_200
    return pa.array((_area(scene).to_numpy() * price).round(2))


def _house(scene: Scene) -> pa.Array:
    if scene.is_key("house_code"):
        return scene.serial("450" + str(int(salt_of(scene.table.title) % np.uint64(9000)) + 1000))
    tower, room = scene.draw(30, "tower") + 1, (scene.draw(33, "floor") + 1) * 100 + scene.draw(4, "room") + 1
    return words.joined(pa.array(tower).cast(pa.string()), pa.scalar("-"), pa.array(room).cast(pa.string()))


def _account(scene: Scene) -> pa.Array:
    cities = codes.text_of(codes.digits(scene.cities, 6))
    return words.joined(cities, scene.serial(str(int(salt_of(scene.table.title) % np.uint64(90)) + 10)))


def _period(scene: Scene) -> pa.Array:
    months = scene.numbers // (len(codes.CITIES) * len(FIGURES))
    text = (np.datetime64("2020-12") - months.astype("timedelta64[M]")).astype(str)
    return pa.array(text.tolist())


def _figure_city(scene: Scene) -> pa.Array:
    if "period" in scene.table.key:
        return codes.text_of(codes.digits(codes.CITIES[scene.numbers // len(FIGURES) % len(codes.CITIES)], 6))
    return codes.text_of(codes.digits(scene.cities, 6))


MAKERS: dict[str, Callable[[Scene], pa.Array]] = {
    "uscc": _firm_code, "builder_uscc": _firm_code, "holder_uscc": _firm_code, "subject_uscc": _firm_code,
    "employer_uscc": _firm_code, "name": _named, "holder_name": _firm_name, "subject_name": _firm_name,
    "legal_person": lambda s: words.person_names(s.firms + 2_000_000),
    "address": lambda s: words.addresses(s.counties, s.numbers, s.seed, s.table.title),
    "level": _text(checks.LEVELS, "level"), "valid_to": _later, "city_code": _figure_city,
    "id_no": lambda s: codes.citizen_ids(s.people), "person_name": lambda s: words.person_names(s.people),
    "phone": lambda s: words.phones(s.people), "cert_no": lambda s: s.serial("桂" + _head(s)),
    "project_code": lambda s: codes.project_codes(s.projects), "project_name": lambda s: words.project_names(s.projects),
    "area_m2": _area,
    "decided_on": lambda s: s.until_now("decided"), "permit_no": lambda s: s.serial("45" + _head(s)),
    "issued_on": lambda s: s.until_now("issued"), "issuer": _text(("自治区住房和城乡建设厅", "南宁市住房和城乡建设局", "柳州市住房和城乡建设局", "桂林市住房和城乡建设局"), "issuer"),
    "kind": _text(checks.KINDS, "kind"), "decision_no": lambda s: words.joined(s.serial("桂建罚〔2020〕", 6), pa.scalar("号")),
    "summary": _text(("未按规定设置安全防护", "按期支付农民工工资", "资料报送不及时", "获评文明工地", "质量检测数据不实"), "summary"),
    "facility_code": lambda s: s.serial("F" + _head(s), 7), "capacity": lambda s: s.money(900, "capacity"), "state": _state,
    "built_on": lambda s: s.days(np.datetime64("1996-01-01"), 8900, "built"), "case_no": lambda s: s.serial("2020" + _head(s)),
    "title": _text(("新办", "变更", "延续", "注销", "投诉处理", "咨询"), "title"), "accepted_on": lambda s: s.until_now("accepted"),
    "concluded_on": _done, "contract_no": lambda s: s.serial("WQ" + _head(s)), "house_code": _house,
    "amount": _amount, "signed_on": lambda s: s.until_now("signed"),
    "account_no": _account, "paid_on": lambda s: s.until_now("paid"), "period": _period,
    "indicator": lambda s: words.chosen(FIGURES, s.numbers % len(FIGURES)), "value": lambda s: s.money(5_000, "value"), "unit": _text(UNITS, "unit"),
    "structure": _text(checks.STRUCTURES, "structure"), "grade": _text(checks.GRADES, "grade"),
    "household_size": lambda s: pa.array(s.changing(6, "household") + 1), "item_no": lambda s: s.serial(_head(s)),
    "opened_on": lambda s: s.until_now("opened"), "milestone": _text(("立项", "施工许可", "开工", "主体完成", "验收"), "milestone"),
    "due_on": lambda s: s.days(np.datetime64("2020-01-01"), 420, "due"), "reached_on": _done, "present": lambda s: words.chosen(("1", "0"), (s.changing(10, "present") == 0).astype(int)),
    "worked_on": lambda s: s.until_now("worked"), "owner_name": lambda s: words.person_names(s.people), "os": _text(("麒麟 V10", "统信 UOS 20", "Windows 10"), "os"),
    "seen_on": lambda s: s.until_now("seen"), "found_on": lambda s: s.until_now("found"), "closed_on": _done,
    "office": _text(("办公室", "建筑市场监管处", "城市建设处", "村镇建设处", "信息中心"), "office"), "filed_on": lambda s: s.until_now("filed"),
}  # fmt: skip
