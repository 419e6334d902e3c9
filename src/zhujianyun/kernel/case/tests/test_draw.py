"""The draw: the published vector, fairness, and everything that must make it void."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from math import ceil
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from zhujianyun.base import ciphers
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.case import draw, verify_draw

IDS = [f"P-2020-{i:03d}" for i in range(1, 11)]
NONCES = ["aaaa", "bbbb"]
COMMITS = [draw.commit_nonce(nonce) for nonce in NONCES]
SEED = "c2e1ab1fe2f22bc88a32ad15630b2a04a29d0c6c9b00f56940c142ede786dd16"

ids = st.lists(
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1), unique=True
)
seeds = st.binary(min_size=32, max_size=32).map(bytes.hex)


def test_the_published_vector_comes_out():
    assert draw.commit(IDS) == "466ad5c4429d1fde5efec78369901c99d80fc887de76885bc092382e5efbb2ea"
    assert draw.seed_text("12345", NONCES) == "public:12345|w1:aaaa|w2:bbbb"
    assert draw.reveal("12345", NONCES, COMMITS) == SEED
    assert draw.pick(SEED, IDS, 3) == ["P-2020-006", "P-2020-009", "P-2020-010"]
    assert draw.pick(SEED, IDS, 5)[3:] == ["P-2020-008", "P-2020-003"]
    assert draw.sm3("abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_the_draw_is_the_same_without_sm3_in_openssl(monkeypatch):
    def without_sm3(name, *rest, **more):
        raise ValueError(f"unsupported hash type {name}")

    draw._sm3_engine.cache_clear()
    monkeypatch.setattr(draw.hashlib, "new", without_sm3)
    monkeypatch.setattr(ciphers, "sm3", lambda content: bytes.fromhex(verify_draw.sm3(content.decode())))
    try:
        assert draw.reveal("12345", NONCES, COMMITS) == SEED
        assert draw.pick(SEED, IDS, 3) == ["P-2020-006", "P-2020-009", "P-2020-010"]
    finally:
        draw._sm3_engine.cache_clear()


@given(st.integers(0, 10**6), st.integers(0, 100))
def test_the_number_drawn_is_rounded_up_exactly(count, percent):
    assert draw.quota(count, percent) == ceil(Fraction(count * percent, 100))


def test_seven_percent_of_a_hundred_is_seven():
    assert draw.quota(100, 7) == 7  # ceil(100 * 0.07) would be 8


def test_an_empty_stratum_gives_nothing_and_one_case_gives_one():
    assert draw.quota(0, 100) == 0 and draw.quota(1, 10) == 1


@pytest.mark.parametrize(("count", "percent"), [(-1, 10), (5, -1), (5, 101)])
def test_an_impossible_ratio_is_refused(count, percent):
    with pytest.raises(RuleBroken):
        draw.quota(count, percent)


@given(ids, seeds)
def test_a_smaller_draw_is_the_beginning_of_a_larger_one(names, seed):
    whole = draw.order(seed, names)
    assert all(draw.pick(seed, names, k) == whole[:k] for k in range(len(names) + 1))
    assert sorted(whole) == sorted(names)


@given(ids, seeds, st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(names, seed, random):
    shuffled = list(names)
    random.shuffle(shuffled)
    assert draw.order(seed, shuffled) == draw.order(seed, names)
    assert draw.commit(shuffled) == draw.commit(names)


@given(ids, ids)
def test_another_list_has_another_commitment(a, b):
    assume(set(a) != set(b))
    assert draw.commit(a) != draw.commit(b)


def test_eight_of_forty_are_drawn_fairly_over_twenty_thousand_seeds():
    names = [f"C{i:02d}" for i in range(40)]
    drawn: Counter[str] = Counter()
    for i in range(20_000):
        drawn.update(draw.pick(draw.sm3(f"fair:{i}"), names, 8))
    expected = 20_000 * 8 / 40
    chi2 = sum((drawn[name] - expected) ** 2 / expected for name in names)
    assert chi2 * 39 / 32 < 54.6  # eight of one draw differ, so the plain figure is 32/39 too small
    assert chi2 < 54.6


@pytest.mark.parametrize("names", [["a", "a"], ["", "b"], ["a\nb"]])
def test_a_faulty_list_is_refused(names):
    with pytest.raises(RuleBroken):
        draw.commit(names)


@pytest.mark.parametrize(
    ("public", "nonces"), [("", NONCES), ("1|w1:x", NONCES), ("12345", ["aaaa"]), ("12345", ["aaaa", "cccc"])]
)
def test_a_reveal_that_does_not_keep_the_commitment_is_refused(public, nonces):
    with pytest.raises(RuleBroken):
        draw.reveal(public, nonces, COMMITS)


def test_a_draw_without_witnesses_is_refused():
    with pytest.raises(RuleBroken):
        draw.reveal("12345", [], [])


@pytest.mark.parametrize("nonce", ["", "a|w2:b", "a\nb"])
def test_a_nonce_that_could_forge_another_part_is_refused(nonce):
    with pytest.raises(RuleBroken):
        draw.commit_nonce(nonce)


RATIOS = {"punished": 100, "crowded_public": 80, "crowded": 50, "other": 10}


def table():
    return draw.stratify({"other": IDS, "crowded": ["C-2", "C-1", "C-3"], "punished": ["X"]}, RATIOS)


def test_the_stratum_table_holds_every_stratum_with_its_number():
    assert [(s.name, len(s.ids), s.take) for s in table()] == [
        ("crowded", 3, 2), ("crowded_public", 0, 0), ("other", 10, 1), ("punished", 1, 1)
    ]  # fmt: skip
    assert next(s for s in table() if s.name == "other").commit == draw.commit(IDS)


def test_a_stratum_without_ratio_is_refused():
    with pytest.raises(RuleBroken, match="没有抽查比例"):
        draw.stratify({"new": ["a"]}, RATIOS)


def test_a_case_in_two_strata_is_refused():
    with pytest.raises(RuleBroken, match="两个分层"):
        draw.stratify({"other": ["a"], "crowded": ["a"]}, RATIOS)


def test_a_list_changed_after_the_commitment_is_refused():
    changed = [draw.Stratum(s.name, (*s.ids, "late"), s.percent, s.take, s.commit) for s in table()]
    with pytest.raises(RuleBroken, match="重新公布承诺值"):
        draw.draw(SEED, changed)


def test_every_stratum_is_drawn_by_its_own_number():
    outcome = {picked.stratum.name: picked.drawn for picked in draw.draw(SEED, table())}
    assert outcome["other"] == ("P-2020-006",) and outcome["punished"] == ("X",)
    assert len(outcome["crowded"]) == 2 and outcome["crowded_public"] == ()


POOL = [f"insp-{i}" for i in range(8)]


def test_without_conflict_one_round_is_enough():
    found = draw.draw_inspectors(SEED, "P-2020-006", POOL)
    assert (len(found.drawn), found.passed_over, found.rounds) == (2, (), 1)


@given(seeds, st.sets(st.sampled_from(POOL), max_size=6), st.integers(1, 2))
def test_a_conflict_redraws_only_the_empty_places(seed, conflicts, take):
    first = draw.draw_inspectors(seed, "P-1", POOL, take=take)
    found = draw.draw_inspectors(seed, "P-1", set(POOL), conflicts, take)
    assert (
        len(found.drawn) == take and not set(found.drawn) & conflicts and set(found.passed_over) <= conflicts
    )
    kept = [one for one in first.drawn if one not in conflicts]
    assert list(found.drawn[: len(kept)]) == kept
    assert (found.rounds == 1) == (found.drawn == first.drawn)


def test_too_few_without_conflict_go_to_the_office_above():
    with pytest.raises(RuleBroken, match="上级机关") as caught:
        draw.draw_inspectors(SEED, "P-1", POOL, POOL[1:])
    assert caught.value.details["free"] == 1


def test_different_cases_get_different_inspectors():
    pairs = {draw.draw_inspectors(SEED, one, POOL).drawn for one in IDS}
    assert len(pairs) > 1


@given(st.text(max_size=200))
def test_the_public_verifier_has_the_same_sm3(text):
    assume(text.isprintable())
    assert verify_draw.sm3(text) == draw.sm3(text)


def sheet() -> dict:
    strata = [
        {"name": p.stratum.name, "ids": list(p.stratum.ids), "percent": p.stratum.percent,
         "commit": p.stratum.commit, "drawn": list(p.drawn)}
        for p in draw.draw(SEED, table())
    ]  # fmt: skip
    return {"public": "12345", "nonces": NONCES, "nonce_commits": COMMITS, "strata": strata}


def run_verifier(content: dict, folder: Path) -> subprocess.CompletedProcess:
    (folder / "draw.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    script = folder / "verify_draw.py"
    script.write_bytes(Path(verify_draw.__file__).read_bytes())
    command = [sys.executable, "-I", str(script), str(folder / "draw.json")]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60)


def test_the_verifier_runs_alone_and_confirms_a_true_draw(tmp_path):
    answer = run_verifier(sheet(), tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "核验通过" in answer.stdout


def test_the_verifier_names_a_forged_outcome(tmp_path):
    forged = sheet()
    forged["strata"][2]["drawn"] = ["P-2020-001"]
    answer = run_verifier(forged, tmp_path)
    assert answer.returncode == 1 and "other" in answer.stdout


def test_the_verifier_names_a_changed_list_and_a_changed_nonce():
    changed = sheet()
    changed["strata"][2]["ids"] = IDS[1:]
    assert any("名单与承诺值不符" in said for said in verify_draw.verify(changed))
    assert any("随机数" in said for said in verify_draw.verify({**sheet(), "nonces": ["aaaa", "cccc"]}))
