"""What each kind of source asks for (接入参数): fields with their Chinese names, and how a place is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhujianyun.base.errors import RuleBroken


@dataclass(frozen=True, slots=True)
class Asked:
    """One parameter (接入参数): ``choices`` are (value, Chinese)."""

    name: str
    zh: str
    help_zh: str = ""
    is_required: bool = True
    is_number: bool = False
    default: Any = ""
    choices: tuple[tuple[str, str], ...] = ()


def _server(port: int, table_help: str) -> tuple[Asked, ...]:
    return (
        Asked("host", "主机", "数据库所在的域名或 IP 地址"),
        Asked("port", "端口", is_number=True, default=port),
        Asked("database", "库名"),
        Asked("user", "账号", "请用只读账号"),
        Asked("table", "表名", table_help),
    )


_PATH = Asked("path", "文件", "投放目录下的文件，可写成 子目录/文件名")
FIELDS: dict[str, tuple[Asked, ...]] = {
    "sqlite": (_PATH, Asked("table", "表名")),
    "postgresql": _server(5432, "可带模式名，如 public.company"),
    "mysql": _server(3306, "表或视图"),
    "oracle": _server(1521, "可带所有者，如 HR.COMPANY；库名填服务名"),
    "dm": _server(5236, "可带模式名"),
    "csv": (
        _PATH,
        Asked("delimiter", "分隔符", "留空则自动识别", is_required=False),
        Asked("encoding", "编码", "留空则自动识别", is_required=False,
              choices=(("", "自动识别"), ("utf-8", "UTF-8"), ("gb18030", "GBK／GB 18030"), ("utf-16", "UTF-16"))),
    ),
    "xlsx": (
        _PATH,
        Asked("sheet", "工作表", "留空则取第一张", is_required=False),
        Asked("header_row", "列名所在行", is_number=True, default=1),
    ),
    "json": (_PATH, Asked("records", "记录所在路径", "如 data.rows；整个文件就是数组则留空", is_required=False)),
    "xml": (_PATH, Asked("record", "记录元素名", "每条记录的元素名称，如 row")),
    "rest": (
        Asked("url", "接口地址", "完整的 http 或 https 网址"),
        Asked("records", "记录所在路径", "如 data.rows；应答就是数组则留空", is_required=False),
        Asked("total", "总数所在路径", "如 data.total，用于核对行数", is_required=False),
        Asked("paging", "分页方式", choices=(("number", "按页码"), ("cursor", "按游标")), default="number"),
        Asked("page", "页码参数名", is_required=False, default="page"),
        Asked("size", "每页行数参数名", is_required=False, default="page_size"),
        Asked("size_value", "每页行数", is_number=True, default=500),
        Asked("next", "下一游标所在路径", "按游标分页时填写，如 data.next", is_required=False),
        Asked("token_header", "令牌请求头", "填写令牌时使用", is_required=False, default="Authorization"),
    ),
}  # fmt: skip
SECRETS_ZH = {
    "postgresql": "口令", "mysql": "口令", "oracle": "口令", "dm": "口令", "rest": "令牌",
}  # fmt: skip
BY_PATH = ("sqlite", "csv", "xlsx", "json", "xml")
BY_HOST = ("postgresql", "mysql", "oracle", "dm")
SAYS = {
    "sqlite": "单文件数据库", "postgresql": "含人大金仓等兼容库，只读事务取数", "mysql": "含 MariaDB，只读事务取数",
    "oracle": "须由管理员安装驱动程序", "dm": "达梦 DM8，须由管理员安装驱动程序", "csv": "编码和分隔符自动识别",
    "xlsx": "取一张工作表", "json": "数组，或每行一条记录", "xml": "每条记录一个元素", "rest": "分页返回 JSON 的接口",
}  # fmt: skip


def read(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The place that was written, without what was left empty (读取接入参数).

    Raises:
        RuleBroken: for an unknown kind or a parameter that is missing; names the field.
    """
    if kind not in FIELDS:
        raise RuleBroken(f"没有“{kind}”这种接入方式。", rule="gathering.kind")
    place = {}
    for asked in FIELDS[kind]:
        value = given.get(asked.name)
        value = value.strip() if isinstance(value, str) else value
        if value not in (None, ""):
            place[asked.name] = value
        elif asked.is_required and asked.default == "":
            raise RuleBroken(f"请填写{asked.zh}。", rule="gathering.place", fields=[asked.name])
    return place
