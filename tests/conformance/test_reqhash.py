"""The request hash against the vectors that were agreed (请求摘要向量)."""

from __future__ import annotations

import pytest

from tests.conformance import vectors


@pytest.mark.parametrize(("body", "expected"), vectors.REQUEST_HASHES, ids=["no-body", "body"])
def test_a_request_hash_is_the_one_that_was_agreed(body, expected):
    from zhujianyun.apps.data_gateway.rules.reqhash import request_hash

    assert request_hash(vectors.HEADERS, body) == expected


def test_an_empty_body_is_a_body():
    from zhujianyun.apps.data_gateway.rules.reqhash import request_hash

    assert request_hash(vectors.HEADERS, b"") != request_hash(vectors.HEADERS, None)


def test_the_run_finds_nothing():
    assert vectors.run().faults == []
