"""What the catalogue shows to everybody (开放数据): entries open to the public, and nothing else of them.

One place decides it; the hall's pages, the DCAT export and the CKAN interface all ask here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db.models import F, QuerySet

from zhujianyun.base.errors import NotFound
from zhujianyun.base.search import normalise
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.resource.models import Edition, Mount, Resource
from zhujianyun.kernel.resource.queries import resources


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with what may be said of it (目录内容): ``mounts`` are those in place."""

    resource: Resource
    edition: Edition
    items: tuple[Item, ...]
    mounts: tuple[Mount, ...]

    @property
    def files(self) -> list[Mount]:
        """The files that hang on it (开放文件)."""
        return [one for one in self.mounts if one.kind == Mount.Kind.FILE]

    @property
    def is_open(self) -> bool:
        """Whether everybody may have it (向社会开放)."""
        return self.resource.open and self.resource.share == Resource.Share.UNCONDITIONAL

    @property
    def name(self) -> str:
        """Its code as it stands in an address (网址代码): the separator of a code is no part of one."""
        return self.resource.code.replace("/", "-")


def open_rows() -> QuerySet[Resource]:
    """Entries that are published, open to the public and shared with everybody (开放目录)."""
    return Resource.objects.filter(
        state=Resource.State.PUBLISHED, open=True, share=Resource.Share.UNCONDITIONAL
    ).select_related("provider")


_reader: ContextVar[Actor | None] = ContextVar("catalogue_reader", default=None)


@contextmanager
def read_by(actor: Actor | None) -> Iterator[None]:
    """Within the block entries are those that somebody may know of, beside the open ones (按权限查看)."""
    token = _reader.set(actor)
    try:
        yield
    finally:
        _reader.reset(token)


def _rows() -> QuerySet[Resource]:
    reader = _reader.get()
    if reader is None:
        return open_rows()
    known = resources(reader).filter(state=Resource.State.PUBLISHED).exclude(share=Resource.Share.NONE)
    return known.select_related("provider")


def open_entries(text: str = "") -> list[Entry]:
    """The open entries, those with every word of a text when one is given (开放目录检索).

    For a reader with a key also those that his account may know of: see `read_by`.
    """
    found = described(_rows().order_by("code"), public=True)
    wanted = [word for word in map(normalise, text.split()) if word]
    return [one for one in found if all(any(word in said for said in _said(one)) for word in wanted)]


def open_entry(name: str) -> Entry:
    """One open entry by its code in an address (开放目录).

    Raises:
        NotFound: there is none, or it is not open: nobody learns which.
    """
    found = described(_rows().filter(code=name.replace("-", "/")), public=True)
    if not found:
        raise NotFound("没有这项开放数据。", rule="data_catalogue.open")
    return found[0]


def open_file(code: str) -> Mount:
    """A file mounted on an open entry (开放文件).

    Raises:
        NotFound: there is none, or its entry is not open.
    """
    rows = Mount.objects.filter(code=code, kind=Mount.Kind.FILE, state=Mount.State.MOUNTED)
    found = rows.filter(resource__in=open_rows()).select_related("file", "resource").first()
    if found is None:
        raise NotFound("没有这个开放文件。", rule="data_catalogue.open_file")
    return found


def described(rows: Iterable[Resource], *, public: bool) -> list[Entry]:
    """Entries with their edition in force, items and mounts (目录内容). Two further queries.

    For the public only items that everybody may have, and no interface, whose address is internal.
    """
    listed = list(rows)
    editions = {
        one.resource_id: one
        for one in Edition.objects.filter(resource__in=listed, number=F("resource__edition"))
    }
    hung: dict[int, list[Mount]] = defaultdict(list)
    mounts = Mount.objects.filter(resource__in=listed, state=Mount.State.MOUNTED).order_by("code")
    for mount in mounts.select_related("file", "dataset"):
        if not (public and mount.kind == Mount.Kind.API):
            hung[mount.resource_id].append(mount)
    return [
        Entry(one, editions[one.pk], _items(editions[one.pk], public and one.open), tuple(hung[one.pk]))
        for one in listed
        if one.pk in editions
    ]


def _items(edition: Edition, public: bool) -> tuple[Item, ...]:
    items = edition.item_list
    if not public:
        return items
    return tuple(one for one in items if one.share == "unconditional" and not one.sensitivity)


def _said(one: Entry) -> Iterable[str]:
    texts = [one.resource.title, one.edition.abstract, one.resource.provider.name, one.edition.class_path]
    return map(normalise, [*texts, *(item.zh for item in one.items), *(item.code for item in one.items)])
