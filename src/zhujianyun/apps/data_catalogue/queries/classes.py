"""The class list of the guide in force on a day (资源分类)."""

from __future__ import annotations

from datetime import date

from zhujianyun.kernel.case.definition import registry


def classes(day: date) -> list[tuple[str, str]]:
    """Pairs of class code and path, in the order of the list (分类清单). Not confirmed: see the table."""
    return [(row["code"], row["path"]) for row in registry.table("catalogue_classes", day)]


def code_of(path: str, day: date) -> str:
    """The class code of a path, empty when the list does not know it (分类代码)."""
    return next((code for code, known in classes(day) if known == path), "")
