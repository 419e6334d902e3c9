"""The draws of the play (抽查抽取): committed in the morning, revealed in the evening, city by city.

The lists are whatever waits in the pool, and who is hit is whatever commit and reveal give. Nonces
and public values come from the seed, so that the same play draws the same lots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random

from zhujianyun.apps.fire_review import queries
from zhujianyun.apps.fire_review.sample.officers import Bureau
from zhujianyun.base import clock
from zhujianyun.kernel.case import draw as lots
from zhujianyun.kernel.case import draws
from zhujianyun.kernel.case.models import Case, Draw

FROZEN_AT, REVEALED_AT = (8, 20), (18, 5)  # before the first and after the last act of a day


@dataclass(slots=True)
class Lots:
    """The draws of one day over the cities (当日抽取)."""

    day: date
    seed: int
    bureaux: Mapping[str, Bureau]
    open_: dict[str, Draw] = field(default_factory=dict)

    def freeze(self, time: clock.VirtualClock) -> None:
        """Freeze the list of each city that has any, and publish the commitments (冻结并公布承诺)."""
        time.move_to(clock.at_local(self.day, *FROZEN_AT))
        for city, bureau in self.bureaux.items():
            if queries.waiting_for_draw(bureau.office.pk).exists():
                promised = {key: lots.commit_nonce(nonce) for key, nonce in self._nonces(city).items()}
                by = bureau.one("draw", 0)
                self.open_[city] = draws.freeze(queries.FILING, bureau.office, by, nonce_commits=promised)

    def reveal(self, time: clock.VirtualClock) -> list[Case]:
        """Reveal, draw and carry out; the filings that were hit (开出并落实)."""
        time.move_to(clock.at_local(self.day, *REVEALED_AT))
        for city, frozen in self.open_.items():
            by = self.bureaux[city].one("draw", 0)
            draws.reveal(frozen, self._public_value(), self._nonces(city), by=by)
        hits: list[Case] = []
        for city, frozen in self.open_.items():
            bureau = self.bureaux[city]
            pool = {"insp": bureau.people["insp"]}
            hits += draws.apply(frozen, by=bureau.one("draw", 0), inspectors=pool)
        return hits

    def _public_value(self) -> str:
        return f"{self.day:%Y%m%d}-{Random(f'{self.seed}:{self.day}').randrange(10**6):06d}"

    def _nonces(self, city: str) -> dict[str, str]:
        witnesses = self.bureaux[city].people["witness"]
        rng = Random(f"{self.seed}:{self.day}:{city}")
        return {one.key: f"{rng.getrandbits(64):016x}" for one in witnesses}
