"""Faults of a process definition (流程定义错误): what is wrong, on which line, by which rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zhujianyun.base.errors import RuleBroken


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault (一处错误): the line counts from 1, `reason_zh` is one sentence for the author."""

    line: int
    rule: str
    reason_zh: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.reason_zh}（{self.rule}）"


class DefinitionError(RuleBroken):
    """A definition is refused (流程定义被拒绝); `faults` holds every fault found, by line."""

    code = "definition_error"

    def __init__(self, path: str, faults: Iterable[Fault]) -> None:
        self.path = path
        self.faults = tuple(sorted(set(faults)))
        said = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(
            f"流程定义 {path or '（文本）'} 有 {len(self.faults)} 处错误，请改正后重新加载：\n{said}",
            rule="definition.faultless",
            path=path,
            faults=[{"line": f.line, "rule": f.rule, "reason_zh": f.reason_zh} for f in self.faults],
        )
