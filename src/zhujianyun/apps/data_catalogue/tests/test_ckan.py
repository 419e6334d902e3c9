"""The CKAN interface, driven by the unmodified client against a running server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import ckanapi
import pytest
from django.test import Client

from zhujianyun.base import clock, files
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.resource import actions as resources

from .test_opened import FREE, PLAIN

NAME = "206003-000001"


@pytest.fixture
def furnished(department, settings, tmp_path):
    settings.ZJY_FILES, settings.ZJY_LAKE = tmp_path / "files", tmp_path / "lake"
    free = department.entry("开放的企业名录", items=PLAIN, **FREE)
    kept = files.put("甲,乙\n1,2\n".encode(), name="名录.csv", kinds=("csv",))
    resources.mount_file(free, kept, code="free-file", title="名录文件", by=SYSTEM)
    dataset = department.dataset(columns="corp_code corp_name tel")
    binding = {"uscc": "corp_code", "name": "corp_name"}
    resources.mount_table(free, dataset, binding, code="free-table", title="名录库表", by=SYSTEM)
    department.entry("内部的企业台账")
    _gather(dataset, tmp_path)
    return free


def _gather(dataset, tmp_path) -> None:
    import pyarrow as pa
    from deltalake import write_deltalake

    rows = [{"corp_code": f"U{n:02d}", "corp_name": f"企业{n}", "tel": "13800001234"} for n in range(7)]
    write_deltalake(str(tmp_path / "lake" / dataset.code), pa.Table.from_pylist(rows))
    resources.land(dataset, version=0, batch="b0", rows=7, digest="0" * 64, taken_at=clock.now(), by=SYSTEM)


@pytest.fixture
def ckan(live_server, furnished):
    with ckanapi.RemoteCKAN(live_server.url) as site:
        yield site


def test_the_client_reads_everything_that_is_open(ckan):
    act = ckan.action
    assert act.status_show()["ckan_version"]
    assert act.site_read() is True
    assert act.package_list() == [NAME]
    package = act.package_show(id=NAME)
    assert (package["title"], package["num_resources"]) == ("开放的企业名录", 2)
    found = act.package_search(q="企业", rows=5)
    assert (found["count"], found["results"][0]["name"]) == (1, NAME)
    assert act.package_search(q="没有的")["count"] == 0
    assert act.package_search(fq="organization:450000-jzsc")["count"] == 1
    assert act.package_search(fq="organization:450000-zfbz")["count"] == 0
    assert act.resource_show(id="free-file")["format"] == "CSV"
    assert act.organization_list() == ["450000-jzsc"]
    assert act.organization_show(id="450000-jzsc", include_datasets=True)["packages"][0]["name"] == NAME
    assert act.group_list() == ["主题-城乡建设-建筑市场"]
    assert act.group_show(id="主题-城乡建设-建筑市场")["package_count"] == 1
    assert act.tag_list() == ["企业名称", "统一社会信用代码"]


def test_a_table_is_searched_and_only_what_everybody_may_have_is_told(ckan):
    found = ckan.action.datastore_search(resource_id="free-table", limit=3, offset=2)
    assert (found["total"], [row["uscc"] for row in found["records"]]) == (7, ["U02", "U03", "U04"])
    assert "13800001234" not in json.dumps(found)
    found = ckan.action.datastore_search(resource_id="free-table", filters={"name": "企业5"})
    assert found["records"] == [{"uscc": "U05", "name": "企业5"}]


def test_errors_are_those_that_the_client_knows(ckan):
    with pytest.raises(ckanapi.NotFound):
        ckan.action.package_show(id="206003-000002")  # it exists, but is not open
    with pytest.raises(ckanapi.NotFound):
        ckan.action.datastore_search_sql(sql="select 1")
    with pytest.raises(ckanapi.NotFound):
        ckan.action.datastore_search(resource_id="free-file")
    with pytest.raises(ckanapi.ValidationError):
        ckan.action.package_show()
    with pytest.raises(ckanapi.ValidationError):
        ckan.action.datastore_search(resource_id="free-table", filters={"phone": "13800001234"})
    with ckanapi.RemoteCKAN(ckan.address, apikey="made-up") as other, pytest.raises(ckanapi.NotAuthorized):
        other.action.package_list()


def test_the_command_line_of_the_client_runs_clean(ckan):
    folder = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    for words in (
        ["dump", "datasets", "--all", "-p", "1"],
        ["search", "datasets"],
        ["action", "package_list"],
    ):
        command = [str(folder / "ckanapi"), *words, "-r", ckan.address]
        done = subprocess.run(command, env=env, capture_output=True, timeout=60, check=False)  # noqa: S603
        assert done.returncode == 0, done.stderr
        assert NAME in done.stdout.decode(), words


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize("prefix", ["/api/action/", "/api/3/action/"])
@pytest.mark.parametrize("way", ["get", "json"])
def test_both_prefixes_and_both_methods_answer_alike(prefix, way):
    client = Client(enforce_csrf_checks=True)
    if way == "get":
        answer = client.get(f"{prefix}package_show", {"id": NAME})
    else:
        answer = client.post(
            f"{prefix}package_show", json.dumps({"id": NAME}), content_type="application/json"
        )
    told = answer.json()
    assert told["success"] is True and told["result"]["name"] == NAME and "help" in told


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize("body", ["{", "[1]", '"x"', '{"id": 5}'])
def test_a_body_that_is_no_question_is_a_validation_error(body):
    answer = Client().post("/api/action/package_show", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["__type"]) == (409, "Validation Error")
