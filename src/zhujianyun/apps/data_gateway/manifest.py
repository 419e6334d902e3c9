"""What 数据共享 offers and needs (应用清单)."""

from zhujianyun.apps.data_gateway.actions import telling
from zhujianyun.apps.data_gateway.jobs import TICKS
from zhujianyun.apps.data_gateway.queries import CONSUME, OPERATE, VIEW, served
from zhujianyun.ui.manifest import Follow, Manifest, MenuEntry, Process, RoleOffer

API = "zhujianyun.apps.data_gateway.api"

MANIFEST = Manifest(
    name="data_gateway",
    zh="数据共享",
    summary_zh="库表接口和接口代理：按授权供数、脱敏、限额、计量和留证",
    statutes=("国发〔2016〕51号", "政务数据共享条例"),
    permissions={VIEW: "查看共享服务和调用", OPERATE: "管理共享服务、密钥和熔断", CONSUME: "使用共享接口"},
    indicators="zhujianyun.apps.data_gateway.indicators",
    roles=(
        RoleOffer(
            "data_gateway.operator", "共享接口管理员", (VIEW, OPERATE, "resource.view", "system.view"),
            acts_below=True, demo_office="450000",
        ),
        RoleOffer("data_gateway.consumer", "共享接口使用人", (CONSUME, "resource.view")),
    ),
    ticks=TICKS,
    brings=(
        Process(
            "table", ("{python}", "-m", "granian", "--interface", "asgi", "--host", "{host}", "--port", "{port}",
                      "--no-ws", "--log-level", "warning", "--loop", "uvloop", "--runtime-mode", "st",
                      "--respawn-failed-workers", "--factory",
                      f"{API}.table.app:application"),
            port_offset=2, ready_path="/healthz", settings=("ZJY_SERVING",),
        ),
        Process(
            "proxy", ("{python}", "-m", f"{API}.proxy", "--host", "{host}", "--port", "{port}"),
            port_offset=3, ready_path="/healthz", settings=("ZJY_SERVING",),
        ),
    ),
    urls="zhujianyun.apps.data_gateway.urls",
    open_urls="zhujianyun.apps.data_gateway.urls.everybody",
    menu=(
        MenuEntry("数据共享", "data_gateway:home", "link", VIEW, 230),
        MenuEntry("我的接口", "data_gateway:mine", "key", CONSUME, 231),
    ),
    followers=(Follow("data_gateway.put_right", ("resource.row.put_right",), telling.follow),),
    pins=(served.PINS,),
    sample="zhujianyun.apps.data_gateway.sample:play",
    sample_order=900,
    neighbours="zhujianyun.apps.data_gateway.sample.live:serve",
)  # fmt: skip
