"""What a run of schemathesis said, as numbers and faults (读取模糊测试结果)."""

from __future__ import annotations

from tests.conformance import gateway

PASSED = """
 ✅  Examples (in 0.12s)

     ✅ 1 passed

Test Phases:
  ✅ Examples
  ⏭  Stateful (not applicable)

Test cases:
  1,104 generated, 1,102 passed, 2 skipped
"""
FAILED = """
 ✅  Stateful (in 8.67s)

=================================== FAILURES ===================================
__________________________ TRACE /v1/enterprises/{p1} __________________________
1. Test Case ID: DwxCGL

- ST204 Wrong response to undeclared method

    TRACE returned 405 without required `Allow` header

    Add `Allow` header listing supported methods (required by RFC 9110)

[405] Method Not Allowed:

________________________________ GET /v1/items _________________________________
1. Test Case ID: mYEbE7

- ST101 Server error

- ST202 Schema-valid request rejected

    Valid data should have been accepted

Test cases:
  104 generated, 2 found 3 unique failures, 2 skipped
"""


def test_a_run_that_passed_tells_how_many_requests():
    found = gateway.told(PASSED, 0)
    assert (found.generated, found.passed, found.with_states, found.faults) == (1104, 1102, False, [])
    assert gateway.looked_at([found, found]) == "2208 个请求，通过 2204"


def test_a_run_that_failed_tells_each_fault_with_its_sentence():
    found = gateway.told(FAILED, 1)
    assert (found.generated, found.passed, found.with_states) == (104, 100, True)
    assert found.faults == [
        "ST204 Wrong response to undeclared method：TRACE returned 405 without required `Allow` header", "ST101 Server error",
        "ST202 Schema-valid request rejected：Valid data should have been accepted",
    ]  # fmt: skip


def test_a_run_that_broke_tells_its_last_words():
    assert gateway.told("Schema loading error: no such file", 2).faults == [
        "Schema loading error: no such file"
    ]
