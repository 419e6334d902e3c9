"""The draw pages: freeze, reveal, apply, verify."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from zhujianyun.kernel.case import draw as lots
from zhujianyun.kernel.case.models import Draw

DRAWS = "/workbench/draws/"


@pytest.fixture
def pool(bureau):
    """Six cases wait; two witnesses and three inspectors are there."""
    for n in range(6):
        bureau.submitted("filing", crowded=n < 2)
    for name in ("见证甲", "见证乙"):
        bureau.account(name, "witness")
    for name in ("检查一", "检查二", "检查三"):
        bureau.account(name, "insp")
    return bureau


def frozen(pool):
    browser = pool.browser("抽取员", "draw")
    commits = {
        f"commit:{pool.people[name].key}": lots.commit_nonce(nonce)
        for name, nonce in (("见证甲", "aaaa"), ("见证乙", "bbbb"))
    }
    answer = browser.post(
        f"{DRAWS}freeze/", {"process": "filing", "office": pool.office.pk, **commits}, follow=True
    )
    return browser, answer


def nonces(pool):
    return {f"nonce:{pool.people['见证甲'].key}": "aaaa", f"nonce:{pool.people['见证乙'].key}": "bbbb"}


def test_freezing_publishes_the_commitments(pool):
    _, answer = frozen(pool)
    row = Draw.objects.get()
    page = answer.content.decode()
    assert answer.status_code == 200 and "名单已冻结" in page
    assert row.commits["crowded"] in page and "尚未公开" in page


def test_without_witnesses_nothing_is_frozen_and_the_page_says_why(pool):
    browser = pool.browser("抽取员", "draw")
    answer = browser.post(f"{DRAWS}freeze/", {"process": "filing", "office": pool.office.pk})
    assert answer.status_code == 422 and "见证人先提交随机数承诺" in answer.content.decode()
    assert not Draw.objects.exists()


def test_a_wrong_nonce_is_refused_and_what_was_typed_stays(pool):
    browser, _ = frozen(pool)
    given = {**nonces(pool), f"nonce:{pool.people['见证甲'].key}": "zzzz", "public": "12345"}
    answer = browser.post(f"{DRAWS}{Draw.objects.get().pk}/reveal/", given)
    page = answer.content.decode()
    assert answer.status_code == 422 and "承诺值不符" in page and 'value="12345"' in page


def test_reveal_and_apply_carry_the_outcome_to_the_cases(pool, tmp_path):
    browser, _ = frozen(pool)
    pk = Draw.objects.get().pk
    page = browser.post(
        f"{DRAWS}{pk}/reveal/", {**nonces(pool), "public": "12345"}, follow=True
    ).content.decode()
    assert "抽中 2 件" in page and Draw.objects.get().seed in page
    page = browser.post(f"{DRAWS}{pk}/apply/", follow=True).content.decode()
    assert "抽中 2 件转入检查" in page
    data = browser.get(f"{DRAWS}{pk}/verification.json")
    assert len(json.loads(data.content)["strata"]) == 2
    (tmp_path / "draw.json").write_bytes(data.content)
    (tmp_path / "verify.py").write_bytes(browser.get("/workbench/scripts/verify_draw.py").content)
    done = subprocess.run(
        [sys.executable, "-I", "verify.py", "draw.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_whoever_does_not_draw_sees_the_draw_without_its_buttons(pool):
    frozen(pool)
    pk = Draw.objects.get().pk
    clerk = pool.browser("张三", "clerk")
    assert f"/{pk}/reveal/" not in clerk.get(f"{DRAWS}{pk}/").content.decode()
    assert clerk.post(f"{DRAWS}{pk}/reveal/", {**nonces(pool), "public": "1"}).status_code == 403
    stranger = pool.browser("外市人员", "draw", office=pool.other)
    assert stranger.get(f"{DRAWS}{pk}/").status_code == 404


def test_a_case_in_the_pool_points_to_the_draw_and_offers_no_hit(pool):
    from zhujianyun.kernel.case.models import Case

    one = Case.objects.filter(process="filing").first()
    page = pool.browser("抽取员", "draw").get(f"/workbench/cases/{one.number}/").content.decode()
    assert "待抽名单里" in page and "/act/hit/" not in page


def test_the_first_page_tells_the_drawer_how_many_wait_for_the_draw(pool):
    page = pool.browser("抽取员", "draw").get("/workbench/").content.decode()
    assert "待您抽签" in page and ">6 件</a>" in page
