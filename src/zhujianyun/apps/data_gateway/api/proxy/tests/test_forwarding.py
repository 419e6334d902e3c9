"""What reaches the provider and what comes back, over real sockets."""

from __future__ import annotations

import orjson
import pytest

from zhujianyun.apps.data_gateway.api.proxy.tests import failing, grounds
from zhujianyun.apps.data_gateway.api.proxy.tests.standing import Line, Stand, asked, until
from zhujianyun.apps.data_gateway.rules import reqhash


def _person(mode: str, **given: str) -> bytes:
    return grounds.head(path=f"/v1/persons/{mode}", **given)


def _lines(stand: Stand) -> list[str]:
    return stand.provider.requests[-1].decode().split("\r\n")


def test_an_answer_comes_back_with_the_headers_of_this_node(stand):
    status, headers, body = asked(stand.port, _person("marked", X_Road_Id="m-1"))
    assert (status, body) == (200, failing.JSON)
    assert headers["x-road-id"] == "m-1"
    assert headers["x-road-client"] == grounds.CLIENT
    assert headers["x-road-service"] == f"GX/GOV/{grounds.MEMBER}/api/plain"
    assert headers["server"] == "zhujianyun"
    assert headers["x-kept"] == "1"
    assert not {"x-hop", "x-zjy-receipt"} & set(headers)


def test_the_request_hash_is_that_of_the_rules(stand):
    raw = _person("good", X_Road_Id="m-2")
    _, headers, _ = asked(stand.port, raw)
    pairs = [tuple(line.split(": ", 1)) for line in raw.decode().split("\r\n")[1:-2]]
    canonical = reqhash.canonical_headers("GET", grounds.target("plain", "/v1/persons/good"), pairs)
    assert headers["x-road-request-hash"] == reqhash.request_hash(canonical, None)


def test_with_a_body_the_request_hash_is_the_double_one(stand):
    raw = grounds.head(path="/v1/upload", method="POST", Content_Length="7") + b'{"a":1}'
    status, headers, _ = asked(stand.port, raw)
    pairs = [tuple(line.split(": ", 1)) for line in raw.decode().split("\r\n")[1:-2]]
    canonical = reqhash.canonical_headers("POST", grounds.target("plain", "/v1/upload"), pairs)
    assert (status, headers["x-road-request-hash"]) == (200, reqhash.request_hash(canonical, b'{"a":1}'))


def test_the_provider_gets_the_same_path_and_query_and_never_our_key(stand):
    raw = grounds.head(path="/v1/persons/echo?a=%E5%8D%97&b=1%2F2", TE="trailers", Connection="keep-alive, X-Gone",
                       X_Gone="1", User_Agent="curl", X_Kept="1")  # fmt: skip
    asked(stand.port, raw.replace(b"X-Kept", b"X_Road_Client: evil\r\nX-Kept"))
    lines = _lines(stand)
    assert lines[0] == "GET /inner/v1/persons/echo?a=%E5%8D%97&b=1%2F2 HTTP/1.1"
    assert f"host: 127.0.0.1:{stand.provider_port}" in lines
    assert "user-agent: zhujianyun" in lines
    assert "x-kept: 1" in lines
    names = {line.partition(":")[0] for line in lines[1:]}
    assert not names & {"authorization", "te", "x-gone", "connection", "x_road_client"}


def test_a_caller_cannot_have_his_name_stripped_as_if_it_were_of_this_hop(stand):
    asked(stand.port, _person("echo", Connection="X-Road-Client, X-Road-Id, keep-alive", X_Road_Id="m-3"))
    assert f"x-road-client: {grounds.CLIENT}" in _lines(stand)
    assert "x-road-id: m-3" in _lines(stand)


def test_the_providers_credential_goes_to_the_provider_alone(stand):
    status, headers, _ = asked(stand.port, grounds.head("secret", "/v1/persons/good", X_Api_Key="mine"))
    assert status == 200
    assert [line for line in _lines(stand) if line.startswith("x-api-key")] == ["x-api-key: s3cret"]
    assert "s3cret" not in str(headers)


@pytest.mark.parametrize(
    "path", ["/v1/persons/%E5%BC%A0%E4%B8%89", "/v1/persons/a%20b", "/v1/persons/%61%3B"]
)
def test_an_encoded_path_is_passed_on_as_the_path_that_was_judged(stand, path):
    assert asked(stand.port, grounds.head(path=path))[0] == 200
    judged = {"/v1/persons/%61%3B": "/v1/persons/a;"}.get(path, path)
    assert _lines(stand)[0] == f"GET /inner{judged} HTTP/1.1"


def test_redirects_are_passed_on_and_never_followed(stand):
    status, headers, _ = asked(stand.port, _person("redirect"))
    assert (status, headers["location"]) == (302, "http://169.254.169.254/latest/meta-data/")


@pytest.mark.parametrize(("mode", "status"), [("mistaken", 404), ("sick", 503)])
def test_the_providers_own_errors_pass_as_they_are(stand, mode, status):
    found, headers, body = asked(stand.port, _person(mode))
    assert (found, "x-road-error" in headers) == (status, False)
    assert b"error" in body
    row = stand.calls()[-1]
    assert (row["status"], row["succeeded"], row["fault_side"]) == (
        status,
        False,
        "provider" if status > 499 else "",
    )


def test_chunks_pass_and_trailers_do_not(stand):
    _, headers, body = asked(stand.port, _person("chunked"))
    assert (headers["transfer-encoding"], body) == ("chunked", b"firstsecond")


def test_a_caller_of_http_1_0_gets_no_chunks(stand):
    raw = _person("chunked").replace(b"HTTP/1.1", b"HTTP/1.0")
    _, headers, body = asked(stand.port, raw)
    assert ("transfer-encoding" in headers, body) == (False, b"firstsecond")


def test_an_answer_that_ends_with_its_connection_is_whole(stand):
    assert asked(stand.port, _person("until-close"))[2] == b"to the end"


def test_early_hints_are_left_out_and_the_answer_follows(stand):
    assert asked(stand.port, _person("interim"))[0] == 200


@pytest.mark.parametrize("mode", ["good", "nothing", "chunked"])
def test_an_answer_to_head_has_no_body(stand, mode):
    with Line(stand.port) as line:
        line.send(_person(mode, method="HEAD"))
        assert line.answer(bodiless=True)[0] in (200, 204)
        line.send(_person("good"))
        assert line.answer()[2] == failing.JSON


def test_a_long_answer_streams_whole(stand):
    status, _, body = asked(stand.port, _person("long"))
    assert (status, len(body)) == (200, failing.LONG)


def test_pipelined_requests_are_answered_one_after_another(stand):
    with Line(stand.port) as line:
        line.send(b"".join(_person("good", X_Road_Id=f"p-{n}") for n in range(5)))
        assert [line.answer()[1]["x-road-id"] for _ in range(5)] == [f"p-{n}" for n in range(5)]


def test_a_chunked_body_is_passed_on_in_chunks(stand):
    raw = grounds.head(path="/v1/upload", method="POST", Transfer_Encoding="chunked")
    status, _, _ = asked(stand.port, raw + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert (status, stand.provider.requests[-1].endswith(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")) == (200, True)


def test_who_waits_for_leave_to_send_gets_it(stand):
    with Line(stand.port) as line:
        line.send(grounds.head(path="/v1/upload", method="POST", Content_Length="3", Expect="100-continue"))
        assert line.answer(bodiless=True)[0] == 100
        line.send(b"abc")
        assert line.answer()[0] == 200
    assert b"expect" not in stand.provider.requests[-1]


def test_connections_to_the_provider_are_kept(stand):
    asked(stand.port, _person("good"))
    before = stand.provider.connections
    for _ in range(5):
        asked(stand.port, _person("good"))
    assert stand.provider.connections == before


def test_the_record_tells_what_was_called_and_not_whom(stand):
    _, headers, _ = asked(stand.port, _person("450103199003071234", X_Road_Issue="A-1", X_Road_UserId="u"))
    row = stand.calls()[-1]
    assert (row["path"], row["issue"], row["user"], row["rows"]) == ("/v1/persons/*", "A-1", "u", 0)
    assert len(row["subject_hash"]) == 64
    assert "450103199003071234" not in str(stand.records())
    assert row["id"] == headers["x-road-request-id"]
    assert row["request_in"] <= row["request_out"] <= row["response_in"]
    assert until(lambda: any(one["k"] == "out" and one["id"] == row["id"] for one in stand.records()))


def test_only_granted_items_are_served_masked_and_within_the_rows(stand):
    people = [{"id_no": "450103199003078412", "person_name": "张三丰", "months": 3, "city": "450100", "extra": 1},
              {"id_no": "450103199003078412", "person_name": "李四", "months": 4, "city": "450200"}]  # fmt: skip
    stand.provider.answers["people"] = failing.whole(
        orjson.dumps(
            {"code": 0, "message": "张三丰 found", "data": {"rows": people, "total": 2, "note": "x"}}
        )
    )
    status, headers, body = asked(stand.port, grounds.head("masked", "/v1/persons/people"))
    found = orjson.loads(body)
    assert (status, found["code"], "message" in found, "note" in found["data"]) == (200, 0, False, False)
    (person,) = found["data"]["rows"]
    assert set(person) == {"id_no", "person_name", "months", "city"}
    assert (person["person_name"], person["months"]) == ("张**", 3)
    assert "9003" not in person["id_no"]
    row = stand.calls()[-1]
    assert (row["rows"], row["response_hash"]) == (1, reqhash.response_hash(body))
    assert int(headers["content-length"]) == len(body)


def test_items_outside_the_grant_are_cut_away(stand):
    body = asked(stand.port, grounds.head("cut", "/v1/persons/good"))[2]
    assert orjson.loads(body) == {"months": 12}


@pytest.mark.parametrize("mode", ["html", "chunked", "zipped", "bare", "too-long"])
def test_what_cannot_be_cut_to_the_grant_is_never_served(stand, mode):
    stand.provider.answers["zipped"] = failing.whole(b"{}", "200 OK", "Content-Encoding: gzip")
    stand.provider.answers["bare"] = failing.whole(b'"450103199003078412"')
    stand.provider.answers["too-long"] = failing.whole(b'{"months": 1, "x": "' + b"x" * 200_000 + b'"}')
    status, headers, body = asked(stand.port, grounds.head("cut", f"/v1/persons/{mode}"))
    assert (status, headers["x-road-error"]) == (502, "Server.ServerProxy.BadReply")
    assert orjson.loads(body)["detail"] == headers["x-road-request-id"]
    assert not stand.calls()[-1]["succeeded"]


def test_a_quota_is_kept_and_a_refused_call_consumes_nothing(stand):
    answers = [asked(stand.port, grounds.head("few", "/v1/persons/mistaken"))[0] for _ in range(3)]
    assert answers == [404, 404, 404]
    answers = [asked(stand.port, grounds.head("few", "/v1/items")) for _ in range(3)]
    assert [one[0] for one in answers] == [200, 200, 429]
    assert (answers[2][1]["x-road-error"], int(answers[2][1]["retry-after"]) > 0) == ("Client.QuotaDay", True)
