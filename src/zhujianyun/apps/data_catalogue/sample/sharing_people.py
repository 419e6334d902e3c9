"""Who asks and who decides in the demo (共享演示人员): posts that somebody holds already are used as they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zhujianyun.apps.data_catalogue.sample.people import holder, officers
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office

CONSUMERS = (
    "450100", "450200", "450300", "450500", "450700", "450900", "451000", "451300", "450000-xzsp", "450000-xf",
    "450000-zfbz", "450000-zlaq", "450000-csjs",
)  # fmt: skip
SURNAMES, GIVEN = "韦黄覃陆莫梁农蒙卢谢潘廖", ("国安", "晓敏", "振华", "丽云", "文斌", "桂英", "志强", "秀梅")
TECH, SUPERVISOR = "庞明亮", "罗敏之"


@dataclass(frozen=True, slots=True)
class People:
    """Heads of consumers by the code of their office, clerks and heads of providers, one who delivers (人员)."""

    consumers: dict[str, Actor]
    clerks: dict[str, Actor]
    heads: dict[str, Actor]
    tech: Actor
    supervisor: Actor
    offices: dict[str, Office]


def gather(providers: Iterable[str]) -> People:
    """Open the posts that are missing (准备人员)."""
    duties, sources = officers(), sorted(providers)
    offices = {one.code: one for one in Office.objects.filter(code__in=[*CONSUMERS, *sources, "450000"])}
    asking = [code for code in CONSUMERS if code in offices]

    def post(role: str, code: str, name: str) -> Actor:
        return holder(role, offices[code], f"{role.replace('_', '.')}.{code}", name, duties)

    return People(
        consumers={code: post("consumer_head", code, _name(place)) for place, code in enumerate(asking)},
        clerks={code: post("source_clerk", code, _name(place + 5)) for place, code in enumerate(sources)},
        heads={code: post("source_head", code, _name(place + 11)) for place, code in enumerate(sources)},
        tech=post("source_tech", "450000", TECH),
        supervisor=post("supervisor", "450000", SUPERVISOR),
        offices=offices,
    )


def _name(place: int) -> str:
    return SURNAMES[place % len(SURNAMES)] + GIVEN[(place * 3) % len(GIVEN)]
