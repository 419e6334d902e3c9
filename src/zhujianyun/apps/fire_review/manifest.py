"""What 消防审验 offers and needs (应用清单)."""

from functools import partial

from zhujianyun.apps.fire_review import actions, queries
from zhujianyun.ui.manifest import Judge, Manifest, RoleOffer

VIEW = "fire_review.view_cases"
ACCEPT, REVIEW, INSPECT, DECIDE, DRAW = (
    "fire_review.accept_cases",
    "fire_review.review_designs",
    "fire_review.inspect_works",
    "fire_review.decide_cases",
    "fire_review.draw_filings",
)
MEASURES = (
    "subject.use", "subject.area_m2", "subject.single_building_m2", "subject.height_m", "subject.places",
)  # fmt: skip
# Whoever leads an office also says who does the work and who stands in, and enters what was done on paper.
LEADS = ("case.assign_tasks", "case.backdate", "access.arrange_substitutes")

MANIFEST = Manifest(
    name="fire_review",
    zh="消防审验",
    summary_zh="特殊建设工程消防设计审查和消防验收，其他建设工程消防验收备案与抽查",
    statutes=("消防法", "住建部令51号", "住建部令58号"),
    permissions={
        VIEW: "查看消防审验办件",
        ACCEPT: "受理消防审验申请",
        REVIEW: "审查消防设计",
        INSPECT: "现场评定和检查",
        DECIDE: "签发消防审验意见",
        DRAW: "组织备案抽取",
    },
    roles=(
        RoleOffer("fire_review.clerk", "受理人员", (VIEW, ACCEPT)),
        RoleOffer("fire_review.reviewer", "审查人员", (VIEW, REVIEW)),
        RoleOffer("fire_review.insp", "检查人员", (VIEW, INSPECT)),
        RoleOffer("fire_review.chief", "负责人", (VIEW, DECIDE, *LEADS)),
        RoleOffer("fire_review.draw", "抽取员", (VIEW, DRAW)),
        RoleOffer("fire_review.witness", "见证人", (VIEW,)),
        RoleOffer("fire_review.viewer", "消防审验查阅", (VIEW,)),
    ),
    effects={"stop_use.order": actions.order_stop_use, "stop_use.lift": actions.lift_stop_use},
    tables={
        "fire_limits": "fire_limits.csv",
        "fire_places": "fire_places.csv",
        "fire_special_kinds": "fire_special_kinds.csv",
        "fire_draw_ratio": "fire_draw_ratio.csv",
        "fire_filing_classes": "fire_filing_classes.csv",
        "fire_clauses": "fire_clauses.csv",
    },
    judges={name: Judge(partial(actions.judge_typed, name), MEASURES) for name in queries.PROCESSES},
    indicators="zhujianyun.apps.fire_review.indicators",
    sample="zhujianyun.apps.fire_review.sample:play",
)
