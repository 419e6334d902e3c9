"""When two wordings are the same definition (口径指纹): text and code, comments and layout aside."""

from __future__ import annotations

import ast
import hashlib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any

DEPTH = 3  # a predicate calls a query, which calls another; further is another definition's business


def digest(parts: Iterable[str]) -> str:
    """Twelve hex digits over the parts (指纹)."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def predicate_sources(function: Callable[..., Any]) -> list[str]:
    """The code of a function and of the functions of the same app that it calls (谓词源码).

    Comments, layout and docstrings do not count: rewording a comment is no new definition.
    """
    seen: dict[str, str] = {}
    _collect(function, DEPTH, seen)
    return [seen[name] for name in sorted(seen)]


def _collect(function: Callable[..., Any], depth: int, seen: dict[str, str]) -> None:
    plain = inspect.unwrap(function)
    name = f"{plain.__module__}.{plain.__qualname__}"
    if name in seen or not isinstance(plain, FunctionType):
        return
    seen[name] = _bare_source(plain)
    if depth:
        for called in _called(plain):
            _collect(called, depth - 1, seen)


def _called(function: FunctionType) -> Iterator[FunctionType]:
    home = _app(function.__module__)
    spoken = function.__code__.co_names
    for name in spoken:
        found = function.__globals__.get(name)
        candidates = [getattr(found, n, None) for n in spoken] if isinstance(found, ModuleType) else [found]
        for candidate in candidates:
            plain = inspect.unwrap(candidate) if callable(candidate) else None
            if isinstance(plain, FunctionType) and _app(plain.__module__) == home:
                yield plain


def _app(module: str) -> str:
    """`zhujianyun.apps.hotline` of `zhujianyun.apps.hotline.queries`; an outside app's first word."""
    words = module.split(".")
    return ".".join(words[:3]) if words[0] == "zhujianyun" else words[0]


def _bare_source(function: FunctionType) -> str:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError, TypeError):  # typed at a prompt: the byte code stands in
        return function.__code__.co_code.hex()
    node = tree.body[0]
    if isinstance(node, ast.FunctionDef):
        node.decorator_list = []
        if node.body and isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def chinese(text: str) -> str:
    """The Chinese paragraphs of a text, lines joined as Chinese is written; all of it if there are none (中文口径)."""
    kept = []
    for paragraph in text.split("\n\n"):
        joined = _BREAK.sub("", paragraph.strip())
        if len(_HAN.findall(joined)) * 3 > len(joined):
            kept.append(joined)
    return "\n".join(kept) or text


_HAN = re.compile(r"[\u3400-\u9fff，。；：、（）“”《》]")
_BREAK = re.compile(
    r"(?<=[\u3400-\u9fff，。；：、（）“”《》])\s*\n\s*|\s*\n\s*(?=[\u3400-\u9fff，。；：、（）“”《》])"
)
