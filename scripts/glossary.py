"""Check the glossary against the code (词汇表检查): one Chinese term, one code name.

Every code name of the glossary must be a name in the source; every model of the kernel and every app
must stand in it, under the Chinese name that the code itself carries.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| ([^|]+) \| `([^`]+)` \|")


def entries() -> list[tuple[str, str]]:
    """(Chinese, code) of every row."""
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    return [(m[1].strip(), m[2]) for line in text.splitlines() if (m := ROW.match(line))]


def names_in_source() -> set[str]:
    """Every class, function, field, argument and string that is a plain name."""
    found: set[str] = set()
    for file in (ROOT / "src").rglob("*.py"):
        found.add(file.stem)
        found.add(file.parent.name)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.arg | ast.keyword) and node.arg:
                found.add(node.arg)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
    return found


def faults() -> list[str]:
    """One sentence per disagreement."""
    import django

    django.setup()
    from django.apps import apps

    from zhujianyun.config.assembly import manifests

    listed = entries()
    known = {code: zh for zh, code in listed}
    said = [f"词汇表中 {zh} 出现多次" for zh, n in Counter(zh for zh, _ in listed).items() if n > 1]
    said += [f"词汇表中 {code} 出现多次" for code, n in Counter(code for _, code in listed).items() if n > 1]
    names = names_in_source()
    said += [
        f"词汇表的 {code}（{zh}）在代码中不存在" for zh, code in listed if code.split(".")[-1] not in names
    ]
    for model in apps.get_models():
        if not model.__module__.startswith("zhujianyun."):
            continue
        name, zh = model.__name__, str(model._meta.verbose_name)
        # Two apps may each have a Document: such names stand in the table with the app before them.
        written = known.get(model._meta.label, known.get(name, "（没有）"))
        if written != zh:
            said.append(f"模型 {model._meta.label} 自称“{zh}”，词汇表写的是“{written}”")
    for manifest in manifests().values():
        if known.get(manifest.name) != manifest.zh:
            said.append(
                f"应用 {manifest.name} 自称“{manifest.zh}”，词汇表写的是“{known.get(manifest.name, '（没有）')}”"
            )
    return said


def main() -> int:
    """Print the disagreements and return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhujianyun.config.settings.test")
    said = faults()
    print("\n".join(said) or f"词汇表 {len(entries())} 条，与代码一致")
    return bool(said)


if __name__ == "__main__":
    sys.exit(main())
