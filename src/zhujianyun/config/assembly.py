"""Puts the apps together at start-up (装配): reads every manifest, registers what it offers, resolves what it needs.

A need that nobody offers stops the start with a sentence that names both sides. Nothing here asks
the database: a start-up check must work before the first migration.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

from zhujianyun.base.errors import PlatformError
from zhujianyun.config.roster import Listed
from zhujianyun.ui.manifest import Manifest

DATA = Path(__file__).resolve().parents[1] / "data"


class StartRefused(PlatformError):
    """The platform must not start like this (拒绝启动)."""

    code = "start_refused"


class AssemblyConfig(AppConfig):
    """The last Django app to become ready: by then every model is loaded."""

    name = "zhujianyun.config"
    label = "platform"
    verbose_name = "平台装配"

    def ready(self) -> None:
        """Read the manifests and put everything in its place."""
        assemble(settings.ZJY_ROSTER)


_manifests: dict[str, Manifest] = {}


def manifests() -> dict[str, Manifest]:
    """The manifests of the apps that are present, by name (已装配的应用)."""
    return dict(_manifests)


def assemble(listed: Iterable[Listed]) -> None:
    """Register what each app offers, then resolve what each needs.

    Raises:
        StartRefused: a manifest is missing or wrong, or needs what nobody offers.
    """
    _manifests.clear()
    present = list(listed)
    for app in present:
        _manifests[app.name] = read_manifest(app)
    for app in present:
        _register_words(app, _manifests[app.name])
    for app in present:
        _register_works(app, _manifests[app.name])
    _resolve_processes()
    resolve(_manifests.values())


def read_manifest(app: Listed) -> Manifest:
    """The manifest of one app.

    Raises:
        StartRefused: no manifest, or its name is not the folder's.
    """
    try:
        manifest = importlib.import_module(f"{app.module}.manifest").MANIFEST
    except (ImportError, AttributeError) as error:
        raise StartRefused(
            f"应用 {app.name} 的清单 {app.folder / 'manifest.py'} 无法读取：{error}。请修正后再启动。",
            rule="manifest.readable",
        ) from error
    if manifest.name != app.name:
        raise StartRefused(f"应用 {app.name} 的清单自称 {manifest.name}，两者须一致。", rule="manifest.name")
    return manifest


def _register_words(app: Listed, manifest: Manifest) -> None:
    """Names that definitions refer to: permissions, roles, rules, effects, tables."""
    from zhujianyun.kernel.access import registry as access
    from zhujianyun.kernel.case.definition import registry as case

    for code, zh in manifest.permissions.items():
        access.add_permission(code, zh, manifest.name)
    for role in manifest.roles:
        access.add_role(role.code, role.zh, role.permissions, acts_below=role.acts_below)
    for name, rule in manifest.rules.items():
        case.add_rule(name, rule)
    for name, effect in manifest.effects.items():
        case.add_effect(name, effect)
    for name, file in manifest.tables.items():
        case.add_table(name, _table(app, file))


def _table(app: Listed, file: str) -> Path:
    """A table lies beside its app, or, for a built-in app, among the platform's data."""
    beside = app.folder / file
    return beside if beside.is_file() else DATA / file


def _register_works(app: Listed, manifest: Manifest) -> None:
    """Things made of those names: processes, indicators, screens, followers, menu."""
    from zhujianyun.kernel import journal
    from zhujianyun.kernel.case.definition import registry as case
    from zhujianyun.kernel.resource import pins
    from zhujianyun.ui.hall.applying import judges
    from zhujianyun.ui.screen import registry as screens
    from zhujianyun.ui.search import registry as search
    from zhujianyun.ui.workbench import menu

    if (app.folder / "processes").is_dir():
        case.add_folder(app.folder / "processes", app.name)
    if manifest.indicators:
        importlib.import_module(manifest.indicators)
    if (app.folder / "screens").is_dir():
        screens.add_folder(app.folder / "screens", app.name)
    for process, judge in manifest.judges.items():
        judges.add(process, judge)
    for follower in manifest.followers:
        journal.follow(follower.name, follower.verbs, follower.handler)
    for entry in manifest.menu:
        menu.add(entry, app=manifest.name)
    for kind in manifest.searched:
        search.add(kind)
    for one in manifest.pins:
        pins.register_pins(one)


def resolve(present: Iterable[Manifest]) -> None:
    """Check every need against every offer.

    Raises:
        StartRefused: naming the app that needs and the name that nobody offers.
    """
    present = list(present)
    offers = offered()
    for manifest in present:
        for kind, zh, names in _needs(manifest):
            for name in names:
                if name not in offers[kind]:
                    raise StartRefused(
                        f"应用 {manifest.name}（{manifest.zh}）需要{zh} {name}，但已装配的应用"
                        f"（{'、'.join(m.name for m in present)}）都不提供。请装上提供它的应用，或移除 {manifest.name}。",
                        rule="manifest.needs", app=manifest.name, need=name,
                    )  # fmt: skip
    _check_screens(offers["indicators"])


def _resolve_processes() -> None:
    from zhujianyun.kernel.case.definition import registry as case

    try:
        case.resolve()
    except case.Unresolved as error:
        raise StartRefused(f"流程定义缺少依赖：{error.message_zh}", rule="process.needs") from error


def _needs(manifest: Manifest) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    yield "indicators", "指标", manifest.needs.indicators
    yield "processes", "流程", manifest.needs.processes
    yield "rules", "规则", manifest.needs.rules
    yield "effects", "效果", manifest.needs.effects


def offered() -> dict[str, set[str]]:
    """Everything on offer, by kind (已提供的名称)."""
    from zhujianyun.kernel.case.definition import registry as case
    from zhujianyun.kernel.indicator import registry as indicators

    return {
        "indicators": {d.code for d in indicators.all_()},
        "processes": {d.process for d in case.all_()},
        "rules": set(case.rules),
        "effects": set(case.effects),
    }


def _check_screens(indicators: set[str]) -> None:
    from zhujianyun.ui.screen import registry as screens

    screens.keep_for(_manifests)
    for screen in screens.all_():
        for code in screen.codes():
            if code not in indicators:
                raise StartRefused(
                    f"屏幕 {screen.code}（{screen.title}，应用 {screen.app}）引用指标 {code}，但没有应用提供它。",
                    rule="screen.indicator", screen=screen.code, need=code,
                )  # fmt: skip
