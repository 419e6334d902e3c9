"""What the public reads: only what definitions declare, persons masked, draws in the right order (公示)."""

from __future__ import annotations

import json
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from django.test import Client

from zhujianyun.kernel.case import verify_draw
from zhujianyun.kernel.case.models import Case, Draw
from zhujianyun.ui.hall.public import drawn, notices

LIST = "/hall/notices/"


def read(path, status=200, **query):
    answer = Client().get(path, query)
    assert answer.status_code == status, answer.content.decode()[:400]
    return answer.content.decode()


def test_a_result_shows_its_public_fields_and_nothing_else(counter):
    one = counter.granted("permit", "南宁某公司", project="朝阳综合楼", use="shop")
    page = read(f"{LIST}result/{one.number}/")
    for told in (one.number, "朝阳综合楼", "南宁某公司", "商铺", "准予许可", "2020-03-02", "南宁市住建局"):
        assert told in page
    for kept in ("13800138000", "P-", "标题不公开", "负责人", "受理员"):
        assert kept not in page


def test_a_person_is_masked_wherever_the_name_stands(counter):
    one = counter.granted("permit", "黄小明", kind="person", project="黄小明自建房（电话13900139000）")
    page = read(f"{LIST}result/{one.number}/")
    assert "黄**自建房" in page and "黄小明" not in page and "13900139000" not in page
    assert "黄小明" not in read(LIST, kind="result") and "黄小明" not in read(f"{LIST}feed.xml")


def test_searching_for_a_person_finds_nothing(counter):
    counter.granted("permit", "黄小明", kind="person", project="黄小明自建房")
    assert "共 0 条" in read(LIST, kind="result", q="黄小明")


def test_a_process_that_declares_nothing_tells_only_that_it_decided(counter):
    one = counter.granted("secret", "某公司", project="保密工程")
    assert notices.rows("result").count() == 0
    read(f"{LIST}result/{one.number}/", status=404)
    row = notices.rows("decision").get()
    page = read(f"{LIST}decision/{row.pk}/")
    assert "许可决定书" in page and "南宁市住建局" in page
    for kept in ("保密工程", "某公司", one.number):
        assert kept not in page
    assert "共 0 条" in read(LIST, kind="decision", q="保密")


def test_a_withdrawal_is_nobodys_decision_and_is_not_published(counter):
    one = counter.brought("permit", "某公司", project="撤回工程")
    owner = owner_of(one)
    counter.act(one, "accept", counter.person("受理员", "clerk"))
    counter.act(one, "pull", owner)
    assert Case.objects.get(pk=one.pk).concluded_on
    read(f"{LIST}result/{one.number}/", status=404)


def owner_of(one):
    from zhujianyun.kernel import access

    return access.subject_actor(one.applicant_id, one.applicant.name)


def test_an_open_case_has_no_notice(counter):
    one = counter.brought("permit", "某公司", project="在办工程")
    read(f"{LIST}result/{one.number}/", status=404)
    assert "在办工程" not in read(LIST, kind="result") + read(LIST, kind="decision")


def test_notices_are_found_by_project_and_by_number(counter):
    one = counter.granted("permit", "甲公司", project="朝阳综合楼")
    counter.granted("permit", "乙公司", project="江南水厂")
    for words in ("朝阳", one.number):
        page = read(LIST, kind="result", q=words)
        assert "共 1 条" in page and "朝阳综合楼" in page and "江南水厂" not in page


def test_a_search_without_kind_opens_where_something_is_found(counter):
    counter.granted("permit", "甲公司", project="朝阳综合楼")
    assert "朝阳综合楼" in read(LIST, q="朝阳综合楼")


@pytest.mark.parametrize(
    "query", [{"page": "x"}, {"page": "9999"}, {"kind": "x"}, {"q": "%_'\"<i>"}], ids=str
)
def test_strange_queries_get_a_plain_page(counter, query):
    page = read(LIST, **query)
    assert "<i>" not in page


def test_a_revoked_case_tells_its_revocation(counter):
    one = counter.granted("permit", "甲公司", project="朝阳综合楼")
    counter.act(one, "void", counter.person("负责人", "chief"), reason="材料虚假")
    titles = [notices.notice("decision", row).title for row in notices.rows("decision")]
    assert titles == ["撤销决定书：朝阳综合楼", "许可决定书：朝阳综合楼"]
    assert "已撤销" in read(f"{LIST}result/{one.number}/")


def test_before_the_outcome_only_commitments_and_sizes_are_public(counter):
    row = counter.frozen()
    page = read(f"{LIST}draw/{row.pk}/")
    for commit in (*row.commits.values(), *row.nonce_commits.values()):
        assert commit in page
    assert "结果尚未开出" in page and "韦**" in page and "韦见证" not in page
    for number in row.entries.values_list("ident", flat=True):
        assert number not in page
    read(f"{LIST}draw/{row.pk}/data.json", status=404)
    read(f"/hall/verify/draw/{row.pk}/", status=404)
    number = row.entries.first().ident
    assert "共 0 条" in read(LIST, kind="draw", q=number)


def test_after_the_outcome_lists_and_numbers_are_public_and_verify(counter, tmp_path):
    row = counter.drawn()
    page = read(f"{LIST}draw/{row.pk}/")
    for number in row.entries.values_list("ident", flat=True):
        assert number in page
    assert row.seed in page and "aaaa" in page and "工程1" in page and "申报公司1" not in page
    bundle = json.loads(read(f"{LIST}draw/{row.pk}/data.json"))
    assert verify_draw.verify(bundle) == []
    (tmp_path / "verify.py").write_text(read("/hall/verify/offline/verify_draw.py"), encoding="utf-8")
    (tmp_path / "draw.json").write_text(json.dumps(bundle), encoding="utf-8")
    command = [sys.executable, "-I", "verify.py", "draw.json"]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    assert not {"account", "witnesses"} & set(json.dumps(bundle).replace('"', " ").split())


def test_a_void_draw_says_so(counter):
    first = counter.frozen()
    counter.frozen(1)
    assert Draw.objects.get(pk=first.pk).state == "void"
    page = read(f"{LIST}draw/{first.pk}/")
    assert "已作废" in page and "重新冻结" in page


def test_a_large_draw_is_downloaded_and_not_put_into_the_page(counter, monkeypatch):
    row = counter.drawn()
    page = read(f"/hall/verify/draw/{row.pk}/")
    assert 'id="bundle"' in page
    monkeypatch.setattr("zhujianyun.ui.hall.public.verifying.MOST_IN_PAGE", 100)
    page = read(f"/hall/verify/draw/{row.pk}/")
    assert 'id="bundle"' not in page and "名单较长" in page


def test_the_feed_is_atom_with_whole_addresses(counter):
    counter.granted("permit", "甲公司", project="朝阳综合楼")
    root = ElementTree.fromstring(read(f"{LIST}feed.xml"))
    name = "{http://www.w3.org/2005/Atom}"
    entries = root.findall(f"{name}entry")
    assert len(entries) == 2
    assert all(
        one.find(f"{name}link").get("href").startswith("http://testserver/hall/notices/") for one in entries
    )


def test_lists_ask_the_database_as_often_for_twenty_as_for_one(counter, django_assert_max_num_queries):
    for n in range(4):
        counter.granted("permit", f"公司{n}", project=f"工程{n}")
    counter.drawn()
    for kind in notices.KINDS:
        with django_assert_max_num_queries(2):
            read(LIST, kind=kind)
    with django_assert_max_num_queries(5):
        read(f"{LIST}draw/{Draw.objects.get().pk}/")


def test_the_bundle_holds_masked_witnesses_nowhere(counter):
    told = json.dumps(drawn.bundle(counter.drawn()), ensure_ascii=False)
    assert "见证" not in told and "account:" not in told
