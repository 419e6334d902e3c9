"""The documentation of a service for one grant (接口说明): OpenAPI 3.1, made from what may really be served.

Two consumers of one service read two documents: each names only the items of its own grant, says which are
masked and how, and allows only the filters that the plane would accept. Of a provider's interface only that is
promised which the gateway itself sees to: no field beyond the grant, no value that is nested; a reply of the
provider that is no success passes as it is, with whatever status.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zhujianyun.apps.data_gateway.rules import asking, faults
from zhujianyun.apps.data_gateway.rules.policy import Service
from zhujianyun.kernel.resource.filters import TEXT_ONLY
from zhujianyun.kernel.resource.granting import Effective, Terms
from zhujianyun.kernel.resource.items import Item

VERSION = "3.1.0"
MASKS_ZH = {
    "id_card": "身份证号只显示首末各一位", "id_card.officer": "身份证号显示前六位和后四位", "phone": "电话显示前三位和后四位",
    "name": "姓名只显示姓", "bank_card": "卡号只显示后四位", "address": "地址只显示到区县", "uscc": "个体工商户的代码不显示",
    "free_text": "文字中的号码被遮盖",
}  # fmt: skip
TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "boolean": {"type": "boolean"},
}
OPERATORS_ZH = {
    "eq": "等于", "ne": "不等于", "lt": "小于", "le": "不大于", "gt": "大于", "ge": "不小于", "in": "在其中（逗号分隔）",
    "prefix": "开头为", "contains": "包含", "isnull": "为空（true 或 false）", "between": "在两者之间（逗号分隔）",
}  # fmt: skip
PART = r"^[^/\\\x00-\x1f\x7f-\x9f]+$"  # what may stand for * in a path; "." and ".." may not
_BODY = {"description": "按提供方的要求，原样转交", "content": {"application/json": {"schema": {}}}}
ENVELOPE = (
    "code",
    "count",
    "hasNext",
    "has_next",
    "page",
    "pageNo",
    "pageNum",
    "pageSize",
    "page_no",
    "page_num",
    "page_size",
    "pages",
    "status",
    "success",
    "total",
    "totalCount",
)  # what stays of a provider's wrapper, if it is a number
ANSWERED = ("X-Road-Id", "X-Road-Request-Id", "X-Road-Client", "X-Road-Service", "X-Road-Request-Hash")
STATUS_ZH = {
    400: "请求不合规范", 401: "密钥缺失或无效", 403: "不在授权之内", 404: "没有这个服务或没有这一行", 405: "方法不可用",
    408: "请求过慢", 410: "数据版本已不再保留", 413: "请求内容过大", 414: "地址过长", 429: "超过限额",
    431: "请求头过大", 500: "网关内部错误", 502: "提供方无法连接或答复不合规范", 503: "暂停服务", 504: "提供方超时",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where the planes answer and who calls (调用位置)."""

    server: str  # "https://…", up to the service
    client: str  # X-Road-Client of the caller


def document(service: Service, terms: Terms, given: Effective, place: Place) -> dict[str, Any]:
    """The OpenAPI document of a grant (接口说明文档)."""
    is_api = service.kind == "api"
    paths = _table_paths(service, given) if service.kind == "table" else _other_paths(service, given)
    schemas = {"Row": _row(given, by_field=is_api), "Fault": _fault()}
    schemas |= _of_providers() if is_api else {"Page": _page()}
    return {
        "openapi": VERSION,
        "info": {"title": service.title, "version": service.version, "description": _about(terms, given)},
        "servers": [{"url": place.server}],
        "security": [{"key": []}],
        "paths": {path: {**methods, "parameters": _common(terms, place)} for path, methods in paths.items()},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "访问密钥"}},
            "schemas": schemas,
        },
    }


def masked_zh(kind: str) -> str:
    """What a mask leaves to see (脱敏说明)."""
    return MASKS_ZH.get(kind, "整项遮盖") if kind else ""


def filters(given: Effective) -> list[tuple[Item, tuple[str, ...]]]:
    """The items that may be filtered by, each with its operators (可用筛选)."""
    return [(item, _operators(item, given)) for item in given.items if item.code in given.searchable]


def _operators(item: Item, given: Effective) -> tuple[str, ...]:
    if item.code in given.masks:
        return tuple(op for op in OPERATORS_ZH if op in asking.EXACT_ONLY)
    return tuple(op for op in OPERATORS_ZH if op not in TEXT_ONLY or item.type == "text")


def _about(terms: Terms, given: Effective) -> str:
    limits = {"per_second": "每秒", "per_day": "每日", "total": "总计"}
    quota = "、".join(f"{zh} {terms.quota[name]} 次" for name, zh in limits.items() if terms.quota.get(name))
    hidden = "；".join(
        f"{item.zh}：{masked_zh(given.masks[item.code])}" for item in given.items if item.code in given.masks
    )
    lines = [
        f"授权编号 {terms.code}，用途：{terms.purpose}。",
        f"有效期至 {terms.valid_until:%Y-%m-%d}，限额：{quota or '不限'}，每页至多 {given.page_limit} 行。",
        *([f"脱敏：{hidden}。"] if hidden else []),
        "不得用于其他用途，不得转供他人。每次调用均记录，记录可由本人和提供方查阅。",
    ]
    return "\n\n".join(lines)


def _common(terms: Terms, place: Place) -> list[dict[str, Any]]:
    return [
        _header("X-Road-Client", "调用方标识", const=place.client),
        _header("X-Zjy-Purpose", "用途（UTF-8 逐字节百分号编码）或授权编号", example=terms.code),
        _header("X-Road-Id", "调用方自编的消息编号", required=False),
        _header("X-Road-Issue", "办件编号", required=False),
        _header("X-Zjy-Receipt", "填 1 时随答复返回签名回执", required=False, example="1"),
    ]


def _header(name: str, zh: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": zh, "schema": {"type": "string", **schema}}  # fmt: skip


def _query(name: str, zh: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": zh, "schema": schema}


def key_items(service: Service, given: Effective) -> tuple[Item, ...]:
    """The items that make the key of a row; none when the grant may not look up by it (主键)."""
    held = {item.code: item for item in given.items if item.code in given.searchable}
    found = tuple(held[code] for code in service.key_items if code in held)
    return found if len(found) == len(service.key_items) else ()


def _table_paths(service: Service, given: Effective) -> dict[str, dict[str, Any]]:
    listed = {"get": {"operationId": "list", "summary": f"分页查询{service.title}", "parameters": _asked(given),
                      "responses": _answers("Page", with_csv=True)}}  # fmt: skip
    paths: dict[str, dict[str, Any]] = {f"/{service.version}/items": listed}
    if key := key_items(service, given):
        parts = "/".join(f"{{{item.code}}}" for item in key)
        own = [
            {
                "name": item.code,
                "in": "path",
                "required": True,
                "description": item.zh,
                "schema": {"type": "string"},
            }
            for item in key
        ]
        one = {"operationId": "one", "summary": f"按主键查询{service.title}",
               "parameters": [*own, _items_asked(given)], "responses": _answers("Row")}  # fmt: skip
        paths[f"/{service.version}/items/{parts}"] = {"get": one}
    return paths


def _items_asked(given: Effective) -> dict[str, Any]:
    example = ",".join(item.code for item in given.items[:2])
    return _query("items", "只取这些信息项，逗号分隔；不写则全取", {"type": "string", "example": example})


def _asked(given: Effective) -> list[dict[str, Any]]:
    open_ = [item.code for item in given.items if item.code not in given.masks]
    words = [
        _items_asked(given),
        _query("page_size", "每页行数", {"type": "integer", "minimum": 1, "maximum": given.page_limit}),
        _query("cursor", "翻页标记，取自上一页的 next", {"type": "string"}),
        _query("count", "写 exact 时返回总行数", {"type": "string", "enum": ["exact"]}),
        _query("format", "答复格式", {"type": "string", "enum": list(asking.FORMATS)}),
    ]
    if open_:
        order = [sign + code for code in open_ for sign in ("", "-")]
        words.insert(
            1, _query("sort", "排序，前加 - 为倒序；脱敏的信息项不能排序", {"type": "string", "enum": order})
        )
    return words + [
        _query(
            item.code if op == "eq" else f"{item.code}__{op}",
            f"{item.zh}{OPERATORS_ZH[op]}",
            _value(item, op),
        )
        for item, ops in filters(given)
        for op in ops
    ]


def _value(item: Item, op: str) -> dict[str, Any]:
    if op == "isnull":
        return {"type": "boolean"}
    return {"type": "string"} if op in ("in", "between") else dict(TYPES[item.type])


def _other_paths(service: Service, given: Effective) -> dict[str, dict[str, Any]]:
    if service.kind == "file":
        binary = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
        answers = {
            **_answers("Row"),
            "200": {"description": "文件", "content": {"application/octet-stream": binary}},
        }
        fetch = {"operationId": "fetch", "summary": f"下载{service.title}", "responses": answers}
        return {f"/{service.version}/file": {"get": fetch}}
    found: dict[str, dict[str, Any]] = {}
    for number, pattern in enumerate(service.paths or ("/",)):
        path, names = _template(pattern)
        for method in service.methods:
            found.setdefault(path, {})[method.lower()] = {
                "operationId": f"{method.lower()}{number or ''}", "summary": service.title,
                "parameters": [
                    {"name": name, "in": "path", "required": True, "description": "查询对象，UTF-8 逐字节百分号编码",
                     "schema": {"type": "string", "minLength": 1, "pattern": PART}} for name in names
                ],
                **({"requestBody": _BODY} if method == "POST" else {}),
                "responses": _answers_of_provider(given),
            }  # fmt: skip
        _link(found[path], names)
    return found


def _link(methods: dict[str, Any], names: Sequence[str]) -> None:
    """Whoever asked by one method may ask by another about the same (关联)."""
    for name, one in methods.items():
        links = {
            other: {"operationId": methods[other]["operationId"], "description": "同一查询对象的另一方法",
                    "parameters": {path: f"$request.path.{path}" for path in names}}
            for other in methods if other != name
        }  # fmt: skip
        if links:
            one["responses"]["200"]["links"] = links


def _answers_of_provider(given: Effective) -> dict[str, Any]:
    """What a provider's interface may answer: rows cut to the grant, refusals of the gateway, its own errors."""
    found = _answers("Cut")
    if not given.columns:  # a document, granted whole
        found["200"]["content"] = {"*/*": {}}
    for status, answer in found.items():
        if status != "200":
            answer["description"] += "\n\n没有 X-Road-Error 的，是提供方自己的答复，原样转交。"
            answer["content"] = {
                "application/json": {"schema": {"$ref": "#/components/schemas/Refused"}},
                "*/*": {},
            }
    own = {"application/json": {"schema": {"$ref": "#/components/schemas/Own"}}, "*/*": {}}
    return {**found, "default": {"description": "提供方自己的其他答复，原样转交", "content": own}}


def _of_providers() -> dict[str, Any]:
    """The shapes of answers of an interface (接口答复的形状)."""
    row, cut = {"$ref": "#/components/schemas/Row"}, {"$ref": "#/components/schemas/Cut"}
    told = {"type": "object", "required": ["type", "message", "detail"]}
    counts = {name: {"anyOf": [{"type": ["integer", "boolean", "null"]}, cut]} for name in ENVELOPE}
    return {
        "Cut": {
            "description": "一行、多行，或外面包着提供方的信封；信封只留计数和状态，不在授权行范围内的为空",
            "anyOf": [row, {"type": "array", "items": cut}, {"type": "null"},
                      {"type": "object", "properties": counts, "additionalProperties": cut}],
        },
        "Own": {"description": "提供方自己的答复，原样转交", "not": told},
        "Refused": {"anyOf": [{"$ref": "#/components/schemas/Fault"}, {"$ref": "#/components/schemas/Own"}]},
    }  # fmt: skip


def _template(pattern: str) -> tuple[str, list[str]]:
    """``/v1/persons/*`` as a templated path with the names of its parts."""
    names: list[str] = []
    parts = []
    for part in pattern.strip("/").split("/"):
        if part in ("*", "**"):
            names.append(f"p{len(names) + 1}" if part == "*" else "rest")
            part = f"{{{names[-1]}}}"
        parts.append(part)
    return "/" + "/".join(parts), names


def _answers(schema: str, *, with_csv: bool = False) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    if with_csv:
        content["text/csv"] = {"schema": {"type": "string"}}
    names = (*ANSWERED, *(("ETag",) if with_csv else ()))
    headers = {name: {"schema": {"type": "string"}} for name in names}
    good = {"description": "成功", "headers": headers, "content": content}
    return {"200": good, **{str(status): _refused(status) for status in sorted(_by_status())}}


def _by_status() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for type_, (status, _) in faults.KNOWN.items():
        found.setdefault(status, []).append(type_)
    return found


def _refused(status: int) -> dict[str, Any]:
    types = _by_status()[status]
    text = "\n".join(f"- `{type_}` {faults.KNOWN[type_][1]}" for type_ in types)
    headers = {"X-Road-Error": {"schema": {"type": "string", "enum": types}}}
    if status in (429, 503):
        headers["Retry-After"] = {"schema": {"type": "string"}}
    return {
        "description": f"{STATUS_ZH.get(status, '不成功')}\n\n{text}", "headers": headers,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}},
    }  # fmt: skip


def _row(given: Effective, *, by_field: bool = False) -> dict[str, Any]:
    """A row holds nothing beyond the grant; that of an interface has the names and forms of its provider."""
    made = {
        given.columns.get(item.code, item.code) if by_field else item.code: _property(item, given, by_field)
        for item in given.items
    }
    return {"type": "object", "properties": made, "additionalProperties": False}


def _property(item: Item, given: Effective, by_field: bool) -> dict[str, Any]:
    kind = given.masks.get(item.code, "")
    about = f"{item.zh}（已脱敏：{masked_zh(kind)}）" if kind else item.zh
    schema = {"type": "string"} if kind else dict(TYPES[item.type])
    types = [schema["type"], "null"]
    if by_field and not kind:  # the gateway passes a provider's plain values on as they are
        schema, types = {}, ["string", "number", "boolean", "null"]
    return {**schema, "type": types, "title": item.zh, "description": about}


def _page() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["items"],
        "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}},
            "next": {"type": ["string", "null"], "description": "下一页的翻页标记，最后一页没有"},
            "snapshot": {"type": "integer", "description": "数据版本"},
            "count": {"type": "integer", "description": "总行数，仅在 count=exact 时"},
            "count_exact": {"type": "boolean", "description": "总行数是否数全"},
        },
    }  # fmt: skip


def _fault() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "message", "detail"],
        "properties": {
            "type": {"type": "string", "enum": list(faults.KNOWN)},
            "message": {"type": "string", "description": "给调用方的说明"},
            "detail": {"type": "string", "description": "日志中的调用编号，报修时请提供"},
        },
    }
