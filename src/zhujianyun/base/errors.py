"""The three families of errors (三类错误): a person can fix it, it is not allowed, a neighbour failed.

Every error carries a Chinese sentence that tells the person what to do next, the id of the rule
that was broken and details as attributes. Pages and interfaces only translate: the shape on the
wire is ``{code, message_zh, rule, details}``.
"""

from __future__ import annotations

from typing import Any


class PlatformError(Exception):
    """Root of the errors that people may see (平台错误)."""

    code = "error"
    http_status = 500

    def __init__(self, message_zh: str, *, rule: str = "", **details: Any) -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh
        self.rule = rule
        self.details = details

    def as_answer(self) -> dict[str, Any]:
        """The error as it goes over the wire (接口错误格式)."""
        return {
            "code": self.code,
            "message_zh": self.message_zh,
            "rule": self.rule,
            "details": {name: _plain(value) for name, value in self.details.items()},
        }


class RuleBroken(PlatformError):
    """A rule is broken and a person can mend it (违反规则，可改正)."""

    code = "rule_broken"
    http_status = 422


class Conflict(RuleBroken):
    """Somebody else was faster (并发冲突): details name the winner's act."""

    code = "conflict"
    http_status = 409


class NotAllowed(PlatformError):
    """The actor lacks the right (无权限)."""

    code = "not_allowed"
    http_status = 403


class NotFound(PlatformError):
    """There is no such thing, or the asker may not know of it (不存在或不可见)."""

    code = "not_found"
    http_status = 404


class OutsideFailed(PlatformError):
    """A neighbour system failed (外部系统故障): retriable or not, which attempt, which peer."""

    code = "outside_failed"
    http_status = 502

    def __init__(
        self,
        message_zh: str,
        *,
        peer: str,
        retriable: bool = True,
        attempt: int = 1,
        rule: str = "",
        **details: Any,
    ) -> None:
        super().__init__(message_zh, rule=rule, peer=peer, retriable=retriable, attempt=attempt, **details)
        self.peer = peer
        self.retriable = retriable
        self.attempt = attempt


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | bool | type(None)):
        return value
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    return str(value)
