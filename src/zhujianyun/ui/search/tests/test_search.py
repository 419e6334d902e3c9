"""Full-text search: what is found, what is shown, what stays hidden, and how the index is kept."""

from __future__ import annotations

import random
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access.models import Membership
from zhujianyun.kernel.case.models import Case, Paper
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.search import index, kernel_kinds, queries, registry, words
from zhujianyun.ui.search.models import SearchEntry

PAGE = "/workbench/search/"


def found(actor, text, **more):
    return [(hit.entry.kind, hit.entry.number) for hit in queries.find(actor, text, **more).hits]


def numbers(actor, text):
    return {hit.entry.number for hit in queries.find(actor, text, kind="case").hits}


@pytest.mark.parametrize("text", ["青秀", "秀区", "青秀区某住宅楼", "某建", "住", "青秀 住宅", "住宅楼"])
def test_two_characters_one_character_and_several_words_are_found(kept, text):
    bureau = kept()
    one = bureau.accepted()
    kept()
    assert one.number in numbers(bureau.actor("张三", "clerk"), text)


@pytest.mark.parametrize("text", ["秀青", "青区", "住宅 酒店", "楼住", "某住宅楼青秀区"])
def test_what_does_not_stand_there_is_not_found(kept, text):
    bureau = kept()
    bureau.accepted()
    kept()
    assert not numbers(bureau.actor("张三", "clerk"), text)


def test_a_number_is_found_by_its_last_digits_and_comes_first_when_whole(kept):
    bureau = kept()
    one, other = bureau.accepted(), bureau.accepted()
    kept()
    actor = bureau.actor("张三", "clerk")
    assert numbers(actor, one.number[-5:]) == {one.number}
    assert found(actor, one.number)[0] == ("case", one.number)
    assert {one.number, other.number} <= numbers(actor, one.number[:6])


def test_papers_are_found_by_number_and_name_and_lead_to_the_paper(kept):
    bureau = kept()
    bureau.accepted()
    kept()
    paper = Paper.objects.first()
    hits = queries.find(bureau.actor("张三", "clerk"), paper.number, kind="paper").hits
    assert [hit.entry.url for hit in hits] == [f"/workbench/cases/{paper.case_id}/papers/{paper.pk}/"]
    assert bureau.browser("张三", "clerk").get(hits[0].entry.url).status_code in (200, 502)


def test_what_an_officer_may_not_see_is_neither_shown_nor_counted(kept):
    bureau = kept()
    bureau.accepted()
    kept()
    bureau.account("外市", "clerk", office=bureau.other)
    stranger = bureau.actor("外市")
    answer = queries.find(stranger, "青秀")
    assert (answer.all, answer.counts, answer.hits) == (0, [], [])
    page = bureau.browser("外市").get(PAGE, {"q": "青秀"}).content.decode()
    assert "没有找到" in page and "某住宅楼" not in page


def test_the_three_officers_find_no_business(kept):
    from zhujianyun.kernel.access.actors import ALL, Actor

    bureau = kept()
    bureau.accepted()
    kept()
    officer = Actor(
        key="account:9",
        name_zh="审计",
        kind="account",
        account_id=9,
        duty="audit",
        granted={"journal.read": ALL},
    )
    assert queries.find(officer, "青秀").all == 0


def test_a_right_taken_away_takes_effect_at_the_next_question_without_touching_the_index(kept):
    bureau = kept()
    one = bureau.accepted()
    kept()
    assert one.number in numbers(bureau.actor("张三", "clerk"), "青秀")
    Membership.objects.filter(account=bureau.account("张三")).update(office=bureau.other)
    assert not numbers(bureau.actor("张三"), "青秀")


def test_the_search_finds_exactly_the_cases_that_the_list_shows(kept):
    from zhujianyun.kernel.access.models import Office
    from zhujianyun.kernel.case import queries as cases

    bureau = kept()
    for _ in range(3):
        bureau.accepted()
    bureau.draft()
    kept()
    bureau.account("领导", "leader", office=Office.objects.get(code="gx"))
    bureau.account("外市", "clerk", office=bureau.other)
    for name in ("张三", "领导", "外市"):
        actor = bureau.actor(name, *(("clerk",) if name == "张三" else ()))
        listed = cases.visible(actor).filter(number__isnull=False, title__contains="住宅")
        assert numbers(actor, "住宅") == set(listed.values_list("number", flat=True))


def test_a_person_is_found_by_the_full_name_and_never_shown_with_it(kept):
    bureau = kept()
    one = bureau.accepted()
    one.applicant = Subject.objects.create(kind="person", name="欧阳小明")
    one.save(update_fields=["applicant"])
    index.rebuild()
    page = bureau.browser("张三", "clerk").get(PAGE, {"q": "欧阳小明"}).content.decode()
    assert one.number in page and "欧阳**" in page
    assert page.count("欧阳小明") == page.count('value="欧阳小明"') + page.count("“欧阳小明”") + page.count(
        "<title>欧阳小明"
    )


def test_enterprises_and_projects_are_seen_through_the_cases_one_sees(kept):
    bureau = kept()
    bureau.accepted()
    kept()
    bureau.account("外市", "clerk", office=bureau.other)
    assert queries.find(bureau.actor("张三", "clerk"), "某建设", kind="subject").total == 1
    assert queries.find(bureau.actor("外市"), "某建设", kind="subject").total == 0
    url = queries.find(bureau.actor("张三"), "某建设", kind="subject").hits[0].entry.url
    assert bureau.browser("张三").get(url).context["page"].total == 1


def test_a_figure_is_found_by_its_definition(kept):
    from zhujianyun.kernel import access
    from zhujianyun.kernel.access.actors import ALL, Actor

    access.guard.register.add_permission("screen.view", "查看展示大屏", "big_screen")
    bureau = kept()
    viewer = Actor(key="account:9", name_zh="看", kind="account", account_id=9, granted={"screen.view": ALL})
    assert "fire_review.design_accepted" in {ref for _, ref in found(viewer, "消防设计审查 受理")}
    assert not queries.find(bureau.actor("张三", "clerk"), "消防设计审查受理", kind="indicator").hits


def test_hits_are_marked_and_nothing_typed_becomes_markup(kept):
    bureau = kept()
    bureau.accepted()
    kept()
    browser = bureau.browser("张三", "clerk")
    assert "<mark>青秀</mark>区某住宅楼" in browser.get(PAGE, {"q": "青秀"}).content.decode()
    page = browser.get(PAGE, {"q": "<script>青秀"}).content.decode()
    assert "<script>青秀" not in page


@pytest.mark.parametrize(
    "text",
    ['" OR 1', "NEAR(青 秀)", "reach:p*", "{title}: 青", "' | 'a", "青* -秀", "!!!", "\x00", "…", "&|!():*", "字" * 10_000, "a " * 5_000],
    ids=["quote", "near", "column", "braces", "tsquery", "signs", "marks", "nul", "dots", "operators", "long", "many"],
)  # fmt: skip
def test_whatever_is_typed_is_answered_with_a_page(kept, text):
    bureau = kept()
    bureau.accepted()
    kept()
    answer = bureau.browser("张三", "clerk").get(PAGE, {"q": text, "kind": "nonsense", "page": "x"})
    assert answer.status_code == 200
    assert re.search("没有找到|请输入至少|在上方输入|共 ", answer.content.decode())


def test_a_question_of_signs_alone_is_refused_with_a_sentence():
    with pytest.raises(RuleBroken, match="请输入至少一个"):
        words.asked("—— ！？")


def test_the_page_needs_few_queries_however_many_hits(kept):
    bureau = kept()
    for _ in range(8):
        bureau.accepted()
    kept()
    browser = bureau.browser("张三", "clerk")
    browser.get(PAGE, {"q": "青秀"})
    with CaptureQueriesContext(connection) as asked:
        browser.get(PAGE, {"q": "青秀"})
    assert len(asked) <= 20


def test_very_many_hits_are_cut_and_the_page_says_so(kept, monkeypatch):
    monkeypatch.setattr(queries, "MOST", 3)
    bureau = kept()
    first, *others = [bureau.accepted() for _ in range(5)]
    kept()
    actor = bureau.actor("张三", "clerk")
    cut = queries.find(actor, "青秀", kind="case")
    assert (cut.is_cut, cut.total, len(cut.hits)) == (True, 3, 3)
    assert {one.kind: (one.count, one.is_more) for one in cut.counts}["case"] == (3, True)
    assert {hit.entry.number for hit in cut.hits} == {one.number for one in others[1:]}
    page = bureau.browser("张三", "clerk").get(PAGE, {"q": "青秀"}).content.decode()
    assert "命中太多，仅显示前 3 条，请补充关键词，或先选种类" in page and "3+" in page
    whole = queries.find(actor, first.number)
    assert not whole.is_cut and whole.hits[0].entry.number == first.number


def test_a_whole_number_comes_first_however_many_newer_ones_contain_it(kept, monkeypatch):
    bureau = kept()
    actor = bureau.actor("张三", "clerk")
    for ref, number in enumerate(("306/1", "306/11", "306/12", "306/13", "306/14"), start=1):
        row = SearchEntry.objects.create(
            kind="case", ref=f"x{ref}", number=number, title="某目录", heading=f"{number.replace('/', '')}|某目录", url="/x"
        )  # fmt: skip
        reach = (("office.view_cases", bureau.office.pk),)
        words.put([words.Indexed(row.pk, (number, row.title), (), reach, "case")])
    monkeypatch.setattr(queries, "MOST", 3)
    answer = queries.find(actor, "306/1")
    assert answer.is_cut and [hit.entry.number for hit in answer.hits] == ["306/1", "306/14", "306/13"]


def test_no_letter_meets_the_tokens_of_reach_and_kind(kept):
    bureau = kept()
    one = bureau.accepted()
    kept()
    actor = bureau.actor("张三", "clerk")
    assert one.number in numbers(actor, "青")
    for letter in "pkno":
        for hit in queries.find(actor, letter).hits:
            assert letter in (hit.entry.heading + hit.entry.text).casefold(), (letter, hit.entry.title)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_short_questions_find_what_a_substring_search_finds(kept, length):
    bureau, rng = kept(), random.Random(length)
    reach = (("office.view_cases", bureau.office.pk),)
    names = ["".join(rng.choices("南宁市青秀区建设住房ab1", k=rng.randint(1, 9))) for _ in range(120)]
    for n, name in enumerate(names):
        row = SearchEntry.objects.create(kind="case", ref=f"n{n}", title=name, heading=f"|{name}", url="/x")
        words.put([words.Indexed(row.pk, ("", name), (), reach, "case")])
    actor = bureau.actor("张三", "clerk")
    asked = {name[place : place + length] for name in names for place in range(len(name) - length + 1)}
    for text in sorted(asked):
        expected = sum(text in name for name in names)
        assert queries.find(actor, text, kind="case").total == expected, text


# --- keeping the index ----------------------------------------------------------------------------------


def rows():
    return {
        (one.kind, one.ref, one.title, one.text, one.url)
        for one in SearchEntry.objects.filter(kind__in=("case", "paper", "subject"))
    }


def test_the_follower_and_the_rebuild_come_to_the_same_index(kept):
    bureau = kept()
    bureau.accepted()
    bureau.submitted()
    kept()
    followed = rows()
    assert followed
    index.rebuild()
    assert rows() == followed
    index.rebuild()
    assert rows() == followed


def test_entries_delivered_twice_change_nothing(kept):
    bureau = kept()
    bureau.accepted()
    kept()
    before, count = rows(), SearchEntry.objects.count()
    journal.Follower.objects.filter(name="search.case").update(cursor=0)
    journal.run_followers()
    assert rows() == before and SearchEntry.objects.count() == count
    assert queries.find(bureau.actor("张三", "clerk"), "青秀", kind="case").total == 1


def test_a_follower_that_was_killed_in_the_middle_catches_up(kept, monkeypatch):
    bureau = kept()
    one = bureau.accepted()
    put = words.put
    monkeypatch.setattr(words, "put", lambda rows: (put(rows), 1 / 0))
    kept()
    assert not SearchEntry.objects.filter(kind="case").exists()
    monkeypatch.setattr(words, "put", put)
    journal.retry_now("search.case")
    kept()
    assert one.number in numbers(bureau.actor("张三", "clerk"), "青秀")


def test_a_rebuild_that_was_killed_is_simply_run_again(kept, monkeypatch):
    bureau = kept()
    bureau.accepted()
    kept()
    with monkeypatch.context() as killed, pytest.raises(ZeroDivisionError):
        killed.setattr(index, "_drop_older", lambda *_: 1 / 0)
        index.rebuild()
    index.rebuild()
    assert queries.find(bureau.actor("张三", "clerk"), "青秀", kind="case").total == 1


def test_what_is_gone_leaves_the_index_with_the_rebuild(kept):
    bureau = kept()
    bureau.accepted()
    kept()
    gone = SearchEntry.objects.create(kind="case", ref="999", group="999", title="幽灵", url="/x", build=1)
    words.put([words.Indexed(gone.pk, ("幽灵",), (), (("case.view", bureau.office.pk),))])
    index.rebuild()
    assert not SearchEntry.objects.filter(ref="999", kind="case").exists()


def test_a_kind_of_an_app_is_found_like_those_of_the_kernel(kept, kinds):
    bureau = kept()
    shelf = {"b1": "邕江大桥"}

    def bridges(groups):
        for ref, name in shelf.items():
            if groups is None or ref in groups:
                yield registry.Row(
                    ref, name, f"/workbench/bridges/{ref}/", (("office.view_cases", bureau.office.pk),)
                )

    kind = registry.Searched("bridge", "桥梁", ("bridge.*",), bridges, lambda: ["office.view_cases"])
    registry.add(kind)
    try:
        index.rebuild([kind])
        actor = bureau.actor("张三", "clerk")
        assert found(actor, "邕江") == [("bridge", "")]
        shelf.clear()
        journal.record("bridge.close", actor="system", object=("bridge", "b1"))
        kept()
        assert found(actor, "邕江") == []
        with pytest.raises(RuleBroken, match="已登记"):
            registry.add(registry.Searched("bridge", "别的", (), bridges, list))
    finally:
        journal.unfollow("search.bridge")


def test_the_worker_builds_what_was_never_built(bureau):
    from zhujianyun.base import jobs

    one = bureau.accepted()
    assert set(index.prepare()) >= {"case", "paper", "subject"}
    jobs.run_ready()
    assert one.number in numbers(bureau.actor("张三", "clerk"), "青秀")
    assert index.prepare() == []


def test_all_rows_are_read_in_windows_without_a_gap(kept, monkeypatch):
    bureau = kept()
    monkeypatch.setattr(kernel_kinds, "WINDOW", 2)
    made = [bureau.submitted() for _ in range(5)]
    assert [row.ref for row in kernel_kinds.case_rows(None)] == [str(one.pk) for one in made]
    assert [row.ref for row in kernel_kinds.case_rows([str(one.pk) for one in made[1:]])] == [
        str(one.pk) for one in made[1:]
    ]
    assert Case.objects.count() == 5
