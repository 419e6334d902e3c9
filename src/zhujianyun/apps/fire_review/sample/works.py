"""The works of the play (演示工程): what is built, how large, and how it is called.

Special works lie above a threshold of article 14 and the others below every one; the tests ask the
rules whether that is so. Areas are drawn in square centimetres' hundredths and told as decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of work (工程类型): use, name ending, area and height spans, weight; `inside` one place."""

    use: str
    ending: str
    area: tuple[int, int]
    height: tuple[int, int]
    weight: int
    inside: str = ""


SPECIAL = (
    Kind("residence", "小区{n}号楼", (9_000, 42_000), (55, 99), 300),
    Kind("school", "学校教学楼", (1_200, 14_000), (12, 24), 110),
    Kind("kindergarten", "幼儿园", (1_050, 6_000), (8, 15), 80),
    Kind("ward", "医院住院楼", (3_000, 38_000), (20, 49), 40),
    Kind("outpatient", "医院门诊楼", (2_600, 22_000), (12, 40), 35),
    Kind("mall", "广场", (10_100, 90_000), (15, 48), 70),
    Kind("market", "农贸市场", (10_050, 30_000), (8, 20), 30),
    Kind("hotel", "大酒店", (10_200, 46_000), (24, 49), 45),
    Kind("gym", "健身中心", (2_550, 9_000), (8, 20), 18),
    Kind("theatre", "影城", (2_550, 8_000), (10, 24), 22),
    Kind("karaoke", "娱乐会所", (505, 3_200), (8, 24), 26),
    Kind("internet_cafe", "网吧", (510, 1_500), (8, 20), 10),
    Kind("office", "中心大厦", (30_000, 39_000), (51, 99), 60),
    Kind("office", "商务楼", (6_000, 30_000), (20, 49), 55, inside="karaoke"),
    Kind("other_public", "综合楼", (41_000, 90_000), (20, 49), 14),
    Kind("government_office", "政务服务中心", (4_000, 30_000), (16, 49), 16),
    Kind("university", "学院图书馆", (2_600, 38_000), (16, 40), 22),
    Kind("school_dormitory", "学生宿舍楼", (1_100, 12_000), (12, 24), 36),
    Kind("care_home", "养老院", (1_100, 15_000), (10, 32), 20),
    Kind("labour_workshop", "电子厂生产车间", (2_600, 30_000), (8, 24), 34),
    Kind("gas_station", "加油加气站", (300, 2_500), (5, 9), 24),
    Kind("stadium", "体育馆", (20_100, 48_000), (18, 40), 5),
    Kind("power_works", "变电站", (800, 9_000), (8, 20), 8),
)
OTHER = {
    "crowded_public": (
        Kind("restaurant", "酒楼", (300, 6_000), (6, 20), 60),
        Kind("hotel", "宾馆", (800, 9_500), (9, 40), 50),
        Kind("mall", "超市", (400, 9_000), (6, 24), 60),
        Kind("market", "集贸市场", (600, 9_000), (6, 15), 40),
        Kind("gym", "健身房", (300, 2_400), (6, 20), 25),
        Kind("karaoke", "歌厅", (150, 490), (6, 20), 20),
        Kind("bar", "酒吧", (100, 480), (5, 15), 12),
    ),
    "crowded": (
        Kind("kindergarten", "幼儿园附属楼", (200, 990), (6, 12), 40),
        Kind("school", "小学教学点", (200, 990), (6, 15), 40),
        Kind("care_home", "敬老院", (200, 990), (6, 12), 25),
        Kind("outpatient", "卫生院门诊楼", (500, 2_400), (8, 20), 30),
        Kind("labour_workshop", "服装厂车间", (600, 2_450), (6, 20), 45),
        Kind("staff_dormitory", "职工宿舍", (300, 990), (9, 20), 30),
    ),
    "other": (
        Kind("factory", "厂房", (1_000, 26_000), (8, 24), 90),
        Kind("warehouse", "仓库", (800, 20_000), (8, 20), 50),
        Kind("residence", "小区{n}号楼", (2_000, 16_000), (18, 53), 120),
        Kind("office", "办公楼", (1_000, 18_000), (12, 49), 60),
        Kind("small_shop", "沿街商铺", (100, 2_000), (5, 12), 40),
        Kind("garage", "地下车库", (2_000, 20_000), (4, 8), 20),
        Kind("municipal", "污水处理厂", (500, 6_000), (6, 15), 15),
    ),
}
OTHER["punished"] = OTHER["other"] + OTHER["crowded"]

_FIRST = "云锦翠金盛荣恒安泰和嘉华海江东南瑞祥万宏博雅丽星龙凤天景御福"
_SECOND = "湖苑城园庭湾岸府汇悦达信源丰泽辉润康宁隆兴旺启航创合邦峰里居"
_STREETS = [
    "民族",
    "人民",
    "解放",
    "建设",
    "新华",
    "朝阳",
    "长湖",
    "江南",
    "友爱",
    "环城",
    "中山",
    "桂花",
    "凤岭",
    "滨江",
    "金湖",
    "白沙",
    "文明",
    "兴宁",
    "迎宾",
    "站前",
]
DESIGNERS = tuple(
    f"{place}{name}" for place in ("广西", "南宁", "柳州", "桂林", "桂东", "桂南")
    for name in ("建筑设计研究院", "城乡规划设计院", "华蓝建筑设计有限公司", "建工设计有限公司")
)  # fmt: skip
_SURNAMES = "韦黄覃莫蒙梁陆李陈吴农罗周林苏蓝潘谢甘岑"
_GIVEN = [
    "建国",
    "志强",
    "秀英",
    "桂芳",
    "海燕",
    "文斌",
    "丽萍",
    "永福",
    "小红",
    "国庆",
    "伟明",
    "春梅",
    "家宁",
    "子轩",
    "雪莲",
    "宗泽",
    "玉兰",
    "振华",
    "美玲",
    "立新",
]


def person_name(rng: Random) -> str:
    """A made-up person's name (人名)."""
    return rng.choice(_SURNAMES) + rng.choice(_GIVEN)


def brand(rng: Random) -> str:
    """A made-up trade name of two characters (字号)."""
    return rng.choice(_FIRST) + rng.choice(_SECOND)


def enterprise_name(city: str, number: int) -> str:
    """A made-up enterprise's name, one per number and city (企业名称)."""
    first, second = _FIRST[number % len(_FIRST)], _SECOND[number // len(_FIRST) % len(_SECOND)]
    series = number // (len(_FIRST) * len(_SECOND))
    kinds = ("置业有限公司", "房地产开发有限公司", "投资有限公司", "建设发展有限公司", "实业有限公司")
    return f"{city}{first}{second}{kinds[(number + series) % len(kinds)]}"


def special_work(rng: Random, county: str) -> dict[str, Any]:
    """The facts of a special work (特殊建设工程要素), without judgment and parties."""
    return _work(rng, rng.choices(SPECIAL, [kind.weight for kind in SPECIAL])[0], county)


def other_work(rng: Random, county: str, stratum: str) -> dict[str, Any]:
    """The facts of a work that is not special, for a stratum (其他建设工程要素)."""
    kinds = OTHER[stratum]
    work = _work(rng, rng.choices(kinds, [kind.weight for kind in kinds])[0], county)
    return work | {"punished": stratum == "punished"}


def _work(rng: Random, kind: Kind, county: str) -> dict[str, Any]:
    area = rng.randint(kind.area[0] * 100, kind.area[1] * 100)
    height = rng.randint(kind.height[0] * 10, kind.height[1] * 10)
    name = f"{county}{brand(rng)}{kind.ending.format(n=rng.randint(1, 18))}"
    return {
        "project_name": name,
        "address": f"{county}{rng.choice(_STREETS)}路{rng.randint(1, 220)}号",
        "use": kind.use,
        "area_m2": f"{area // 100}.{area % 100:02d}",
        "single_building_m2": f"{area // 100}.{area % 100:02d}",
        "height_m": f"{height // 10}.{height % 10}",
        "storeys": max(1, height // 35),
        "places": [{"place": kind.inside, "area_m2": f"{rng.randint(505, 1_900)}.00"}] if kind.inside else [],
        "contact_name": person_name(rng),
        "contact_phone": f"138{rng.randint(0, 99_999_999):08d}",
    }
