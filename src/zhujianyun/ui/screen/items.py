"""Single things on a wall (单项): sites, systems, open cases, steps — for the forms that draw more than figures.

An app declares a list beside its indicators and a screen names it:

```python
@items("asset_inventory.tiles", zh="业务系统状态")
def tiles() -> list[Item]:
    return [Item(name=row.zh, level="late", text="证书 7 天后到期", url=row.get_absolute_url()) for row in ...]
```
The list is read when the screen's data are put together. It is not kept: a replay of a past day shows
the figures of then and says that single things are not replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhujianyun.base.errors import NotFound, RuleBroken

LEVELS = {"bad": "故障", "late": "超期", "watch": "关注", "ok": "正常", "off": "停用"}  # worst first
_WORST = list(LEVELS)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing (单项). A form uses the fields it needs: see `forms/README.md`."""

    name: str
    level: str = "ok"  # a key of LEVELS
    text: str = ""  # one short line under the name
    url: str = ""  # where a click leads
    row: str = ""  # matrix row, funnel step, likelihood, source of a stream
    column: str = ""  # matrix column, severity, receiver of a stream
    value: Decimal | int | None = None
    start: date | None = None
    end: date | None = None
    done: date | None = None

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise RuleBroken(
                f"单项 {self.name} 的状态 {self.level} 不存在，可用：{'、'.join(LEVELS)}。",
                rule="items.level",
            )


Read = Callable[[], Iterable[Item]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where single things come from (单项来源)."""

    code: str
    zh: str
    read: Read


_sources: dict[str, Source] = {}


def items(code: str, *, zh: str) -> Callable[[Read], Read]:
    """Declare the function below as a list of single things (登记单项来源)."""

    def declare(read: Read) -> Read:
        _sources[code] = Source(code, zh, read)
        return read

    return declare


def get(code: str) -> Source:
    """The source of a code (取单项来源).

    Raises:
        NotFound: nobody declares it.
    """
    if code not in _sources:
        raise NotFound(f"没有应用登记单项来源 {code}。", rule="items.known", items=code)
    return _sources[code]


def all_() -> list[Source]:
    """Every source (全部单项来源)."""
    return sorted(_sources.values(), key=lambda source: source.code)


def worst_first(found: Iterable[Item]) -> list[Item]:
    """By level, the worst first, then by name (最差在前)."""
    return sorted(found, key=lambda item: (_WORST.index(item.level), item.name))
