"""Every page that somebody sees (全部页面): name → address and who opens it."""

from __future__ import annotations

from dataclasses import dataclass

STRANGER = ""


@dataclass(frozen=True)
class Place:
    """A page (页面): its address, who opens it, and with which status it answers."""

    path: str
    who: str = "nanning.chief"
    status: int = 200


PLACES = {
    "signin": Place("/signin/", STRANGER),
    "forgotten": Place("/account/password/forgotten/", STRANGER),
    "main-screen": Place("/screen/main/"),
    "fire-screen": Place("/screen/fire/"),
    "figure": Place("/screen/figure/fire_review.design_concluded/?year=2020"),
    "rate": Place("/screen/figure/fire_review.design_concluded_rate/?year=2020", "leader"),
    "home": Place("/workbench/"),
    "leaders-home": Place("/workbench/", "leader"),
    "officers-home": Place("/workbench/", "audit.officer"),
    "list": Place("/workbench/cases/"),
    "list-all": Place("/workbench/cases/?scope=all", "leader"),
    "handling": Place("/workbench/cases/{design}/", "nanning.clerk"),
    "draws": Place("/workbench/draws/", "nanning.draw"),
    "duties": Place("/workbench/duties/"),
    "hand-over": Place("/workbench/duties/hand-over/", "nanning.clerk"),
    "glossary": Place("/workbench/glossary/"),
    "systems": Place("/workbench/asset-inventory/systems/", "dept.centre"),
    "system": Place("/workbench/asset-inventory/systems/gas_safety/", "dept.centre"),
    "system-history": Place("/workbench/asset-inventory/systems/gas_safety/history/", "dept.centre"),
    "system-edit": Place("/workbench/asset-inventory/systems/gas_safety/edit/", "dept.centre"),
    "system-link": Place("/workbench/asset-inventory/systems/housing_security/do/link/", "dept.division"),
    "links": Place("/workbench/asset-inventory/graph/", "dept.centre"),
    "plans": Place("/workbench/asset-inventory/plans/", "dept.centre"),
    "findings": Place("/workbench/asset-inventory/findings/", "dept.centre"),
    "probes": Place("/workbench/asset-inventory/probes/", "dept.centre"),
    "inventory-import": Place("/workbench/asset-inventory/import/", "dept.centre"),
    "gathering": Place("/workbench/data-gathering/", "dept.operator"),
    "gathered-set": Place("/workbench/data-gathering/sets/building-market-001/", "dept.operator"),
    "source-kinds": Place("/workbench/data-gathering/new/", "dept.operator"),
    "source-new": Place("/workbench/data-gathering/new/?kind=rest", "dept.operator"),
    "source-change": Place("/workbench/data-gathering/sets/building-market-001/change/", "dept.operator"),
    "quality": Place("/workbench/data-gathering/quality/", "dept.operator"),
    "quality-set": Place("/workbench/data-gathering/sets/building-market-001/quality/", "dept.operator"),
    "quality-rule": Place(
        "/workbench/data-gathering/sets/building-market-001/quality/new/?kind=range", "dept.operator"
    ),
    "systems-screen": Place("/screen/systems/", "dept.centre"),
    "account": Place("/workbench/account/"),
    "password": Place("/account/password/change/"),
    "second-factor": Place("/account/mfa/"),
    "signout": Place("/signout/"),
    "hall": Place("/hall/", STRANGER),
    "hall-notices": Place("/hall/notices/?kind=result", STRANGER),
    "hall-figures": Place("/hall/figures/", STRANGER),
    "hall-verify": Place("/hall/verify/paper/", STRANGER),
    "hall-paper-state": Place("/hall/papers/", STRANGER),
    "not-found": Place("/workbench/cases/none/", status=404),
    "no-address": Place("/nowhere/", status=404),
    "forbidden": Place("/screen/main/", "audit.officer", status=403),
}
