"""Open data: what is open is found and downloaded, and nothing else leaks, whatever the catalogue holds."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import DCAT, RDF, Graph

from zhujianyun.apps.data_catalogue.feeds import dcat
from zhujianyun.apps.data_catalogue.queries import opened
from zhujianyun.base import files
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.resource.models import Resource

from .conftest import ITEMS, USCC

ROOT = Path(__file__).resolve().parents[5]
SHAPES = Path(os.environ.get("ZJY_CONFORMANCE", ROOT.parent / "shared" / "conformance")) / "dcat"
PLAIN = (
    Item("uscc", "统一社会信用代码", share="unconditional"),
    Item("name", "企业名称", share="unconditional"),
)
FREE = {"share": "unconditional", "share_condition": "", "open": True}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.ZJY_FILES = tmp_path / "files"


def furnish(department) -> tuple[Resource, Resource]:
    """An open entry with a file, a closed one with a table and a file."""
    free = department.entry("开放的企业名录", items=PLAIN, **FREE)
    kept = files.put("甲,乙\n1,2\n".encode(), name="名录.csv", kinds=("csv",))
    resources.mount_file(free, kept, code="free-file", title="名录文件", by=SYSTEM)
    closed = department.entry("内部的企业台账")
    resources.mount_file(closed, kept, code="closed-file", title="内部文件", by=SYSTEM)
    resources.mount_api(
        free, "https://10.1.2.3/secret", {"uscc": "a"}, code="free-api", title="接口", by=SYSTEM
    )
    department.mount(closed)
    return free, closed


def test_an_open_entry_is_listed_found_shown_and_downloaded(department):
    free, _ = furnish(department)
    client = Client()
    assert "开放的企业名录" in client.get("/hall/data/").content.decode()
    assert "开放的企业名录" in client.get("/hall/data/?q=企业 信用").content.decode()
    assert "开放的企业名录" not in client.get("/hall/data/?q=没有的").content.decode()
    page = client.get(f"/hall/data/{free.code.replace('/', '-')}/").content.decode()
    assert "名录.csv" in page and "统一社会信用代码" in page and "10.1.2.3" not in page
    answer = client.get("/hall/data/files/free-file/")
    assert b"".join(answer.streaming_content) == "甲,乙\n1,2\n".encode()


def test_what_is_not_open_is_not_there(department):
    _, closed = furnish(department)
    for path in (
        f"{closed.code.replace('/', '-')}/",
        "files/closed-file/",
        "files/free-api/",
        "files/nothing/",
    ):
        answer = Client().get(f"/hall/data/{path}")
        assert answer.status_code == 404
        assert "内部" not in answer.content.decode()


PLACES = (
    "/hall/data/", "/hall/data/?q=密", "/hall/data/catalog.ttl", "/hall/data/catalog.jsonld",
    "/api/3/action/package_list", "/api/action/package_search?rows=1000", "/api/3/action/tag_list",
    "/api/3/action/organization_list?all_fields=true", "/api/3/action/group_list?all_fields=true",
)  # fmt: skip
one_entry = st.fixed_dictionaries(
    {"open": st.booleans(), "free": st.booleans(), "withdrawn": st.booleans(), "hidden_item": st.booleans()}
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(one_entry, min_size=1, max_size=5))
def test_nothing_of_what_is_not_open_leaks(department, entries):
    from django.db import transaction

    with transaction.atomic():
        secrets, shown = [], []
        for place, one in enumerate(entries):
            is_free = one["open"] and one["free"]
            share = "unconditional" if one["free"] else "conditional"
            items = [
                Item(
                    "a",
                    f"密项公开{place}" if is_free and not one["withdrawn"] else f"秘密项{place}x",
                    share=share,
                )
            ]
            if one["hidden_item"]:
                items.append(Item("b", f"秘密项{place}b", share="none"))
                items.append(Item("c", f"秘密项{place}c", share="conditional"))
            title = f"密级条目{place}z"
            entry = department.entry(
                title, items=items, share=share, open=one["open"], abstract=f"摘要{place}z"
            )
            if one["withdrawn"]:
                resources.withdraw(entry, by=SYSTEM, reason="撤")
            (shown if is_free and not one["withdrawn"] else secrets).append(title)
            if title in secrets:
                secrets += [f"摘要{place}z", entry.code, entry.code.replace("/", "-")]
        said = "".join(_told(Client().get(path).content.decode()) for path in PLACES)
        assert all(title in said for title in shown)
        assert not any(secret in said for secret in secrets)
        assert "秘密项" not in said
        transaction.set_rollback(True)


def _told(text: str) -> str:
    return text + (text.encode().decode("unicode_escape", "ignore") if "\\u" in text else "")


def test_both_forms_of_the_export_say_the_same(department):
    furnish(department)
    turtle = Graph().parse(data=Client().get("/hall/data/catalog.ttl").content, format="turtle")
    json_ld = Graph().parse(data=Client().get("/hall/data/catalog.jsonld").content, format="json-ld")
    assert set(turtle) == set(json_ld)
    assert len(list(turtle.subjects(RDF.type, DCAT.Dataset))) == 1
    assert json.loads(Client().get("/hall/data/catalog.jsonld").content)


def test_the_full_catalogue_passes_the_shapes_of_dcat_ap(department):
    if not SHAPES.is_dir():
        pytest.skip(f"没有 {SHAPES}：DCAT-AP 的 SHACL 规则不随本库分发。")
    from pyshacl import validate

    free, closed = furnish(department)
    department.entry("关联的目录", related=(free.code, closed.code), cycle="other", share="none", share_basis="某法",
                     items=[Item("x", "某项", share="none")], share_condition="")  # fmt: skip
    for cycle in ("live", "day", "week", "quarter", "year"):
        department.entry(f"周期{cycle}", cycle=cycle, items=ITEMS, extras={"provider_uscc": USCC})
    entries = opened.described(Resource.objects.select_related("provider"), public=False)
    made = dcat.graph(entries, "https://example.invalid/hall/data/", "资源目录", "自治区厅")
    conforms, _, said = validate(made, shacl_graph=str(SHAPES / "dcat-ap_3_shacl_shapes.ttl"))
    assert conforms, said
    assert len(list(made.subjects(RDF.type, DCAT.Dataset))) == 8
    assert len(list(made.subjects(RDF.type, DCAT.Distribution))) == 4


def test_the_shapes_would_have_noticed(department):
    if not SHAPES.is_dir():
        pytest.skip(f"没有 {SHAPES}：DCAT-AP 的 SHACL 规则不随本库分发。")
    from pyshacl import validate
    from rdflib import DCTERMS

    furnish(department)
    made = dcat.graph(opened.open_entries(), "https://example.invalid/hall/data/", "资源目录", "自治区厅")
    made.remove((None, DCTERMS.description, None))
    assert not validate(made, shacl_graph=str(SHAPES / "dcat-ap_3_shacl_shapes.ttl"))[0]
