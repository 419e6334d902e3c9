"""Three departments answer by code, the same whenever asked, and fail as they are told to (三部门接口)."""

from __future__ import annotations

import httpx
import numpy as np
import pytest

from zhujianyun.apps.data_gathering.sample import codes
from zhujianyun.apps.data_gathering.sample.neighbour import serving

PEOPLE = codes.citizen_ids(np.arange(400)).to_pylist()


@pytest.fixture(scope="module")
def address():
    with serving.departments() as at:
        yield at


@pytest.fixture
def call(address):
    with httpx.Client(base_url=address, timeout=5, trust_env=False) as client:
        yield client
        for name in ("civil", "market", "labour"):
            client.delete(f"/admin/{name}")


def test_a_spouses_spouse_is_the_one_who_was_asked_for(call):
    married = [
        one
        for number in PEOPLE[:60]
        if (one := call.get(f"/civil/v1/marriages/{number}").json())["state"] == "已婚"
    ]
    assert 20 < len(married) < 55
    for one in married[:10]:
        other = call.get(f"/civil/v1/marriages/{one['spouse_id_no']}").json()
        assert (other["spouse_id_no"], other["registered_on"]) == (one["id_no"], one["registered_on"])


def test_an_employer_that_labour_names_is_registered_with_the_market_authority(call):
    found = [call.get(f"/labour/v1/insurances/{number}").json() for number in PEOPLE[:12]]
    firms = [one for one in found if one["state"] != "未参保"]
    for one in firms:
        known = call.get(f"/market/v1/enterprises/{one['employer_uscc']}").json()
        assert known["name"] == one["employer_name"]
    assert firms


def test_wrong_codes_and_unknown_people_get_two_different_answers(call):
    wrong = call.get("/civil/v1/marriages/450103199001010000")
    unknown = call.get("/civil/v1/marriages/110101199003074258")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "BAD_CODE")
    assert "450103199001010000" not in wrong.text
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NO_RECORD")
    assert call.get("/market/v1/enterprises/91110000600037341L").status_code == 404


@pytest.mark.parametrize("name", ["civil", "market", "labour"])
def test_the_document_names_the_path_and_what_comes_back(call, name):
    told = call.get(f"/{name}/openapi.json").json()
    (path,) = told["paths"]
    code = codes.usccs(np.array([3]))[0].as_py() if name == "market" else PEOPLE[3]
    answer = call.get(f"/{name}{path.partition('{')[0]}{code}").json()
    assert set(answer) <= set(told["components"]["schemas"]["Record"]["properties"])


def test_it_fails_as_it_is_told_to(call):
    at = f"/civil/v1/marriages/{PEOPLE[0]}"
    page = call.get(at, params={"fault": "page"})
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    led = call.get(at, params={"fault": "redirect"})
    assert (led.status_code, led.headers["location"]) == (302, "http://169.254.169.254/latest/meta-data/")
    assert call.get(at, params={"fault": "busy"}).headers["retry-after"] == "5"
    with pytest.raises(httpx.RemoteProtocolError):
        call.get(at, params={"fault": "cut"})
    for fault in ("hang", "drip"):
        call.put("/admin/civil", json={"seconds": 1.0})
        with pytest.raises((httpx.ReadTimeout, httpx.RemoteProtocolError)):
            call.get(at, params={"fault": fault}, timeout=0.5 if fault == "hang" else 5)


def test_a_switch_holds_for_every_call_until_it_is_put_back(call):
    told = call.put("/admin/market", json={"fault": "error", "latency_ms": [1, 3]})
    assert told.json()["latency_ms"] == [1, 3]
    code = codes.usccs(np.array([5]))[0].as_py()
    assert call.get(f"/market/v1/enterprises/{code}").status_code == 500
    assert call.get(f"/labour/v1/insurances/{PEOPLE[5]}").status_code == 200
    call.delete("/admin/market")
    assert call.get(f"/market/v1/enterprises/{code}").json()["uscc"] == code
    assert call.put("/admin/market", json={"colour": 1}).status_code == 400
