"""Papers (文书): numbered, frozen at issue, the same bytes on every demand, nothing injected."""

from __future__ import annotations

import pytest

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.case import papers
from zhujianyun.kernel.case.models import Paper

NASTY = '甲"乙#let x = 1 #panic("x") [丙] $丁$ \\ { } @戊 <己> /* 庚'


@pytest.fixture
def issued(desk):
    one = desk.open(title=NASTY)
    desk.act(one, "submit", desk.owner, documents=["申请表"])
    desk.act(one, "accept", desk.clerk)
    return one.papers.get()


def test_a_paper_is_numbered_and_its_facts_are_frozen_at_issue(desk, issued):
    assert issued.number == f"{issued.case.number}-01"
    assert (issued.facts["office"], issued.facts["applicant"]) == ("南宁市住建局", "广西某建设有限公司")
    assert (issued.facts["accepted_on"], issued.facts["due_on"]) == ("2020-03-02", "2020-03-23")
    desk.owner_subject.name = "改名公司"
    desk.owner_subject.save()
    assert Paper.objects.get(pk=issued.pk).facts["applicant"] == "广西某建设有限公司"


def test_a_paper_renders_the_same_bytes_twice_even_with_a_name_full_of_marks(issued):
    first = papers.render(issued)
    assert first.startswith(b"%PDF") and first == papers.render(Paper.objects.get(pk=issued.pk))


def test_the_file_is_made_once_on_first_demand(issued, settings, tmp_path):
    settings.ZJY_FILES = tmp_path
    stored = papers.file_of(issued)
    assert papers.file_of(Paper.objects.get(pk=issued.pk)) == stored
    with stored.open() as content:
        assert content.read(4) == b"%PDF"


def test_a_paper_whose_facts_were_altered_is_not_printed(issued):
    issued.facts = {**issued.facts, "applicant": "他人"}
    with pytest.raises(RuleBroken, match="摘要不符"):
        papers.render(issued)


def test_the_code_on_a_print_out_tells_the_real_paper_from_another(issued):
    assert papers.verify(issued.number, issued.digest) == issued
    with pytest.raises(RuleBroken, match="校验摘要不符"):
        papers.verify(issued.number, "0" * 64)
    with pytest.raises(RuleBroken, match="没有这个文号"):
        papers.verify("桂许0000", issued.digest)


def test_the_template_of_an_app_takes_the_place_of_the_default(tmp_path):
    folder = tmp_path / "templates" / "papers"
    folder.mkdir(parents=True)
    (folder / "受理通知书.typ").write_text("x")
    assert papers.template_of(tmp_path, "受理通知书").parent == folder
    assert papers.template_of(tmp_path, "其他文书").name == "default.typ"
    assert papers.template_of(None, "../../etc/passwd").name == "default.typ"
