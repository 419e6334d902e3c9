"""The documentation of a grant: valid OpenAPI 3.1, and never wider than what the plane would serve."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from zhujianyun.apps.data_gateway.api.proxy import cutting
from zhujianyun.apps.data_gateway.rules import asking, openapi
from zhujianyun.apps.data_gateway.rules.deciding import Ground
from zhujianyun.apps.data_gateway.rules.faults import KNOWN, Fault
from zhujianyun.apps.data_gateway.rules.policy import Service
from zhujianyun.apps.data_gateway.rules.quota import Limits
from zhujianyun.kernel.resource.granting import Offered, Terms, effective
from zhujianyun.kernel.resource.items import TYPES, Item

AT = datetime(2020, 6, 1, 8, tzinfo=UTC)
PLACE = openapi.Place("https://zjt.example/r1/GX/GOV/1/data/permits", "GX/GOV/450100/approval")
ITEMS = {
    "permit_no": Item("permit_no", "证书编号"), "area": Item("area", "建筑面积", "decimal"),
    "issued_on": Item("issued_on", "发证日期", "date"),
    "id_no": Item("id_no", "身份证号", sensitivity="personal", mask="id_card"),
}  # fmt: skip


def _ground(items=tuple(ITEMS), offered=None, **terms):
    offered = offered or ITEMS
    given_ = {
        "code": "G1", "version": 1, "state": "active", "resource": "r", "mount": "m", "consumer": "450100",
        "items": tuple(items), "row_filter": (), "masks": {}, "exact_lookup": (), "purpose": "施工许可核验",
        "valid_from": AT, "valid_until": datetime(2021, 1, 1, tzinfo=UTC), "quota": {"per_day": 1000},
        "page_limit": 50, "networks": (),
    }  # fmt: skip
    held = Terms(**{**given_, **terms})
    entry = Offered("r", "published", "conditional", True, offered, {code: code for code in offered})
    return held, effective(held, entry, AT)


def _service(kind="table", **more):
    base = {"key_items": ("permit_no",)} if kind == "table" else {}
    return Service(
        "permits", "GX/GOV/1/data/permits", kind, "施工许可", "v1", "m", "r", "450000", **{**base, **more}
    )


def _made(service=None, **terms):
    held, given_ = _ground(**terms)
    return openapi.document(service or _service(), held, given_, PLACE), given_


def test_it_says_only_what_the_grant_holds_and_how_it_is_masked():
    made, _ = _made(items=("permit_no", "id_no"))
    row = made["components"]["schemas"]["Row"]["properties"]
    assert set(row) == {"permit_no", "id_no"}
    assert "已脱敏" in row["id_no"]["description"]
    assert "每日 1000 次" in made["info"]["description"]


def test_a_masked_item_is_neither_filtered_nor_sorted_by():
    made, _ = _made()
    asked = {one["name"] for one in made["paths"]["/v1/items"]["get"]["parameters"]}
    assert {"permit_no", "permit_no__prefix", "area__between", "issued_on__ge"} <= asked
    assert not [name for name in asked if name.startswith("id_no")]
    sort = next(one for one in made["paths"]["/v1/items"]["get"]["parameters"] if one["name"] == "sort")
    assert "id_no" not in sort["schema"]["enum"]


def test_exact_lookup_allows_equality_alone():
    made, _ = _made(exact_lookup=("id_no",))
    asked = {one["name"] for one in made["paths"]["/v1/items"]["get"]["parameters"]}
    assert {name for name in asked if name.startswith("id_no")} == {"id_no"}


def test_a_row_can_be_asked_by_key_only_where_the_grant_holds_the_key():
    assert "/v1/items/{permit_no}" in _made()[0]["paths"]
    assert list(_made(items=("area",))[0]["paths"]) == ["/v1/items"]
    assert list(_made(_service(key_items=("id_no",)))[0]["paths"]) == ["/v1/items"]


def test_every_fault_of_the_gateway_is_named_with_its_sentence():
    made, _ = _made()
    answers = made["paths"]["/v1/items"]["get"]["responses"]
    named = {type_ for one in answers.values() for type_ in one["headers"].get("X-Road-Error", {}).get("schema", {}).get("enum", ())}  # fmt: skip
    assert named == set(KNOWN)
    assert all(sentence in answers[str(status)]["description"] for status, sentence in KNOWN.values())
    assert "Retry-After" in answers["429"]["headers"]


def test_a_providers_paths_become_templates():
    service = _service("api", paths=("/v1/persons/*", "/v1/firms/*/staff/*"), methods=("GET", "POST"))
    made, _ = _made(service)
    assert set(made["paths"]) == {"/v1/persons/{p1}", "/v1/firms/{p1}/staff/{p2}"}
    assert set(made["paths"]["/v1/persons/{p1}"]) == {"get", "post", "parameters"}


class TestInterface:
    """What is said of a provider's interface."""

    BINDING = {"permit_no": "zsbh", "area": "mj", "id_no": "sfzh"}  # noqa: RUF012
    FOREIGN = '{"code": 0, "data": {"total": 1, "rows": [{"zsbh": "P1", "mj": 1.5, "sfzh": "450103198001010011", "dh": "1"}]}}'  # noqa: E501

    def _made(self, methods=("GET",), binding=None):
        held = _ground(items=tuple(self.BINDING))[0]
        offered = Offered(
            "r", "published", "conditional", True, ITEMS, self.BINDING if binding is None else binding
        )
        given_ = effective(held, offered, AT)
        service = _service("api", paths=("/v1/permits/*",), methods=methods)
        return (
            openapi.document(service, held, given_, PLACE),
            Ground(service, held, given_, Limits(), ()),
            offered,
        )

    def _fits(self, made, name, value):
        schema = {"$ref": f"#/components/schemas/{name}", "components": made["components"]}
        return Draft202012Validator(schema).is_valid(value)

    def test_what_the_plane_cuts_is_what_the_document_says(self):
        made, ground, offered = self._made()
        cut = cutting.plan(ground, offered)
        for answer in (
            self.FOREIGN,
            "[]",
            '{"zsbh": null, "mj": [1]}',
            '{"data": [{"zsbh": true}], "msg": "好"}',
        ):
            assert self._fits(made, "Cut", orjson.loads(cutting.served(cut, answer.encode())[0])), answer
        assert set(made["components"]["schemas"]["Row"]["properties"]) == {"zsbh", "mj", "sfzh"}
        assert set(openapi.ENVELOPE) == cutting.ENVELOPE

    @pytest.mark.parametrize(
        "leak", [{"dh": "1"}, {"dh": 1}, {"zsbh": "P1", "dh": 1}, [{"zsbh": {"x": 1}}], {"data": {"msg": "好"}}, "P1"],
        ids=["field", "number", "beside", "nested", "word", "text"],
    )  # fmt: skip
    def test_whatever_lies_beyond_the_grant_does_not_fit(self, leak):
        made, _, _ = self._made()
        assert not self._fits(made, "Cut", leak)

    def test_a_refusal_is_the_gateways_or_the_providers_and_they_can_be_told_apart(self):
        made, _, _ = self._made()
        ours = orjson.loads(Fault("Client.NoGrant").body("id"))
        theirs = {"code": "NO_RECORD", "message": "没有该人员"}
        assert self._fits(made, "Refused", ours)
        assert self._fits(made, "Refused", theirs)
        assert self._fits(made, "Own", theirs)
        assert not self._fits(made, "Own", ours)
        assert not self._fits(made, "Refused", {**ours, "type": "Client.Unheard"})
        assert "default" in made["paths"]["/v1/permits/{p1}"]["get"]["responses"]

    def test_what_is_bound_to_nothing_is_a_document_of_any_kind(self):
        made, _, _ = self._made(binding={})
        assert made["paths"]["/v1/permits/{p1}"]["get"]["responses"]["200"]["content"] == {"*/*": {}}

    def test_only_what_carries_a_body_says_so_and_methods_lead_to_each_other(self):
        made, _, _ = self._made(("GET", "POST"))
        found = made["paths"]["/v1/permits/{p1}"]
        assert ("requestBody" in found["get"], "requestBody" in found["post"]) == (False, True)
        link = found["get"]["responses"]["200"]["links"]["post"]
        assert link["operationId"] == found["post"]["operationId"]
        assert link["parameters"] == {"p1": "$request.path.p1"}

    @pytest.mark.parametrize("part", ["450103198001010011", "某某 公司", "a.b", "%"])
    def test_a_part_of_a_path_may_be_any_text(self, part):
        assert re.search(openapi.PART, part)

    @pytest.mark.parametrize(
        "part", ["", "a/b", "a\\b", "a\nb", "\x7f"], ids=["none", "slash", "back", "line", "delete"]
    )
    def test_nor_strokes_nor_control_characters(self, part):
        assert not re.search(openapi.PART, part)


def test_a_file_is_fetched_whole():
    made, _ = _made(_service("file"))
    assert list(made["paths"]) == ["/v1/file"]


@pytest.mark.parametrize("kind", ["table", "api", "file"])
def test_its_schemas_are_json_schemas_and_its_ids_unique(kind):
    made, _ = _made(_service(kind, **({"paths": ("/v1/*",)} if kind == "api" else {})))
    for schema in made["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    ids = [one["operationId"] for methods in made["paths"].values() for one in methods.values() if isinstance(one, dict)]  # fmt: skip
    assert len(ids) == len(set(ids))
    for methods in made["paths"].values():
        for one in methods.values():
            if isinstance(one, dict):
                names = [(p["in"], p["name"]) for p in (*methods["parameters"], *one.get("parameters", ()))]
                assert len(names) == len(set(names))


KINDS = st.dictionaries(
    st.sampled_from(["a", "b", "c", "sort", "items"]),
    st.tuples(st.sampled_from(TYPES), st.booleans()),
    min_size=1,
)


@given(KINDS)
def test_the_plane_accepts_every_filter_that_the_document_names(kinds):
    offered = {
        code: Item(code, code, kind, mask="name" if hidden else "") for code, (kind, hidden) in kinds.items()
    }
    _, given_ = _ground(items=tuple(offered), offered=offered)
    samples = {"text": "x", "integer": "1", "decimal": "1.5", "date": "2020-01-02", "boolean": "true",
               "datetime": "2020-01-02T03:04:05"}  # fmt: skip
    for item, operators in openapi.filters(given_):
        for op in operators:
            value = samples["boolean"] if op == "isnull" else samples[item.type]
            value = f"{value},{value}" if op in ("in", "between") else value
            try:
                asking.read(f"{item.code}__{op}={value}", given_)
            except Fault as fault:
                raise AssertionError((item, op)) from fault
