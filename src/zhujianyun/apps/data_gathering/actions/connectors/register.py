"""Which connector serves which kind (接入登记)."""

from __future__ import annotations

from importlib import import_module

from zhujianyun.apps.data_gathering.actions.connectors.contract import Connector, Place
from zhujianyun.base.errors import RuleBroken

_HOMES = {
    "sqlite": "databases:Sqlite",
    "postgresql": "databases:Postgresql",
    "mysql": "mysql:Mysql",
    "oracle": "drivers:Oracle",
    "dm": "drivers:Dm",
    "csv": "sheets:Csv",
    "xlsx": "sheets:Xlsx",
    "json": "drops:Json",
    "xml": "drops:Xml",
    "rest": "rest:Rest",
}


def connect(kind: str, place: Place, secret: str = "") -> Connector:
    """The connector of a kind, not yet open (建立接入).

    Raises:
        RuleBroken: for a kind that is not known.
    """
    if kind not in _HOMES:
        raise RuleBroken(f"没有“{kind}”这种接入方式。", rule="gathering.kind", kind=kind)
    module, _, name = _HOMES[kind].partition(":")
    connector: Connector = getattr(import_module(f"{__package__}.{module}"), name)(place, secret)
    return connector
