"""Expressions in definitions (表达式): CEL, compiled once, evaluated in microseconds.

A thin door to the Common Expression Language. An expression that raises is a named refusal and
never counts as true. Host functions are passed by name.

What surprises: integer against double raises, a missing field raises (use ``has()``), integer
division truncates, and a Decimal would silently become a double — so money and areas come as
integers (fen, cm²), days as ISO text.

Source: CEL specification, github.com/google/cel-spec.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import cel

from zhujianyun.base.errors import RuleBroken

# What CEL itself brings; every other function has to be offered by a host.
BUILT_IN_FUNCTIONS = frozenset(
    {
        *("has", "size", "contains", "startsWith", "endsWith", "matches", "dyn", "type"),
        *("int", "uint", "double", "string", "bytes", "timestamp", "duration"),
        *("all", "exists", "exists_one", "filter", "map"),
        *("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"),
        *("getHours", "getMinutes", "getSeconds", "getMilliseconds"),
    }
)
_TYPE_NAMES = frozenset({"int", "uint", "double", "string", "bool", "bytes", "list", "map", "null_type"})
_LITERALS = frozenset({"true", "false", "null", "in"})
_BINDING_MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
_TOKEN = re.compile(
    r"""(?P<text>[rRbB]{0,2}(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))"""
    r"""|(?P<name>[A-Za-z_]\w*)|(?P<number>\d[\w.]*)|(?P<mark>\S)""",
    re.ASCII,
)


class ExpressionError(RuleBroken):
    """An expression does not compile, or raised on the facts given (表达式错误)."""

    code = "expression_error"


class Expression:
    """One compiled expression (已编译表达式).

    Attributes:
        source: the text.
        variables: names it reads that it does not bind itself, sorted.
        paths: what it reads, as far as it is written with dots: ``("subject", "scale")``.
        functions: host functions it calls, sorted; CEL's own are left out.
    """

    __slots__ = ("_program", "_reads", "functions", "paths", "source", "variables")

    def __init__(self, source: str) -> None:
        """Compile ``source``.

        Raises:
            ExpressionError: when the text is not CEL; ``details["reason"]`` says where.
        """
        self.source = str(source)
        try:
            self._program = cel.compile(self.source)
        except Exception as error:  # noqa: BLE001 - the engine raises what it likes
            raise ExpressionError(
                f"表达式无法编译：{self.source}", rule="expression.compiles", reason=str(error)
            ) from error
        self.paths: tuple[tuple[str, ...], ...] = tuple(sorted(set(_paths_read(self.source))))
        self.variables: tuple[str, ...] = tuple(sorted({path[0] for path in self.paths}))
        self._reads = {name: _first_fields(self.paths, name) for name in self.variables}
        self.functions: tuple[str, ...] = tuple(
            sorted(n for n in self._program.functions() if n.isidentifier() and n not in BUILT_IN_FUNCTIONS)
        )

    def evaluate(
        self, facts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None
    ) -> Any:
        """The value over ``facts`` (求值).

        Raises:
            ExpressionError: an undefined variable, a missing field or mixed types.
        """
        read = self._narrowed(facts)
        try:
            if functions:
                return self._program.execute(cel.Context(variables=read, functions=dict(functions)))
            return self._program.execute(read)
        except Exception as error:  # noqa: BLE001 - the engine raises what it likes
            raise ExpressionError(
                f"条件“{self.source}”无法判断：{_said(error)}", rule="expression.evaluates", reason=str(error)
            ) from error

    def _narrowed(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Only what the expression reads: the engine converts every value it is handed."""
        read: dict[str, Any] = {}
        for name, fields in self._reads.items():
            if name in facts:
                value = facts[name]
                narrow = fields and isinstance(value, dict)
                read[name] = {field: value[field] for field in fields if field in value} if narrow else value
        return read

    def holds(
        self, facts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None
    ) -> bool:
        """Whether the expression is exactly true; anything but a boolean is an error (条件是否成立).

        Raises:
            ExpressionError: as `evaluate`, and when the value is no boolean.
        """
        value = self.evaluate(facts, functions)
        if not isinstance(value, bool):
            raise ExpressionError(
                f"条件“{self.source}”的结果不是真或假", rule="expression.boolean", reason=repr(value)
            )
        return value

    def whole(
        self, facts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None
    ) -> int:
        """The value as a whole number ≥ 0, e.g. of days; anything else is an error (非负整数值).

        Raises:
            ExpressionError: as `evaluate`, and when the value is no whole number or is negative.
        """
        value = self.evaluate(facts, functions)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ExpressionError(
                f"表达式“{self.source}”的结果不是非负整数", rule="expression.whole", reason=repr(value)
            )
        return value

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)


def _first_fields(paths: tuple[tuple[str, ...], ...], name: str) -> tuple[str, ...]:
    """The fields read of a variable; none when it is read as a whole somewhere."""
    fields = [path[1:2] for path in paths if path[0] == name]
    return tuple(sorted({field[0] for field in fields})) if all(fields) else ()


def _paths_read(source: str) -> Iterator[tuple[str, ...]]:
    """Each free name with the fields that follow it by dots.

    The engine's own list mixes in the variables that macros bind (``o`` of ``exists(o, …)``), so
    the text is read once more with the scopes of the macros kept.
    """
    tokens = [(match.lastgroup, match.group()) for match in _TOKEN.finditer(source)] + [("mark", "")] * 2
    scopes: list[str] = []  # one entry for each open bracket: the name bound there, or ""
    for i, (kind, text) in enumerate(tokens):
        if text in ("(", "[", "{") and kind == "mark":
            scopes.append(_bound_here(tokens, i))
        elif text in (")", "]", "}") and kind == "mark" and scopes:
            scopes.pop()
        elif kind == "name" and _is_free(tokens, i, scopes):
            yield _with_fields(tokens, i)


def _bound_here(tokens: list, i: int) -> str:
    is_macro = (
        i >= 2 and tokens[i][1] == "(" and tokens[i - 1][1] in _BINDING_MACROS and tokens[i - 2][1] == "."
    )
    return tokens[i + 1][1] if is_macro else ""


def _is_free(tokens: list, i: int, scopes: list[str]) -> bool:
    text = tokens[i][1]
    if text in _LITERALS or text in _TYPE_NAMES or text in scopes:
        return False
    is_field = i > 0 and tokens[i - 1] == ("mark", ".")
    return not is_field and tokens[i + 1] != ("mark", "(")


def _with_fields(tokens: list, i: int) -> tuple[str, ...]:
    path = [tokens[i][1]]
    while tokens[i + 1] == ("mark", ".") and tokens[i + 2][0] == "name":
        if i + 3 < len(tokens) and tokens[i + 3] == ("mark", "("):
            break
        path.append(tokens[i + 2][1])
        i += 2
    return tuple(path)


def _said(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"缺少要素 {error.args[0]}"
    return str(error).splitlines()[0][:200]
