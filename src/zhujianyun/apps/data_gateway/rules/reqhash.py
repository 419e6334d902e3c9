"""Request hash (请求摘要) after X-Road: SHA-512 over the canonical headers and, when there is one, the body.

With no body it is the hash of the headers alone, not a hash of hashes.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable

KEPT_PREFIXES = ("x-road-", "x-zjy-")
KEPT = frozenset({"content-type"})


def canonical_headers(method: str, target: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """The headers that are hashed, in their one form (规范化请求头).

    ``METHOD SP target CRLF``, then the kept headers by lower-case name, sorted, ``name: value CRLF``, UTF-8.
    Kept are those that say what is asked, by whom and why; the key and what the connection needs are not.
    """
    kept = sorted(
        (low, value.strip())
        for name, value in headers
        if (low := name.lower()).startswith(KEPT_PREFIXES) or low in KEPT
    )
    lines = [f"{method} {target}\r\n", *(f"{name}: {value}\r\n" for name, value in kept)]
    return "".join(lines).encode("utf-8")


def request_hash(headers: bytes, body: bytes | None) -> str:
    """The request hash as it goes into X-Road-Request-Hash (请求摘要), base64."""
    first = hashlib.sha512(headers).digest()
    if body is None:
        return b64encode(first).decode("ascii")
    return request_hash_of(first, hashlib.sha512(body).digest())


def request_hash_of(headers_sha512: bytes, body_sha512: bytes) -> str:
    """The request hash of a body that was hashed while it streamed (流式请求摘要)."""
    return b64encode(hashlib.sha512(headers_sha512 + body_sha512).digest()).decode("ascii")


def response_hash(body: bytes) -> str:
    """The hash of an answer's body (答复摘要), base64 of SHA-512."""
    return b64encode(hashlib.sha512(body).digest()).decode("ascii")
