"""The verifiers in the browser come to what the Python ones come to (浏览器核验与 Python 一致).

Under Node here, in Chromium in tests/stories; the same files both times.
"""

from __future__ import annotations

import base64
import copy
import json
import random
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from zhujianyun.base import ciphers
from zhujianyun.kernel.case import draw as lots
from zhujianyun.kernel.case import papers, prove, recompute_clock, verify_draw
from zhujianyun.kernel.case.models import Case, Paper
from zhujianyun.kernel.case.papers import seal

HERE = Path(__file__).parent
MODULES = HERE.parents[1] / "static" / "hall" / "verify"


def ask(*jobs):
    """What the modules answer to each job."""
    node = shutil.which("node")
    if node is None:
        pytest.skip(
            "没有 Node：浏览器核验的一致性由 tests/stories/test_public_verification.py 在 Chromium 里检查。"
        )
    done = subprocess.run(
        [node, str(HERE / "ports.mjs"), str(MODULES)], input=json.dumps(jobs), capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def dice():
    return random.Random(20201231)


# --- SM3, SM2 -------------------------------------------------------------------------------------


def test_sm3_gives_the_vectors_of_the_standard():
    assert ask(("sm3", "abc"), ("sm3", "abcd" * 16)) == [
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
    ]


def test_sm3_agrees_at_every_length_around_the_block(dice):
    texts = ["".join(dice.choices("ab甲乙𠀀\n|é", k=n)) for n in range(140)]
    assert ask(*(("sm3", text) for text in texts)) == [lots.sm3(text) for text in texts]


def test_sm2_accepts_what_the_platform_signed_and_nothing_else(settings, tmp_path, dice):
    settings.ZJY_KEYS = tmp_path
    signer = ciphers.signer("paper-seal", "sm2-sm3")
    other = ciphers.signer("other", "sm2-sm3")
    data = [dice.randbytes(n) for n in (0, 1, 55, 64, 300)]
    jobs = [job(signer, one, signer.sign(one)) for one in data]
    good = signer.sign(b"x")
    wrong = [
        other.sign(b"x"),
        good[:-1],
        good + b"\0",
        b"",
        b"\x30\x06\x02\x01\x00\x02\x01\x01",
        flipped(good),
    ]
    answers = ask(*jobs, *(job(signer, b"x", one) for one in wrong))
    assert answers == [True] * len(data) + [False] * len(wrong)


def job(signer, data, signature):
    told = {"pem": signer.public_bytes().decode(), "data": b64(data), "signature": b64(signature)}
    return ("sm2", told)


def flipped(signature):
    return signature[:-1] + bytes([signature[-1] ^ 1])


def b64(data):
    return base64.b64encode(data).decode()


# --- draws ----------------------------------------------------------------------------------------


def sheet(dice):
    """A draw with odd ids: Chinese, outside the basic plane, of many lengths."""
    names = ["a", "b", "空"]
    ids = {
        name: [
            f"桂{'𠀀' if n % 5 == 0 else '￥'}{dice.randrange(10**6)}-{name}{n}"
            for n in range(dice.randrange(40))
        ]
        for name in names
    }
    ids["空"] = []
    nonces = [f"{dice.randrange(2**60):x}", "甲乙"]
    commits = [lots.commit_nonce(one) for one in nonces]
    seed = lots.reveal("20200109-609070", nonces, commits)
    table = lots.stratify(ids, {"a": 7, "b": dice.randrange(101), "空": 50})
    strata = [
        {
            "name": one.stratum.name,
            "ids": list(one.stratum.ids),
            "percent": one.stratum.percent,
            "commit": one.stratum.commit,
            "drawn": list(one.drawn),
        }
        for one in lots.draw(seed, table)
    ]
    return {"public": "20200109-609070", "nonces": nonces, "nonce_commits": commits, "strata": strata}


def test_draws_are_judged_as_by_the_script(dice):
    sheets = [sheet(dice) for _ in range(20)]
    altered = [spoilt(one, dice) for one in sheets]
    said = [verify_draw.verify(one) == [] for one in sheets + altered]
    assert ask(*(("draw", one) for one in sheets + altered)) == said
    assert said == [True] * 20 + [False] * 20


def spoilt(one, dice):
    told = copy.deepcopy(one)
    full = next(s for s in told["strata"] if s["ids"])
    change = dice.randrange(5)
    if change == 0:
        told["public"] += "1"
    elif change == 1:
        told["nonces"][0] = "0"
    elif change == 2:
        full["ids"].append("后加的")
    elif change == 3:
        full["commit"] = "0" * 64
    else:
        full["drawn"] = [*full["drawn"], "多抽的"]
    return told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s["strata"][0]["ids"].append(s["strata"][0]["ids"][0]), "出现了两次"),
        (lambda s: s["strata"][1]["ids"].append(s["strata"][0]["ids"][0]), "出现了两次"),
        (lambda s: s.update(alg="md5"), "只用 SM3"),
        (lambda s: s.pop("strata"), "没有分层名单"),
        (lambda s: s.update(strata=[None]), "有分层缺名单"),
        (lambda s: s.update(nonces=[1]), "缺公开数或见证人随机数"),
        (lambda s: s.update(nonces=[]), "还没有开出结果"),
        (lambda s: s["strata"][0].update(percent=7.5), "不是 0 到 100 的整数"),
        (lambda s: s["strata"][0].update(percent=-1), "不是 0 到 100 的整数"),
        (lambda s: s["strata"][0]["ids"].append(""), "空编号"),
        (lambda s: s["strata"][0].update(ids=[str(n) for n in range(200_001)]), "超过 20 万项"),
    ],
    ids=["twice", "twice-across", "alg", "no-strata", "null", "nonce", "not-yet", "fraction", "negative", "empty", "huge"],
)  # fmt: skip
def test_a_malformed_draw_is_refused_with_a_sentence(dice, change, said):
    told = sheet(dice)
    while not told["strata"][0]["ids"]:
        told = sheet(dice)
    change(told)
    assert said in ask(("draw", told))[0]["refused"]


# --- clocks ---------------------------------------------------------------------------------------


def some_clock(dice):
    """A clock with pauses, caps and lengthenings that may overlap, over the feast of 2020."""
    start = date(2020, 1, 2) + timedelta(days=dice.randrange(60))
    segments = []
    for _ in range(dice.randrange(4)):
        paused = start + timedelta(days=dice.randrange(40))
        ends = {
            "resumed_on": paused + timedelta(days=dice.randrange(30)),
            "cap_on": paused + timedelta(days=dice.randrange(40)),
        }
        segments.append(
            {"paused_on": paused.isoformat()}
            | {n: d.isoformat() if dice.random() < 0.7 else None for n, d in ends.items()}
        )
    longer = [
        {"on": (start + timedelta(days=dice.randrange(50))).isoformat(), "days": dice.randrange(1, 11)}
        for _ in range(dice.randrange(3))
    ]
    longer.sort(key=lambda one: one["on"])
    rows = [
        {"day": (start + timedelta(days=n)).isoformat(), "workday": dice.random() < 0.5, "notice": "x"}
        for n in sorted(dice.sample(range(1, 90), 12))
    ]
    fixed = [
        {"month": 5, "day": 1, "from": "2000-01-01", "to": None},
        {"month": 4, "day": 4, "from": "2008-01-01", "to": "2020-03-01"},
    ]
    calendar = {
        "rows": rows,
        "published_from": "2020-01-01",
        "published_to": dice.choice(["2020-03-01", "2020-12-31"]),
        "fixed_holidays": fixed,
    }
    stopped = (start + timedelta(days=dice.randrange(70))).isoformat() if dice.random() < 0.4 else None
    return {
        "zh": "x", "start": start.isoformat(), "days": dice.randrange(25), "unit": dice.choice(["workday", "day"]),
        "yellow": dice.choice(["0.7", "0.67", "0.5", "1"]), "segments": segments, "lengthenings": longer, "stopped": stopped,
        "calendar": calendar, "result": {},
    }  # fmt: skip


def test_five_hundred_clocks_read_as_by_the_script(dice):
    clocks = [(some_clock(dice), date(2020, 1, 20) + timedelta(days=dice.randrange(100))) for _ in range(500)]
    expected = [recompute_clock.reading(clock, day) for clock, day in clocks]
    jobs = [("reading", {"clock": clock, "as_of": day.isoformat()}) for clock, day in clocks]
    assert ask(*jobs) == expected
    assert {one["lamp"] for one in expected} == {"green", "yellow", "red", "black"}
    assert any(one["paused"] for one in expected)


@pytest.fixture
def proof(counter):
    return json.loads(json.dumps(prove.prove(Case.objects.get(pk=counter.granted("permit", "甲公司").pk))))


def test_a_proof_of_the_platform_is_confirmed_and_its_signature_holds(proof):
    assert ask(("proof", proof), ("data", {"data": proof, "keys": seal.public_keys()})) == [[[]], True]


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        (lambda p: p["clocks"][0].update(days=20), ["due", "left"]),
        (lambda p: p["clocks"][0]["segments"].append({"paused_on": "2020-03-03", "resumed_on": "2020-03-06"}), ["due"]),
        (lambda p: p["clocks"][0]["result"].update(overdue=True), ["overdue"]),
        (lambda p: p["clocks"][0]["result"].pop("net"), ["net"]),
    ],
    ids=["extra-days", "pause", "overdue", "missing"],
)  # fmt: skip
def test_a_tampered_proof_differs_and_says_where_and_its_signature_fails(proof, change, differs):
    change(proof)
    answers = ask(("proof", proof), ("data", {"data": proof, "keys": seal.public_keys()}))
    assert set(differs) <= set(answers[0][0])
    assert answers[1] is False


def test_a_proof_that_agrees_with_itself_is_still_found_by_its_signature(proof):
    clock = proof["clocks"][0]
    clock["days"] = 20
    clock["result"] |= recompute_clock.reading(clock, date.fromisoformat(proof["as_of"]))
    assert ask(("proof", proof), ("data", {"data": proof, "keys": seal.public_keys()})) == [[[]], False]
    del proof["seal"]
    assert ask(("data", {"data": proof, "keys": seal.public_keys()})) == [None]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p.pop("clocks"), "没有时限"),
        (lambda p: p.update(clocks=[]), "一个时限也没有"),
        (lambda p: p.update(format="other/9"), "格式"),
        (lambda p: p.update(as_of="2020-02-30"), "没有“2020-02-30”这一天"),
        (lambda p: p["clocks"][0].update(days=10**12), "不是合理的整数"),
        (lambda p: p["clocks"][0].update(days="20"), "不是合理的整数"),
        (lambda p: p["clocks"][0].update(start="0001-01-01"), "超过四十年"),
        (lambda p: p["clocks"][0].update(unit="week"), "计算单位"),
        (lambda p: p["clocks"][0].pop("calendar"), "没有工作日历"),
        (lambda p: p["clocks"][0].update(segments=[{}]), "缺起算日或中止日"),
        (lambda p: p["clocks"].append(None), "不完整"),
    ],
    ids=["none", "empty", "format", "no-day", "endless", "text", "long-ago", "unit", "calendar", "pause", "null"],
)  # fmt: skip
def test_a_malformed_proof_is_refused_with_a_sentence(proof, change, said):
    change(proof)
    assert said in ask(("proof", proof))[0]["refused"]


def test_the_strip_marks_start_worked_days_and_due_day(proof):
    days = ask(("strip", proof))[0]
    assert days[0] == ["2020-03-02", "start", False]
    assert [day for day, kind, _ in days if kind == "off"] == [
        "2020-03-07",
        "2020-03-08",
        "2020-03-14",
        "2020-03-15",
    ]
    assert [day for day, _, is_due in days if is_due] == [proof["clocks"][0]["result"]["due"]]


# --- papers ---------------------------------------------------------------------------------------


def test_papers_are_judged_as_by_the_platform(counter, settings):
    paper = Paper.objects.get(case=counter.granted("permit", "甲公司"), doc="许可决定书")
    pdf = papers.render(paper)
    good = seal.sealed(paper, pdf)
    settings.ZJY_CIPHERS = "national"
    national = seal.sealed(paper, pdf)
    keys = seal.public_keys()
    cases = [good, national, good.replace(b"/Type", b"/Tipe", 1), good + b"x", good[:-2], pdf, b"hello", b""]
    answers = ask(*(("paper", {"content": b64(one), "keys": keys}) for one in cases))
    assert answers[:3] == [True, True, False]
    assert [one["title"] for one in answers[3:]] == ["不一致", "不一致", "不能核验", "不能核验", "不能核验"]
    assert "没有电子封签" in answers[5]["refused"] and "不是 PDF" in answers[6]["refused"]


def test_a_seal_of_an_unknown_algorithm_or_key_does_not_hold(counter):
    paper = Paper.objects.get(case=counter.granted("permit", "甲公司"), doc="许可决定书")
    content = seal.sealed(paper, papers.render(paper))
    keys = seal.public_keys()
    sheet_, _, signature, body = seal.read(content)
    tail = content[content.rfind(b"\nstartxref") :]

    def with_sheet(**changes):
        told = seal.canonical({**sheet_, **changes})
        return b64(body + seal.MARK + base64.b64encode(told) + b" " + base64.b64encode(signature) + tail)

    answers = ask(
        ("paper", {"content": with_sheet(alg="none"), "keys": keys}),
        ("paper", {"content": with_sheet(number="另一个文号"), "keys": keys}),
        ("paper", {"content": b64(content), "keys": []}),
        ("paper", {"content": with_sheet(format="x"), "keys": keys}),
    )
    assert "算法是“none”" in answers[0]["refused"]
    assert answers[1:3] == [False, False]
    assert "格式不认识" in answers[3]["refused"]
