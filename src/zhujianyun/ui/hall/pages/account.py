"""One's own entry (我的账号): password, telephone, mail, sessions, closing; enterprises and operators."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhujianyun.base import codes as numbers
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel import journal
from zhujianyun.ui.hall import boxes, keeping, visiting
from zhujianyun.ui.hall.boxes import Box
from zhujianyun.ui.hall.models import Applicant
from zhujianyun.ui.hall.pages.entering import _named, _new_password, both, code_box, code_words
from zhujianyun.ui.hall.people import account, proving
from zhujianyun.ui.hall.visiting import Visitor, applicants_only


@applicants_only
@both
def show(request: HttpRequest) -> HttpResponse:
    """Who I am here, masked; the read is journalled (我的账号)."""
    me = mine(request).applicant
    journal.record_read(me.key, f"applicant:{me.pk}", ["id_number", "phone", "email"], "本人查看账号")
    return render(request, "hall/people/account.html", {"me": account.shown(me), "row": me})


@applicants_only
@both
def password(request: HttpRequest) -> HttpResponse:
    """Change the password (修改口令)."""
    asked = [_present(), *_new_password()]

    def work(me: Applicant) -> str:
        typed = request.POST
        account.require_password(me, typed.get("present", ""))
        account.set_password(me, typed.get("password", ""), typed.get("password_again", ""), how="changed")
        visiting.restamped(request, me)
        return "口令已修改，其他设备上的登录已退出。"

    return _small(request, "修改口令", asked, "修改口令", work)


@applicants_only
@both
def phone(request: HttpRequest) -> HttpResponse:
    """Another telephone: proved by a code (更换手机号)."""
    asked = [_present(), Box("phone", "新手机号", "tel", autocomplete="tel", inputmode="tel", longest=20)]
    return _proved(request, "phone", "更换手机号", asked, "sms", keeping.checked_phone, _take_phone)


@applicants_only
@both
def email(request: HttpRequest) -> HttpResponse:
    """A mailbox for notices: proved by a code (设置邮箱)."""
    asked = [_present(), Box("email", "电子邮箱", "email", autocomplete="email")]
    return _proved(request, "email", "设置邮箱", asked, "email", keeping.checked_email, _take_email)


@applicants_only
@both
def close(request: HttpRequest) -> HttpResponse:
    """Close the account (注销账号)."""

    def work(me: Applicant) -> str:
        account.require_password(me, request.POST.get("present", ""))
        account.close(me)
        visiting.leave(request)
        return "账号已注销。已办结的办件仍由主管部门依法保存。"

    lead = "注销后不能再用本账号登录。草稿、联系方式和证件号码的明文一并删除；已提交的办件依法保存。"
    return _small(
        request, "注销账号", [_present()], "确认注销", work, lead=lead, danger=True, following="hall:home"
    )


@applicants_only
@require_POST
def everywhere(request: HttpRequest) -> HttpResponse:
    """Sign out on every device, this one included (退出全部设备)."""
    account.sign_out_everywhere(mine(request).applicant)
    visiting.leave(request)
    messages.success(request, "已在全部设备上退出登录。")
    return redirect("hall:signin")


def mine(request: HttpRequest) -> Visitor:
    """The visitor of a page for applicants only (本人)."""
    found = visiting.visitor_of(request)
    assert found is not None
    return found


def _proved(
    request: HttpRequest, purpose: str, title: str, asked: list[Box], channel: str,
    check: Callable[[str], str], take: Callable[[HttpRequest, Applicant, str], str],
) -> HttpResponse:  # fmt: skip
    """Password and new address first, then the code that was sent there (两步验证)."""
    if request.GET.get("again"):
        proving.done(request)
        return redirect(request.path)
    waiting = proving.pending(request, purpose)
    if waiting is not None:

        def answer(me: Applicant) -> str:
            to = proving.answer(request, purpose, numbers.clean(request.POST.get("code", "")))
            proving.done(request)
            return take(request, me, to)

        words = code_words(waiting)
        return _small(request, title, [code_box()], "确认", answer, again="?again=1", **words)

    def begin(me: Applicant) -> str:
        account.require_password(me, request.POST.get("present", ""))
        proving.begin(request, purpose, channel, _named(asked[1].name, check, asked[1].value))
        return ""

    return _small(request, title, asked, "获取验证码", begin, following=request.path)


def _take_phone(request: HttpRequest, me: Applicant, to: str) -> str:
    account.set_phone(me, to)
    visiting.restamped(request, me)
    return "手机号已更换，下次请用新手机号登录；其他设备上的登录已退出。"


def _take_email(_request: HttpRequest, me: Applicant, to: str) -> str:
    account.set_email(me, to)
    return "邮箱已设置。"


def _present() -> Box:
    return Box("present", "现口令", "password", autocomplete="current-password")


def _small(
    request: HttpRequest, title: str, asked: list[Box], button: str, work: Callable[[Applicant], str],
    following: str = "hall:account", **more: object,
) -> HttpResponse:  # fmt: skip
    """A small form: ask, do, say (小表单)."""
    error: PlatformError | None = None
    if request.method == "POST":
        boxes.filled(asked, request.POST)
        try:
            said = work(mine(request).applicant)
        except PlatformError as refused:
            error = refused
        else:
            if said:
                messages.success(request, said)
            return redirect(following)
    summary = boxes.faulty(asked, error) if error else []
    context = {
        "title": title,
        "boxes": asked,
        "button": button,
        "summary": summary,
        "is_account": True,
        **more,
    }
    return render(request, "hall/people/small.html", context, status=error.http_status if error else 200)
