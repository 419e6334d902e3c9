"""What was typed when the session was over (留存填写内容): sealed in the new session, offered after sign-in."""

from __future__ import annotations

from base64 import b64decode, b64encode

from django.http import HttpRequest, QueryDict

from zhujianyun.ui.hall import keeping

SESSION = "hall.kept"
LIMIT = 200_000  # characters
SECRET = ("csrfmiddlewaretoken", "password", "password_again", "present", "code")


def keep(request: HttpRequest) -> None:
    """Keep the posted fields, passwords and codes left out (留存)."""
    typed = request.POST.copy()
    for name in SECRET:
        typed.pop(name, None)
    text = typed.urlencode()
    if text and len(text) <= LIMIT:
        sealed = keeping.seal(request.path, "kept", text)
        request.session[SESSION] = {"path": request.path, "text": b64encode(sealed).decode()}


def take(request: HttpRequest) -> QueryDict | None:
    """The fields kept for this page, once (取回); None when there are none."""
    found = request.session.get(SESSION)
    if not found or found["path"] != request.path:
        return None
    del request.session[SESSION]
    return QueryDict(keeping.unseal(request.path, "kept", b64decode(found["text"])))
