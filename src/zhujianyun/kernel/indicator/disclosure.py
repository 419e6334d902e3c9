"""Small cells on public views (小数抑制): nobody can be found in a table, nor by subtraction.

A cell of 1…4 persons or households is hidden, then as many others that what is hidden cannot be
computed from what is shown: in every line with a total at least two cells, of at least five
together; where that cannot be done, the total goes too.

Source: screens-indicators §1.3; the threshold is configuration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

THRESHOLD = 5
SMALL, OTHER = "<5", "×"
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """A table after suppression (抑制后的表): numbers, "<5" or "×"."""

    cells: list[list[int | str]]
    row_totals: list[int | str]
    column_totals: list[int | str]
    total: int | str


def suppress_row(cells: Sequence[int], threshold: int = THRESHOLD) -> tuple[list[int | str], int | str]:
    """One row and its total: [3, 10, 20], 33 → ["<5", "×", 20], 33 (单行抑制)."""
    grid = _Grid([[*cells, sum(cells)]], threshold, lines=[[(0, c) for c in range(len(cells) + 1)]])
    shown = grid.shown()[0]
    return shown[:-1], shown[-1]


def suppress(cells: Sequence[Sequence[int]], threshold: int = THRESHOLD) -> Shown:
    """A table with totals by row, by column and of all (交叉表抑制)."""
    whole = [[*row, sum(row)] for row in cells]
    whole.append([sum(column) for column in zip(*whole, strict=True)])
    height, width = len(whole), len(whole[0])
    lines = [[(r, c) for c in range(width)] for r in range(height)]
    lines += [[(r, c) for r in range(height)] for c in range(width)]
    shown = _Grid(whole, threshold, lines).shown()
    return Shown(
        [row[:-1] for row in shown[:-1]], [row[-1] for row in shown[:-1]], shown[-1][:-1], shown[-1][-1]
    )


def hides_share(numerator: int, denominator: int, threshold: int = THRESHOLD) -> bool:
    """Whether a share must be hidden because either part is small, or what is left of it (比率抑制)."""
    return any(0 < part < threshold for part in (numerator, denominator, denominator - numerator))


def difference_is_safe(earlier: int, later: int, threshold: int = THRESHOLD) -> bool:
    """Whether two published periods may stand side by side: their difference is no small cell (差分检查)."""
    return not 0 < abs(later - earlier) < threshold


class _Grid:
    """A table whose last cell of every line is the line's total."""

    def __init__(self, values: list[list[int]], threshold: int, lines: list[list[Place]]) -> None:
        self.values, self.threshold, self.lines = values, threshold, lines
        self.hidden = {
            (r, c) for r, row in enumerate(values) for c, value in enumerate(row) if 0 < value < threshold
        }
        self.small = set(self.hidden)

    def at(self, place: Place) -> int:
        return self.values[place[0]][place[1]]

    def shown(self) -> list[list[int | str]]:
        """Hide until every line is safe; hiding never stops being safe for the line it served."""
        while any(self._mend(line) for line in self.lines):
            continue
        return [
            [self._mark((r, c)) if (r, c) in self.hidden else value for c, value in enumerate(row)]
            for r, row in enumerate(self.values)
        ]

    def _mark(self, place: Place) -> str:
        return SMALL if place in self.small else OTHER

    def _mend(self, line: list[Place]) -> bool:
        """Make one line safe; true when something was hidden."""
        *members, total = line
        gone = [place for place in members if place in self.hidden]
        if total in self.hidden:
            return not gone and self._hide(self._smallest(members) or total)
        if not gone or self._is_safe(gone):
            return False
        return self._hide(self._smallest(members) or total)

    def _is_safe(self, gone: list[Place]) -> bool:
        """Two cells, five together, and more than one way to share the hidden sum among them.

        The marks themselves say something: "<5" is 1…4 and "×" at least 5. Two cells "<5" of a
        hidden sum of 8 are both 4; "<5" and "×" of 6 are 1 and 5.
        """
        hidden, small = sum(map(self.at, gone)), sum(place in self.small for place in gone)
        least = small + (len(gone) - small) * self.threshold
        most = small * (self.threshold - 1) if small == len(gone) else hidden + 1
        return len(gone) > 1 and hidden >= self.threshold and least < hidden < most

    def _smallest(self, members: list[Place]) -> Place | None:
        """The smallest other non-zero cell that is still shown."""
        open_ = [place for place in members if place not in self.hidden and self.at(place)]
        return min(open_, key=self.at) if open_ else None

    def _hide(self, place: Place) -> bool:
        before = len(self.hidden)
        self.hidden.add(place)
        return len(self.hidden) > before
