"""Hanging tables, files and interfaces on an entry from the catalogue's pages (挂载办理).

The kernel mounts and checks; here the app's own right is asked for, and the findings follow.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from zhujianyun.apps.data_catalogue.actions.finding import look
from zhujianyun.apps.data_catalogue.queries import MOUNT
from zhujianyun.base.files.models import StoredFile
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.models import Dataset, Mount, Resource


@transaction.atomic
def mount_table(
    entry: Resource, dataset: Dataset, binding: Mapping[str, str], *, code: str, title: str, by: Actor
) -> Mount:
    """Hang a gathered table, item by item (挂载库表). Raises as the kernel does."""
    access.require(by, MOUNT, entry.provider)
    made = resources.mount_table(entry, dataset, binding, code=code, title=title, by=by)
    look([entry])
    return made


@transaction.atomic
def mount_file(entry: Resource, file: StoredFile, *, code: str, title: str, by: Actor) -> Mount:
    """Hang a file (挂载文件). Raises as the kernel does."""
    access.require(by, MOUNT, entry.provider)
    made = resources.mount_file(entry, file, code=code, title=title, by=by)
    look([entry])
    return made


@transaction.atomic
def mount_api(
    entry: Resource, address: str, binding: Mapping[str, str], *, code: str, title: str, by: Actor
) -> Mount:
    """Hang a provider's interface (挂载接口). Raises as the kernel does."""
    access.require(by, MOUNT, entry.provider)
    made = resources.mount_api(entry, address, binding, code=code, title=title, by=by)
    look([entry])
    return made


@transaction.atomic
def unmount(mount: Mount, *, by: Actor, reason: str) -> Mount:
    """Take a mount off; its grants are suspended (卸载). Raises as the kernel does."""
    access.require(by, MOUNT, mount.resource.provider)
    done = resources.unmount(mount, by=by, reason=reason)
    look([mount.resource])
    return done
