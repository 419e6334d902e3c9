"""What the fire regulations say (消防审验规则): facts, dates and dated rows in, decisions out.

Pure: no database, no clock. Every threshold, limit and list arrives as rows of the dated tables in
``data/fire_*.csv``; the caller picks the rows in force on the day that counts, which is the day of
acceptance. Areas and heights are `Decimal`; a binary fraction would decide 10 000.01 ㎡ by luck.

Source: 建设工程消防设计审查验收管理暂行规定 (住建部令51号, from 2020-06-01; amended by 令58号, from
2023-10-30). What was not checked against the text carries ``verified = false`` in its row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol, TypeVar

MIXED_USE = 11  # 设有第一项至第六项所列情形
OTHER_PUBLIC = 12  # 其他公共建筑
ARTICLE_ITEMS = "一二三四五六七八九十"

GATES = {
    "contract_done": "完成工程消防设计和合同约定的消防各项内容",
    "archive_complete": "有完整的工程消防技术档案和施工管理资料（含建筑材料、构配件和设备的进场试验报告）",
    "parties_accepted": "建设单位对涉及消防的各分部分项工程验收合格，参建各方确认",
    "joint_test_passed": "消防设施性能、系统功能联调联试等内容检测合格",
}


class Row(Protocol):
    """A row of a dated table, read by column (数据行)."""

    def __getitem__(self, column: str, /) -> str: ...


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Place:
    """A use of a building (场所): the item of article 14 that it belongs to, 0 when none."""

    code: str
    zh: str
    item: int
    public: bool  # 公共建筑
    gathering: bool  # 公众聚集场所
    crowded: bool  # 人员密集场所


@dataclass(frozen=True, slots=True)
class Threshold:
    """One threshold of article 14 (特殊建设工程门槛). `above` is None when every such work counts."""

    item: int
    measure: str  # area_m2 | height_m | single_building_m2 | contains | "" (every such work)
    above: Decimal | None


def places(rows: Iterable[Row]) -> dict[str, Place]:
    """The places of the dated table `fire_places`, by code (场所目录)."""
    return {
        row["place"]: Place(
            row["place"],
            row["zh"],
            int(row["item"]),
            row["public"] == "1",
            row["gathering"] == "1",
            row["crowded"] == "1",
        )
        for row in rows
    }


def thresholds(rows: Iterable[Row]) -> tuple[Threshold, ...]:
    """The thresholds of the dated table `fire_special_kinds` (特殊建设工程门槛表)."""
    return tuple(
        Threshold(int(row["item"]), row["measure"], Decimal(row["above"]) if row["above"] else None)
        for row in rows
    )


def in_force(rows: Iterable[R], day: date) -> list[R]:
    """The rows whose validity holds `day`; both ends belong to it (当日有效的行)."""
    said = day.isoformat()
    return [
        row for row in rows if row["valid_from"] <= said and (not row["valid_to"] or said <= row["valid_to"])
    ]


def limit(rows: Iterable[R], rule: str, day: date) -> R:
    """The one row of a limit on a day (当日适用的时限).

    Raises:
        LookupError: no row, or two rows, hold that day: a fault of the table, not of a person.
    """
    found = [row for row in in_force(rows, day) if row["rule"] == rule]
    if len(found) != 1:
        raise LookupError(f"时限表中 {rule} 在 {day} 有 {len(found)} 行，应当恰有一行")
    return found[0]


def special_kind(
    subject: Mapping[str, Any], catalogue: Mapping[str, Place], limits: Sequence[Threshold]
) -> list[tuple[int, str]]:
    """The items of article 14 that make a work special, with the reason of each (特殊建设工程判定).

    `subject`: ``use`` (place code of the main use), ``area_m2``, ``single_building_m2``, ``height_m``
    and ``places``: ``[{place, area_m2}]`` set up within it. All thresholds are *strictly greater*:
    a market of exactly 10 000 ㎡ is not special. Item 11 adds up the places of one item: two karaoke
    halls of 300 ㎡ are 600 ㎡ of item 6.

    Raises:
        ValueError: an unknown place code, or a measure that is not a number.
    """
    use = _place(catalogue, subject["use"])
    found = [*_by_main_use(use, subject, limits), *_by_places_within(use, subject, catalogue, limits)]
    if use.public and use.item != 10:
        found += _by_size(subject, limits)
    return sorted(dict(found).items())


def _by_main_use(
    use: Place, subject: Mapping[str, Any], limits: Sequence[Threshold]
) -> list[tuple[int, str]]:
    found = []
    for row in limits:
        if row.item != use.item or row.item in (MIXED_USE, OTHER_PUBLIC):
            continue
        if row.above is None:
            found.append((row.item, f"第{_item_zh(row.item)}项：{use.zh}"))
        elif (size := _measure(subject, row.measure)) > row.above:
            found.append((row.item, f"第{_item_zh(row.item)}项：{use.zh}，{_exceeds(row, size)}"))
    return found


def _by_places_within(
    use: Place, subject: Mapping[str, Any], catalogue: Mapping[str, Place], limits: Sequence[Threshold]
) -> list[tuple[int, str]]:
    if not any(row.item == MIXED_USE for row in limits):
        return []
    areas: dict[int, Decimal] = {}
    names: dict[int, list[str]] = {}
    for within in subject.get("places") or ():
        place = _place(catalogue, within["place"])
        if place.item and place.item != use.item:
            areas[place.item] = areas.get(place.item, Decimal(0)) + _decimal(
                within["area_m2"], "places.area_m2"
            )
            names.setdefault(place.item, []).append(place.zh)
    by_area = {row.item: row for row in limits if row.item <= 6 and row.above is not None}
    over = [item for item, area in sorted(areas.items()) if item in by_area and area > by_area[item].above]  # type: ignore[operator]
    if not over:
        return []
    told = "；".join(
        f"设有{'、'.join(names[i])}（第{_item_zh(i)}项），{_exceeds(by_area[i], areas[i])}" for i in over
    )
    return [(MIXED_USE, f"第十一项：{told}")]


def _by_size(subject: Mapping[str, Any], limits: Sequence[Threshold]) -> list[tuple[int, str]]:
    over = [
        _exceeds(row, _measure(subject, row.measure))
        for row in limits
        if row.item == OTHER_PUBLIC and row.above is not None and _measure(subject, row.measure) > row.above
    ]
    return [(OTHER_PUBLIC, f"第十二项：公共建筑，{'，'.join(over)}")] if over else []


def is_special(
    subject: Mapping[str, Any], catalogue: Mapping[str, Place], limits: Sequence[Threshold]
) -> bool:
    """Whether a work is special at all (是否特殊建设工程): the boolean that guards read."""
    return bool(special_kind(subject, catalogue, limits))


def gathering_flags(subject: Mapping[str, Any], catalogue: Mapping[str, Place]) -> dict[str, bool]:
    """Whether the work is, or holds, a gathering or crowded place (公众聚集场所、人员密集场所判定)."""
    held = [_place(catalogue, subject["use"])]
    held += [_place(catalogue, within["place"]) for within in subject.get("places") or ()]
    return {"crowded_public": any(p.gathering for p in held), "crowded": any(p.crowded for p in held)}


def stratum(subject: Mapping[str, Any]) -> str:
    """The stratum in which a filing is drawn (抽查分层); the severest that applies.

    `punished` stands only after a penalty for not filing, never because a filing was merely late.
    """
    if subject["punished"]:
        return "punished"
    if subject["crowded_public"]:
        return "crowded_public"
    return "crowded" if subject["crowded"] else "other"


def unmet_gates(conditions: Mapping[str, Any]) -> list[str]:
    """The owner's conditions of article 27 that are not met, in Chinese (竣工验收消防查验未满足的条件).

    All four must stand before the completion report may be drawn up; a missing answer is not met.
    """
    return [zh for name, zh in GATES.items() if conditions.get(name) is not True]


def is_late_filing(completed_on: date, filed_on: date, days: int, add: Callable[[date, int], date]) -> bool:
    """Whether an owner files later than `days` working days after completion (是否逾期备案).

    A late filing is accepted and flagged; it is never refused for being late. `add(day, n)` is the
    working-day calendar.
    """
    return filed_on > add(completed_on, days)


def filing_class(subject: Mapping[str, Any], catalogue: Mapping[str, Place], rows: Iterable[Row]) -> str:
    """`key` 重点 or `general` 一般, by the provincial catalogue (其他建设工程分类, from 2023-10-30).

    A crowded place is always key. A use that the catalogue does not name is key: who is unsure must
    not wave a work through on a promise.
    """
    if gathering_flags(subject, catalogue)["crowded"]:
        return "key"
    row = next((r for r in rows if r["place"] == subject["use"]), None)
    if row is None:
        return "key"
    if row["class"] == "general":
        return "general"
    return "key" if _measure(subject, "area_m2") > Decimal(row["above_m2"]) else "general"


def within_tolerance(designed: Decimal, measured: Decimal, percent: Decimal, *, harms_safety: bool) -> bool:
    """Whether a measured distance or area passes the site assessment (现场评定允许偏差).

    A deviation that harms safety fails however small it is.
    """
    return not harms_safety and abs(measured - designed) * 100 <= designed * percent


def clauses_in_force(rows: Iterable[Row], accepted_on: date) -> list[str]:
    """The code clauses that a review cites, chosen by the day of acceptance (适用条文)."""
    return [f"{row['code']} {row['clause']} {row['zh']}" for row in in_force(rows, accepted_on)]


def _place(catalogue: Mapping[str, Place], code: str) -> Place:
    if code not in catalogue:
        raise ValueError(f"场所目录中没有“{code}”，请从列表中选择使用性质")
    return catalogue[code]


def _measure(subject: Mapping[str, Any], name: str) -> Decimal:
    return _decimal(subject.get(name) or 0, name)


def _decimal(value: Any, name: str) -> Decimal:
    if isinstance(value, float):
        raise ValueError(f"{name} 应当是十进制数，不能用二进制浮点数 {value!r}")
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{name} 不是数字：{value!r}") from None


def _exceeds(row: Threshold, size: Decimal) -> str:
    said = {
        "area_m2": ("总建筑面积", "平方米"),
        "height_m": ("建筑高度", "米"),
        "single_building_m2": ("单体建筑面积", "平方米"),
    }
    name, unit = said[row.measure]
    return f"{name}{size}{unit}，大于{row.above}{unit}"


def _item_zh(item: int) -> str:
    return ARTICLE_ITEMS[item - 1] if item <= 10 else "十" + ARTICLE_ITEMS[item - 11]
