"""Numbers by which a subject is known (标识规则): their normal form and what follows from them.

Positions 9–17 of a unified social credit code are the nine characters of the organisation code,
which joins old records with new ones. A card number of 15 digits follows into one of 18.
"""

from __future__ import annotations

from zhujianyun.base.codes import citizen_id, clean, project_code, uscc
from zhujianyun.base.errors import RuleBroken

ZH = {
    "uscc": "统一社会信用代码",
    "org_code": "组织机构代码",
    "reg_no": "工商注册号",
    "prj_num": "项目编号",
    "prj_inner": "项目内部编号",
    "invest_code": "投资项目代码",
    "invest_code_old": "旧投资项目代码",
    "id_card": "身份证号",
    "passport": "护照号",
    "cert_no": "证书编号",
    "name": "名称",
}
PERSONAL = frozenset({"id_card", "passport", "cert_no"})


def normal(scheme: str, value: str) -> str:
    """The one form under which a value is stored and sought (标识规范形式).

    Raises:
        RuleBroken: for an unknown scheme, an empty value, or a code whose check fails.
    """
    if scheme not in ZH:
        raise RuleBroken(f"没有“{scheme}”这种标识类型。", rule="subject.scheme_known", scheme=scheme)
    value = value.strip()
    if not value:
        raise RuleBroken(f"{ZH[scheme]}不能为空。", rule="subject.identifier_empty", scheme=scheme)
    if scheme == "name":
        return value
    if scheme == "uscc":
        return uscc.check(value).value
    if scheme == "org_code":
        return uscc.check_organisation_code(value).value
    if scheme == "id_card":
        citizen_id.check(value)
        return clean(value)
    if scheme == "invest_code":
        return project_code.check(value).value
    return clean(value, keep_hyphens=True)


def derived(scheme: str, value: str) -> tuple[tuple[str, str], ...]:
    """What else is known once a normal value is known (推导标识)."""
    if scheme == "uscc":
        return (("org_code", value[8:17]),)
    if scheme == "id_card" and len(value) == 15:
        return (("id_card", citizen_id.from_fifteen(value)),)
    return ()


def sought(scheme: str, value: str) -> tuple[tuple[str, str], ...]:
    """Under which identifiers a look-up must search, the given one first (查找范围)."""
    value = normal(scheme, value)
    return ((scheme, value), *derived(scheme, value))
