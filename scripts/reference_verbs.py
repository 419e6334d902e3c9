"""Finds the verbs of the journal in the source text (留痕行为): what is passed to the functions that record.

A function that hands one of its own arguments on to the journal records too: its callers are read
instead, so the helper `_tell(verb, …)` of a module does not hide what is said through it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RECORDERS = ("record", "draft", "act", "own_act")  # of kernel.journal and kernel.access
VERB = re.compile(r"^[a-z_…]+(\.[a-z_…]+)+$")
HOLE = "\0"

Words = dict[str, ast.expr]


@dataclass(frozen=True)
class Through:
    """A function that records what it is given (转记函数): which argument, and what stands around it."""

    place: int
    name: str
    around: str


def said(modules: dict[Path, ast.Module]) -> Iterator[tuple[Path, ast.FunctionDef, str]]:
    """Every verb with the function that says it (全部行为)."""
    public: dict[str, Through] = {}
    for tree in modules.values():
        public |= {name: one for name, one in _throughs(tree).items() if not name.startswith("_")}
    for file, tree in modules.items():
        own = public | _throughs(tree)
        for function in _functions(tree):
            for verb in _verbs(function, _constants(tree), own):
                if VERB.match(verb) and verb.replace("…", "").strip(".") not in ("", "case"):
                    yield file, function, verb


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _constants(tree: ast.AST) -> Words:
    """Names bound to a text, one by one or as a tuple."""
    found: Words = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = node.value
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    found |= {
                        n.id: v
                        for n, v in zip(target.elts, node.value.elts, strict=False)
                        if isinstance(n, ast.Name)
                    }
    return found


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    return (node for node in ast.walk(function) if isinstance(node, ast.Call))


def _throughs(tree: ast.Module) -> dict[str, Through]:
    """The functions of a module that record an argument of theirs."""
    found = {}
    for function in _functions(tree):
        arguments = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        for call in _calls(function):
            if _called(call) in RECORDERS and call.args:
                for place, name in enumerate(arguments):
                    around = _text(call.args[0], _constants(tree), name)
                    if HOLE in around:
                        found[function.name] = Through(place, name, around)
    return {name: one for name, one in found.items() if name not in RECORDERS}


def _verbs(function: ast.FunctionDef, constants: Words, throughs: dict[str, Through]) -> Iterator[str]:
    words = constants | _constants(function)
    for call in _calls(function):
        name = _called(call)
        if name in RECORDERS and call.args and function.name not in throughs:
            yield _text(call.args[0], words)
        elif name in throughs:
            one = throughs[name]
            given = [k.value for k in call.keywords if k.arg == one.name] or call.args[
                one.place : one.place + 1
            ]
            yield from (one.around.replace(HOLE, _text(value, words)) for value in given)


def _text(node: ast.expr | None, words: Words, hole: str = "", depth: int = 3) -> str:
    """The text of an expression: "…" for what is known only at run time, HOLE for the argument `hole`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, words, hole, depth) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _text(node.value, words, hole, depth)
    if isinstance(node, ast.Name) and node.id == hole:
        return HOLE
    if isinstance(node, ast.Name) and node.id in words and depth:
        return _text(words[node.id], words, hole, depth - 1)
    return "…"
