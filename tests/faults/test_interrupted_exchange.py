"""The plays of the catalogue and of gathering killed in the middle go on and end the same (目录与归集演示中断)."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import House, closing, kill

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]
PLAYS = """
from zhujianyun.apps.data_catalogue import sample as catalogue
from zhujianyun.apps.data_gathering import sample as gathering
from zhujianyun.config import demo_people

demo_people.found(2020)
for name, sample in (("catalogue", catalogue), ("gathering", gathering)):
    sample.play(0.02, 2020, lambda done, total, unit, said: print(name, unit, done, flush=True))
print("ended", flush=True)
"""
MOMENTS = {  # what the play reports when it is killed, and what stands in the database by then
    "catalogue 步 200": ("data_catalogue_entrydraft", 0),  # all of it in one transaction
    "gathering 步 70": ("data_gathering_source", 20),
    "gathering 次 2": ("data_gathering_qualityrule", 5),
}
SAID = {
    "entries": "SELECT code, title, state, edition, share FROM resource_resource",
    "mounts": "SELECT code, kind, state, title, binding FROM resource_mount",
    "grants": "SELECT r.code, g.state, g.items, g.masks, g.quota FROM resource_grant g JOIN resource_resource r ON r.id = g.resource_id",
    "cases": "SELECT process, number, title, state, lamp, due_on, version FROM case_case",
    "steps": "SELECT c.number, c.title, s.seq, s.action, s.at FROM case_step s JOIN case_case c ON c.id = s.case_id",
    "effects": "SELECT effect, result, at FROM case_effectdone",
    "packages": "SELECT sequence, state FROM data_catalogue_transferpackage",
    "datasets": "SELECT code, columns, key, schema_version, stopped_why FROM resource_dataset",
    "batches": "SELECT d.code, b.asked_at, mode, state, source_count, landed, rejected, duplicate, inserted, updated, deleted,"
    " digest FROM data_gathering_batch b JOIN resource_dataset d ON d.id = b.dataset_id",
    "snapshots": "SELECT d.code, s.version, s.rows, s.digest FROM resource_snapshot s JOIN resource_dataset d ON d.id = s.dataset_id",
    "put aside": "SELECT number, \"column\", rule FROM data_gathering_quarantinedrow",
    "quality": "SELECT d.code, s.version, r.score FROM data_gathering_qualityrun r JOIN resource_snapshot s ON s.id = r.snapshot_id"
    " JOIN resource_dataset d ON d.id = s.dataset_id",
    "acts": "SELECT verb FROM journal_entry",
}  # fmt: skip


@pytest.fixture
def houses(migrated_file: Path, tmp_path: Path) -> Iterator[list[House]]:
    killed = House(tmp_path / "killed")
    killed.folder.mkdir()
    if migrated_file.exists():
        shutil.copy(migrated_file, killed.file)
    killed.script("from django.core.management import call_command; call_command('migrate', verbosity=0)")
    undisturbed = killed.copy_to(tmp_path / "undisturbed")
    with closing(killed), closing(undisturbed):
        yield [killed, undisturbed]


def killed_at(house: House, moment: str) -> None:
    """Play until the play reports a moment, and kill it there."""
    process = house.begin(PLAYS)
    said = []
    for line in process.stdout or ():
        said.append(line)
        if line.strip() == moment:
            kill(process)
            return
    raise AssertionError(f"{moment} never came: {''.join(said[-20:])}")


def outcome(house: House) -> dict[str, Counter[str]]:
    return {name: Counter(map(str, house.rows(query))) for name, query in SAID.items()}


def test_plays_killed_in_the_middle_end_like_those_that_never_were(houses):
    killed, undisturbed = houses
    for moment, (table, least) in MOMENTS.items():
        killed_at(killed, moment)
        rows = killed.one(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of ours
        assert rows == 0 if least == 0 else rows >= least, (moment, rows)
    for house in houses:
        assert house.script(PLAYS).endswith("ended")
    ended, expected = outcome(killed), outcome(undisturbed)
    assert all(expected.values())
    for name, rows in expected.items():
        assert ended[name] == rows, (name, ended[name] - rows, rows - ended[name])
