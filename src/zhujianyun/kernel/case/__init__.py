"""Case (办件): anything with a state and a deadline.

``from zhujianyun.kernel import case`` is the whole door: ``case.open_``, ``case.act``,
``case.offers``, ``case.attach``, ``case.amend_draft``, ``case.keep`` and ``case.batch`` do the work;
the rooms ``tasks``, ``handing_over``, ``draws``, ``papers``, ``timers``, ``effects``, ``queries``,
``proof`` and ``versions`` hold the rest.
Loaded at first use: models cannot be imported before Django is ready.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zhujianyun.kernel.case.engine.acting import act, attach
    from zhujianyun.kernel.case.engine.amending import amend_draft, drop_document
    from zhujianyun.kernel.case.engine.asking import Attached
    from zhujianyun.kernel.case.engine.offering import Offer, offers, offers_of_many
    from zhujianyun.kernel.case.engine.opening import open_
    from zhujianyun.kernel.case.engine.unit import batch, keep

_HOMES = {
    "act": "engine.acting",
    "amend_draft": "engine.amending",
    "attach": "engine.acting",
    "Attached": "engine.asking",
    "drop_document": "engine.amending",
    "Offer": "engine.offering",
    "offers": "engine.offering",
    "offers_of_many": "engine.offering",
    "open_": "engine.opening",
    "batch": "engine.unit",
    "keep": "engine.unit",
}

__all__ = [
    "Attached",
    "Offer",
    "act",
    "amend_draft",
    "attach",
    "batch",
    "drop_document",
    "keep",
    "offers",
    "offers_of_many",
    "open_",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
