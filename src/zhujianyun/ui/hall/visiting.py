"""Who stands in the hall (来访者): the applicant of this session, and in whose name he acts.

The hall has its own entry in the session, beside whatever an officer's sign-in keeps there. It ends
after idle minutes, when the applicant's stamp has changed (signed out everywhere, password changed,
account closed), and at sign-out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from zhujianyun.base import clock
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.hall.models import Agency, Applicant

SESSION = "hall.visitor"
TOUCH_SECONDS = 30
TITLES_ZH = {
    403: "不能办理",
    404: "没有找到",
    409: "已在别处办理",
    422: "还不能办理",
    429: "请稍后再试",
    502: "暂时办不了",
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in applicant (来访者): himself, whom he may act for, in whose name he acts now."""

    applicant: Applicant
    agencies: tuple[Agency, ...]
    subject: Subject

    def __str__(self) -> str:
        own = self.applicant.subject.name
        return own if self.subject.pk == self.applicant.subject_id else f"{own}（{self.subject.name}）"

    @property
    def names(self) -> tuple[Subject, ...]:
        """In whose name he may act: his own first (可用名义)."""
        return (self.applicant.subject, *(one.enterprise for one in self.agencies))

    @property
    def subject_ids(self) -> frozenset[int]:
        """The subjects whose cases he may see (可见主体)."""
        return frozenset(one.pk for one in self.names)

    @property
    def acts_for_enterprise(self) -> bool:
        """Whether he acts for an enterprise now."""
        return self.subject.pk != self.applicant.subject_id

    def may_act_for(self, subject_id: int | None) -> bool:
        """Whether a subject is himself or one of his enterprises (是否本人或被授权)."""
        return subject_id in self.subject_ids

    def actor(self, subject: Subject | None = None) -> Actor:
        """The subject as the engine knows it (操作者); the person's name goes with the enterprise's."""
        who = subject or self.subject
        name = who.name
        if who.pk != self.applicant.subject_id:
            name = f"{name[:90]}（经办人 {self.applicant.subject.name}）"
        return access.subject_actor(who.pk, name)


class HallVisitor:
    """Puts ``request.visitor`` and ``request.applicant`` on requests to the hall (来访者中间件)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Costs nothing outside the hall, and nothing to strangers inside it."""
        if request.path.startswith("/hall/"):
            request.visitor = SimpleLazyObject(lambda: _visitor(request) or False)  # type: ignore[attr-defined]
            request.applicant = request.visitor  # type: ignore[attr-defined]
        return self.get_response(request)


class HallErrors:
    """What a page of the hall refused, in the hall's own frame (大厅错误页): nobody is led to the workbench."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do on the way."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for a platform error under /hall/; None for anything else."""
        if (
            not isinstance(error, PlatformError)
            or not request.path.startswith("/hall/")
            or wants_json(request)
        ):
            return None
        title = TITLES_ZH.get(error.http_status, "出错了")
        context = {"title": title, "said": error.message_zh, "rule": error.rule}
        return render(request, "hall/error.html", context, status=error.http_status)


def visitor_of(request: HttpRequest) -> Visitor | None:
    """The signed-in applicant, or None (来访者)."""
    found = getattr(request, "visitor", None)
    return found if found else None


def _visitor(request: HttpRequest) -> Visitor | None:
    kept = request.session.get(SESSION)
    if not kept:
        return None
    now = int(clock.now().timestamp())
    if now - kept.get("seen", 0) > settings.ZJY_IDLE_MINUTES * 60 or kept.get("seen", 0) > now + 86_400:
        forget(request)
        return None
    applicant = (
        Applicant.objects.select_related("subject")
        .filter(pk=kept["pk"], stamp=kept["stamp"], closed_at=None)
        .first()
    )
    if applicant is None:
        forget(request)
        return None
    if now - kept["seen"] >= TOUCH_SECONDS:
        request.session[SESSION] = {**kept, "seen": now}
    return _standing(applicant, kept.get("as"))


def _standing(applicant: Applicant, wanted: int | None) -> Visitor:
    agencies = tuple(
        Agency.objects.filter(applicant=applicant, state=Agency.State.ACTIVE)
        .select_related("enterprise")
        .order_by("pk")
    )
    subject = next((one.enterprise for one in agencies if one.enterprise_id == wanted), applicant.subject)
    return Visitor(applicant, agencies, subject)


def enter(request: HttpRequest, applicant: Applicant) -> None:
    """Sign in: another session id, another CSRF token (登录会话)."""
    request.session.cycle_key()
    rotate_token(request)
    now = int(clock.now().timestamp())
    first = Agency.objects.filter(applicant=applicant, state=Agency.State.ACTIVE).order_by("pk").first()
    request.session[SESSION] = {
        "pk": applicant.pk, "stamp": applicant.stamp, "seen": now, "as": first.enterprise_id if first else None,
    }  # fmt: skip


def leave(request: HttpRequest) -> None:
    """Sign out of the hall (退出); an officer's own sign-in in the same browser stays."""
    if request.user.is_authenticated:
        forget(request)
        request.session.cycle_key()
    else:
        request.session.flush()


def forget(request: HttpRequest) -> None:
    """Take the hall's entry out of the session (清除来访记录)."""
    request.session.pop(SESSION, None)


def stand_for(request: HttpRequest, subject_id: int) -> None:
    """Act in another name from now on (切换名义)."""
    request.session[SESSION] = {**request.session[SESSION], "as": subject_id}


def restamped(request: HttpRequest, applicant: Applicant) -> None:
    """Keep this session while the new stamp ends all others (保留本会话)."""
    request.session.cycle_key()
    request.session[SESSION] = {**request.session[SESSION], "stamp": applicant.stamp}


def applicants_only(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for signed-in applicants (须登录); what a stranger posted is kept and offered again."""

    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if visitor_of(request) is None:
            return _to_sign_in(request)
        answer = page(request, *args, **kwargs)
        answer.setdefault("Cache-Control", "no-store, private")
        return answer

    return guarded


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    from zhujianyun.ui.hall import kept

    if wants_json(request):
        said = "登录已过期。内容还在本页，请在新窗口登录后回到这里继续。"
        return JsonResponse({"message_zh": said, "rule": "hall.signed_out"}, status=401)
    if request.method == "POST":
        kept.keep(request)
    return HttpResponseRedirect(f"{reverse('hall:signin')}?{urlencode({'next': request.path})}")


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks, not a person (是否脚本请求)."""
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted
