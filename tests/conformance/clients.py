"""The CKAN interface driven by the unmodified client against a running server (CKAN 客户端对照).

What is to be there is read from the database, what is there from the client: every action, every open entry,
every resource, the errors the client knows, and its three commands.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckanapi

from tests.conformance.verdicts import Verdict
from tests.house import House

ACTIONS = (
    "status_show", "site_read", "package_list", "package_show", "package_search", "resource_show", "organization_list",
    "organization_show", "group_list", "group_show", "tag_list", "datastore_search",
)  # fmt: skip
# What is open: entries with their mounts, providers and classes, straight from the tables.
EXPECTED = """
from zhujianyun.kernel.resource.models import Edition, Mount, Resource, Snapshot
rows = Resource.objects.filter(state="published", open=True, share="unconditional").select_related("provider")
hidden = Resource.objects.exclude(pk__in=rows).values_list("code", flat=True)
told = {"entries": {}, "hidden": [code.replace("/", "-") for code in hidden]}
for row in rows:
    edition = Edition.objects.get(resource=row, number=row.edition)
    mounts = Mount.objects.filter(resource=row, state="mounted").exclude(kind="api")
    told["entries"][row.code.replace("/", "-")] = {
        "title": row.title, "provider": row.provider.code, "class": edition.class_path,
        "mounts": {one.code: one.kind for one in mounts},
        "tables": {one.code: Snapshot.objects.filter(dataset=one.dataset).order_by("-version").values_list("rows", flat=True).first()
                   for one in mounts if one.kind == "table"},
        "tags": [item.zh for item in edition.item_list if item.share == "unconditional" and not item.sensitivity],
    }
print(json.dumps(told))
"""
# A table for an open entry, so that rows can be asked for, where nothing was gathered.
GATHERED = """
import pyarrow as pa
from deltalake import write_deltalake
from django.conf import settings
from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.models import Mount, Resource, Snapshot
rows = Resource.objects.filter(state="published", open=True, share="unconditional")
mounts = Mount.objects.filter(resource__in=rows, state="mounted", kind="table").select_related("dataset")
if not Snapshot.objects.filter(dataset__in=[one.dataset_id for one in mounts]).exists():
    dataset = mounts.order_by("code").first().dataset
    made = [{column["name"]: f"{column['name']}{n:02d}" for column in dataset.columns} for n in range(7)]
    write_deltalake(str(settings.ZJY_LAKE / dataset.code), pa.Table.from_pylist(made))
    resources.land(dataset, version=0, batch="conformance", rows=7, digest="0" * 64, taken_at=clock.now(), by=SYSTEM)
"""


class Driver:
    """One client at one server, noting what is not as it should be (对照过程)."""

    def __init__(self, base: str, told: dict[str, Any]) -> None:
        self.base, self.told = base, told
        self.entries: dict[str, Any] = told["entries"]
        self.calls = 0
        self.faults: list[str] = []
        self.seen: set[str] = set()

    def ask(self, action: str, **given: Any) -> Any:
        """One action with the client (动作)."""
        self.calls += 1
        self.seen.add(action)
        with ckanapi.RemoteCKAN(self.base) as site:
            return site.call_action(action, given)

    def same(self, what: str, found: object, expected: object) -> None:
        """Note a difference (比较)."""
        if found != expected:
            self.faults.append(f"{what}：得到 {str(found)[:120]}，应为 {str(expected)[:120]}")

    def refused(self, what: str, kind: type[Exception], ask: Callable[[], object]) -> None:
        """Note when the client is not refused with the error it knows (拒绝)."""
        try:
            ask()
        except kind:
            return
        except Exception as error:  # noqa: BLE001 - whatever else comes is the fault to be told
            self.faults.append(f"{what}：应为 {kind.__name__}，却是 {type(error).__name__}")
        else:
            self.faults.append(f"{what}：没有被拒绝")

    def drive(self) -> None:
        """All twelve actions over everything that is open, then the errors (逐项驱动)."""
        self._lists()
        for name, entry in self.entries.items():
            self._entry(name, entry)
        self._errors()
        self.same("驱动过的动作", sorted(self.seen & set(ACTIONS)), sorted(ACTIONS))

    def _lists(self) -> None:
        names, values = sorted(self.entries), self.entries.values()
        self.same("site_read", self.ask("site_read"), True)
        self.same("status_show", bool(self.ask("status_show")["ckan_version"]), True)
        self.same("package_list", sorted(self.ask("package_list")), names)
        self.same("package_search", self._paged(), names)
        providers = sorted({one["provider"] for one in values})
        self.same("organization_list", sorted(self.ask("organization_list")), providers)
        for code in providers:
            shown = self.ask("organization_show", id=code, include_datasets=True)
            mine = sorted(name for name, one in self.entries.items() if one["provider"] == code)
            self.same(f"organization_show {code}", sorted(one["name"] for one in shown["packages"]), mine)
        groups = self.ask("group_list", all_fields=True)
        self.same("group_list", len(groups), len({one["class"] for one in values}))
        counted = sum(self.ask("group_show", id=one["name"])["package_count"] for one in groups)
        self.same("group_show", counted, len(names))
        self.same("tag_list", self.ask("tag_list"), sorted({tag for one in values for tag in one["tags"]}))

    def _paged(self) -> list[str]:
        found: list[str] = []
        while True:
            page = self.ask("package_search", q="*:*", rows=10, start=len(found))["results"]
            if not page:
                return sorted(found)
            found += [one["name"] for one in page]

    def _entry(self, name: str, entry: dict[str, Any]) -> None:
        shown = self.ask("package_show", id=name)
        self.same(
            f"package_show {name}",
            (shown["title"], shown["organization"]["name"]),
            (entry["title"], entry["provider"]),
        )
        self.same(f"{name} 的资源", sorted(one["id"] for one in shown["resources"]), sorted(entry["mounts"]))
        for code in entry["mounts"]:
            self.same(f"resource_show {code}", self.ask("resource_show", id=code)["id"], code)
        for code, rows in entry["tables"].items():
            if rows is None:
                self.refused(
                    f"datastore_search {code}（未归集）", ckanapi.NotFound, lambda code=code: self._rows(code)
                )
            else:
                self.same(f"datastore_search {code}", self._rows(code), rows)

    def _rows(self, code: str) -> int:
        found = self.ask("datastore_search", resource_id=code, limit=3)
        self.same(f"{code} 的行", len(found["records"]), min(3, found["total"]))
        return int(found["total"])

    def _errors(self) -> None:
        for hidden in self.told["hidden"][:5]:
            self.refused(
                f"未开放的 {hidden}",
                ckanapi.NotFound,
                lambda hidden=hidden: self.ask("package_show", id=hidden),
            )
        self.refused("缺少参数", ckanapi.ValidationError, lambda: self.ask("package_show"))
        self.refused("查询 SQL", ckanapi.NotFound, lambda: self.ask("datastore_search_sql", sql="select 1"))
        with ckanapi.RemoteCKAN(self.base, apikey="made-up") as other:
            self.refused("无效密钥", ckanapi.NotAuthorized, lambda: other.action.package_list())

    def commands(self) -> None:
        """The three commands of the client, as people type them (命令行)."""
        for words in (
            ["dump", "datasets", "--all", "-p", "1"],
            ["search", "datasets"],
            ["action", "package_list"],
        ):
            folder = Path(sys.executable).parent  # the client starts itself anew by its name
            env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
            command = [str(folder / "ckanapi"), *words, "-r", self.base]
            done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=180, check=False)
            said, what = done.stdout, f"ckanapi {' '.join(words)}"
            self.same(what, done.returncode, 0)
            missing = [name for name in self.entries if name not in said]
            self.same(f"{what} 未列出的目录", missing, [])
            if words[0] != "action":
                self.same(
                    f"{what} 的行数", len([json.loads(line) for line in said.splitlines()]), len(self.entries)
                )


def run(house: House, base: str) -> Verdict:
    """Drive the interface of a running server (CKAN 接口)."""
    house.script(GATHERED)
    driver = Driver(base, json.loads(house.script(EXPECTED).splitlines()[-1]))
    driver.drive()
    driver.commands()
    tables = sum(rows is not None for one in driver.entries.values() for rows in one["tables"].values())
    looked = f"{len(ACTIONS)} 个动作、{driver.calls} 次调用，{len(driver.entries)} 项开放目录，{tables} 张有数据的表，3 条命令"
    faults = driver.faults if tables else [*driver.faults, "没有一张有数据的开放库表可查"]
    return Verdict("目录接口（ckanapi）", looked, faults)
