"""The draw of cases and inspectors (双随机抽查): commit first, reveal afterwards, anybody can check.

1. *Freeze and commit.* Of each stratum the ids, sorted, one a line; publish SM3 of that text and
   SM3 of each witness's secret nonce.
2. *Reveal* a public value fixed after the commit, and the nonces: ``seed = SM3("public:…|w1:…|w2:…")``.
3. *Order* by ``SM3(seed + newline + id)``, take the first k.

Nobody who knows the list at the commit knows the public value, so nobody can choose the outcome;
and no witness can change his nonce afterwards. The order depends neither on the order of input nor
on the machine, and a smaller k is a prefix of a larger one.

Pure: no clock, no database. `verify_draw.py` beside it does the same for the public and imports
nothing of this project.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from zhujianyun.base.errors import RuleBroken


@dataclass(frozen=True, slots=True)
class Stratum:
    """A stratum as committed (抽查分层): its ids sorted, the ratio and the number to be drawn."""

    name: str
    ids: tuple[str, ...]
    percent: int
    take: int
    commit: str


@dataclass(frozen=True, slots=True)
class Picked:
    """The outcome for one stratum (分层抽取结果), in the order drawn."""

    stratum: Stratum
    drawn: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inspectors:
    """The inspectors of one case (检查人员抽取结果): who was drawn, who was passed over for conflict."""

    drawn: tuple[str, ...]
    passed_over: tuple[str, ...]
    rounds: int


@cache
def _sm3_engine() -> Callable[[bytes], str]:
    try:
        hashlib.new("sm3", b"")
    except ValueError:  # this OpenSSL was built without SM3
        from zhujianyun.base import ciphers

        return lambda content: ciphers.sm3(content).hex()
    return lambda content: hashlib.new("sm3", content).hexdigest()


def sm3(text: str) -> str:
    """SM3 of a text in UTF-8, as hex (国密杂凑). Source: GB/T 32905-2016."""
    return _sm3_engine()(text.encode("utf-8"))


def quota(count: int, percent: int) -> int:
    """How many of `count` to draw at `percent`, rounded up, in whole numbers (抽取数量).

    Floats would take 8 of 100 at 7 %. An empty stratum gives 0, a single case at 10 % gives 1.

    Raises:
        RuleBroken: a negative count, or a ratio outside 0–100.
    """
    if count < 0 or not 0 <= percent <= 100:
        raise RuleBroken(
            f"抽查比例应在 0 到 100 之间，现为 {percent}。", rule="draw.percent", percent=percent
        )
    return -(-count * percent // 100)


def frozen_text(ids: Iterable[str]) -> str:
    """The list of a stratum as it is committed (名单定稿): sorted, one id a line.

    Raises:
        RuleBroken: an id twice, an empty id, or one that holds a line break.
    """
    ordered = sorted(ids)
    for before, one in zip(["", *ordered], ordered, strict=False):
        if one == before or "\n" in one:
            raise RuleBroken(
                f"抽查名单里的编号“{one}”为空、重复或含换行，请改正名单。", rule="draw.ids", id=one
            )
    return "\n".join(ordered)


def commit(ids: Iterable[str]) -> str:
    """The commitment to a list (名单承诺值)."""
    return sm3(frozen_text(ids))


def commit_nonce(nonce: str) -> str:
    """The commitment to a witness's secret number (见证人随机数承诺值).

    Raises:
        RuleBroken: the nonce is empty or holds ``|``, which separates the parts of the seed.
    """
    if not nonce or "|" in nonce or "\n" in nonce:
        raise RuleBroken("见证人随机数不能为空，也不能含“|”和换行。", rule="draw.nonce")
    return sm3(nonce)


def seed_text(public: str, nonces: Sequence[str]) -> str:
    """The text whose SM3 is the seed (种子原文): ``public:12345|w1:aaaa|w2:bbbb``."""
    return "|".join([f"public:{public}", *(f"w{i}:{nonce}" for i, nonce in enumerate(nonces, 1))])


def reveal(public: str, nonces: Sequence[str], commits: Sequence[str]) -> str:
    """The seed, after every nonce has proved equal to its commitment (揭示种子).

    Raises:
        RuleBroken: no witness, an empty public value, or a nonce that is not the committed one.
    """
    if not nonces or len(nonces) != len(commits):
        raise RuleBroken(
            f"应有 {len(commits)} 位见证人揭示随机数，现有 {len(nonces)} 位。", rule="draw.witnesses"
        )
    if not public or "|" in public:
        raise RuleBroken("公开数不能为空，也不能含“|”，请填写承诺之后产生的公开数。", rule="draw.public")
    for i, (nonce, promised) in enumerate(zip(nonces, commits, strict=True), 1):
        if commit_nonce(nonce) != promised:
            raise RuleBroken(
                f"第 {i} 位见证人揭示的随机数与其承诺值不符，未予揭示，请核对后重新提交。",
                rule="draw.nonce_kept",
                witness=i,
            )
    return sm3(seed_text(public, nonces))


def order(seed: str, ids: Iterable[str]) -> list[str]:
    """All ids in the order of the draw (抽取次序); equal hashes go by id."""
    engine, head = _sm3_engine(), seed.encode() + b"\n"
    return [one for _, one in sorted((engine(head + one.encode()), one) for one in ids)]


def pick(seed: str, ids: Iterable[str], take: int) -> list[str]:
    """The first `take` of the order (抽取)."""
    return order(seed, ids)[:take]


def stratify(strata: Mapping[str, Iterable[str]], percents: Mapping[str, int]) -> list[Stratum]:
    """The stratum table of a draw (分层表), by name; a stratum without cases is kept with 0.

    Raises:
        RuleBroken: a stratum has no ratio, a wrong ratio or a faulty list, or a case is in two strata.
    """
    frozen = {name: tuple(sorted(ids)) for name, ids in strata.items()}
    unknown = sorted(set(frozen) - set(percents))
    if unknown:
        raise RuleBroken(
            f"分层“{unknown[0]}”没有抽查比例，请补充比例表。", rule="draw.ratio", stratum=unknown[0]
        )
    if len({one for ids in frozen.values() for one in ids}) != sum(map(len, frozen.values())):
        raise RuleBroken("同一办件出现在两个分层里，请改正名单。", rule="draw.one_stratum")
    return [
        Stratum(name, ids, percents[name], quota(len(ids), percents[name]), commit(ids))
        for name in sorted(percents)
        for ids in [frozen.get(name, ())]
    ]


def draw(seed: str, table: Iterable[Stratum]) -> list[Picked]:
    """The outcome of every stratum (抽取全部分层).

    Raises:
        RuleBroken: a list is not the committed one: a changed list needs a new commit.
    """
    outcome = []
    for stratum in table:
        if commit(stratum.ids) != stratum.commit:
            raise RuleBroken(
                f"分层“{stratum.name}”的名单与承诺值不符：名单变动后须重新公布承诺值。",
                rule="draw.list_kept",
                stratum=stratum.name,
            )
        outcome.append(Picked(stratum, tuple(pick(seed, stratum.ids, stratum.take))))
    return outcome


def draw_inspectors(
    seed: str, case_id: str, pool: Collection[str], conflicts: Collection[str] = (), take: int = 2
) -> Inspectors:
    """The inspectors of a drawn case (抽取检查人员).

    The first round orders the pool by ``SM3(seed + "\\n" + case_id + "\\n" + id)``. Whoever is in
    conflict (回避) is passed over and the empty places are drawn again among the rest, with the
    number of the round in the text; the case drawn and inspectors without conflict stay.

    Raises:
        RuleBroken: too few without conflict; the draw must go to the office above.
    """
    frozen_text(pool)
    free = set(pool) - set(conflicts)
    if take < 1 or len(free) < take:
        raise RuleBroken(
            f"办件 {case_id} 需 {take} 名检查人员，回避后只剩 {len(free)} 名，请报上级机关指派。",
            rule="draw.inspectors",
            case=case_id,
            needed=take,
            free=len(free),
        )
    drawn: list[str] = []
    passed_over: list[str] = []
    rounds = 0
    while len(drawn) < take:
        rounds += 1
        label = case_id if rounds == 1 else f"{case_id}\n{rounds}"
        left = [one for one in pool if one not in drawn and one not in passed_over]
        for one in pick(f"{seed}\n{label}", left, take - len(drawn)):
            (passed_over if one in conflicts else drawn).append(one)
    return Inspectors(tuple(drawn), tuple(passed_over), rounds)
