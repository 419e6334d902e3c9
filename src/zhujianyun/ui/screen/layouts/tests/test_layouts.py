"""Layouts: one editor at a time, nothing lost, nothing hangs before it is published (屏幕布局)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotAllowed, PlatformError, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access.models import Account, Membership, Office, Role
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.ui.screen import registry
from zhujianyun.ui.screen.layouts import actions, editing, queries, text

pytestmark = pytest.mark.django_db
MAIN = "main"


@pytest.fixture
def editors() -> tuple[Account, Account]:
    """Two people who may edit layouts."""
    access.sync_roles()
    office = Office.objects.create(
        code="hq", name="信息中心", kind=Office.Kind.PROVINCE, division_code="450000"
    )
    made = []
    for number, name in enumerate(("韦晓兰", "黄国栋")):
        account = Account.objects.create(username=f"editor{number}", name_zh=name)
        Membership.objects.create(
            account=account, office=office, role=Role.objects.get(code="big_screen.editor"),
            valid_from=clock.today() - timedelta(days=1),
        )  # fmt: skip
        made.append(account)
    return made[0], made[1]


def moved(code: str = MAIN) -> str:
    """The layout of a screen with another question."""
    screen = registry.get(code)
    assert screen
    return text.from_parts({**text.parts_of(screen), "question": "换一个问题？"}, screen)


def test_every_file_that_hangs_is_written_in_the_style_of_the_editor():
    for screen in registry.all_():
        if screen.app in {"big_screen", "fire_review"}:
            assert text.of(screen) == screen.text


def test_what_the_editor_writes_reads_back_the_same():
    for screen in registry.all_():
        again = registry.read(text.of(screen), screen.app)
        assert (again.declared, again.title, again.question) == (
            screen.declared,
            screen.title,
            screen.question,
        )


@given(st.text("住建:#{}[]&*!|>'\"%@`-, 0a\t是", min_size=1, max_size=20))
def test_no_title_breaks_out_of_the_yaml(title):
    screen = registry.get(MAIN)
    assert screen
    parts = text.parts_of(screen)
    parts["widgets"][0]["title"] = title
    assert registry.read(text.from_parts(parts, screen), screen.app).declared[0].title == title


def test_a_saved_version_hangs_only_after_it_is_published(editors):
    version = actions.save(MAIN, moved(), base=0, by=editors[0], reason="换问题")
    assert queries.shown(MAIN).version is None
    actions.publish(MAIN, version.number, by=editors[0], reason="厅领导同意")
    shown = queries.shown(MAIN)
    assert shown.version == version and shown.screen.question == "换一个问题？"
    assert shown.screen.digest != registry.get(MAIN).digest
    actions.back_to_file(MAIN, by=editors[0], reason="改回去")
    assert queries.shown(MAIN).screen == registry.get(MAIN)


def test_every_act_is_in_the_journal_with_who_and_why(editors):
    version = actions.save(MAIN, moved(), base=0, by=editors[0], reason="换问题")
    actions.publish(MAIN, version.number, by=editors[0], reason="厅领导同意")
    told = {e.verb: (e.actor, e.reason) for e in Entry.objects.filter(verb__startswith="screen.layout")}
    assert told["screen.layout.save"] == (editors[0].key, "换问题")
    assert told["screen.layout.publish"] == (editors[0].key, "厅领导同意")


def test_the_second_is_told_who_edits_and_since_when(editors):
    first, second = editors
    actions.take_lock(MAIN, by=first)
    with pytest.raises(Conflict) as told:
        actions.take_lock(MAIN, by=second)
    assert (
        first.name_zh in told.value.message_zh
        and f"{clock.local(clock.now()):%Y-%m-%d}" in told.value.message_zh
    )
    with pytest.raises(Conflict):
        actions.save(MAIN, moved(), base=0, by=second, reason="抢着改")
    assert not queries.versions(MAIN)


def test_an_idle_editor_can_be_taken_over_from_but_not_an_active_one(editors):
    first, second = editors
    with clock.standing(clock.at_local(clock.today(), 9)) as now:
        actions.take_lock(MAIN, by=first)
        with pytest.raises(Conflict):
            actions.take_lock(MAIN, by=second, over=True)
        now.move_to(now.now() + queries.idle() + timedelta(seconds=1))
        with pytest.raises(Conflict) as told:
            actions.take_lock(MAIN, by=second)
        assert told.value.details["idle"]
        assert actions.take_lock(MAIN, by=second, over=True).holder == second
        with pytest.raises(Conflict) as back:
            actions.take_lock(MAIN, by=first)
        assert second.name_zh in back.value.message_zh


def test_who_saves_upon_an_old_version_is_refused_and_nothing_is_lost(editors):
    first, second = editors
    actions.save(MAIN, moved(), base=0, by=first, reason="第一次")
    actions.release_lock(MAIN, by=first)
    with pytest.raises(Conflict) as told:
        actions.save(MAIN, moved(), base=0, by=second, reason="没看到第一次")
    assert told.value.details["newest"] == 1 and first.name_zh in told.value.message_zh
    assert actions.save(MAIN, moved(), base=1, by=second, reason="看过了").number == 2
    assert [v.reason for v in queries.versions(MAIN)] == ["看过了", "第一次"]


def test_saved_versions_cannot_be_changed(editors):
    version = actions.save(MAIN, moved(), base=0, by=editors[0], reason="换问题")
    version.text = "screen: 偷改"
    with pytest.raises(IntegrityError), transaction.atomic():
        version.save()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: t.replace("form: map", "form: maap"), "maap"),
        (lambda t: t.replace("fire_review.design_accepted", "fire_review.nowhere"), "fire_review.nowhere"),
        (lambda t: t.replace("screen: main", "screen: fire"), "屏幕代码"),
        (lambda t: t + "  - {id: x, form: figure, indicators: [big_screen.sub_screens], at: [0, 0, 24, 12]}\n", "重叠"),
        (lambda t: t + "  - {id: x, form: figure, indicators: [big_screen.sub_screens], at: [23, 0, 2, 1]}\n", "网格"),
    ],
    ids=["form", "indicator", "identity", "overlap", "grid"],
)  # fmt: skip
def test_the_rules_of_the_files_hold_for_the_editor(editors, spoil, said):
    with pytest.raises(PlatformError) as told:
        actions.save(MAIN, spoil(registry.get(MAIN).text), base=0, by=editors[0], reason="试试")
    assert said in told.value.message_zh


def test_a_save_without_a_reason_is_refused(editors):
    with pytest.raises(RuleBroken):
        actions.save(MAIN, moved(), base=0, by=editors[0], reason=" ")


def test_nobody_edits_without_the_permission():
    stranger = Account.objects.create(username="nobody", name_zh="路人")
    with pytest.raises(NotAllowed):
        actions.take_lock(MAIN, by=stranger)


def test_a_layout_whose_indicator_is_gone_gives_way_to_the_file_and_says_so(editors, monkeypatch):
    version = actions.save(MAIN, moved(), base=0, by=editors[0], reason="换问题")
    actions.publish(MAIN, version.number, by=editors[0], reason="发布")
    gone = registry.get(MAIN).codes()[0]
    monkeypatch.setattr(
        indicators, "_definitions", {c: d for c, d in indicators._definitions.items() if c != gone}
    )
    shown = queries.shown(MAIN)
    assert shown.screen == registry.get(MAIN) and shown.version is None
    assert gone in shown.notice and "暂按文件显示" in shown.notice


def test_the_layout_of_then_is_the_one_that_hung_then(editors):
    day = clock.today()
    with clock.standing(clock.at_local(day, 8)) as now:
        version = actions.save(MAIN, moved(), base=0, by=editors[0], reason="换问题")
        now.move_to(clock.at_local(day, 10))
        actions.publish(MAIN, version.number, by=editors[0], reason="发布")
        now.move_to(clock.at_local(day, 12))
        actions.back_to_file(MAIN, by=editors[0], reason="改回去")
    questions = [queries.shown(MAIN, clock.at_local(day, hour)).screen.question for hour in (9, 11, 13)]
    file = registry.get(MAIN).question
    assert questions == [file, "换一个问题？", file]


def test_a_file_that_changed_is_kept_for_replay(monkeypatch):
    day = clock.today()
    with clock.standing(clock.at_local(day, 8)) as now:
        assert {v.screen for v in actions.note_files()} == {s.code for s in registry.all_()}
        assert actions.note_files() == []
        newer = registry.read(moved(), "big_screen")
        monkeypatch.setitem(registry._screens, MAIN, newer)
        now.move_to(clock.at_local(day, 10))
        assert [v.screen for v in actions.note_files()] == [MAIN]
    assert queries.shown(MAIN, clock.at_local(day, 9)).screen.question != "换一个问题？"
    assert queries.shown(MAIN, clock.at_local(day, 11)).screen.question == "换一个问题？"


def test_the_preview_shows_pictures_faults_and_the_difference(editors):
    screen = registry.get(MAIN)
    parts = text.parts_of(screen)
    parts["widgets"][0]["title"] = "新标题"
    parts["widgets"].append(
        {
            "id": "x",
            "form": "figure",
            "title": "",
            "indicators": ["nobody.knows"],
            "at": [0, 0, 3, 3],
            "options": {},
        }
    )
    look = editing.look(MAIN, parts, [w["id"] for w in parts["widgets"]])
    assert "+    title: 新标题" in look["diff"]
    assert "指标停用" in look["faults"]["x"] and look["fault"]
    hung = {w.id for w in screen.widgets}
    assert hung <= set(look["pictures"]) and all(s.startswith("<svg") for s in look["pictures"].values())


def test_the_wall_says_that_a_published_layout_gave_way(editors, client, monkeypatch):
    version = actions.save(MAIN, moved(), base=0, by=editors[0], reason="换问题")
    actions.publish(MAIN, version.number, by=editors[0], reason="发布")
    client.force_login(editors[0])
    assert "换一个问题？" in client.get("/screen/main/").content.decode()
    gone = registry.get(MAIN).codes()[0]
    monkeypatch.setattr(
        indicators, "_definitions", {c: d for c, d in indicators._definitions.items() if c != gone}
    )
    page = client.get("/screen/main/").content.decode()
    assert "暂按文件显示" in page and gone in page and "换一个问题？" not in page


def test_the_editors_pages_answer_in_json_what_is_wrong(editors, client):
    first, second = editors
    client.force_login(first)
    assert "编辑布局" in client.get("/workbench/screens/main/edit/").content.decode()
    parts = text.parts_of(registry.get(MAIN))
    headers = {"accept": "application/json"}
    sent = {"parts": parts, "base": 0, "reason": ""}
    answer = client.post(
        "/workbench/screens/main/save", sent, content_type="application/json", headers=headers
    )
    assert answer.status_code == 422 and answer.json()["rule"] == "screen.reason"
    answer = client.post(
        "/workbench/screens/main/preview", b"[", content_type="application/json", headers=headers
    )
    assert answer.status_code == 422
    client.force_login(second)
    assert "正在编辑这块屏幕" in client.get("/workbench/screens/main/edit/").content.decode()
    answer = client.post(
        "/workbench/screens/main/save",
        {**sent, "reason": "抢"},
        content_type="application/json",
        headers=headers,
    )
    assert answer.status_code == 409 and answer.json()["details"]["holder"] == first.key
