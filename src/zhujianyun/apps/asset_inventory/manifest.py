"""What 资产台账 offers and needs (应用清单)."""

from zhujianyun.ui.manifest import Manifest

MANIFEST = Manifest(
    name="asset_inventory",
    zh="资产台账",
    summary_zh="信息化资产底数：系统、互联、探测、迁移计划、问题和年度复核",
)
