"""The registry: versions by day, names resolved, dated tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.load import load_text

DEFINITIONS = Path(__file__).parent / "definitions"
SMALL = (DEFINITIONS / "small.yaml").read_text(encoding="utf-8")
KEPT = ("rules", "effects", "_tables", "_definitions")


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch):
    """An empty registry for each test; the assembled one comes back afterwards."""
    for name in KEPT:
        monkeypatch.setattr(registry, name, {})


def version(number: str, start: str, stop: str | None = None):
    valid = f'valid: {{from: "{start}", to: {f"{stop!r}" if stop else "null"}}}'
    text = SMALL.replace('version: "2020.1"', f'version: "{number}"')
    return load_text(text.replace('valid: {from: "2020-01-01", to: null}', valid), "test", f"{number}.yaml")


def limits(folder: Path, *rows: str) -> Path:
    path = folder / "limits.csv"
    header = "rule,value,unit,basis,valid_from,valid_to,verified"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


ROW = "long_days,30,workday,行政许可法#42,2004-07-01,,true"


def test_a_folder_is_registered_file_by_file():
    found = registry.add_folder(DEFINITIONS, "test")
    assert [d.process for d in found] == ["drawing_review", "fire_filing", "small_permit"]
    assert registry.all() == found and registry.processes() == [
        "drawing_review",
        "fire_filing",
        "small_permit",
    ]
    assert registry.get("fire_filing", "2020.1").app == "test"


def test_the_version_in_force_is_found_by_the_day():
    registry.add(version("2020.2", "2021-01-01"))
    registry.add(version("2020.1", "2020-01-01", "2020-12-31"))
    assert [d.version for d in registry.versions("small_permit")] == ["2020.1", "2020.2"]
    assert registry.in_force("small_permit", date(2020, 12, 31)).version == "2020.1"
    assert registry.in_force("small_permit", date(2021, 1, 1)).version == "2020.2"


def test_a_day_without_a_version_is_not_found():
    registry.add(version("2020.1", "2020-01-01", "2020-12-31"))
    for day in (date(2019, 12, 31), date(2021, 1, 1)):
        with pytest.raises(NotFound):
            registry.in_force("small_permit", day)


def test_unknown_names_are_not_found():
    registry.add(version("2020.1", "2020-01-01"))
    for ask in (
        lambda: registry.get("small_permit", "1999.1"),
        lambda: registry.get("no_such", "2020.1"),
        lambda: registry.versions("no_such"),
        lambda: registry.table("no_such", date(2020, 1, 1)),
    ):
        with pytest.raises(NotFound):
            ask()


@pytest.mark.parametrize(
    ("start", "stop"), [("2020-12-31", None), ("2019-01-01", "2020-01-01"), ("2020-03-01", "2020-04-01")]
)
def test_two_versions_in_force_on_one_day_are_refused(start, stop):
    registry.add(version("2020.1", "2020-01-01", "2020-12-31"))
    with pytest.raises(RuleBroken, match="2020.1.yaml.*2020.2.yaml"):
        registry.add(version("2020.2", start, stop))


def test_one_version_number_twice_is_refused():
    registry.add(version("2020.1", "2020-01-01", "2020-12-31"))
    with pytest.raises(RuleBroken):
        registry.add(version("2020.1", "2021-01-01"))


def test_everything_offered_resolves(tmp_path):
    registry.add(version("2020.1", "2020-01-01"))
    registry.add_rule("is_special", bool)
    registry.add_effect("licence.issue", print)
    registry.add_table("small_limits", limits(tmp_path, ROW))
    registry.resolve()


def test_what_nobody_offers_is_told_with_both_sides():
    registry.add(version("2020.1", "2020-01-01"))
    registry.add_effect("licence.revoke", print)
    with pytest.raises(registry.Unresolved) as caught:
        registry.resolve()
    effect, rule, table = caught.value.problems
    assert "应用 test 的流程 small_permit 2020.1 的动作 open.grant" in effect
    assert "licence.issue:小型许可证" in effect and "已提供的有 licence.revoke" in effect
    assert "is_special" in rule and "small_limits" in table


def test_a_process_that_is_started_or_offered_must_exist():
    registry.add_folder(DEFINITIONS, "test")
    with pytest.raises(registry.Unresolved) as caught:
        registry.resolve()
    said = "\n".join(caught.value.problems)
    assert "没有任何应用提供流程“fire_acceptance”" in said and "没有任何应用提供流程“enforcement”" in said
    assert "流程“drawing_review”" not in said and "流程“small_permit”" not in said
    assert "draw_ratio" in said


def test_a_name_offered_twice_is_refused(tmp_path):
    registry.add_rule("is_special", bool)
    registry.add_rule("is_special", bool)  # the same once more is no harm
    with pytest.raises(RuleBroken):
        registry.add_rule("is_special", int)
    registry.add_table("t", limits(tmp_path, ROW))
    (tmp_path / "other").mkdir()
    with pytest.raises(RuleBroken):
        registry.add_table("t", limits(tmp_path / "other", ROW))


def test_built_in_effects_cannot_be_offered():
    with pytest.raises(RuleBroken):
        registry.add_effect("case.start", print)


def test_the_row_of_the_day_is_found_with_basis_and_check(tmp_path):
    rows = [
        "opinion,20,workday,公安部令106号,2019-04-01,2020-05-31,false",
        "opinion,15,workday,住建部令51号#22,2020-06-01,,true",
        "recheck,7,workday,住建部令51号,2020-06-01,,false",
    ]
    registry.add_table("limits", limits(tmp_path, *rows))
    (row,) = registry.table("limits", date(2020, 5, 31))
    assert (row["value"], row.whole("value"), row.verified, row.basis) == ("20", 20, False, "公安部令106号")
    assert registry.values("limits", date(2020, 6, 1)) == {"opinion": 15, "recheck": 7}
    assert registry.table("limits", date(2019, 3, 31)) == []


@pytest.mark.parametrize(
    "rows",
    [
        [ROW, "long_days,20,workday,另一依据,2020-01-01,,true"],
        ["long_days,30,workday,x,2020-13-01,,true"],
        ["long_days,30,workday,x,2020-01-01,,yes"],
        ["long_days,30,workday,x,2020-01-01"],
    ],
)
def test_a_faulty_table_is_refused_with_its_line(tmp_path, rows):
    with pytest.raises(RuleBroken) as caught:
        registry.add_table("limits", limits(tmp_path, *rows))
    assert caught.value.details["line"] == len(rows) + 1


def test_a_table_without_dates_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("rule,value\na,1\n", encoding="utf-8")
    with pytest.raises(RuleBroken, match="valid_from"):
        registry.add_table("t", tmp_path / "t.csv")


def test_a_value_that_is_no_number_is_refused_as_a_number(tmp_path):
    registry.add_table("limits", limits(tmp_path, "long_days,thirty,workday,x,2020-01-01,,true"))
    (row,) = registry.table("limits", date(2020, 1, 1))
    with pytest.raises(RuleBroken, match="整数"):
        row.whole("value")


def test_clear_forgets_everything():
    registry.add(version("2020.1", "2020-01-01"))
    registry.add_rule("is_special", bool)
    registry.clear()
    assert registry.all() == [] and registry.rules == {}
