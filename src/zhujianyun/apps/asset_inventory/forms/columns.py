"""The columns of the sheet of systems, in and out (台账表列)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zhujianyun.apps.asset_inventory.models import SystemRecord
from zhujianyun.apps.asset_inventory.rules.sheet import Column
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.system.models import BusinessSystem, Cloud, Network

STATES = ((BusinessSystem.State.BUILDING.value, "在建"), (BusinessSystem.State.RUNNING.value, "在用"))
COLUMNS = (
    Column("code", "系统代码", "code", required=True, example="housing_security"),
    Column("name", "系统名称", required=True, example="城镇住房保障管理信息系统"),
    Column("owner", "责任单位", "choice", required=True, example="住房保障处"),
    Column("state", "状态", "choice", choices=STATES, example="在用"),
    Column("purpose", "用途", longest=300, example="公租房申请、轮候、配租"),
    Column("users_who", "使用对象", example="企业和群众"),
    Column("users_count", "用户数", "int", example="1200"),
    Column("address", "访问地址", longest=300, example="https://example.gov.cn/"),
    Column("vendor", "承建运维单位", example="某某科技有限公司"),
    Column("network", "所在网络", "choice", example="电子政务外网"),
    Column("cloud", "所在云", "choice", example="自治区政务云"),
    Column("cloud_since", "上云日期", "date", example="2020-10-31"),
    Column("protection_level", "等保级别", "int", most=5, example="3"),
    Column("level_filed_on", "定级备案日", "date", example="2019-06-30"),
    Column("level_number", "备案证明编号", longest=60, example="45000012345"),
    Column("backup", "备份方式", "choice", choices=tuple(SystemRecord.Backup.choices), example="异地备份"),
    Column("is_service", "政务服务业务办理系统", "bool", example="是"),
    Column("docked_on", "对接政务服务平台日", "date", example="2020-09-30"),
    Column("note", "备注", longest=2000, example=""),
)


class Known:
    """The offices, networks and clouds that a sheet may name, looked up once (可选项)."""

    def __init__(self) -> None:
        self.of: dict[str, dict[str, Any]] = {
            "owner": {row.name: row for row in Office.objects.filter(is_open=True, division_code="450000")},
            "network": {row.name: row for row in Network.objects.all()},
            "cloud": {row.name: row for row in Cloud.objects.all()},
        }

    def columns(self) -> tuple[Column, ...]:
        """The columns with today's choices (含可选项的列)."""
        return tuple(
            replace(column, choices=tuple((name, name) for name in self.of[column.key]))
            if column.key in self.of
            else column
            for column in COLUMNS
        )

    def found(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values with rows in place of names (换成对象)."""
        return {key: self.of[key][value] if key in self.of else value for key, value in values.items()}


def cells(record: SystemRecord) -> list[Any]:
    """A record as the cells of its row (一行)."""
    return [_cell(record, column) for column in COLUMNS]


def _cell(record: SystemRecord, column: Column) -> Any:
    system = record.system
    if column.key == "state":
        return system.get_state_display()
    if column.key == "backup":
        return record.get_backup_display()
    value = getattr(system if hasattr(system, column.key) else record, column.key)
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None or isinstance(value, int):
        return value
    return value.isoformat() if column.kind == "date" else str(value)
