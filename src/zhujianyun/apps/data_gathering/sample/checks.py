"""Which checks an operator declares for a column when its source is attached (列的校验要求)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LEVELS = ("特级", "一级", "二级", "三级", "甲级", "乙级", "丙级")
STATES = ("在用", "在建", "停用", "已竣工")
CASE_STATES = ("受理", "办理中", "已办结", "退回")
KINDS = ("良好行为", "不良行为", "行政处罚", "信用评价")
GRADES = ("A", "B", "C", "D")
STRUCTURES = ("砖混", "砖木", "框架", "土木", "石木")
VALUES = {"level": LEVELS, "state": STATES, "kind": KINDS, "grade": GRADES, "structure": STRUCTURES}
CODES = {
    "uscc": "uscc", "builder_uscc": "uscc", "holder_uscc": "uscc", "subject_uscc": "uscc", "employer_uscc": "uscc",
    "id_no": "citizen_id", "project_code": "project_code", "city_code": "division",
}  # fmt: skip
PERSONAL = ("id_no", "person_name", "phone")
LENGTHS = {"name": 60, "project_name": 80, "address": 120, "summary": 200}


def declared(columns: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The columns with their checks (补充校验)."""
    names = {column["name"] for column in columns}
    return [_declared(column, is_case="case_no" in names) for column in columns]


def _declared(column: Mapping[str, Any], *, is_case: bool) -> dict[str, Any]:
    name, told = column["name"], dict(column)
    if name in CODES:
        told["code"] = CODES[name]
    if name in LENGTHS:
        told["length"] = LENGTHS[name]
    if name in PERSONAL:
        told["personal"] = True
    if values := (CASE_STATES if name == "state" and is_case else VALUES.get(name)):
        told["values"] = list(values)
    return told


def is_personal(columns: Sequence[Mapping[str, Any]]) -> bool:
    """Whether rows tell of persons (是否含个人信息)."""
    return any(column["name"] in PERSONAL for column in columns)
