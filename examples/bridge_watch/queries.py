"""What bridge watch knows (桥梁查询)."""

from __future__ import annotations

from bridge_watch.models import Bridge
from django.db.models import QuerySet


def bridges() -> QuerySet[Bridge]:
    """Every bridge ever put into the register (全部桥梁)."""
    return Bridge.objects.all()
