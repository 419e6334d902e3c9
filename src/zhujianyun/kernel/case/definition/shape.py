"""Checks the shape of a definition by JSON Schema, with Chinese sentences (结构校验)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from .faults import Fault
from .marked_yaml import Marked

_SCHEMA = Path(__file__).with_name("schema.json")
_TYPES = {
    "object": "键值表", "array": "列表", "string": "文字", "integer": "整数", "number": "数字",
    "boolean": "true 或 false", "null": "null",
}  # fmt: skip


@cache
def validator() -> Draft202012Validator:
    """The validator of the schema, built once (结构校验器)."""
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return Draft202012Validator(_inlined(schema, schema["$defs"]))


def _inlined(part: Any, defs: dict[str, Any]) -> Any:
    """The schema with its references written out: looking them up took two thirds of a load."""
    if isinstance(part, list):
        return [_inlined(one, defs) for one in part]
    if not isinstance(part, dict):
        return part
    whole = {key: _inlined(value, defs) for key, value in part.items() if key not in ("$ref", "$defs")}
    if "$ref" in part:
        return {**_inlined(defs[part["$ref"].removeprefix("#/$defs/")], defs), **whole}
    return whole


def check(marked: Marked) -> list[Fault]:
    """Every breach of the schema (结构错误)."""
    faults: list[Fault] = []
    for error in validator().iter_errors(marked.content):
        for leaf in _leaves(error):
            faults.extend(_told(leaf, marked))
    return faults


def prune(content: Any) -> bool:
    """Take out keys the schema does not know, so that the rest can still be linted (剔除不认识的键).

    Returns whether what is left has a sound shape.
    """
    for error in list(validator().iter_errors(content)):
        for leaf in _leaves(error):
            if leaf.validator == "additionalProperties":
                holder = _at(content, leaf.absolute_path)
                for key in _unknown_keys(leaf):
                    holder.pop(key, None)
    return validator().is_valid(content)


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The branch of an `anyOf` that fits best, down to the real breach."""
    if not error.context:
        yield error
        return
    branches: dict[Any, list[ValidationError]] = {}
    for child in error.context:
        branches.setdefault(child.schema_path[0], []).append(child)
    apt = [
        b
        for b in branches.values()
        if not any(c.validator == "type" and c.parent is error and not c.path for c in b)
    ]
    if len(apt) != 1:
        yield error
        return
    for child in apt[0]:
        yield from _leaves(child)


def _told(error: ValidationError, marked: Marked) -> Iterator[Fault]:
    path = list(error.absolute_path)
    where = ".".join(str(step) for step in path) or "文件"
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        for key in _unknown_keys(error):
            near = difflib.get_close_matches(key, known, 1)
            hint = f"是不是“{near[0]}”？" if near else f"可用的键有：{'、'.join(known)}。"
            yield Fault(marked.line(*path, key), "schema.unknown_key", f"{where} 里不认识键“{key}”，{hint}")
        return
    yield Fault(_line_of(error, path, marked), f"schema.{error.validator}", _sentence(error, where))


def _line_of(error: ValidationError, path: list, marked: Marked) -> int:
    if (
        error.validator in ("pattern",)
        and isinstance(error.instance, str)
        and (*path, error.instance) in marked.lines
    ):
        return marked.line(*path, error.instance)  # a key with a wrong name
    return marked.line(*path)


def _sentence(error: ValidationError, where: str) -> str:
    rule, wanted = error.validator, error.validator_value
    if rule == "required":
        missing = "、".join(f"“{key}”" for key in wanted if key not in error.instance)
        return f"{where} 缺少 {missing}，请补上。"
    if rule == "type":
        kinds = [wanted] if isinstance(wanted, str) else wanted
        return f"{where} 应为{'或'.join(_TYPES[kind] for kind in kinds)}，现为 {_shown(error.instance)}。"
    if rule == "enum":
        return f"{where} 只能是 {'、'.join(map(str, wanted))} 之一，现为 {_shown(error.instance)}。"
    if rule == "pattern":
        return f"{where} 的写法 {_shown(error.instance)} 不对，应符合 {wanted}。"
    if rule in ("minItems", "minProperties", "minLength"):
        return f"{where} 不能为空。"
    if rule == "uniqueItems":
        return f"{where} 里有重复的内容，请删去一个。"
    if rule in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        return f"{where} 的数值 {_shown(error.instance)} 超出范围（界限 {wanted}）。"
    return f"{where} 的内容 {_shown(error.instance)} 不合要求。"


def _unknown_keys(error: ValidationError) -> list[str]:
    known = error.schema.get("properties", {})
    return [key for key in error.instance if key not in known]


def _at(content: Any, path: Any) -> Any:
    for step in path:
        content = content[step]
    return content


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"
