"""Mounting and unmounting (挂载与卸载)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.files.models import StoredFile
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource.models import Dataset, Grant, Mount, Resource
from zhujianyun.kernel.resource.queries import edition_now

MOUNT = "resource.mount"


def mount_table(
    resource: Resource, dataset: Dataset, binding: Mapping[str, str], *, code: str, title: str, by: Actor
) -> Mount:
    """Hang a gathered table on an entry (挂载库表): item by item, what is not bound is never served.

    Raises:
        NotAllowed: without "resource.mount" at the provider's office.
        RuleBroken: for an unpublished entry, an unknown item or column, or a code in use.
    """
    columns = {column["name"] for column in dataset.columns}
    if lost := [column for column in binding.values() if column not in columns]:
        raise RuleBroken(
            f"数据集 {dataset.code} 没有列 {'、'.join(lost)}。", rule="mount.columns", columns=lost
        )
    return _mount(resource, Mount.Kind.TABLE, binding, code, title, by, dataset=dataset)


def mount_file(resource: Resource, file: StoredFile, *, code: str, title: str, by: Actor) -> Mount:
    """Hang a file on an entry (挂载文件): it is served whole, under its digest.

    Raises:
        NotAllowed: without "resource.mount" at the provider's office.
        RuleBroken: for an unpublished entry or a code in use.
    """
    return _mount(resource, Mount.Kind.FILE, {}, code, title, by, file=file)


def mount_api(
    resource: Resource, address: str, binding: Mapping[str, str], *, code: str, title: str, by: Actor,
    openapi: Mapping[str, Any] | None = None, timeout_ms: int = 3000,
) -> Mount:  # fmt: skip
    """Hang a provider's interface on an entry (挂载接口): fields of its answers bound item by item.

    Raises:
        NotAllowed: without "resource.mount" at the provider's office.
        RuleBroken: for an unpublished entry, an address that is no http(s) address, or a code in use.
    """
    if not address.startswith(("http://", "https://")):
        raise RuleBroken("接口地址须以 http:// 或 https:// 开头。", rule="mount.address")
    return _mount(
        resource, Mount.Kind.API, binding, code, title, by, address=address, openapi=dict(openapi or {}),
        timeout_ms=timeout_ms,
    )  # fmt: skip


@transaction.atomic
def _mount(
    resource: Resource,
    kind: str,
    binding: Mapping[str, str],
    code: str,
    title: str,
    by: Actor,
    **columns: Any,
) -> Mount:
    access.require(by, MOUNT, resource.provider)
    if resource.state != Resource.State.PUBLISHED:
        raise RuleBroken("资源目录发布之后才能挂载。", rule="mount.published")
    if Mount.objects.filter(code=code).exists():
        raise RuleBroken(f"挂载代码 {code} 已被使用，请换一个。", rule="mount.code_once", code=code)
    known = {item.code for item in edition_now(resource).item_list}
    if unknown := [item for item in binding if item not in known]:
        raise RuleBroken(f"目录中没有信息项 {'、'.join(unknown)}。", rule="mount.items", items=unknown)
    mount = Mount.objects.create(
        resource=resource, kind=kind, binding=dict(binding), code=code, title=title, **columns
    )
    facts = {"mount": code, "kind": str(kind), "items": sorted(binding)}
    journal.record("resource.mount", actor=by.key, object=("resource", resource.code), facts=facts)
    return mount


@transaction.atomic
def unmount(mount: Mount, *, by: Actor, reason: str) -> Mount:
    """Take a mount off its entry (卸载): its live grants are suspended, so that no one is served.

    Raises:
        NotAllowed: without "resource.mount" at the provider's office.
        RuleBroken: when it is off already, or without a reason.
    """
    access.require(by, MOUNT, mount.resource.provider)
    if mount.state == Mount.State.UNMOUNTED:
        raise RuleBroken("该挂载资源已卸载。", rule="mount.unmounted_once")
    if not reason.strip():
        raise RuleBroken("请写明卸载原因，使用方会收到告知。", rule="mount.reason")
    mount.state, mount.unmounted_at, mount.reason = Mount.State.UNMOUNTED, clock.now(), reason
    mount.save(update_fields=["state", "unmounted_at", "reason"])
    live = list(Grant.objects.select_for_update().filter(mount=mount, state=Grant.State.ACTIVE))
    for grant in live:
        grant.state, grant.version = Grant.State.SUSPENDED, grant.version + 1
        grant.changed_at, grant.reason = clock.now(), f"挂载资源已卸载：{reason}"
        grant.save(update_fields=["state", "version", "changed_at", "reason"])
    facts = {"mount": mount.code, "suspended": [grant.code for grant in live]}
    journal.record(
        "resource.unmount", actor=by.key, object=("resource", mount.resource.code), facts=facts, reason=reason
    )
    return mount
