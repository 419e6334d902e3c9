"""Words of which names are made (用词): of people, firms, places, projects; all made up."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhujianyun.apps.data_gathering.sample.codes import CITIES, COUNTIES, ON
from zhujianyun.apps.data_gathering.sample.draws import Numbers, drawn
from zhujianyun.base.codes import divisions

SURNAMES = (
    "韦黄李陈覃梁陆刘张莫王农蒙罗杨廖周卢潘何谢吴林邓苏唐蓝甘谭曾欧龙朱石岑凌赵徐钟容"
    "冯玉阮施胡宁江余彭许区骆马郑倪孙高郭庞麦"
)
GIVEN = "志文国建春秀玉海晓丽明华家永立思雅梅兰芳强伟军平波涛斌辉敏静燕霞珍凤英荣贵福德昌盛林森宇浩轩涵雨欣怡佳俊杰鹏飞"
FIRST = [
    "桂信",
    "八桂",
    "邕江",
    "漓源",
    "北部湾",
    "红水河",
    "大明山",
    "青秀",
    "凤岭",
    "瑞和",
    "恒泰",
    "中远",
    "华诚",
    "宏景",
    "鼎盛",
    "正邦",
    "金路",
    "顺达",
    "联众",
    "建安",
    "天恒",
    "嘉和",
    "安居",
    "国泰",
    "五象",
    "龙象",
    "柳工源",
    "右江",
    "左江",
    "郁江",
    "浔江",
    "桂鹏",
    "桂海",
    "南方",
    "西江",
    "金桂",
    "广厦",
    "同济",
    "众诚",
    "德立",
]
SECOND = [
    "宏",
    "远",
    "达",
    "盛",
    "泰",
    "华",
    "信",
    "和",
    "顺",
    "昌",
    "隆",
    "兴",
    "源",
    "鑫",
    "恒",
    "诚",
    "瑞",
    "凯",
    "腾",
    "益",
    "康",
    "佳",
    "正",
    "邦",
    "立",
    "基",
    "石",
    "润",
    "安",
    "平",
]
TRADES = [
    "建筑工程有限公司",
    "建设集团有限公司",
    "工程监理有限公司",
    "工程咨询有限公司",
    "房地产开发有限公司",
    "房地产经纪有限公司",
    "物业服务有限公司",
    "劳务有限公司",
    "工程检测有限公司",
    "燃气有限公司",
    "市政工程有限公司",
    "设计院有限公司",
]
ROADS = [
    "民族大道",
    "朝阳路",
    "建设路",
    "人民路",
    "解放路",
    "中山路",
    "友爱路",
    "长湖路",
    "园湖路",
    "北环路",
    "江北大道",
    "白沙大道",
    "星光大道",
    "新兴街",
    "文明路",
    "东风路",
    "和平路",
    "教育路",
    "民生路",
    "滨江路",
    "荔园路",
    "桃源路",
    "教场路",
    "金湖路",
    "凤翔路",
]
ESTATES = [
    "锦绣",
    "阳光",
    "翠湖",
    "江南",
    "凤凰",
    "滨江",
    "金域",
    "盛天",
    "保利",
    "万象",
    "龙光",
    "悦府",
    "书香",
    "碧水",
    "云景",
    "星湖",
    "御园",
    "天誉",
    "华府",
    "康城",
]
WORKS = [
    "住宅小区",
    "安置房",
    "综合楼",
    "商业广场",
    "教学楼",
    "门诊综合楼",
    "标准厂房",
    "市政道路",
    "供水管网",
    "污水处理厂",
]
_SHORT = {int(row.code): row.name.removesuffix("市") for row in divisions.cities(day=ON)}
_COUNTY = {int(row.code): row.name for row in divisions.counties(day=ON)}
_CITY_OF = {int(row.code): int(row.parent) for row in divisions.counties(day=ON)}
CITY_OF_COUNTY = np.array([_CITY_OF[int(code)] for code in COUNTIES])


def chosen(words: list[str] | tuple[str, ...] | str, places: Numbers) -> pa.Array:
    """The words at some places (取词)."""
    return pa.array(list(words)).take(pa.array(places))


def joined(*parts: object) -> pa.Array:
    """Parts written one behind the other (拼接)."""
    return pc.binary_join_element_wise(*parts, pa.scalar(""))


@cache
def _people() -> pa.Array:
    first = [a + b for a in GIVEN for b in ["", *GIVEN] if a != b]
    return pa.array([surname + name for surname in SURNAMES for name in first])


def person_names(people: Numbers) -> pa.Array:
    """What people are called, by their number (姓名)."""
    names = _people()
    return names.take(pa.array(drawn(people, len(names), "person")))


def phones(people: Numbers) -> pa.Array:
    """Telephone numbers that nobody was given (电话)."""
    heads = chosen(["138", "139", "177", "178"], drawn(people, 4, "phone-head"))
    tails = pa.array(drawn(people, 10_000, "phone") + 10_000).cast(pa.string())
    return joined(heads, pa.scalar("0000"), pc.utf8_slice_codeunits(tails, 1))


def firm_names(firms: Numbers, trade: int) -> pa.Array:
    """What firms are called (企业名称): city, two words, trade."""
    cities = CITIES[firms % len(CITIES)]
    short = chosen([_SHORT[int(code)] for code in CITIES], np.searchsorted(CITIES, cities))
    place = firms // len(CITIES)
    first = chosen(FIRST, place % len(FIRST))
    second = chosen(SECOND, place // len(FIRST) % len(SECOND))
    return joined(pa.scalar("广西"), short, first, second, pa.scalar(TRADES[trade % len(TRADES)]))


def addresses(counties: Numbers, rows: Numbers, *words: object) -> pa.Array:
    """Where something stands (地址); ``counties`` are places in the list of counties."""
    names = [_SHORT[_CITY_OF[int(code)]] + "市" + _COUNTY[int(code)] for code in COUNTIES]
    numbers = pa.array(drawn(rows, 300, *words, "number") + 1).cast(pa.string())
    road = chosen(ROADS, drawn(rows, len(ROADS), *words, "road"))
    return joined(chosen(names, counties), road, numbers, pa.scalar("号"))


def project_names(projects: Numbers) -> pa.Array:
    """What projects are called (项目名称)."""
    names = [_COUNTY[int(code)] for code in COUNTIES]
    place = chosen(names, projects % len(COUNTIES))
    estate = chosen(ESTATES, drawn(projects, len(ESTATES), "estate"))
    work = chosen(WORKS, drawn(projects, len(WORKS), "work"))
    phase = pa.array(drawn(projects, 4, "phase") + 1).cast(pa.string())
    return joined(place, estate, work, phase, pa.scalar("期"))
