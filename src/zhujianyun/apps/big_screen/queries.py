"""What the big screen knows (大屏查询): the screens that the apps declare."""

from __future__ import annotations

from zhujianyun.ui.screen import registry


def main_screens() -> list[registry.Screen]:
    """The main screens (主屏)."""
    return [screen for screen in registry.all_() if screen.kind == "main"]


def sub_screens() -> list[registry.Screen]:
    """The sub-screens (子屏)."""
    return [screen for screen in registry.all_() if screen.kind == "sub"]
