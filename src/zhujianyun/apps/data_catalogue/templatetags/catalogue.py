"""Small words for the templates of the catalogue (模板用语)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(mapping: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping holds under a key, None when nothing (取值)."""
    return mapping.get(key)
