"""The register of indicators (指标登记): a definition per code, declared in an app's `indicators` room.

```python
@indicator("fire_review.design_accepted", zh="设计审查受理", unit="项", kind=FLOW,
           verbs=("case.fire_design.*",), steward="建筑质量安全监管处")
def design_accepted() -> Records:
    \"\"\"Fire design reviews accepted in the period (消防设计审查受理)。按受理日计入。\"\"\"
    return Records(queries.design_reviews(), day="accepted_on")
```
The docstring is the definition that the public sees. Nothing here asks the database.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel.indicator import wording
from zhujianyun.kernel.indicator.lake import Gathered
from zhujianyun.kernel.indicator.periods import Period
from zhujianyun.kernel.indicator.records import REGION, Records
from zhujianyun.kernel.indicator.sources import BoundRatio, Listing, Ratio, Reported, Source
from zhujianyun.kernel.indicator.tally import Aggregate, Tally
from zhujianyun.kernel.indicator.units import Kind, Qualifier, Unit, unit

Declared = Records | Gathered | Ratio | Listing | Reported
DIRECTIONS = ("up", "down", "band")


@dataclass(frozen=True)
class Definition:
    """One indicator: what it is called, what it counts, who answers for it (指标定义)."""

    code: str
    zh: str
    unit: Unit
    kind: Kind
    function: Callable[[], Declared]
    text: str  # the docstring, as the public reads it
    verbs: tuple[str, ...] = ()
    steward: str = ""
    freshness_minutes: int = 15
    dims: tuple[str, ...] = ("city",)
    direction: str = "up"
    release: bool = False
    permission: str = ""
    qualifier: Qualifier = Qualifier.EXACT
    persons: bool = False  # counts persons or households: the small-cell rule applies on public views
    basis: str = ""
    reason: str = ""  # why this version differs from the one before
    columns: tuple[str, ...] = field(default=())  # what a drill-down shows

    @property
    def app(self) -> str:
        """The app it belongs to (所属应用)."""
        return self.code.partition(".")[0]

    @cached_property
    def text_zh(self) -> str:
        """What the public reads: the Chinese paragraphs of the docstring (口径)."""
        return wording.chinese(self.text)

    @property
    def by_city(self) -> bool:
        """Whether it is counted by city (是否分市)."""
        return "city" in self.dims

    @cached_property
    def version(self) -> str:
        """Twelve hex digits over the wording and the code of the predicate (口径版本)."""
        shown = [self.code, self.zh, self.unit.zh, self.kind, self.qualifier, ",".join(self.dims), self.text]
        return wording.digest([*map(str, shown), *wording.predicate_sources(self.function)])

    @cached_property
    def declared(self) -> Declared:
        """What the function declares (口径声明)."""
        made = self.function()
        if self.kind is Kind.DURATION and isinstance(made, Records) and not made.percentile:
            made = replace(made, average=True)
        if self.kind is Kind.DURATION and isinstance(made, Gathered):
            made = replace(made, average=True)
        _check(self, made)
        return made

    def source(self, known_by: date | None = None) -> Source:
        """What its number is computed from; `known_by` limits a cohort (数据来源)."""
        made = self.declared
        return made.bound(part, known_by) if isinstance(made, Ratio) else made

    @property
    def aggregate(self) -> Aggregate:
        """How records become the number (汇总方式)."""
        return self.source().aggregate

    def tally(self, period: Period, city: str = REGION, known_by: date | None = None) -> Tally:
        """The number of one cell, from the records (单格计数)."""
        return self.source(known_by).tally(period, city)

    def touched_by(self, verb: str) -> bool:
        """Whether an act of this name can change the number (是否受影响)."""
        return any(verb == v or (v.endswith("*") and verb.startswith(v[:-1])) for v in watched(self))


_definitions: dict[str, Definition] = {}


def indicator(
    code: str,
    *,
    zh: str,
    unit: str | Unit,  # noqa: A002
    kind: Kind,
    verbs: Iterable[str] = (),
    steward: str = "",
    freshness_minutes: int = 15,
    dims: tuple[str, ...] = ("city",),
    direction: str = "up",
    release: bool = False,
    permission: str = "",
    qualifier: Qualifier | str = Qualifier.EXACT,
    persons: bool = False,
    reason: str = "",
    columns: tuple[str, ...] = (),
) -> Callable[[Callable[[], Declared]], Callable[[], Declared]]:
    """Declare the function below as an indicator (登记指标).

    Raises:
        RuleBroken: unknown unit, no definition text, a code twice, or a direction that is none.
    """

    def declare(function: Callable[[], Declared]) -> Callable[[], Declared]:
        add(
            Definition(
                code=code, zh=zh, unit=_unit(unit), kind=Kind(kind), function=function,
                text=inspect.cleandoc(function.__doc__ or ""), verbs=tuple(verbs), steward=steward,
                freshness_minutes=freshness_minutes, dims=dims, direction=direction, release=release,
                permission=permission, qualifier=Qualifier(qualifier), persons=persons, reason=reason,
                columns=columns,
            )
        )  # fmt: skip
        return function

    return declare


def add(definition: Definition) -> None:
    """Put a definition into the register (登记).

    Raises:
        RuleBroken: as `indicator`.
    """
    known = _definitions.get(definition.code)
    if known is not None and _home(known) != _home(definition):
        raise RuleBroken(
            f"指标代码 {definition.code} 重复：{_home(known)} 和 {_home(definition)} 都登记了它。",
            rule="indicator.code_once", code=definition.code,
        )  # fmt: skip
    if not definition.text:
        raise RuleBroken(
            f"指标 {definition.code} 没有口径说明，请在函数的文档字符串里写明口径。", rule="indicator.wording",
            code=definition.code,
        )  # fmt: skip
    if definition.direction not in DIRECTIONS or "." not in definition.code:
        raise RuleBroken(
            f"指标 {definition.code} 的代码应为“应用.名称”，方向应为 up、down 或 band。", rule="indicator.shape",
            code=definition.code,
        )  # fmt: skip
    _definitions[definition.code] = definition


def remove(code: str) -> None:
    """Take an indicator out of the register (停用)."""
    _definitions.pop(code, None)


def get(code: str) -> Definition:
    """The definition of a code (取指标定义).

    Raises:
        NotFound: nobody declares it; pages print 指标停用.
    """
    if code not in _definitions:
        raise NotFound(f"指标停用或未登记：{code}。", rule="indicator.known", code=code)
    return _definitions[code]


def all_(app: str | None = None) -> list[Definition]:
    """Every definition, in the order of declaration (全部指标)."""
    return [d for d in _definitions.values() if app is None or d.app == app]


def needs(codes: Iterable[str], *, by: str) -> None:
    """See that what somebody needs is declared (检查依赖).

    Raises:
        NotFound: naming who needs it and the code that nobody declares.
    """
    for code in codes:
        if code not in _definitions:
            raise NotFound(
                f"{by} 需要指标 {code}，但没有应用登记它。", rule="indicator.needs", by=by, code=code
            )


def parts(definition: Definition) -> tuple[str, ...]:
    """The codes a ratio is made of (构成指标)."""
    made = definition.declared
    sides = (made.numerator, made.denominator) if isinstance(made, Ratio) else ()
    return tuple(side for side in sides if isinstance(side, str))


def watched(definition: Definition) -> tuple[str, ...]:
    """The verbs that touch it, those of its parts included (关注的动作)."""
    inherited = [verb for code in parts(definition) if code in _definitions for verb in get(code).verbs]
    return tuple(dict.fromkeys([*definition.verbs, *inherited]))


def touched(verb: str) -> list[Definition]:
    """The indicators that an act of this name can change (受影响指标)."""
    return [definition for definition in _definitions.values() if definition.touched_by(verb)]


def part(code: str) -> Source:
    """What a side of a ratio is computed from (分项来源)."""
    return get(code).source()


def gathered_of(definition: Definition) -> list[Gathered]:
    """The expressions over gathered data that it is counted from, both sides of a ratio (归集来源)."""
    source = definition.source()
    sides = [source.numerator, source.denominator] if isinstance(source, BoundRatio) else [source]
    return [side for side in sides if isinstance(side, Gathered)]


def datasets_of(definition: Definition) -> tuple[str, ...]:
    """The data sets it is counted from; none for what comes from the platform's own records (所用数据集)."""
    return tuple(dict.fromkeys(code for one in gathered_of(definition) for code in one.codes))


def _unit(given: str | Unit) -> Unit:
    return unit(given)


def _home(definition: Definition) -> str:
    return f"{definition.function.__module__}.{definition.function.__qualname__}"


def _check(definition: Definition, made: Declared) -> None:
    """Kind and declaration must agree."""
    fits = {
        Kind.FLOW: isinstance(made, Records | Gathered) and not made.is_stock,
        Kind.STOCK: isinstance(made, Listing) or (isinstance(made, Records | Gathered) and made.is_stock),
        Kind.RATIO: isinstance(made, Ratio | BoundRatio),
        Kind.DURATION: isinstance(made, Records | Gathered) and bool(made.measure),
        Kind.EXTERNAL: isinstance(made, Reported),
    }
    if not fits[definition.kind]:
        raise RuleBroken(
            f"指标 {definition.code} 声明为 {definition.kind}，但函数返回的口径与之不符。", rule="indicator.kind",
            code=definition.code, kind=str(definition.kind),
        )  # fmt: skip
