"""What bridge watch offers and needs (应用清单)."""

from bridge_watch import actions, rules

from zhujianyun.ui.manifest import Manifest, RoleOffer

MANIFEST = Manifest(
    name="bridge_watch",
    zh="桥梁看护",
    summary_zh="城市桥梁台账与定期检测。",
    statutes=("CJJ 99-2017 城市桥梁养护技术标准",),
    permissions={"bridge_watch.view": "查看桥梁"},
    roles=(RoleOffer("bridge_watch.engineer", "检测工程师", ("bridge_watch.view",)),),
    rules={"must_close": rules.must_close},
    effects={"bridge.close": actions.close_bridge},
    indicators="bridge_watch.indicators",
)
