"""Vectors of the request hash (请求摘要向量): worked out by hand when the form was agreed."""

from __future__ import annotations

from tests.conformance.verdicts import Verdict

HEADERS = (
    b"GET /r1/GX/GOV/11450000MB0000019D/data/enterprise/v1/items?page_size=1\r\nx-road-client: GX/GOV/M/S\r\n"
)
REQUEST_HASHES = (
    (None, "KGO3QWIlkpFSWKzQaNFlOUsH0XoeNLNtK6/JFqSo2cz8nsAjHSVDNP3KUTZWDdvP0qBbEeUHspnkPX0prIovMQ=="),
    (b'{"a":1}', "bcD0q9UTA5DdQXE+nzOiPV+dSkvdeLt+Oy4wsf+qmKpcSmX/RQJegOT0sr/eoIE306lvgQLRuoAaU5n/gP85Ag=="),
)


def run() -> Verdict:
    """Our hash of every vector (请求摘要)."""
    from zhujianyun.apps.data_gateway.rules.reqhash import request_hash

    faults = [
        f"正文 {body!r} 的请求摘要不符"
        for body, expected in REQUEST_HASHES
        if request_hash(HEADERS, body) != expected
    ]
    return Verdict("请求摘要（X-Road 式）", f"{len(REQUEST_HASHES)} 个向量", faults)
