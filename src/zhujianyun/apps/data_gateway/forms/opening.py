"""A mount behind an address of the gateway (开通服务表单)."""

from __future__ import annotations

from typing import Any

from django import forms


def _text(name: str, **attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"aria-describedby": f"help-{name}", "autocomplete": "off", **attrs})


class OpenForm(forms.Form):
    """What the address is made of (开通服务)."""

    code = forms.CharField(
        label="服务代码", max_length=60, widget=_text("code", spellcheck="false"),
        help_text="写进接口地址，小写字母、数字和连字符，开通后不再改。",
        error_messages={"required": "请填写服务代码。"},
    )  # fmt: skip
    member = forms.CharField(
        label="提供方代码", max_length=18, widget=_text("member", spellcheck="false"),
        help_text="写进接口地址，一般是提供方的统一社会信用代码。",
        error_messages={"required": "请填写提供方代码。"},
    )  # fmt: skip
    note = forms.CharField(label="备注", max_length=200, required=False, widget=_text("note"))


class OpenProxyForm(OpenForm):
    """An interface of a provider behind the proxy (开通接口代理)."""

    paths = forms.CharField(
        label="可访问路径", widget=forms.Textarea(attrs={"rows": 3, "aria-describedby": "help-paths"}),
        help_text="每行一条，* 代表一段，例如 /v1/persons/*；其余路径一律拒绝。",
        error_messages={"required": "请列出可访问路径。"},
    )  # fmt: skip
    method = forms.ChoiceField(
        label="可用方法", choices=[("GET", "只读（GET）"), ("GET POST", "读取和提交（GET、POST）")],
        widget=forms.Select(attrs={"aria-describedby": "help-method"}),
    )  # fmt: skip
    allow_private = forms.CharField(
        label="允许的内网网段", required=False,
        widget=forms.Textarea(attrs={"rows": 2, "aria-describedby": "help-allow_private"}),
        help_text="接口在内网时填写，每行一个，例如 10.1.0.0/16；不填则只许公网地址。",
    )  # fmt: skip
    credential = forms.CharField(
        label="调用凭据", max_length=300, required=False,
        help_text="提供方要求的 Authorization 内容，加密保存，不再显示。",
        widget=forms.PasswordInput(attrs={"aria-describedby": "help-credential", "autocomplete": "off"}),
    )  # fmt: skip

    field_order = ("code", "member", "paths", "method", "allow_private", "credential", "note")

    def clean(self) -> dict[str, Any]:
        """Lists as the action wants them (逐行拆分)."""
        given: dict[str, Any] = dict(super().clean() or {})
        for name in ("paths", "allow_private"):
            given[name] = str(given.get(name, "")).split()
        given["methods"] = str(given.pop("method", "GET")).split()
        return given
