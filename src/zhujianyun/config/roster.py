"""Finds the apps (应用名册): Python entry points of the group `zhujianyun.apps`, or folders named in settings.

Built-in apps enter by the same door as outside ones. An entry point whose folder is gone is passed
over: an app is removed by deleting its folder.
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

GROUP = "zhujianyun.apps"


@dataclass(frozen=True, slots=True)
class Listed:
    """One app of the roster (已登记应用)."""

    name: str
    module: str
    folder: Path


def find(folders: list[str] | None = None) -> list[Listed]:
    """Every app that can be imported, by name (查找应用).

    Raises:
        LookupError: when a folder named in settings holds no app.
    """
    found: dict[str, Listed] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        spec = _spec(point.value)
        if spec is not None:
            found.setdefault(point.name, Listed(point.name, point.value, _folder(spec)))
    for folder in folders or []:
        path = Path(folder).resolve()
        if not (path / "manifest.py").is_file():
            raise LookupError(f"应用文件夹 {path} 里没有 manifest.py，请检查 ZJY_APP_FOLDERS。")
        if str(path.parent) not in sys.path:
            sys.path.insert(0, str(path.parent))
        found.setdefault(path.name, Listed(path.name, path.name, path))
    return [found[name] for name in sorted(found)]


def _spec(module: str):  # noqa: ANN202
    try:
        return importlib.util.find_spec(module)
    except ModuleNotFoundError:
        return None


def _folder(spec) -> Path:  # noqa: ANN001
    return Path(spec.origin).parent if spec.origin else Path(next(iter(spec.submodule_search_locations)))
