"""Registering, signing in and out, a forgotten password (注册、登录、找回口令)."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhujianyun.base import codes as numbers
from zhujianyun.base import masks
from zhujianyun.base.errors import PlatformError, RuleBroken
from zhujianyun.kernel.access.passwords import PolicyValidator
from zhujianyun.ui.hall import boxes, keeping, visiting
from zhujianyun.ui.hall.boxes import Box
from zhujianyun.ui.hall.people import account, codes, proving, registering, signing_in
from zhujianyun.ui.signin.addresses import address_of

both = require_http_methods(["GET", "HEAD", "POST"])
REGISTERED_ZH = (
    "注册信息已提交，请用手机号和口令登录。如果该证件号码或手机号此前已注册，"
    "原账号不受影响，请用原口令登录，或通过“忘记口令”重设。"
)
REGISTER_STEPS = ("填写手机号", "填写验证码", "填写身份信息")
FORGOTTEN_STEPS = ("确认账号", "填写验证码", "设置新口令")


@never_cache
@both
def sign_in(request: HttpRequest) -> HttpResponse:
    """Telephone or identity number and password (登录)."""
    asked = [
        Box("account", "手机号或身份证号", autocomplete="username", longest=30),
        Box("password", "口令", "password", autocomplete="current-password"),
    ]
    following = safe_next(request)
    if request.method != "POST":
        if visiting.visitor_of(request):
            return redirect(following)
        return _form(request, "signin", asked, following=following, demo_hint=_demo_hint())
    boxes.filled(asked, request.POST)
    try:
        applicant = signing_in.sign_in(asked[0].value, request.POST.get("password", ""), address_of(request))
    except PlatformError as error:
        return _form(request, "signin", asked, error, following=following)
    visiting.enter(request, applicant)
    return redirect(following)


def _demo_hint() -> str:
    return getattr(settings, "ZJY_HALL_DEMO_HINT", "") if getattr(settings, "ZJY_DEMO", False) else ""


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave (退出)."""
    visiting.leave(request)
    messages.success(request, "已退出登录。")
    return redirect("hall:home")


def safe_next(request: HttpRequest) -> str:
    """Where to go after signing in: an address of the hall, never elsewhere (登录后去向)."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    inside = wanted.startswith("/hall/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if inside else "/hall/mine/"


@never_cache
@both
def register(request: HttpRequest) -> HttpResponse:
    """In three steps: telephone, code, person (注册)."""
    if request.GET.get("again"):
        proving.done(request)
        return redirect("hall:register")
    if proving.proved(request, "register"):
        return _register_person(request)
    if proving.pending(request, "register"):
        return _code_step(request, "register", "hall:register", REGISTER_STEPS)
    asked = [Box("phone", "手机号", "tel", hint="用于登录和接收办件通知，须为本人使用。", autocomplete="tel", inputmode="tel", longest=20)]  # fmt: skip
    if request.method != "POST":
        return _form(request, "register", asked, steps=_steps(REGISTER_STEPS, 0), button="获取验证码")
    boxes.filled(asked, request.POST)
    try:
        proving.begin(request, "register", "sms", _named("phone", keeping.checked_phone, asked[0].value))
    except PlatformError as error:
        return _form(request, "register", asked, error, steps=_steps(REGISTER_STEPS, 0), button="获取验证码")
    return redirect("hall:register")


def _register_person(request: HttpRequest) -> HttpResponse:
    asked = [
        Box("name", "姓名", hint="与身份证一致。", autocomplete="name", longest=60),
        Box("id_number", "身份证号", hint="18 位，末位可为 X。加密保存，页面上只显示首末位。", longest=30),
        Box(
            "email",
            "电子邮箱",
            "email",
            hint="选填，另收一份办件通知。",
            required=False,
            autocomplete="email",
        ),
        *_new_password(),
    ]
    more = {"steps": _steps(REGISTER_STEPS, 2), "button": "完成注册", "consents": True}
    if request.method != "POST":
        return _form(request, "register", asked, **more)
    boxes.filled(asked, request.POST)
    typed = request.POST
    more["consented"] = typed.get("consent") == "on"
    try:
        wish = registering.checked(
            typed.get("name", ""), typed.get("id_number", ""), proving.proved(request, "register"),
            typed.get("password", ""), typed.get("password_again", ""), typed.get("email", ""),
            consents=typed.get("consent") == "on",
        )  # fmt: skip
        registering.register(wish)
    except PlatformError as error:
        return _form(request, "register", asked, error, **more)
    proving.done(request)
    messages.success(request, REGISTERED_ZH)
    return redirect("hall:signin")


@never_cache
@both
def forgotten(request: HttpRequest) -> HttpResponse:
    """Another password by a code to the telephone; the same page whether the account exists or not (忘记口令)."""
    if request.GET.get("again"):
        proving.done(request)
        return redirect("hall:forgotten")
    if proving.proved(request, "forgotten"):
        return _reset(request)
    if proving.pending(request, "forgotten"):
        return _code_step(request, "forgotten", "hall:forgotten", FORGOTTEN_STEPS)
    asked = [
        Box("phone", "注册手机号", "tel", autocomplete="tel", inputmode="tel", longest=20),
        Box("id_number", "身份证号", longest=30),
    ]
    more = {"steps": _steps(FORGOTTEN_STEPS, 0), "button": "获取验证码"}
    if request.method != "POST":
        return _form(request, "forgotten", asked, **more)
    boxes.filled(asked, request.POST)
    try:
        phone = _named("phone", keeping.checked_phone, asked[0].value)
        known = signing_in.found_by(phone)
        mine = known is not None and known.id_index == keeping.index("id", numbers.clean(asked[1].value))
        proving.begin(request, "forgotten", "sms", phone, silent=not mine)
    except PlatformError as error:
        return _form(request, "forgotten", asked, error, **more)
    return redirect("hall:forgotten")


def _reset(request: HttpRequest) -> HttpResponse:
    asked = _new_password()
    more = {"steps": _steps(FORGOTTEN_STEPS, 2), "button": "设置新口令"}
    applicant = signing_in.found_by(proving.proved(request, "forgotten"))
    if applicant is None:
        proving.done(request)
        return redirect("hall:forgotten")
    if request.method != "POST":
        return _form(request, "forgotten", asked, **more)
    typed = request.POST
    try:
        account.set_password(applicant, typed.get("password", ""), typed.get("password_again", ""), how="forgotten")  # fmt: skip
    except PlatformError as error:
        return _form(request, "forgotten", asked, error, **more)
    proving.done(request)
    messages.success(request, "口令已重设，其他设备上的登录已全部退出。请用新口令登录。")
    return redirect("hall:signin")


def _code_step(request: HttpRequest, purpose: str, name: str, steps: tuple[str, ...]) -> HttpResponse:
    waiting = proving.pending(request, purpose)
    assert waiting is not None
    asked = [code_box()]
    error = None
    if request.method == "POST":
        try:
            proving.answer(request, purpose, numbers.clean(request.POST.get("code", "")))
            return redirect(name)
        except PlatformError as refused:
            error = refused
    more = {"steps": _steps(steps, 1), "button": "下一步", "again": "?again=1", **code_words(waiting)}
    return _form(request, purpose, asked, error, **more)


def code_box() -> Box:
    """The field for a code (验证码)."""
    return Box("code", "验证码", autocomplete="one-time-code", inputmode="numeric", longest=10)


def code_words(waiting: proving.Pending) -> dict[str, str]:
    """What a page says of a code that was sent (验证码说明)."""
    if waiting.channel == "sms":
        to = masks.phone(waiting.to)
    else:
        to = waiting.to[:1] + "***@" + waiting.to.partition("@")[2]
    return {
        "lead": f"验证码已发送至 {to}，{codes.MINUTES} 分钟内有效。",
        "demo_code": codes.shown_in_demo(waiting.token),
    }


def _new_password() -> list[Box]:
    hint = PolicyValidator().get_help_text()
    return [
        Box("password", "设置口令", "password", hint=hint, autocomplete="new-password"),
        Box("password_again", "再次填写口令", "password", autocomplete="new-password"),
    ]


def _named(field: str, check: object, value: str) -> str:
    """Check a value; a fault is put beside the field (核对并归位)."""
    try:
        return check(value)  # type: ignore[operator, no-any-return]
    except PlatformError as error:
        raise RuleBroken(error.message_zh, rule=error.rule, fields={field: error.message_zh}) from error


def _steps(names: tuple[str, ...], now: int) -> list[tuple[str, str]]:
    return [(zh, "done" if n < now else "now" if n == now else "") for n, zh in enumerate(names)]


TITLES = {"signin": "登录", "register": "注册", "forgotten": "忘记口令"}


def _form(
    request: HttpRequest, page: str, asked: list[Box], error: PlatformError | None = None, **more: object
) -> HttpResponse:
    summary = boxes.faulty(asked, error) if error else []
    context = {
        "page": page,
        "title": TITLES[page],
        "boxes": asked,
        "summary": summary,
        "button": "登录",
        **more,
    }
    return render(request, "hall/people/entering.html", context, status=error.http_status if error else 200)
