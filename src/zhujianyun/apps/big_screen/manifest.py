"""What the big screen offers and needs (应用清单)."""

from zhujianyun.ui.manifest import Manifest, RoleOffer

MANIFEST = Manifest(
    name="big_screen",
    zh="展示大屏",
    summary_zh="一块主屏，若干子屏；每个数字点得到口径与记录。",
    permissions={"screen.view": "查看展示大屏", "screen.devices": "管理大屏设备"},
    roles=(
        RoleOffer("big_screen.viewer", "大屏观看者", ("screen.view",)),
        RoleOffer(
            "big_screen.keeper", "大屏值守员", ("screen.view", "screen.devices", "indicator.handle_alarm")
        ),
    ),
    indicators="zhujianyun.apps.big_screen.indicators",
)
