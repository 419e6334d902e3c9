"""The menu of the workbench (工作台菜单): entries that apps bring in their manifests."""

from __future__ import annotations

from zhujianyun.ui.manifest import MenuEntry

_entries: dict[tuple[str, str], MenuEntry] = {}


def add(entry: MenuEntry, *, app: str) -> None:
    """Put an entry into the menu (登记菜单项); the same entry again changes nothing."""
    _entries[(app, entry.url_name)] = entry


def all_() -> list[MenuEntry]:
    """Every entry in order (全部菜单项)."""
    return sorted(_entries.values(), key=lambda entry: (entry.order, entry.zh))


def clear() -> None:
    """Forget every entry (for tests)."""
    _entries.clear()
