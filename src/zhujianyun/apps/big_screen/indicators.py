"""What the big screen counts about itself (大屏指标): screens that are declared, never typed in."""

from __future__ import annotations

from zhujianyun.apps.big_screen import queries
from zhujianyun.kernel.indicator import STOCK, Listing, indicator


@indicator("big_screen.main_screens", zh="主屏", unit="个", kind=STOCK, steward="信息中心", dims=())
def main_screens() -> Listing:
    """Main screens declared by the apps that are present (主屏).

    各应用登记的主屏数，由屏幕登记数出，不手工填写。
    """
    return Listing(queries.main_screens)


@indicator("big_screen.sub_screens", zh="子屏", unit="个", kind=STOCK, steward="信息中心", dims=())
def sub_screens() -> Listing:
    """Sub-screens declared by the apps that are present (子屏).

    各应用登记的子屏数，由屏幕登记数出，不手工填写。
    """
    return Listing(queries.sub_screens)
