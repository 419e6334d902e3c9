"""The open catalogue of the prepared demo, served, against shapes and client."""

from __future__ import annotations

import pytest
from rdflib import DCTERMS

from tests.conformance import clients, shapes
from tests.conformance.verdicts import SHAPES
from tests.stories import running

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]


@pytest.fixture(scope="module")
def site(prepared, tmp_path_factory):
    house = prepared.played.copy_to(tmp_path_factory.mktemp("conformance") / "var")
    with running.serving(house) as site:
        yield site


def test_the_unmodified_client_finds_everything_that_is_open(site):
    assert clients.run(site.house, site.base).faults == []


def test_the_whole_catalogue_conforms_to_the_shapes(site, tmp_path):
    if not SHAPES.is_file():
        pytest.skip(f"没有 {SHAPES}：请用环境变量 ZJY_SHARED 指出 shared 文件夹。")
    assert shapes.run(site.house, tmp_path, site.base).faults == []


def test_the_shapes_would_have_noticed_a_missing_description(site, tmp_path):
    if not SHAPES.is_file():
        pytest.skip(f"没有 {SHAPES}：请用环境变量 ZJY_SHARED 指出 shared 文件夹。")
    made, _ = shapes.whole(site.house, tmp_path)
    made.remove((None, DCTERMS.description, None))
    assert any("description" in fault for fault in shapes.faults_of(made))
