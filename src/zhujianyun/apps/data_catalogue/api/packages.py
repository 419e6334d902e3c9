"""What the actions of the CKAN interface answer (CKAN 动作). Only what is open: see ``queries.opened``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from django.urls import reverse

from zhujianyun.apps.data_catalogue.queries import opened
from zhujianyun.apps.data_catalogue.queries.opened import Entry
from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import lake
from zhujianyun.kernel.resource.models import Mount

Asked = Mapping[str, Any]
MOST = 1000
CKAN_TYPES = {
    "text": "text", "integer": "int", "decimal": "numeric", "date": "date", "datetime": "timestamp", "boolean": "bool",
}  # fmt: skip


def status_show(asked: Asked, site: str) -> dict[str, Any]:
    """What answers here (status_show)."""
    return {
        "site_title": f"{settings.SITE_NAME}开放数据", "site_description": "公共数据资源目录", "site_url": site,
        "ckan_version": "2.10.0", "locale_default": "zh_Hans_CN", "extensions": ["datastore"], "error_emails_to": None,
    }  # fmt: skip


def package_list(asked: Asked, site: str) -> list[str]:
    """The names of all packages (package_list)."""
    offset = _whole(asked, "offset", 0)
    limit = _whole(asked, "limit", MOST * 100, MOST * 100)
    return [one.name for one in opened.open_entries()][offset : offset + limit]


def package_show(asked: Asked, site: str) -> dict[str, Any]:
    """One package by name or id (package_show)."""
    return _package(opened.open_entry(_needed(asked, "id")), site)


def package_search(asked: Asked, site: str) -> dict[str, Any]:
    """Packages that hold every word of ``q`` (package_search); ``fq`` takes organization, groups and tags."""
    text = str(asked.get("q") or "").replace("*:*", "").replace("*", " ")
    found = [one for one in opened.open_entries(text) if _passes(one, str(asked.get("fq") or ""))]
    start, rows = _whole(asked, "start", 0), _whole(asked, "rows", 10, MOST)
    return {
        "count": len(found), "sort": "name asc", "facets": {}, "search_facets": {},
        "results": [_package(one, site) for one in found[start : start + rows]],
    }  # fmt: skip


def resource_show(asked: Asked, site: str) -> dict[str, Any]:
    """One mount by its code (resource_show)."""
    entry, mount = _mount(_needed(asked, "id"))
    return _resource(entry, mount, site)


def organization_list(asked: Asked, site: str) -> list[Any]:
    """The departments that provide open data (organization_list)."""
    found = [_organisation(office, count) for office, count in _offices().items()]
    return found if _yes(asked, "all_fields") else [one["name"] for one in found]


def organization_show(asked: Asked, site: str) -> dict[str, Any]:
    """One department (organization_show)."""
    name = _needed(asked, "id")
    for office, count in _offices().items():
        if name == office.code:
            told = _organisation(office, count)
            if _yes(asked, "include_datasets"):
                mine = [one for one in opened.open_entries() if one.resource.provider_id == office.pk]
                told["packages"] = [_package(one, site) for one in mine]
            return told
    raise NotFound("没有这个提供单位。", rule="ckan.organization")


def group_list(asked: Asked, site: str) -> list[Any]:
    """The classes of open entries (group_list)."""
    found = [_group(path, count) for path, count in _classes().items()]
    return found if _yes(asked, "all_fields") else [one["name"] for one in found]


def group_show(asked: Asked, site: str) -> dict[str, Any]:
    """One class (group_show)."""
    name = _needed(asked, "id")
    for path, count in _classes().items():
        if name in (path, _slug(path)):
            return _group(path, count)
    raise NotFound("没有这个分类。", rule="ckan.group")


def tag_list(asked: Asked, site: str) -> list[str]:
    """The names of all items, as tags (tag_list)."""
    return sorted({item.zh for one in opened.open_entries() for item in one.items})


def datastore_search(asked: Asked, site: str) -> dict[str, Any]:
    """Rows of an open table, only items that everybody may have (datastore_search).

    ``filters`` are equalities; no SQL. Raises NotFound for files and for tables not gathered yet.
    """
    code = _needed(asked, "resource_id")
    with opened.read_by(None):  # a key shows entries; rows of what is not open come through a grant only
        entry, mount = _mount(code)
    if mount.dataset is None:
        raise NotFound("这个资源是文件，没有可以查询的表。", rule="ckan.datastore", field="resource_id")
    columns = {item.code: mount.binding[item.code] for item in entry.items if item.code in mount.binding}
    if not columns:
        raise NotFound("这个资源没有可以查询的列。", rule="ckan.datastore", field="resource_id")
    filters = _filters(asked, columns)
    limit, offset = _whole(asked, "limit", 100, MOST), _whole(asked, "offset", 0)
    with lake.reading() as connection:
        table = lake.table(connection, mount.dataset)
        for item, value in filters.items():
            table = table.filter(table[columns[item]].cast("string") == str(value))
        total = int(table.count().execute())
        page = table.order_by(mount.dataset.key).limit(limit, offset=offset)
        rows = (
            page.select(**{item: page[column] for item, column in columns.items()}).to_pyarrow().to_pylist()
        )
    types = {item.code: CKAN_TYPES[item.type] for item in entry.items}
    return {
        "resource_id": code, "total": total, "limit": limit, "offset": offset, "include_total": True,
        "fields": [{"id": item, "type": types[item]} for item in columns], "records": rows, "records_format": "objects",
    }  # fmt: skip


def _filters(asked: Asked, columns: Mapping[str, str]) -> dict[str, Any]:
    given = asked.get("filters") or {}
    if isinstance(given, str):
        try:
            given = orjson.loads(given)
        except orjson.JSONDecodeError:
            raise RuleBroken("filters 须为 JSON 对象。", rule="ckan.filters", field="filters") from None
    if not isinstance(given, dict) or any(isinstance(value, list | dict) for value in given.values()):
        raise RuleBroken("filters 须为“列：值”的对象。", rule="ckan.filters", field="filters")
    if unknown := sorted(set(given) - set(columns)):
        raise RuleBroken(f"没有列 {'、'.join(map(str, unknown))}。", rule="ckan.filters", field="filters")
    return given


# --- shapes -----------------------------------------------------------------------------------------


def _package(one: Entry, site: str) -> dict[str, Any]:
    entry, edition = one.resource, one.edition
    stamp = edition.registered_at.replace(tzinfo=None).isoformat()
    resources = [_resource(one, mount, site) for mount in one.mounts]
    tags = [{"name": item.zh, "display_name": item.zh, "state": "active"} for item in one.items]
    return {
        "id": one.name, "name": one.name, "title": edition.title, "notes": edition.abstract, "type": "dataset",
        "state": "active", "private": not one.is_open, "url": f"{site}{_place(one)}",
        "version": str(edition.number), "metadata_created": entry.created_at.replace(tzinfo=None).isoformat(),
        "metadata_modified": stamp, "isopen": one.is_open, "owner_org": entry.provider.code,
        "organization": _organisation(entry.provider, None), "groups": [_group(edition.class_path, None)],
        "tags": tags, "num_tags": len(tags), "resources": resources, "num_resources": len(resources),
        "extras": [
            {"key": "信息资源代码", "value": entry.code}, {"key": "更新周期", "value": edition.get_cycle_display()},
            {"key": "发布日期", "value": str(entry.published_on)},
        ],
    }  # fmt: skip


def _resource(one: Entry, mount: Mount, site: str) -> dict[str, Any]:
    place = _place(one)
    if mount.file is not None and one.is_open:
        place = reverse("open_data:file", args=[mount.code])
    file = mount.file
    return {
        "id": mount.code, "name": mount.title, "package_id": one.name, "url": f"{site}{place}", "state": "active",
        "url_type": "upload" if file else "datastore", "datastore_active": mount.dataset is not None and one.is_open,
        "format": file.kind.upper() if file else "JSON", "mimetype": file.media_type if file else "application/json",
        "size": file.size if file else None, "hash": file.sha256 if file else "",
        "created": mount.mounted_at.replace(tzinfo=None).isoformat(), "description": "",
    }  # fmt: skip


def _place(one: Entry) -> str:
    """The page of an entry: the hall's for everybody, the workbench's where a grant must be asked for."""
    if one.is_open:
        return reverse("open_data:entry", args=[one.name])
    return reverse("data_catalogue:entry", args=[one.resource.pk])


def _organisation(office: Office, count: int | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": office.code, "name": office.code, "title": office.name, "display_name": office.name, "type": "organization",
        "is_organization": True, "state": "active", "description": "", "image_url": "", "approval_status": "approved",
    }  # fmt: skip
    return told if count is None else {**told, "package_count": count}


def _group(path: str, count: int | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": _slug(path), "name": _slug(path), "title": path, "display_name": path, "type": "group", "description": "",
        "state": "active", "is_organization": False, "image_display_url": "",
    }  # fmt: skip
    return told if count is None else {**told, "package_count": count}


def _slug(path: str) -> str:
    return path.replace("/", "-")


def _offices() -> dict[Office, int]:
    return dict(Counter(one.resource.provider for one in opened.open_entries()))


def _classes() -> dict[str, int]:
    return dict(Counter(one.edition.class_path for one in opened.open_entries()))


def _mount(code: str) -> tuple[Entry, Mount]:
    for one in opened.open_entries():
        for mount in one.mounts:
            if mount.code == code:
                return one, mount
    raise NotFound("没有这个资源。", rule="ckan.resource")


def _passes(one: Entry, query: str) -> bool:
    known = {
        "organization": {one.resource.provider.code}, "owner_org": {one.resource.provider.code},
        "groups": {_slug(one.edition.class_path)}, "tags": {item.zh for item in one.items}, "name": {one.name},
    }  # fmt: skip
    for part in query.split():
        field, _, value = part.lstrip("+").partition(":")
        if value.strip('"') not in known.get(field, set()):
            return False
    return True


def _needed(asked: Asked, name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        raise RuleBroken(f"缺少参数 {name}。", rule="ckan.needed", field=name)
    return value


def _whole(asked: Asked, name: str, default: int, most: int = 10**9) -> int:
    value = asked.get(name, default)
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise RuleBroken(f"参数 {name} 须为不小于 0 的整数。", rule="ckan.whole", field=name)
    return min(value, most)


def _yes(asked: Asked, name: str) -> bool:
    return asked.get(name) in (True, "true", "True", "1", 1)
