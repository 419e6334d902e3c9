"""YAML with line numbers and without its traps (带行号的 YAML).

Read as YAML 1.2 would: ``no``, ``on`` and ``2020-06-01`` stay text, only ``true`` and ``false`` are
booleans. Refused: two keys of one name, anchors, keys that are not text, and a version written
without quotes, because other readers take 2020.10 for the number 2020.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from .faults import Fault

Path = tuple[str | int, ...]
MAX_DEPTH = 30

_INT, _FLOAT, _BOOL, _NULL = (f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "null"))


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader with fewer guesses about plain scalars."""

    yaml_implicit_resolvers: dict = {}


_Loader.add_implicit_resolver(_BOOL, re.compile(r"true$|false$"), list("tf"))
_Loader.add_implicit_resolver(_NULL, re.compile(r"~$|null$|$"), ["~", "n", ""])
_Loader.add_implicit_resolver(_INT, re.compile(r"-?[0-9]+$"), list("-0123456789"))
_Loader.add_implicit_resolver(_FLOAT, re.compile(r"-?[0-9]+\.[0-9]+$"), list("-0123456789"))


@dataclass(slots=True)
class Marked:
    """A document with the line of each of its parts (带行号的文档)."""

    content: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, *path: str | int) -> int:
        """The line of a part, or of the nearest part around it (行号)."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(text: str) -> Marked:
    """Read a YAML text (读取); what is wrong with it stands in `faults`, nothing is raised."""
    marked = Marked()
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        said = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        marked.faults.append(Fault(line, "yaml.syntax", f"YAML 写法有误：{said}，请检查缩进、引号和括号。"))
        return marked
    if root is not None:
        marked.content = _Reader(marked).value(root, ())
    return marked


class _Reader:
    def __init__(self, marked: Marked) -> None:
        self.marked = marked
        self.seen: set[int] = set()

    def fault(self, node: yaml.Node, rule: str, reason_zh: str) -> None:
        self.marked.faults.append(Fault(node.start_mark.line + 1, rule, reason_zh))

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.marked.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.seen or len(path) > MAX_DEPTH:
            self.fault(
                node, "yaml.alias", "流程定义里不用锚点和别名（&、*），也不嵌套过深，请把内容直接写出来。"
            )
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, i)) for i, child in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # there are three kinds of nodes
        return self.scalar(node, path)

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self.key(key_node)
            if key is None:
                continue
            if key in found:
                self.duplicate(key_node, key, path)
                continue
            self.marked.lines[(*path, key)] = key_node.start_mark.line + 1
            found[key] = self.value(value_node, (*path, key))
        return found

    def key(self, node: yaml.Node) -> str | None:
        if not isinstance(node, yaml.ScalarNode) or node.tag in (_BOOL, _NULL):
            self.fault(node, "yaml.key", "键必须是文字，请改写或加引号。")
            return None
        if node.tag == _FLOAT:
            self.fault(
                node, "yaml.version_unquoted", f'版本号 {node.value} 作键时要加引号，写成 "{node.value}"。'
            )
        return node.value

    def duplicate(self, node: yaml.Node, key: str, path: Path) -> None:
        first = self.marked.line(*path, key)
        what = (
            "环节"
            if path == ("states",)
            else "动作"
            if path[:1] == ("states",) and path[-1] == "do"
            else "键"
        )
        rule = {"环节": "state.duplicate", "动作": "action.duplicate", "键": "yaml.duplicate_key"}[what]
        self.fault(node, rule, f"{what}“{key}”在第 {first} 行已经写过，请删去一个或改名。")

    def scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        if path[-1:] == ("version",) and node.tag in (_FLOAT, _INT):
            self.fault(
                node,
                "yaml.version_unquoted",
                f'版本号要加引号，写成 "{node.value}"：不加引号的 2020.10 会被读成 2020.1。',
            )
            return node.value
        if node.tag == _BOOL:
            return node.value == "true"
        if node.tag == _NULL:
            return None
        if node.tag == _INT:
            return int(node.value)
        return float(node.value) if node.tag == _FLOAT else node.value
