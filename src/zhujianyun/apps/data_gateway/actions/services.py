"""Opening and closing services (开通与关闭服务): a mount behind an address of the gateway."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from django.db import transaction

from zhujianyun.apps.data_gateway.actions import guarding
from zhujianyun.apps.data_gateway.actions.publishing import CREDENTIAL
from zhujianyun.apps.data_gateway.models import Service
from zhujianyun.base import ciphers, clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.outbound.addresses import check_url
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource.models import Mount

VERB = "data_gateway.service"
METHODS = ("GET", "HEAD", "POST")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")
_PATTERN = re.compile(r"/(?:[^\s/*?#%]+|\*)(?:/(?:[^\s/*?#%]+|\*))*(?:/\*\*)?|/\*\*")
_VERSION = re.compile(r"v[1-9][0-9]{0,3}")


@transaction.atomic
def open_service(
    mount: Mount, code: str, *, by: Actor, member: str = "", version: str = "v1", paths: Sequence[str] = (),
    methods: Sequence[str] = ("GET",), allow_private: Sequence[str] = (), credential: str = "", note: str = "",
) -> Service:  # fmt: skip
    """Open a mount as a service (开通服务); one that was closed is opened again under its code.

    ``member`` is the provider's part of the address, its office's code when empty. ``credential`` is what the
    provider wants to see in Authorization; it is sealed.

    Raises:
        NotAllowed: without "data_gateway.operate" at the provider's office or the department.
        RuleBroken: for a mount that is off, a code in use, bad paths or methods, a credential too long, or a
            provider's address that leads to this machine, a metadata service or a range not allowed.
    """
    guarding.operator(by, mount.resource.provider)
    _fit(mount, code, version, paths, methods, allow_private)
    sealed = _sealed(code, credential)
    service, made = Service.objects.update_or_create(
        mount=mount,
        defaults={
            "code": code, "member": member or mount.resource.provider.code, "version": version, "is_open": True,
            "closed_on": None, "paths": list(paths), "methods": list(methods),
            "allow_private": list(allow_private), "credential": sealed, "note": note, "changed_at": clock.now(),
        },
        create_defaults={
            "code": code, "member": member or mount.resource.provider.code, "version": version, "is_open": True,
            "opened_on": clock.today(), "paths": list(paths), "methods": list(methods),
            "allow_private": list(allow_private), "credential": sealed, "note": note, "changed_at": clock.now(),
        },
    )  # fmt: skip
    _tell(service, by, "open", reason="" if made else "重新开通")
    return service


def _fit(
    mount: Mount, code: str, version: str, paths: Sequence[str], methods: Sequence[str],
    allow_private: Sequence[str],
) -> None:  # fmt: skip
    if mount.state != Mount.State.MOUNTED:
        raise RuleBroken("该挂载资源已卸载，不能开通服务。", rule="service.mounted")
    if not _CODE.fullmatch(code) or not _VERSION.fullmatch(version):
        raise RuleBroken("服务代码用小写字母、数字和连字符，版本写作 v1。", rule="service.code")
    if Service.objects.filter(code=code).exclude(mount=mount).exists():
        raise RuleBroken(f"服务代码 {code} 已被使用。", rule="service.code_once", code=code)
    if mount.kind == Mount.Kind.API and (not paths or any(not _PATTERN.fullmatch(one) for one in paths)):
        raise RuleBroken("接口服务须列出可访问路径，例如 /v1/persons/*。", rule="service.paths")
    if not methods or any(one not in METHODS for one in methods):
        raise RuleBroken(f"可用方法为 {'、'.join(METHODS)}。", rule="service.methods")
    ranges = tuple(_network(one) for one in allow_private)
    if mount.kind == Mount.Kind.API:
        check_url(mount.address, allow_private=ranges)


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise RuleBroken(f"“{text}”不是有效的网段，例如 10.1.0.0/16。", rule="service.network") from error


def _sealed(code: str, credential: str) -> str:
    if not credential:
        return ""
    sealed = ciphers.seal(CREDENTIAL, credential.encode(), f"gateway.service:{code}".encode()).decode()
    if len(sealed) > 600 or not credential.isascii() or not credential.isprintable():
        raise RuleBroken("调用凭据过长或含有不能放入请求头的字符。", rule="service.credential")
    return sealed


@transaction.atomic
def close_service(service: Service, *, by: Actor, reason: str) -> Service:
    """Close a service (关闭服务): every plane refuses it within five seconds; grants stay as they are.

    Raises:
        NotAllowed: without "data_gateway.operate" at the provider's office or the department.
        RuleBroken: when it is closed already, or without a reason.
    """
    guarding.operator(by, service.mount.resource.provider)
    if not service.is_open:
        raise RuleBroken("该服务已关闭。", rule="service.closed_once")
    if not reason.strip():
        raise RuleBroken("请写明关闭原因，使用方会收到告知。", rule="service.reason")
    service.is_open, service.closed_on, service.changed_at = False, clock.today(), clock.now()
    service.save(update_fields=["is_open", "closed_on", "changed_at"])
    _tell(service, by, "close", reason=reason)
    return service


def _tell(service: Service, by: Actor, act: str, *, reason: str) -> None:
    mount = service.mount
    facts = {"act": act, "mount": mount.code, "resource": mount.resource.code,
             "provider": mount.resource.provider.code, "version": service.version}  # fmt: skip
    journal.record(VERB, actor=by.key, object=("service", service.code), facts=facts, reason=reason)


def reopen_service(service: Service, *, by: Actor) -> Service:
    """Open a closed service again as it was (重新开通服务), its sealed credential included.

    Raises:
        NotAllowed: without "data_gateway.operate" at the provider's office or the department.
        RuleBroken: when it is open, or its mount is off.
    """
    guarding.operator(by, service.mount.resource.provider)
    if service.is_open:
        raise RuleBroken("该服务已开通。", rule="service.opened_once")
    if service.mount.state != Mount.State.MOUNTED:
        raise RuleBroken("该挂载资源已卸载，不能开通服务。", rule="service.mounted")
    with transaction.atomic():
        service.is_open, service.closed_on, service.changed_at = True, None, clock.now()
        service.save(update_fields=["is_open", "closed_on", "changed_at"])
        _tell(service, by, "open", reason="重新开通")
    return service
