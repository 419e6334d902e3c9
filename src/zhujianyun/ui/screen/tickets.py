"""A ticket to the stream of changes (推送票据).

The stream is served by another process on another port, without a session. The page of a viewer
who may see screens carries a signed ticket, good for opening the stream for some hours.
"""

from __future__ import annotations

from django.core import signing

SALT = "zhujianyun.screen.stream"
GOOD_FOR_SECONDS = 12 * 3600


def issue(account_key: str) -> str:
    """A ticket for one viewer (签发票据)."""
    return signing.dumps(account_key, salt=SALT)


def holder(ticket: str) -> str | None:
    """Whose ticket it is; None when it is forged or too old (验票)."""
    try:
        return signing.loads(ticket, salt=SALT, max_age=GOOD_FOR_SECONDS)
    except signing.BadSignature:
        return None
