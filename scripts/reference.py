"""Write `docs/reference/` from the code (生成参考手册): nothing there is typed by hand.

`python scripts/reference.py` writes; `--check` only compares and names what differs; `--names` prints
what is registered, for the test.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import reference_words as words  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "zhujianyun"
FOLDER = ROOT / "docs" / "reference"
HEAD = "<!-- 由 scripts/reference.py 从代码生成，请勿手改。 -->\n\n"


def cell(value: object) -> str:
    """A value inside a table row (表格单元)."""
    text = "、".join(map(str, value)) if isinstance(value, tuple | list | set | frozenset) else str(value)
    return text.replace("|", "\\|").replace("\n", " ").strip() or "—"


def table(header: str, rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table, or a dash when there is nothing (表格)."""
    lines = ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
    names = header.split()
    return (
        "\n".join(["| " + " | ".join(names) + " |", "|" + "---|" * len(names), *lines])
        if lines
        else "（没有）"
    )


def code(text: object) -> str:
    """Code in a cell; a dash when empty (代码)."""
    return f"`{text}`" if str(text) else "—"


def codes(names: Iterable[object]) -> str:
    """Several codes in a cell (若干代码)."""
    return "、".join(map(code, names)) or "—"


def chinese(doc: str | None) -> str:
    """The Chinese name in the first line of a docstring (文档首行的中文名)."""
    found = re.findall(
        r"[(（]([^()（）]*[\u4e00-\u9fff][^()（）]*)[)）]", (doc or "").strip().partition("\n")[0]
    )
    return found[-1] if found else ""


# --- commands --------------------------------------------------------------------------------------


def commands() -> str:
    """The command line, from its parsers (命令)."""
    from zhujianyun.config import cli

    parts = [
        "# 命令",
        f"`zhujianyun` 与 `python -m zhujianyun` 相同。{cli.build().epilog}",
        "成功时退出码为 0；做不到时打印一句中文并以非零退出。",
    ]
    for path, parser in _parsers(cli.build()):
        parts += [f"## `{path}`", parser.description or "", table("参数 缺省 说明", _arguments(parser))]
    return "\n\n".join(parts)


def _parsers(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that does something, with its path."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from _parsers(child)
            return
    yield parser.prog, parser


def _arguments(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str, str]]:
    for action in parser._actions:
        if "--help" in action.option_strings:
            continue
        shown = action.option_strings[-1] if action.option_strings else str(action.metavar or action.dest)
        if action.choices:
            shown += " " + "/".join(map(str, action.choices))
        default = "" if action.default in (None, False, argparse.SUPPRESS, []) else str(action.default)
        help_zh = action.help or ("可以不给" if action.nargs in ("?", "*") else "必填")
        yield code(shown), code(default), help_zh


# --- apps ------------------------------------------------------------------------------------------


def apps() -> str:
    """What the apps offer and need, from their manifests (应用)."""
    from zhujianyun.config.assembly import manifests
    from zhujianyun.kernel.access import registry as access

    parts = ["# 应用", "应用经 `manifest.py` 进入平台；删掉一个应用的文件夹，其余照常启动。"]
    for manifest in manifests().values():
        parts += list(_app(manifest))
    built_in = [(code(c), zh, [words.DUTIES[d] for d in duties]) for c, zh, duties in access.BUILT_IN]
    others = [
        (code(p.code), p.zh, p.app)
        for p in access.register.permissions.values()
        if p.app not in manifests() and p.code not in {c for c, *_ in access.BUILT_IN}
    ]
    parts += [
        "## 平台自带的权限",
        "下列权限只属于三员，不能放进业务角色。",
        table("权限 中文 归属", built_in),
    ]
    parts += ["内核和界面各部分登记的权限：", table("权限 中文 部分", sorted(others))]
    offered = {r.code for manifest in manifests().values() for r in manifest.roles}
    own = [
        (code(r.code), r.zh, codes(r.permissions))
        for r in access.register.roles.values()
        if r.code not in offered
    ]
    parts += ["平台自带的角色：", table("角色 中文 权限", sorted(own))]
    return "\n\n".join(parts)


def _app(manifest: Any) -> Iterator[str]:
    from zhujianyun.kernel.case.definition import registry as case
    from zhujianyun.kernel.indicator import registry as indicators
    from zhujianyun.ui.screen import registry as screens

    yield f"## {manifest.zh} `{manifest.name}`"
    yield f"{manifest.summary_zh.rstrip('。')}。依据：{'、'.join(manifest.statutes) or '—'}。"
    yield "**权限**"
    yield table("权限 中文", ((code(c), zh) for c, zh in manifest.permissions.items()))
    yield "**角色**"
    yield table("角色 中文 权限", ((code(r.code), r.zh, codes(r.permissions)) for r in manifest.roles))
    mine = sorted({d.process for d in case.all_() if d.app == manifest.name})
    offers = [
        ("流程", "、".join(f"[`{p}`]({_page(p)})" for p in mine)),
        ("指标", codes(d.code for d in indicators.all_(manifest.name))),
        ("屏幕", codes(s.code for s in screens.all_() if s.app == manifest.name)),
        ("规则", codes(manifest.rules)),
        ("效果", codes(manifest.effects)),
        ("数据表", codes(manifest.tables)),
        ("留痕订阅", codes(f.name for f in manifest.followers)),
        ("菜单", "、".join(m.zh for m in manifest.menu)),
    ]
    needs = manifest.needs
    offers.append(("需要", codes((*needs.indicators, *needs.processes, *needs.rules, *needs.effects))))
    yield table("提供 名称", offers)


# --- processes -------------------------------------------------------------------------------------


def processes() -> str:
    """The index of processes (流程索引)."""
    from zhujianyun.kernel.case.definition import registry

    rows = [
        (
            f"[`{d.process}`]({_page(d.process)})",
            d.zh,
            d.version,
            d.valid_from,
            d.valid_to or "",
            d.basis,
            d.app,
        )
        for d in registry.all_()
    ]
    return "\n\n".join(["# 流程", words.PROCESSES, table("流程 名称 版本 自 至 依据 应用", rows)])


def _page(process: str) -> str:
    return f"process-{process.replace('_', '-')}.md"


def process(name: str) -> str:
    """All versions of one process, the newest first (一个流程)."""
    from zhujianyun.kernel.case.definition import registry

    versions = registry.versions(name)[::-1]
    parts = [
        f"# {versions[0].zh} `{name}`",
        f"应用 `{versions[0].app}`；版本 {'、'.join(d.version for d in versions)}。",
    ]
    for definition in versions:
        parts += list(_version(definition))
    return "\n\n".join(parts)


def _version(d: Any) -> Iterator[str]:
    from zhujianyun.kernel.case.definition import diagram

    yield f"## 版本 {d.version}"
    valid = f"{d.valid_from} 起" + (f"，{d.valid_to} 止" if d.valid_to else "")
    yield table("项 内容", [
        ("有效期", valid), ("依据", d.basis), ("编号", code(d.number)), ("不得重复", codes(d.unique)),
        ("工作日历", codes(d.layers)), ("节点", codes(sorted(d.marks()))), ("办结", [d.states[s].zh for s in d.settled]),
        ("终止", [d.states[s].zh for s in d.end]),
    ])  # fmt: skip
    yield "**角色**"
    yield table(
        "角色 中文 说明", ((code(r.name), r.zh, f"按{r.per}分派" if r.per else "") for r in d.roles.values())
    )
    yield "**时限**"
    yield table(
        "时限 名称 起算 截止 天数 性质 承担 依据", (_deadline(d, one) for one in d.deadlines.values())
    )
    yield from _pauses(d)
    yield "**申报要素**"
    yield table("要素 中文 类型 必填 单位", (
        (code(f.name), f.zh, words.TYPES.get(f.type, f.type), "是" if f.required else "判定" if f.derived else "", f.unit)
        for f in d.facts.values()
    ))  # fmt: skip
    yield "**环节与动作**"
    yield table(
        "环节 动作 谁办 到 条件 须附 文书 签名 节点 国家码", (_action(d, s, a) for s, a in d.all_actions())
    )
    yield "```text\n" + diagram.text(d) + "\n```"


def _deadline(d: Any, one: Any) -> tuple[object, ...]:
    start = code(one.start_mark) if one.start_mark else f"{code(one.start_date)}（日期）"
    owner = {"staff": "机关", "applicant": "申请人"}[one.owner]
    statutory = (
        "法定" if one.verified else "待核对"
    )  # "法定" only once a person has compared it with the text
    kind = {"statutory": statutory, "promise": "承诺"}.get(one.kind, one.kind)
    return (code(one.id), one.zh, start, codes(one.stop), _days(d, one.days, one.unit), kind, owner,
            one.basis)  # fmt: skip


def _days(d: Any, days: Any, unit: str) -> str:
    """The number in force on the first day of the version, and the expression it comes from."""
    from zhujianyun.kernel.case.definition import registry

    unit_zh = {"workday": "个工作日", "day": "日"}[unit]
    name, _, key = days.source.partition(".")
    if name not in d.tables:
        return f"{days.source} {unit_zh}" if days.source.isdigit() else code(days.source)
    return f"{registry.values(d.tables[name], d.valid_from)[key]} {unit_zh}（{code(days.source)}）"


def _pauses(d: Any) -> Iterator[str]:
    rows = [
        (
            one.zh,
            d.states[p.state].zh,
            p.type,
            p.doc,
            d.roles[p.approver].zh,
            _days(d, p.cap_days, p.cap_unit),
        )
        for one in d.deadlines.values()
        for p in one.pauses
    ]
    if rows:
        yield "**可以中止的情形**"
        yield table("时限 环节 类型 文书 批准人 最长", rows)


def _action(d: Any, state: Any, a: Any) -> tuple[object, ...]:
    def doer(name: str) -> str:
        return "系统" if name == "system" else d.roles[name.partition("*")[0]].zh

    by = "、".join(map(doer, a.by)) + (f"，{_days(d, a.after.days, a.after.unit)}后" if a.after else "")
    guard = a.guard_zh or (a.guard.source if a.guard else "")
    signed = [doer(s) + (f"×{s.partition('*')[2]}" if "*" in s else "") for s in a.sign]
    follow = f"{d.states[a.to].zh}" + (f"；效果 {codes(a.effect)}" if a.effect else "")
    return (state.zh, f"{a.zh} {code(a.name)}", by, follow, guard, a.need, a.doc or "", signed, codes(a.mark),
            "" if a.nat is None else a.nat)  # fmt: skip


# --- indicators and screens ------------------------------------------------------------------------


def indicators() -> str:
    """Every indicator with its definition (指标)."""
    from zhujianyun.kernel.indicator import registry

    found = registry.all_()
    rows = [
        (
            code(d.code),
            d.zh,
            d.unit.zh,
            words.KINDS[d.kind],
            d.steward,
            "分市" if d.by_city else "",
            code(d.version),
        )
        for d in found
    ]
    parts = ["# 指标", words.INDICATORS, table("代码 名称 单位 类型 责任处室 粒度 口径版本", rows), "## 口径"]
    for d in found:
        made = registry.parts(d)
        of = f"\n\n由 {' ÷ '.join(map(code, made))} 算出。" if made else ""
        watched = registry.watched(d)
        touched = f"\n\n随 {codes(watched)} 重算。" if watched else ""
        parts.append(
            f"### {d.zh} `{d.code}`\n\n{d.text.partition(chr(10))[2].strip() or d.text}{of}{touched}"
        )
    return "\n\n".join(parts)


def screens() -> str:
    """Every screen with its widgets (屏幕)."""
    from zhujianyun.ui.screen import forms, registry

    parts = ["# 屏幕", words.SCREENS]
    for s in registry.all_():
        parts += [
            f"## {s.title} `{s.code}`",
            f"{'主屏' if s.kind == 'main' else '子屏'}，应用 `{s.app}`，地址 `/screen/{s.code}/`。它回答：{s.question}",
        ]
        parts.append(table("组件 形式 标题 指标 位置", (
            (code(w.id), forms.get(w.form).zh, w.title, codes(w.indicators), "{}，{}，{}×{}".format(*w.at)) for w in s.widgets
        )))  # fmt: skip
    return "\n\n".join(parts)


# --- putting it together ---------------------------------------------------------------------------


def pages() -> dict[str, str]:
    """Every page by its file name (全部页面)."""
    from reference_source import data_files, settings_page, verbs

    from zhujianyun.kernel.case.definition import registry

    made = {
        "commands.md": commands(),
        "apps.md": apps(),
        "processes.md": processes(),
        **{_page(name): process(name) for name in registry.processes()},
        "indicators.md": indicators(),
        "screens.md": screens(),
        "verbs.md": verbs(),
        "settings.md": settings_page(),
        "data-files.md": data_files(),
    }
    made["README.md"] = index(made)
    return {name: HEAD + text.strip() + "\n" for name, text in made.items()}


def index(made: dict[str, str]) -> str:
    """The index (目录)."""
    lines = [
        f"- [{text.splitlines()[0].lstrip('# ')}]({name}) {words.INDEX.get(name, '')}".rstrip()
        for name, text in made.items()
    ]
    return "\n\n".join(["# 参考", "本目录由 `python scripts/reference.py` 从代码生成。", "\n".join(lines)])


def names() -> dict[str, list[str]]:
    """Everything registered, by kind (登记的名称)."""
    from zhujianyun.config.assembly import manifests, offered
    from zhujianyun.kernel.access import registry as access
    from zhujianyun.ui.screen import registry

    return {
        "apps": sorted(manifests()),
        **{kind: sorted(found) for kind, found in offered().items()},
        "permissions": sorted(access.register.permissions),
        "roles": sorted(access.register.roles),
        "screens": [s.code for s in registry.all_()],
    }


def differing() -> list[str]:
    """Files that are not what the code says (与代码不符的文件)."""
    wanted = pages()
    kept = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.md")}
    return sorted(name for name in {*wanted, *kept} if wanted.get(name) != kept.get(name))


def write() -> int:
    """Write what differs and remove what is no longer there; how many files changed (写出)."""
    wanted, changed = pages(), differing()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in wanted:
            (FOLDER / name).write_text(wanted[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    return len(changed)


def set_up() -> None:
    """Django with the built-in apps only."""
    os.environ.pop("ZJY_APP_FOLDERS", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhujianyun.config.settings.test"
    import django

    django.setup()


def main() -> int:
    """Write, check or name; the exit code."""
    set_up()
    if "--names" in sys.argv:
        print(json.dumps(names(), ensure_ascii=False))
        return 0
    if "--check" in sys.argv:
        wrong = differing()
        print(
            f"参考手册与代码不符：{'、'.join(wrong)}。请执行 python scripts/reference.py。"
            if wrong
            else "参考手册与代码一致"
        )
        return bool(wrong)
    print(f"参考手册：更新 {write()} 个文件")
    return 0


if __name__ == "__main__":
    sys.exit(main())
