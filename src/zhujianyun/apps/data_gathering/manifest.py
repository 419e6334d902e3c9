"""What 数据归集 offers and needs (应用清单)."""

from zhujianyun.apps.data_gathering import jobs  # noqa: F401 - a plan is known once it is imported
from zhujianyun.apps.data_gathering.queries import RULES, RUN, VIEW
from zhujianyun.ui.manifest import Manifest, MenuEntry, RoleOffer

MANIFEST = Manifest(
    name="data_gathering",
    zh="数据归集",
    summary_zh="从各业务系统归集数据：接入、核对、隔离、结构变更和时间旅行",
    statutes=("国发〔2016〕51号", "GB/T 36344-2018"),
    permissions={VIEW: "查看数据归集", RUN: "发起和取消归集、确认结构变更", RULES: "维护接入和质量规则"},
    roles=(
        RoleOffer(
            "data_gathering.operator", "归集管理员",
            (VIEW, RUN, RULES, "resource.gather", "resource.view", "subject.register", "system.view"),
            acts_below=True, demo_office="450000",
        ),
        RoleOffer("data_gathering.viewer", "数据归集查阅", (VIEW, "resource.view")),
    ),
    tables={
        "quality_dimensions": "quality_dimensions.csv", "quality_grades": "quality_grades.csv",
        "lake_retention": "lake_retention.csv",
    },
    urls="zhujianyun.apps.data_gathering.urls",
    indicators="zhujianyun.apps.data_gathering.indicators",
    menu=(
        MenuEntry("数据归集", "data_gathering:home", "download", VIEW, 220),
        MenuEntry("数据血缘", "data_gathering:lineage", "link", VIEW, 222),
    ),
    sample="zhujianyun.apps.data_gathering.sample:play",
    sample_order=600,  # the catalogue registers most of the tables
    neighbours="zhujianyun.apps.data_gathering.sample.neighbour.serving:serve",
)  # fmt: skip
