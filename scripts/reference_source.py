"""Pages of the reference that are read from the source text and the data files (由源码与数据生成的页面)."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import reference_verbs
import reference_words as words
from reference import SOURCE, cell, code, table

ISO = re.compile(r"\d{4}-\d\d-\d\d$")
ZJY = re.compile(r"\bZJY_[A-Z_]+[A-Z]\b")


def sources() -> Iterator[tuple[Path, str]]:
    """Every module but tests, migrations and settings for tests (源文件)."""
    for file in sorted(SOURCE.rglob("*.py")):
        if not {"tests", "migrations"} & set(file.parts) and file != SOURCE / "config/settings/test.py":
            yield file, file.read_text(encoding="utf-8")


# --- verbs -----------------------------------------------------------------------------------------


def verbs() -> str:
    """The verbs that the journal may hold (留痕行为)."""
    from zhujianyun.kernel.case.definition import registry

    acts: dict[tuple[str, str], dict[str, str]] = {}
    for definition in registry.all_():
        for _, action in definition.all_actions():
            known = acts.setdefault((definition.process, definition.zh), {})
            known.setdefault(action.name, action.zh)
    parts = ["# 留痕行为", words.VERBS, "## 平台与应用", table("行为 中文 记录者", _spoken())]
    for (process, zh), actions in acts.items():
        rows = ((code(f"case.{process}.{name}"), name_zh) for name, name_zh in sorted(actions.items()))
        parts += [f"## {zh}", table("行为 中文", rows)]
    return "\n\n".join(parts)


def _spoken() -> list[tuple[str, str, str]]:
    """(verb, Chinese, module) of every call that records, from the source text."""
    found: dict[str, tuple[str, str, str]] = {}
    trees = {file: ast.parse(text) for file, text in sources()}
    for file, _, verb in reference_verbs.said(trees):
        module = ".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        found.setdefault(verb, (code(verb), _named(verb), code(module)))
    return [found[verb] for verb in sorted(found)]


def _named(verb: str) -> str:
    """What the book of the journal calls a verb; empty when nobody named it (行为名称)."""
    from zhujianyun.ui.books.ledger import words as book

    act = verb.removeprefix("case.….")
    said = book.CASE_VERBS_ZH.get(act, "") if act != verb else book.verb_zh(verb)
    return words.VERBS_ZH.get(verb) or ("" if said == verb else said)


# --- settings --------------------------------------------------------------------------------------


def settings_read() -> dict[str, list[str]]:
    """Every name ZJY_… in the source, with the modules that use it (源码用到的配置名)."""
    found: dict[str, list[str]] = {}
    for file, text in sources():
        for name in sorted(set(ZJY.findall(text))):
            found.setdefault(name, []).append(file.relative_to(SOURCE).as_posix())
    return found


def settings_page() -> str:
    """Environment variables and settings (配置)."""
    used = settings_read()
    parts = ["# 配置", words.SETTINGS]
    for sort, said in (
        (words.ENVIRONMENT, "环境变量"),
        (words.SETTING, "配置项：写在自己的 Django 配置文件里"),
        (words.INNER, "由上面得出，不必设置"),
    ):
        rows = (
            (code(name), zh, used.get(name, [])) for name, (kind, zh) in words.ZJY.items() if kind == sort
        )
        parts += [f"## {said}", table("名称 说明 读取处", rows)]
    return "\n\n".join(parts)


# --- data files ------------------------------------------------------------------------------------


def data_files() -> str:
    """Every table of law, calendar and divisions (数据文件)."""
    rows = [_data_file(file) for file in sorted((SOURCE / "data").rglob("*.csv"))]
    return "\n\n".join(["# 数据文件", words.DATA, table("文件 行数 已核对 日期 来源", rows)])


def _data_file(file: Path) -> tuple[object, ...]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    checked = sum(row.get("verified") == "true" for row in rows)
    dates = sorted(
        {row[c] for row in rows for c in ("day", "valid_from", "as_of") if ISO.match(row.get(c) or "")}
    )
    columns = ("basis", "source", "notice_no", *(("code",) if rows and "clause" in rows[0] else ()))
    said = [row[c] for row in rows for c in columns if row.get(c)]
    return (
        code(file.relative_to(SOURCE / "data").as_posix()),
        len(rows),
        f"{checked}/{len(rows)}",
        _span(dates),
        _some(said),
    )


def _span(dates: list[str]) -> str:
    if not dates:
        return ""
    return dates[0] if dates[0] == dates[-1] else f"{dates[0]} — {dates[-1]}"


def _some(said: list[str], most: int = 3) -> str:
    """The sources named most often, and how many there are besides."""
    names = sorted(dict.fromkeys(said), key=lambda name: (-said.count(name), name))
    more = f" 等 {len(names)} 种" if len(names) > most else ""
    return cell(names[:most]) + more if names else "[见说明](../../src/zhujianyun/data/README.md)"
