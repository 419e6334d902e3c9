"""The columns of a data set that is registered already, each with its column of the source (列对应)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from zhujianyun.apps.data_gathering.forms.quality import MUST
from zhujianyun.apps.data_gathering.rules.coding import KINDS_ZH as CODES


class BoundColumnForm(forms.Form):
    """One column and where it comes from (列对应); its name and type stand."""

    name = forms.CharField(widget=forms.HiddenInput, max_length=60, strip=False)
    origin = forms.ChoiceField(label="来源列")
    is_needed = forms.BooleanField(label="必填", required=False)
    length = forms.IntegerField(label="长度", min_value=0, max_value=100_000, required=False)
    code = forms.ChoiceField(label="编码校验", choices=[("", "不校验"), *CODES.items()], required=False)
    personal = forms.BooleanField(label="个人信息", required=False)

    def __init__(self, *args: Any, offered: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["origin"].choices = [("", "请选择"), *((name, name) for name in offered)]  # type: ignore[attr-defined]
        said = self["name"].value() or ""
        for field in self.fields.values():
            field.error_messages |= MUST
            field.widget.attrs["aria-label"] = f"{said} {field.label}"
        self.fields["origin"].error_messages["required"] = "请选择来源列。"

    def told(self, column: Mapping[str, Any], key: Sequence[str]) -> dict[str, Any]:
        """The column as the data set keeps it, with where it comes from (列)."""
        given = self.cleaned_data
        made = {n: v for n, v in column.items() if n not in ("origin", "length", "code", "personal")}
        made["nullable"] = not (given["is_needed"] or column["name"] in key)
        if given["origin"] != column["name"]:
            made["origin"] = given["origin"]
        made |= {name: given[name] for name in ("length", "code") if given.get(name)}
        return made | ({"personal": True} if given["personal"] else {})


class _Bound(forms.BaseFormSet):
    def clean(self) -> None:
        """No column of the source feeds two (来源列不重复)."""
        met: set[str] = set()
        for form in self.forms:
            origin = getattr(form, "cleaned_data", {}).get("origin")
            if origin in met:
                form.add_error("origin", f"“{origin}”已对应另一列。")
            elif origin:
                met.add(origin)


BoundColumnForms = forms.formset_factory(BoundColumnForm, formset=_Bound, extra=0, max_num=300)


def initial_bound(
    columns: Iterable[Mapping[str, Any]], key: Sequence[str], offered: Sequence[str]
) -> list[dict[str, Any]]:
    """The columns as the form shows them first: those of the same name found, whatever its case (回填列)."""
    by_name = {name.casefold(): name for name in reversed(offered)}
    return [
        {
            "name": column["name"],
            "origin": by_name.get(str(column.get("origin") or column["name"]).casefold(), ""),
            "is_needed": not column.get("nullable", True) or column["name"] in key,
            "length": column.get("length") or None,
            "code": column.get("code", ""),
            "personal": bool(column.get("personal")),
        }
        for column in columns
    ]
