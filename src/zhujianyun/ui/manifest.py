"""The door by which an app enters the platform (应用清单): what it offers and what it needs, by name.

An app's `manifest.py` holds one constant, ``MANIFEST``. Processes, screens and paper templates are
found in the folders of those names beside it; everything else is named here. Needs are resolved at
start-up: a missing one stops the start with a sentence that names both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhujianyun.kernel.resource.pins import Pins
from zhujianyun.ui.search.registry import Searched


@dataclass(frozen=True, slots=True)
class RoleOffer:
    """A role that an app brings (角色): `code` is "app.role", `permissions` are codes of the manifest.

    With `acts_below` it acts for the offices below its own. `demo_office` is the code of the office at
    which the demo lets somebody hold it; empty: the city bureau of the demo.
    """

    code: str
    zh: str
    permissions: tuple[str, ...] = ()
    acts_below: bool = False
    demo_office: str = ""


@dataclass(frozen=True, slots=True)
class Follow:
    """A follower of the journal (留痕订阅): `handler(entries)` is called at least once, in order.

    `verbs` are exact verbs or prefixes ending in `*`.
    """

    name: str
    verbs: tuple[str, ...]
    handler: Callable[[list[Any]], None]


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """An entry of the workbench menu (工作台菜单)."""

    zh: str
    url_name: str
    icon: str = "doc-full"
    permission: str = ""
    order: int = 500


@dataclass(frozen=True, slots=True)
class Judge:
    """What the rules of an app make of declared facts (判定): so that the hall knows before anybody hands in.

    `function(facts, day)` gives the nested facts with what is derived from them, and raises
    ``RuleBroken`` (with ``fields``) for facts that cannot be judged. `asks` names the facts it reads,
    in the order in which a person should be asked.
    """

    function: Callable[[Mapping[str, Any], date], dict[str, Any]]
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Needs:
    """What an app cannot run without (依赖): names that other apps or the kernel must offer."""

    indicators: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Process:
    """A process that an app brings beside web, gateway and worker (应用进程).

    In `argv` stand ``{python}``, ``{host}`` and ``{port}``; the port is that of the web plus `port_offset`.
    `settings` are names whose values go into the environment; `ready_path` answers 200 when it serves.
    """

    name: str
    argv: tuple[str, ...]
    port_offset: int
    ready_path: str
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an app is, offers and needs (应用清单)."""

    name: str
    zh: str
    summary_zh: str
    statutes: tuple[str, ...] = ()
    permissions: dict[str, str] = field(default_factory=dict)  # code → 中文
    roles: tuple[RoleOffer, ...] = ()
    rules: dict[str, Callable[..., Any]] = field(default_factory=dict)  # functions that CEL may call
    effects: dict[str, Callable[..., Any]] = field(default_factory=dict)  # effect → handler(event)
    tables: dict[str, str] = field(default_factory=dict)  # dated table → CSV beside the manifest
    judges: dict[str, Judge] = field(default_factory=dict)  # process → its judge
    followers: tuple[Follow, ...] = ()
    indicators: str = ""  # module whose import registers them
    urls: str = ""  # module with workbench urlpatterns
    open_urls: str = ""  # module with urlpatterns at the root, for everybody: each guards itself
    menu: tuple[MenuEntry, ...] = ()
    searched: tuple[Searched, ...] = ()  # kinds that full-text search finds
    pins: tuple[Pins, ...] = ()  # versions of gathered data that are not to be cleared away
    sample: str = ""  # "module:function" that plays the app's part of the demo year
    sample_order: int = 500  # plays go by this number, then by name: who builds on another's play comes later
    neighbours: str = ""  # "module:function" that plays outside systems while the demo runs, until killed
    ticks: tuple[tuple[str, str, float], ...] = ()  # worker: name, "module:function", seconds between turns
    brings: tuple[Process, ...] = ()  # processes of its own
    needs: Needs = field(default_factory=Needs)
