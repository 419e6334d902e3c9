"""The pages: to whom they open, what they show once and never again, in how many queries."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhujianyun.apps.data_gateway import actions
from zhujianyun.apps.data_gateway.models import AccessKey, Call, Service, UsageDay
from zhujianyun.apps.data_gateway.pages import trying
from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.kernel.resource.models import Mount

BASE = "/workbench/data-gateway/"
SECRET = re.compile(r"zjy_[A-Za-z0-9_-]{40,}")


@pytest.fixture
def served(exchange):
    actions.open_service(exchange.mount, "permits", by=SYSTEM, member="11450000MB0000019D")
    return exchange


def call(exchange, number: int = 1, **given):
    values = {
        "call_id": f"c{number}", "at": clock.now(), "on": clock.today(), "request_in": 1_000, "request_out": 2_000,
        "response_in": 7_000, "response_out": 8_500, "plane": "table", "consumer": "GX/GOV/450100/main",
        "service": "permits", "grant": exchange.grant.code, "grant_version": 1, "purpose": exchange.grant.purpose,
        "method": "GET", "path": "/v1/items", "status": 200, "succeeded": True, "counted": True, "rows": 3,
        "items": ["permit_no", "id_no"], "dataset": "permits-0", "snapshot": 0,
    }  # fmt: skip
    return Call.objects.create(**{**values, **given})


def usage(exchange, **given):
    values = {
        "on": clock.today(), "service": "permits", "service_title": "施工许可库表0",
        "provider": exchange.mount.resource.provider, "consumer": exchange.grant.consumer,
        "grant": exchange.grant.code, "purpose": exchange.grant.purpose, "calls": 7, "rows": 70,
    }  # fmt: skip
    return UsageDay.objects.create(**{**values, **given})


PAGES = {
    "consumer": ("mine/", "mine/grants/{grant}/", "mine/grants/{grant}/openapi.json"),
    "operator": ("readers/", "calls/", "calls/c1/", "running/", "subjects/", "replay/", "services/permits/close/"),
}  # fmt: skip


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in PAGES.items() for path in paths])
def test_a_page_opens_to_those_for_whom_it_is_and_to_nobody_else(served, who, path):
    call(served)
    usage(served)
    address = BASE + path.format(grant=served.grant.code)
    assert served.come_in(who).get(address).status_code == 200
    assert served.come_in("nobody").get(address).status_code in (302, 403, 404)


def test_another_consumer_sees_neither_the_grant_nor_its_calls(served):
    call(served)
    other = served.come_in("other")
    assert served.grant.code not in other.get(BASE + "mine/").content.decode()
    assert other.get(BASE + f"mine/grants/{served.grant.code}/").status_code == 404
    assert other.get(BASE + "calls/c1/").status_code == 404


def test_a_consumer_finds_his_single_calls_and_the_way_back(served):
    call(served)
    client, back = served.come_in("consumer"), BASE + f"mine/grants/{served.grant.code}/"
    assert BASE + "calls/c1/" in client.get(back).content.decode()
    detail = client.get(BASE + "calls/c1/").content.decode()
    assert f'href="{back}"' in detail
    assert f'href="{BASE}calls/"' not in detail
    assert f'href="{BASE}calls/"' in served.come_in("operator").get(BASE + "calls/c1/").content.decode()


def test_what_was_read_is_told_in_chinese(served):
    usage(served)
    text = served.come_in("operator").get(BASE + "readers/").content.decode()
    assert "id_no" not in text
    assert "身份证号" in text


def test_everybody_is_led_to_his_own_room(served):
    assert served.come_in("consumer").get(BASE).url == BASE + "mine/"
    assert served.come_in("operator").get(BASE).url == BASE + "running/"


class TestKeys:
    """A key is shown once."""

    def _issue(self, exchange, **given):
        office = Office.objects.get(code="450100")
        client = exchange.come_in("consumer")
        return client, client.post(BASE + "mine/keys/issue/", {"office": office.pk, "days": 90, **given})

    def test_a_new_key_is_shown_once_and_kept_as_a_digest(self, served):
        client, answer = self._issue(served)
        secret = SECRET.search(answer.content.decode())[0]
        assert "no-store" in answer.headers["Cache-Control"]
        key = AccessKey.objects.get()
        assert secret not in (key.digest, key.code)
        assert secret not in client.get(BASE + "mine/").content.decode()
        assert key.code in client.get(BASE + "mine/").content.decode()

    def test_a_key_is_refused_with_a_sentence_beside_the_form(self, served):
        _, answer = self._issue(served, days=0)
        assert "至少 1 天" in answer.content.decode()
        assert not AccessKey.objects.exists()

    def test_an_office_of_others_cannot_be_chosen(self, served):
        self._issue(served, office=Office.objects.get(code="450200").pk)
        assert not AccessKey.objects.exists()

    def test_rotation_gives_a_new_key_and_lets_the_old_one_hold_for_a_fortnight(self, served):
        client, _ = self._issue(served)
        old = AccessKey.objects.get()
        answer = client.post(BASE + f"mine/keys/{old.code}/rotate/")
        assert SECRET.search(answer.content.decode())
        old.refresh_from_db()
        assert old.valid_until == clock.now() + timedelta(days=14)

    def test_a_key_is_stopped_for_a_reason_and_not_by_others(self, served):
        client, _ = self._issue(served)
        key = AccessKey.objects.get()
        address = BASE + f"mine/keys/{key.code}/revoke/"
        assert served.come_in("other").post(address, {"reason": "看不惯"}).status_code in (302, 403)
        key.refresh_from_db()
        assert key.revoked_at is None
        assert "请写明原因" in client.post(address, {"reason": ""}).content.decode()
        client.post(address, {"reason": "系统下线"})
        key.refresh_from_db()
        assert key.revoked_at == clock.now()

    def test_the_operator_stops_a_key_of_any_consumer(self, served):
        self._issue(served)
        key = AccessKey.objects.get()
        served.come_in("operator").post(BASE + f"mine/keys/{key.code}/revoke/", {"reason": "疑似泄露"})
        key.refresh_from_db()
        assert key.reason == "疑似泄露"


def test_the_operator_closes_a_service_and_opens_it_again(served):
    client = served.come_in("operator")
    client.post(BASE + "services/permits/close/", {"reason": "提供方维护"})
    assert not Service.objects.get().is_open
    assert "服务已关闭" in served.come_in("consumer").get(BASE + "mine/").content.decode()
    client.post(BASE + "services/permits/reopen/")
    service = Service.objects.get()
    assert (service.is_open, service.closed_on) == (True, None)
    assert Entry.objects.filter(verb="data_gateway.service").count() == 3


def test_a_grant_without_an_address_waits_for_the_operator_who_opens_it(exchange):
    client = exchange.come_in("operator")
    assert "待开通的服务" in client.get(BASE + "running/").content.decode()
    address = BASE + f"mounts/{exchange.mount.pk}/open/"
    assert exchange.come_in("consumer").get(address).status_code == 403
    form = client.get(address).content.decode()
    assert exchange.mount.code in form
    refused = client.post(address, {"code": "大写", "member": "450000"}).content.decode()
    assert "小写字母" in refused
    assert not Service.objects.exists()
    client.post(address, {"code": "permits", "member": "11450000MB0000019D"})
    assert Service.objects.get().is_open
    assert "待开通的服务" not in client.get(BASE + "running/").content.decode()
    assert client.get(address).status_code == 404


def test_an_interface_is_opened_with_the_paths_that_may_be_reached(exchange):
    mount = Mount.objects.get()
    Mount.objects.filter(pk=mount.pk).update(kind="api", dataset=None, address="https://desk.example.org/api")
    client, address = exchange.come_in("operator"), BASE + f"mounts/{mount.pk}/open/"
    given = {"code": "desk", "member": "450000", "method": "GET POST", "credential": "Bearer geheim"}
    assert "请列出可访问路径" in client.post(address, given).content.decode()
    assert (
        "不是有效的网段"
        in client.post(address, {**given, "paths": "/v1/a", "allow_private": "10.1"}).content.decode()
    )
    client.post(address, {**given, "paths": "/v1/a/*\n/v1/b", "allow_private": "10.1.0.0/16"})
    made = Service.objects.get()
    assert (made.paths, made.methods, made.allow_private) == (
        ["/v1/a/*", "/v1/b"], ["GET", "POST"], ["10.1.0.0/16"],
    )  # fmt: skip
    assert "geheim" not in made.credential
    assert made.credential


def test_history_is_marked_wherever_it_is_shown(served):
    usage(served, history=True)
    assert "历史数据" in served.come_in("consumer").get(BASE + "mine/").content.decode()
    operator = served.come_in("operator")
    assert "历史数据" in operator.get(BASE + "readers/").content.decode()
    assert "历史数据" in operator.get(BASE + "running/").content.decode()


def test_what_is_left_of_the_day_is_told(served):
    usage(served, calls=993)
    assert "今日剩 7 / 1,000" in served.come_in("consumer").get(BASE + "mine/").content.decode()


def test_a_fault_is_told_in_a_sentence_with_whose_it_is(served):
    call(served, succeeded=False, counted=False, status=429, fault_code="Client.QuotaDay", fault_side="client",
         fault_zh="超过每日调用限额，请次日再试或申请提高限额。")  # fmt: skip
    for who, path in (("consumer", "mine/"), ("operator", "running/"), ("operator", "calls/c1/")):
        text = served.come_in(who).get(BASE + path).content.decode()
        assert "超过每日调用限额" in text
        assert "调用方" in text


def test_the_two_times_of_a_call_stand_apart(served):
    call(served)
    text = served.come_in("operator").get(BASE + "calls/c1/").content.decode()
    assert "5.00 毫秒" in text  # the query
    assert "2.50 毫秒" in text  # what the gateway added


def test_the_description_names_the_items_of_the_grant_alone(served):
    answer = served.come_in("consumer").get(BASE + f"mine/grants/{served.grant.code}/openapi.json")
    row = answer.json()["components"]["schemas"]["Row"]["properties"]
    assert set(row) == {"permit_no", "holder_name", "id_no"}


def test_a_call_to_try_goes_to_the_plane_with_the_pasted_key_and_is_kept_nowhere(served, monkeypatch):
    seen = {}

    def answered(url, headers, **_):
        seen.update(url=url, headers=headers)
        body = b'{"type": "Client.QuotaDay", "message": "\xe8\xb6\x85\xe8\xbf\x87\xe6\xaf\x8f\xe6\x97\xa5", "detail": "x"}'
        return trying.httpx.Response(
            429, content=body, headers={"X-Road-Error": "Client.QuotaDay", "Retry-After": "7200"}
        )

    monkeypatch.setattr(trying.httpx, "get", answered)
    client = served.come_in("consumer")
    address = BASE + f"mine/grants/{served.grant.code}/"
    text = client.post(address, {"key": "zjy_geheim", "path": "/v1/items?page_size=2"}).content.decode()
    assert seen["headers"]["Authorization"] == "Bearer zjy_geheim"
    assert seen["url"].endswith("/data/permits/v1/items?page_size=2")
    assert "超过每日" in text
    assert "2 小时" in text
    assert "zjy_geheim" not in text


@pytest.mark.parametrize("path", ["@evil.example/", "http://evil.example/", "//evil.example/", "\\evil"])
def test_a_call_to_try_never_leaves_for_another_host(served, monkeypatch, path):
    hosts = []

    def answered(url, **_):
        hosts.append(trying.httpx.URL(url).host)
        return trying.httpx.Response(400, content=b"{}")

    monkeypatch.setattr(trying.httpx, "get", answered)
    address = BASE + f"mine/grants/{served.grant.code}/"
    served.come_in("consumer").post(address, {"key": "zjy_x", "path": path})
    assert set(hosts) <= {"127.0.0.1"}


@pytest.mark.parametrize(
    ("who", "path"), [("operator", "calls/"), ("operator", "readers/"), ("consumer", "mine/")]
)
def test_lists_ask_as_many_questions_for_many_as_for_one(served, who, path):
    client = served.come_in(who)
    call(served)
    usage(served)
    client.get(BASE + path)
    with CaptureQueriesContext(connection) as few:
        client.get(BASE + path)
    for number in range(2, 7):
        call(served, number)
        usage(served, on=clock.today() - timedelta(days=number))
    with CaptureQueriesContext(connection) as many:
        client.get(BASE + path)
    assert len(many) == len(few)
    assert len(few) <= 40


def test_a_consumer_sees_what_was_put_right_and_whether_he_had_the_former_value(served):
    from zhujianyun.kernel.access import SYSTEM
    from zhujianyun.kernel.resource import actions as resources

    for row_key, told in (("450100-1", ["450100"]), ("450100-2", [])):
        one = resources.put_right(
            served.mount.dataset,
            row_key,
            "holder_name",
            "对",
            was="错",
            case_number="桂数核2020-00001",
            by=SYSTEM,
        )
        resources.note_told(one, told, len(told), by=SYSTEM)
    page = served.come_in("consumer").get(BASE + f"mine/grants/{served.grant.code}/").content.decode()
    part = page.partition('id="corrections"')[2].partition("</section>")[0]
    assert part.count("取得过原值，请重新获取") == 1 and part.count("未取得原值") == 1
    assert "450100-1" in part and "对" not in part.replace("对照", "")


def test_what_is_left_of_the_hours_look_ups_is_told_where_persons_are_concerned(served):
    page = served.come_in("consumer").get(BASE + f"mine/grants/{served.grant.code}/").content.decode()
    assert "本小时逐条查询余量" in page and "1,000 / 1,000 次" in page
