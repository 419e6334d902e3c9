"""Expressions in definitions (表达式): CEL, compiled once, evaluated in microseconds.

A thin door to the Common Expression Language. An expression that raises is a named refusal and
never counts as true. Host functions are passed by name.

Source: CEL specification, github.com/google/cel-spec.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import cel

from zhujianyun.base.errors import RuleBroken


class ExpressionError(RuleBroken):
    """An expression does not compile, or raised on the facts given (表达式错误)."""

    code = "expression_error"


class Expression:
    """One compiled expression (已编译表达式)."""

    __slots__ = ("_program", "functions", "source", "variables")

    def __init__(self, source: str) -> None:
        """Compile ``source``.

        Raises:
            ExpressionError: when the text is not CEL; ``details["reason"]`` says where.
        """
        self.source = str(source)
        try:
            self._program = cel.compile(self.source)
        except Exception as error:
            raise ExpressionError(
                f"表达式无法编译：{self.source}", rule="expression.compiles", reason=str(error)
            ) from error
        self.variables: tuple[str, ...] = tuple(self._program.variables())
        self.functions: tuple[str, ...] = tuple(
            name for name in self._program.functions() if name.isidentifier()
        )

    def evaluate(self, facts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None) -> Any:
        """The value over ``facts``.

        Raises:
            ExpressionError: an undefined variable, a missing field or mixed types.
        """
        try:
            if functions:
                return self._program.execute(cel.Context(variables=dict(facts), functions=dict(functions)))
            return self._program.execute(dict(facts))
        except Exception as error:
            raise ExpressionError(
                f"条件“{self.source}”无法判断：{_said(error)}", rule="expression.evaluates", reason=str(error)
            ) from error

    def holds(self, facts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None) -> bool:
        """Whether the expression is exactly true; anything but a boolean is an error (条件是否成立)."""
        value = self.evaluate(facts, functions)
        if not isinstance(value, bool):
            raise ExpressionError(
                f"条件“{self.source}”的结果不是真或假", rule="expression.boolean", reason=repr(value)
            )
        return value

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)


def _said(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"缺少要素 {error.args[0]}"
    return str(error).splitlines()[0][:200]
