"""What 资产台账 offers and needs (应用清单)."""

from zhujianyun.apps.asset_inventory import jobs  # noqa: F401 - a plan is known once it is imported
from zhujianyun.apps.asset_inventory.actions import reviewing
from zhujianyun.apps.asset_inventory.queries import searching
from zhujianyun.ui.manifest import Manifest, MenuEntry, RoleOffer

CASES, VIEW, EDIT, REVIEW, PROBE = (
    "asset_inventory.view_cases",
    "asset_inventory.view",
    "asset_inventory.edit",
    "asset_inventory.review",
    "asset_inventory.probe",
)

MANIFEST = Manifest(
    name="asset_inventory",
    zh="资产台账",
    summary_zh="信息化资产底数：系统、互联、探测、迁移计划、问题和年度复核",
    statutes=("国办发〔2019〕57号",),
    permissions={
        CASES: "查看年度复核办件",
        VIEW: "查看资产台账",
        EDIT: "登记和变更系统资料",
        REVIEW: "组织年度复核、豁免问题",
        PROBE: "管理探测项和内网白名单",
    },
    roles=(
        RoleOffer(
            "asset_inventory.centre", "信息中心台账管理员",
            (CASES, VIEW, EDIT, REVIEW, PROBE, "system.register", "system.view", "indicator.handle_alarm"),
            acts_below=True, demo_office="450000",
        ),
        RoleOffer(
            "asset_inventory.division", "系统责任处室经办人", (CASES, VIEW, EDIT, "system.register", "system.view"),
            demo_office="450000-zfbz",
        ),
        RoleOffer("asset_inventory.viewer", "资产台账查阅", (CASES, VIEW)),
    ),
    effects={"inventory.reviewed": reviewing.note_reviewed},
    tables={"inventory_limits": "inventory_limits.csv"},
    indicators="zhujianyun.apps.asset_inventory.indicators",
    urls="zhujianyun.apps.asset_inventory.urls",
    menu=(MenuEntry("资产台账", "asset_inventory:home", "list-ul", VIEW, 200),),
    searched=(searching.SYSTEMS,),
    sample="zhujianyun.apps.asset_inventory.sample:play",
    neighbours="zhujianyun.apps.asset_inventory.sample.neighbours:serve",
)  # fmt: skip
