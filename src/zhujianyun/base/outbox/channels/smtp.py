"""E-mail over SMTP (电子邮件): Django's mail, with a Message-ID made of the key.

A second copy after a kill carries the same Message-ID; many mail systems drop it, none must.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.core.mail import EmailMessage, get_connection

from zhujianyun.base.errors import OutsideFailed
from zhujianyun.base.outbox.channels import wording
from zhujianyun.base.outbox.models import Message
from zhujianyun.base.outbox.terms import Sent

TIMEOUT = 15  # seconds for each answer of the server
_SMTP = "django.core.mail.backends.smtp.EmailBackend"


def send_smtp(message: Message, terms: Mapping[str, Any]) -> Sent:
    """Send one e-mail (发送电子邮件).

    Raises:
        OutsideFailed: retriable unless the server refuses for good (5xx) or its certificate is bad.
    """
    sender = str(terms.get("from") or terms.get("user") or "")
    if not sender:
        raise _failed(message, "没有配置发件人（from），请系统管理员补上", retriable=False)
    ident = f"<{sha256(message.key.encode()).hexdigest()[:40]}@{sender.rpartition('@')[2].rstrip('>')}>"
    mail = EmailMessage(
        message.title, wording.plain(message), sender, [message.to], headers={"Message-ID": ident}
    )
    try:
        mail.connection = _connection(terms)
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _failed(message, f"收件人被拒收（{_first(codes)}）", retriable=_passing(codes)) from error
    except smtplib.SMTPAuthenticationError as error:
        raise _failed(message, "账号或口令不被接受，请系统管理员核对", retriable=False) from error
    except smtplib.SMTPResponseException as error:
        said = f"返回 {error.smtp_code}"
        raise _failed(message, said, retriable=_passing([error.smtp_code])) from error
    except ssl.SSLCertVerificationError as error:
        raise _failed(message, "邮件服务器的证书不可信", retriable=False) from error
    except (smtplib.SMTPException, OSError) as error:
        # smtplib turns a time-out of the first line into a sentence of its own.
        slow = isinstance(error, TimeoutError) or "timed out" in str(error)
        said = "邮件服务器没有及时回应（超时）" if slow else "连接中断或无法建立"
        raise _failed(message, said, retriable=True) from error
    return Sent(receipt=ident)


def _connection(terms: Mapping[str, Any]) -> Any:
    security = terms.get("security", "ssl")
    return get_connection(
        _SMTP,
        host=terms.get("host", "localhost"),
        port=int(terms.get("port", 465)),
        username=terms.get("user", ""),
        password=terms.get("password", ""),
        use_ssl=security == "ssl",
        use_tls=security == "starttls",
        timeout=float(terms.get("timeout", TIMEOUT)),
    )


def _first(codes: list[int]) -> str:
    return str(codes[0]) if codes else "未说明"


def _passing(codes: list[int]) -> bool:
    """4xx passes, 5xx stays."""
    return not any(code >= 500 for code in codes)


def _failed(message: Message, what_zh: str, *, retriable: bool) -> OutsideFailed:
    advice = "系统将自动重试" if retriable else "改正后请重发"
    return OutsideFailed(
        f"邮件没有发出：{what_zh}。{advice}。",
        peer="smtp",
        retriable=retriable,
        attempt=message.attempts,
        rule="outbox.smtp",
    )
