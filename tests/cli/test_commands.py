"""Every command answers in one screen, and fails with one Chinese sentence (命令行)."""

from __future__ import annotations

import argparse
import csv
import io
import json
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import CHINESE, SEED, House, Said
from zhujianyun.config import cli
from zhujianyun.kernel.case import recompute_clock

pytestmark = pytest.mark.sqlite
SCREEN = 26  # lines
HEADER = "code,name,value,qualifier,unit,numerator,denominator,records,definition"


def commands(parser: argparse.ArgumentParser, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command with its sub-commands, as words."""
    found = [before]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                found += commands(child, (*before, name))
    return found


EVERY = commands(cli.build())


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_explains_itself_on_one_screen(words, capsys):
    with pytest.raises(SystemExit) as left:
        cli.main([*words, "--help"])
    told = capsys.readouterr()
    assert left.value.code == 0 and not told.err
    assert len(told.out.splitlines()) <= SCREEN
    assert CHINESE.search(told.out)


def test_the_command_promised_to_newcomers_is_there():
    promised = "up demo doctor figures records journal,verify case,show case,prove process,lint process,walk process,draw"
    assert {tuple(one.split(",")) for one in promised.split()} <= set(EVERY)


def is_one_sentence(said: Said) -> bool:
    """Non-zero, one line in Chinese that ends like a sentence, and nothing for programmers."""
    lines = said.err.strip().splitlines()
    return bool(
        said.code
        and len(lines) == 1
        and CHINESE.search(lines[0])
        and lines[0].endswith("。")
        and "Traceback" not in said.all
        and not said.out
    )


WRONG = [
    ("frobnicate",),
    ("figures", "--year", "zwanzig"),
    ("figures", "--format", "xml"),
    ("figures", "--app", "no_such_app"),
    ("figures", "--year", "0"),
    ("figures", "--year", "99999"),
    ("records",),
    ("records", "fire_review.no_such_figure"),
    ("records", "fire_review.design_accepted", "--year", "-1"),
    ("case",),
    ("case", "show"),
    ("case", "show", "桂消审2020-450103-99999"),
    ("case", "prove", "x\0y"),
    ("case", "prove", "' OR 1=1 --"),
    ("case", "sing", "x"),
    ("journal",),
    ("journal", "verify", "--checkpoints", "/no/such/file"),
    ("journal", "export", "/no/such/folder/out.jsonl"),
    ("process", "walk", "no_such_process"),
    ("process", "draw", "no_such_process"),
    ("process", "draw", "fire_design", "--version", "1999.1"),
    ("process", "draw", "fire_design", "--output", "/no/such/folder/x.svg"),
    ("process", "lint", "/no/such/file.yaml"),
    ("demo", "--scale", "many"),
    ("demo", "--scale", "0"),
    ("demo", "--scale", "nan", "--no-serve"),
    ("demo", "--seed", "7", "--no-serve"),
    ("up", "--port", "0x"),
    ("up", "--port", "99999"),
    ("up", "--host", "no.such.host.invalid"),
    ("up", "--host", "203.0.113.7"),
    ("worker", "--twice"),
    ("migrate", "no_such_app"),
    ("migrate", "--sideways"),
]


FIGURES = ("figures", "--year", "2020", "--format", "csv")
OF_FIRE = ("figures", "--format", "csv", "--app", "fire_review")
PROOFS = 20
BUSY = [("doctor",), ("up",), ("demo",)]  # each told to use a port that is taken


@pytest.fixture(scope="module")
def answers(played: House) -> dict[tuple[str, ...], Said]:
    """What a platform that was played answers, asked one after the other: starting it is what costs."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = ("--port", str(taken.getsockname()[1]))
        busy = [("doctor", *port), ("up", *port), ("demo", "--scale", "0.02", *port)]
        proofs = [("case", "prove", number) for number in proved(played)]
        told = played.all_of(*WRONG, FIGURES, OF_FIRE, *proofs, *busy)
        return dict(zip([*WRONG, FIGURES, OF_FIRE, *proofs, *BUSY], told, strict=True))


def proved(played: House) -> list[str]:
    """The numbers of the cases with the most clocks: pauses, extensions and late ones among them."""
    query = (
        "SELECT number FROM case_case c WHERE number IS NOT NULL AND id IN (SELECT case_id FROM case_clockrun)"
        " ORDER BY (SELECT count(*) FROM case_clockrun r WHERE r.case_id = c.id) DESC, id LIMIT ?"
    )
    return [number for (number,) in played.rows(query, PROOFS)]


@pytest.mark.parametrize("words", WRONG, ids=[" ".join(words).replace("\0", "NUL") for words in WRONG])
def test_wrong_words_get_one_chinese_sentence(answers, words):
    assert is_one_sentence(answers[words]), answers[words]


def test_without_a_database_the_way_out_is_named(tmp_path):
    empty = House(tmp_path / "nothing")
    asked = (
        ("figures",),
        ("records", "fire_review.filings"),
        ("case", "show", "x"),
        ("journal", "verify"),
        ("worker", "--once"),
    )
    for words, said in zip(asked, empty.all_of(*asked), strict=True):
        assert is_one_sentence(said) and "make demo" in said.err, (words, said)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    locked = House(Path("/proc/zjy"))
    for words in (("demo", "--scale", "0.02", "--no-serve"), ("figures",), ("up",)):
        said = locked.run(*words)
        assert is_one_sentence(said) and "/proc/zjy" in said.err, (words, said)


def test_a_busy_port_is_named_before_anything_starts(answers):
    for words in BUSY:
        assert "已被" in answers[words].all and "占用" in answers[words].all, answers[words]
        assert "Traceback" not in answers[words].all
    assert all(is_one_sentence(answers[words]) for words in BUSY[1:])


# --- figures and records ---


@pytest.fixture(scope="module")
def sheet(answers) -> list[dict[str, str]]:
    """The figures of the year as a program reads them."""
    assert answers[FIGURES].code == 0, answers[FIGURES].all
    assert answers[FIGURES].out.splitlines()[0] == HEADER
    return list(csv.DictReader(io.StringIO(answers[FIGURES].out)))


def test_the_list_of_records_is_as_long_as_the_figure_says(played, sheet):
    asked = [("records", row["code"], "--year", "2020", "--format", "csv") for row in sheet]
    for row, said in zip(sheet, played.all_of(*asked), strict=True):
        assert said.code == 0, said.all
        listed = list(csv.reader(io.StringIO(said.out)))
        assert len(listed) - 1 == int(row["records"]), row["code"]


def test_figures_of_one_app_are_those_of_the_whole(answers, sheet):
    listed = list(csv.DictReader(io.StringIO(answers[OF_FIRE].out)))
    assert listed == [row for row in sheet if row["code"].startswith("fire_review.")]


# --- proofs ---


def recomputed(proof: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """The separate script on a machine that knows nothing of this platform."""
    file, script = folder / "proof.json", folder / "recompute_clock.py"
    file.write_text(json.dumps(proof), encoding="utf-8")
    script.write_bytes(Path(recompute_clock.__file__).read_bytes())
    command = [sys.executable, "-I", "-S", script.name, file.name]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def proofs(answers) -> list[dict]:
    told = [said for words, said in answers.items() if words[:2] == ("case", "prove") and words not in WRONG]
    assert len(told) == PROOFS and all(said.code == 0 for said in told)
    return [json.loads(said.out) for said in told]


def test_the_separate_script_comes_to_the_same_clocks(proofs, tmp_path):
    for proof in proofs[::4]:
        done = recomputed(proof, tmp_path)
        assert done.returncode == 0 and "证明成立" in done.stdout, done.stdout + done.stderr


def test_a_tampered_proof_is_caught(proofs, tmp_path):
    changed = json.loads(json.dumps(proofs[0]))
    clock = changed["clocks"][0]
    clock["result"]["net"] = (clock["result"]["net"] or 0) - 1
    done = recomputed(changed, tmp_path)
    assert done.returncode == 1 and "证明不成立" in done.stdout
    moved = json.loads(json.dumps(proofs[0]))
    moved["clocks"][0]["days"] += 1
    assert recomputed(moved, tmp_path).returncode == 1


def test_a_proof_cut_short_is_one_sentence(proofs, tmp_path):
    for rubbish in (
        {},
        [],
        {"as_of": "2020-12-31"},
        {"as_of": "31.12.2020", "clocks": []},
        {"as_of": "2020-12-31", "clocks": [{}]},
    ):
        done = recomputed(rubbish, tmp_path)
        assert done.returncode == 2 and CHINESE.search(done.stderr) and "Traceback" not in done.stderr, (
            rubbish,
            done,
        )


# --- the journal under the hands of somebody with the file ---


EDITS = {
    "a changed fact": "UPDATE journal_entry SET facts = replace(facts, '2020', '2021') WHERE id = {entry}",
    "a removed entry": "DELETE FROM journal_entry WHERE id = {entry}",
    "two that changed places": (
        "UPDATE journal_seal SET entry_id = -1 WHERE entry_id = {entry};"
        "UPDATE journal_seal SET entry_id = {entry} WHERE entry_id = {entry} + 1;"
        "UPDATE journal_seal SET entry_id = {entry} + 1 WHERE entry_id = -1"
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_made_in_the_file_is_found_and_named(house, edit):
    [entry], [seq] = zip(
        *house.rows("SELECT e.id, s.seq FROM journal_entry e JOIN journal_seal s ON s.entry_id = e.id"
                    " WHERE verb = 'case.fire_design.accept' ORDER BY e.id LIMIT 1 OFFSET 20"), strict=True,
    )  # fmt: skip
    with sqlite3.connect(house.file) as base:
        base.execute("PRAGMA foreign_keys = OFF")
        for (trigger,) in base.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'journal%'"
        ).fetchall():
            base.execute(f"DROP TRIGGER {trigger}")
        base.executescript(EDITS[edit].format(entry=entry))
    base.close()
    said = house.run("journal", "verify")
    assert said.code == 1 and said.out.startswith("✗") and "Traceback" not in said.all
    assert f"第 {seq + 1} 条" in said.out, (seq, said.out)


# --- another seed ---


@pytest.mark.slow
def test_another_seed_plays_another_year_with_figures_that_agree(prepared, played, sheet, tmp_path):
    other = prepared.migrated.copy_to(tmp_path / "var")
    state = json.loads((other.folder / "demo.json").read_text())
    (other.folder / "demo.json").write_text(json.dumps(state | {"seed": 7}))
    assert str(state["seed"]) == SEED
    done = other.run("demo", "--seed", "7", "--scale", "0.02", "--no-serve")
    assert done.code == 0, done.all
    [said] = other.all_of(("figures", "--format", "csv"))
    here, there = (
        {row["code"]: row for row in rows} for rows in (sheet, csv.DictReader(io.StringIO(said.out)))
    )
    same = ("design_accepted", "design_concluded", "acceptance_accepted", "acceptance_concluded", "filings")
    for code in same:
        assert here[f"fire_review.{code}"]["value"] == there[f"fire_review.{code}"]["value"]
    titles = "SELECT title FROM case_case WHERE process = 'fire_design'"
    assert sorted(played.rows(titles)) != sorted(other.rows(titles))
