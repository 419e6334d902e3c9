"""What is wrong with an entry (目录问题规则). Pure functions: facts in, findings out.

Source: 《政务信息资源目录编制指南（试行）》(发改高技〔2017〕1272号); the limits of cycles are our own reading
of the promise (每日 is one day and a night's tolerance) and not confirmed by a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from zhujianyun.base.codes import uscc
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.resource import coding
from zhujianyun.kernel.resource.items import Item, faults

RULES_ZH = {
    "required": "必填元数据",
    "code_form": "资源代码格式",
    "provider_uscc": "提供方代码",
    "item": "信息项",
    "item_width": "信息项共享范围",
    "share_terms": "共享条件或依据",
    "related": "关联资源",
    "stale": "超期未更新",
    "unmounted": "未挂载资源",
    "mount_without_entry": "挂载无有效目录",
    "column_not_in_entry": "表中列未编目",
    "item_not_in_table": "信息项未绑定",
    "all_none": "信息项全部不予共享",
}
HIGH = ("code_form", "item_width", "stale", "mount_without_entry")
LOW = ("column_not_in_entry", "unmounted")

# Promise plus a tolerance for weekends and the night's run; "live" must be at most an hour old.
ALLOWED = {
    "live": timedelta(hours=1),
    "day": timedelta(days=2),
    "week": timedelta(days=9),
    "month": timedelta(days=35),
    "quarter": timedelta(days=100),
    "year": timedelta(days=380),
}


@dataclass(frozen=True, slots=True)
class Hung:
    """A mount as the rules see it (挂载情况): ``columns`` of its table, ``taken_at`` of its last snapshot."""

    code: str
    kind: str
    mounted: bool = True
    binding: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    mounted_at: datetime | None = None
    taken_at: datetime | None = None
    title: str = ""

    @property
    def zh(self) -> str:
        """What people call it (名称)."""
        return f"“{self.title}”" if self.title else self.code


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules know of an entry (目录事实)."""

    code: str
    state: str
    title: str
    abstract: str
    class_path: str
    format_class: str
    share: str
    share_condition: str
    share_basis: str
    cycle: str
    provider_uscc: str = ""
    items: tuple[Item, ...] = ()
    related: tuple[str, ...] = ()
    known_codes: frozenset[str] = frozenset()
    mounts: tuple[Hung, ...] = ()
    scheme: str = "1272"


@dataclass(frozen=True, slots=True)
class Found:
    """One finding (问题): rule, what it is about, the sentence, what to do."""

    rule: str
    key: str
    text: str
    remedy: str

    @property
    def severity(self) -> str:
        """How bad (程度)."""
        return "high" if self.rule in HIGH else "low" if self.rule in LOW else "medium"


def findings(facts: Facts, now: datetime) -> list[Found]:
    """Everything that is wrong with an entry at an instant (目录核查).

    A withdrawn entry is judged only for what still hangs on it; a draft only for its metadata.
    """
    if facts.state == "withdrawn":
        return list(_left_hanging(facts))
    found = [*_metadata(facts), *_items(facts)]
    if facts.state == "published":
        found += [*_mounting(facts), *_columns(facts), *_stale(facts, now)]
    return found


def _metadata(facts: Facts) -> Iterator[Found]:
    needed = {
        "名称": facts.title, "摘要": facts.abstract, "分类": facts.class_path, "格式分类": facts.format_class,
    }  # fmt: skip
    for zh, value in needed.items():
        if not value.strip():
            yield Found("required", zh, f"没有填写{zh}", f"请修订目录，补填{zh}。")
    try:
        coding.scheme(facts.scheme).check(facts.code)
    except RuleBroken as error:
        yield Found("code_form", "", error.message_zh[:280], "请新编一条代码正确的目录，并撤销本条。")
    if problem := uscc_problem(facts.provider_uscc):
        yield Found("provider_uscc", "", problem, "请在修订时填写提供方的统一社会信用代码。")
    if facts.share == "conditional" and not facts.share_condition.strip():
        yield Found("share_terms", "", "有条件共享但没有写明共享条件", "请修订目录，写明共享条件。")
    if facts.share == "none" and not facts.share_basis.strip():
        yield Found(
            "share_terms", "", "不予共享但没有写明依据", "请写明法律、行政法规或党中央、国务院政策依据。"
        )
    for code in facts.related:
        if code not in facts.known_codes or code == facts.code:
            yield Found("related", code, f"关联资源代码 {code} 不存在", "请改正或删去该关联。")


def uscc_problem(code: str) -> str:
    """What is wrong with the code of a provider, empty when nothing is (提供方代码检查)."""
    if not code.strip():
        return "没有填写提供方代码"
    try:
        uscc.check(code)
    except RuleBroken as error:
        return f"提供方代码“{code[:30]}”有误：{error.message_zh}"[:280]
    return ""


def _items(facts: Facts) -> Iterator[Found]:
    for fault in faults(facts.items, facts.share):
        rule = "item_width" if fault.rule == "resource.item_width" else "item"
        yield Found(rule, f"{fault.item}:{fault.rule}"[:120], fault.text_zh, "请修订该信息项。")
    if facts.items and facts.share != "none" and all(item.share == "none" for item in facts.items):
        yield Found(
            "all_none", "", "信息项全部不予共享，目录却没有标为不予共享",
            "请把目录改为不予共享并写明依据，或者放宽信息项。",
        )  # fmt: skip


def _mounting(facts: Facts) -> Iterator[Found]:
    if facts.share != "none" and not any(one.mounted for one in facts.mounts):
        yield Found("unmounted", "", "目录已发布但没有挂载资源", "请挂载库表、文件或接口。")


def _left_hanging(facts: Facts) -> Iterator[Found]:
    for one in facts.mounts:
        if one.mounted:
            yield Found("mount_without_entry", one.code, f"目录已撤销，{one.code} 仍挂载着", "请卸载该资源。")


def _columns(facts: Facts) -> Iterator[Found]:
    shared = {item.code: item for item in facts.items if item.share != "none"}
    for one in facts.mounts:
        if not one.mounted or one.kind == "file":
            continue
        if one.kind == "table":
            bound = set(one.binding.values())
            for column in one.columns:
                if column not in bound:
                    yield Found(
                        "column_not_in_entry", f"{one.code}:{column}"[:120],
                        f"{one.zh}的列 {column} 没有编目，不对外提供", "请在目录中补充信息项并绑定，或豁免。",
                    )  # fmt: skip
        for code, item in shared.items():
            if code not in one.binding:
                yield Found(
                    "item_not_in_table", f"{one.code}:{code}"[:120], f"信息项“{item.zh}”在{one.zh}中没有绑定",
                    "请重新挂载并绑定该项，或者修订目录。",
                )  # fmt: skip


def _stale(facts: Facts, now: datetime) -> Iterator[Found]:
    allowed = ALLOWED.get(facts.cycle)
    if allowed is None:
        return
    for one in facts.mounts:
        if not one.mounted or one.kind != "table":
            continue
        since = one.taken_at or one.mounted_at
        if since is not None and now - since > allowed:
            days = (now - since).days
            what = f"距上次完整归集已 {days} 天" if one.taken_at else f"挂载 {days} 天以来没有完整归集"
            yield Found(
                "stale", one.code, f"{one.zh}{what}，超过承诺的更新周期",
                "请恢复归集，或者把更新周期改为实际能做到的。",
            )  # fmt: skip
