from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.kernel.indicator.disclosure import difference_is_safe, hides_share, suppress, suppress_row

tables = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 20, 300]), min_size=width, max_size=width),
        min_size=1, max_size=5,
    )
)  # fmt: skip


def test_the_example_of_the_rule() -> None:
    assert suppress_row([3, 10, 20]) == (["<5", "×", 20], 33)


def test_a_small_cell_among_zeros_takes_the_total_along() -> None:
    cells, total = suppress_row([3, 0, 0])
    assert (cells, total) == (["<5", 0, 0], "<5")
    assert suppress_row([0, 0, 0]) == ([0, 0, 0], 0)
    assert suppress_row([7, 8]) == ([7, 8], 15)


def test_the_marks_themselves_give_nothing_away() -> None:
    assert suppress_row([4, 4, 30]) == (["<5", "<5", "×"], 38)
    assert suppress_row([1, 5, 30]) == (["<5", "×", "×"], 36)
    assert suppress_row([4, 4]) == (["<5", "<5"], "×")


def test_two_small_cells_that_make_less_than_five_hide_a_third() -> None:
    assert suppress_row([1, 2, 30]) == (["<5", "<5", "×"], 33)


@given(tables)
def test_no_line_gives_a_hidden_cell_away_and_every_small_cell_is_hidden(cells: list[list[int]]) -> None:
    shown = suppress(cells)
    whole = [[*row, total] for row, total in zip(shown.cells, shown.row_totals, strict=True)]
    whole.append([*shown.column_totals, shown.total])
    truth = [[*row, sum(row)] for row in cells]
    truth.append([sum(column) for column in zip(*truth, strict=True)])
    for value, said in zip(sum(truth, []), sum(whole, []), strict=True):
        assert said in (value, "<5", "×")
        assert not (0 < value < 5) or said == "<5"
    lines = [list(zip(t, w, strict=True)) for t, w in zip(truth, whole, strict=True)]
    lines += [list(column) for column in zip(*lines, strict=True)]
    for line in lines:
        *members, (_, total) = line
        hidden = [value for value, said in members if isinstance(said, str)]
        if isinstance(total, str):
            assert hidden
        else:
            assert not hidden or (len(hidden) > 1 and sum(hidden) >= 5)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=5))
def test_whoever_sees_one_row_cannot_tell_a_small_cell(cells: list[int]) -> None:
    """By trying every row that fits what is shown, a hidden small cell has more than one possible value."""
    shown, total = suppress_row(cells)
    if not isinstance(total, int):
        return
    gaps = [i for i, said in enumerate(shown) if isinstance(said, str)]
    known = sum(said for said in shown if isinstance(said, int))
    fits = []
    for guess in product(*[range(1, 5) if shown[i] == "<5" else range(5, total - known + 1) for i in gaps]):
        if sum(guess) == total - known:
            fits.append(guess)
    for position in range(len(gaps)):
        assert len({guess[position] for guess in fits}) > 1


def test_a_share_is_hidden_with_either_part_and_with_what_is_left() -> None:
    assert hides_share(3, 100)
    assert hides_share(98, 100)
    assert hides_share(2, 4)
    assert not hides_share(0, 100)
    assert not hides_share(50, 100)


def test_two_published_periods_may_not_differ_by_a_small_cell() -> None:
    assert not difference_is_safe(100, 103)
    assert difference_is_safe(100, 100)
    assert difference_is_safe(100, 105)
