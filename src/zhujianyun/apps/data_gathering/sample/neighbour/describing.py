"""The OpenAPI documents of the three departments (接口说明)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zhujianyun.apps.data_gathering.sample.neighbour.departments import Served

_PERSON = {"id_no": "身份证号", "name": "姓名", "as_of": "数据截至"}
FIELDS = {
    "civil": _PERSON
    | {
        "state": "婚姻状况", "registered_on": "登记日期", "authority": "登记机关", "spouse_name": "配偶姓名",
        "spouse_id_no": "配偶身份证号",
    },
    "market": {
        "uscc": "统一社会信用代码", "name": "名称", "status": "登记状态", "legal_person": "法定代表人",
        "registered_capital": "注册资本", "currency": "币种", "founded_on": "成立日期", "authority": "登记机关",
    },
    "labour": _PERSON
    | {
        "state": "参保状态", "kinds": "险种", "paid_months": "累计缴费月数", "last_paid": "最近缴费月",
        "employer_uscc": "参保单位代码", "employer_name": "参保单位",
    },
}  # fmt: skip
_TYPES = {"kinds": {"type": "array", "items": {"type": "string"}}, "paid_months": {"type": "integer"}}


def openapi(department: str, served: Served, host: str) -> dict[str, Any]:
    """The document of one department (接口说明)."""
    key = "uscc" if department == "market" else "id_no"
    record = {
        "type": "object",
        "properties": {
            n: {**_TYPES.get(n, {"type": "string"}), "title": zh} for n, zh in FIELDS[department].items()
        },
        "required": [key, "name"],
    }
    problem = {"type": "object", "properties": {n: {"type": "string"} for n in ("code", "message")}}
    answers = {"200": ("登记信息", "Record"), "400": ("代码有误", "Problem"), "404": ("查无记录", "Problem")}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{served.zh}：{served.zh_what}（演示）", "version": "1"},
        "servers": [{"url": f"http://{host}/{department}"}],
        "paths": {
            f"/v1/{served.what}/{{{key}}}": {
                "get": {
                    "operationId": f"get_{served.what}",
                    "summary": f"按{FIELDS[department][key]}查询{served.zh_what}",
                    "parameters": [
                        {"name": key, "in": "path", "required": True, "schema": {"type": "string"}}
                    ],
                    "responses": {status: _answer(zh, name) for status, (zh, name) in answers.items()},
                }
            }
        },
        "components": {"schemas": {"Record": record, "Problem": problem}},
    }


def _answer(zh: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": zh, "content": content}
