"""Loads process definitions (加载流程定义): YAML → shape → parse → lint, or every fault at once."""

from __future__ import annotations

import copy
from pathlib import Path

from . import lint, marked_yaml, shape
from .faults import DefinitionError, Fault
from .model import Definition
from .parse import parse

__all__ = ["DefinitionError", "Fault", "load_file", "load_text"]

MAX_BYTES = 512 * 1024


def load_file(path: str | Path, app: str) -> Definition:
    """The definition in a file (加载文件).

    Raises:
        DefinitionError: with every fault of the file, by line.
    """
    path = Path(path)
    if path.stat().st_size > MAX_BYTES:
        raise DefinitionError(
            str(path), [Fault(1, "yaml.size", f"文件超过 {MAX_BYTES // 1024} KB，请拆分流程。")]
        )
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DefinitionError(
            str(path), [Fault(1, "yaml.encoding", "文件不是 UTF-8 编码，请另存为 UTF-8。")]
        ) from None
    return load_text(text, app, str(path))


def load_text(text: str, app: str, path: str = "") -> Definition:
    """The definition in a text (加载文本).

    Raises:
        DefinitionError: with every fault of the text, by line.
    """
    marked = marked_yaml.read(text)
    if not isinstance(marked.content, dict):
        faults = marked.faults or [Fault(1, "yaml.empty", "文件是空的或不是键值表，请从 process: 写起。")]
        raise DefinitionError(path, faults)
    faults = [*marked.faults, *shape.check(marked)]
    if faults:
        marked.content = copy.deepcopy(marked.content)
        if not shape.prune(marked.content):
            raise DefinitionError(path, faults)
    definition, more = parse(marked, app=app, text=text, path=path)
    faults += [*more, *lint.faults(definition, marked)]
    if faults:
        raise DefinitionError(path, faults)
    return definition
