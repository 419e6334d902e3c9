"""Search over entries and items: the same as a substring oracle with the permission applied, on random data."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.apps.data_catalogue.queries import searching
from zhujianyun.base.search import normalise
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource import queries as kernel
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.resource.models import Resource
from zhujianyun.ui.search import index

from .conftest import HOUSING, MARKET

HAN = "建筑市场监管住房保障企业证书号码备案"
names = st.text(st.sampled_from(HAN + "aB1（ "), min_size=1, max_size=8).filter(lambda text: normalise(text))
one_entry = st.fixed_dictionaries(
    {
        "title": names,
        "items": st.lists(names, min_size=1, max_size=3),
        "provider": st.sampled_from([HOUSING, MARKET]),
        "hidden": st.booleans(),
    }
)
questions = st.lists(
    st.text(st.sampled_from(HAN + "aAjz1_f"), min_size=1, max_size=4).filter(normalise),
    min_size=1,
    max_size=2,
)


def oracle(entry: Resource, words: list[str]) -> bool:
    """Whether some text of the entry holds each word, letter by letter."""
    edition = entry.editions.get(number=entry.edition)
    texts = searching.texts_of(entry, edition, list(entry.mounts.all()))
    said = [
        normalise(text)
        for text in (entry.title, entry.code, *(one for many in texts.values() for one in many))
    ]
    return all(any(normalise(word) in text for text in said) for word in words)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=st.lists(one_entry, min_size=1, max_size=6), asked=st.lists(questions, min_size=1, max_size=12)
)
def test_it_finds_what_a_substring_search_finds_and_only_what_one_may_see(department, entries, asked):
    from django.db import transaction

    with transaction.atomic():
        for place, one in enumerate(entries):
            items = [
                Item(f"f_{place}{n}", zh, share="none" if one["hidden"] else "conditional")
                for n, zh in enumerate(one["items"])
            ]
            terms = {"share": "none", "share_basis": "某法"} if one["hidden"] else {}
            department.entry(f"{one['title']}{place}", one["provider"], items=items, **terms)
        index.rebuild([searching.ENTRIES])
        for name in ("editor", "city"):
            by = department.who(name)
            seen = list(kernel.resources(by))
            for words in asked:
                found = searching.found(Resource.objects.all(), " ".join(words), by)
                expected = {entry.pk for entry in seen if oracle(entry, words)}
                assert set(found.values_list("pk", flat=True)) == expected, (name, words)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "text", ["建", "筑业", "建筑业", "jzyqy", "corp_code", "uscc", "信用代码", "206003", "企业 电话"]
)
def test_it_finds_by_characters_initials_items_and_columns(department, text):
    department.mount(department.entry())
    other = resources.enter("206003/000099", "无关的", department.offices[MARKET], by=SYSTEM)
    index.rebuild([searching.ENTRIES])
    found = searching.found(Resource.objects.exclude(pk=other.pk), text, department.who("city"))
    assert [entry.title for entry in found] == ["建筑业企业"]


def test_an_unpublished_entry_is_found_at_its_provider_only(department):
    resources.enter("206003/000099", "尚未发布的目录", department.offices[MARKET], by=SYSTEM)
    index.rebuild([searching.ENTRIES])
    seen = {
        name: searching.found(Resource.objects.all(), "尚未", department.who(name)).count()
        for name in ("editor", "city")
    }
    assert seen == {"editor": 1, "city": 0}
