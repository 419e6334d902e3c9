"""What the big screen offers and needs (应用清单)."""

from zhujianyun.ui.manifest import Manifest, RoleOffer

MANIFEST = Manifest(
    name="big_screen",
    zh="展示大屏",
    summary_zh="一块主屏，若干子屏；每个数字点得到口径与记录。",
    permissions={
        "screen.view": "查看展示大屏",
        "screen.devices": "管理大屏设备",
        "screen.edit": "编辑大屏布局",
    },
    roles=(
        RoleOffer("big_screen.viewer", "大屏观看者", ("screen.view",)),
        RoleOffer(
            "big_screen.keeper", "大屏值守员", ("screen.view", "screen.devices", "indicator.handle_alarm")
        ),
        RoleOffer("big_screen.editor", "大屏编辑员", ("screen.view", "screen.edit")),
    ),
    indicators="zhujianyun.apps.big_screen.indicators",
)
