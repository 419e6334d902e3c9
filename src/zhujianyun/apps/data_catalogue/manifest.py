"""What 资源目录 offers and needs (应用清单)."""

from zhujianyun.apps.data_catalogue import jobs  # noqa: F401 - a plan is known once it is imported
from zhujianyun.apps.data_catalogue.actions import correcting, editing, finding, granting, telling
from zhujianyun.apps.data_catalogue.queries import (
    CASES,
    DECIDE,
    EDIT,
    MOUNT,
    PUBLISH,
    REQUEST,
    SUPERVISE,
    VIEW,
    searching,
)
from zhujianyun.ui.manifest import Follow, Manifest, MenuEntry, RoleOffer

KNOW = (CASES, VIEW, "resource.view")

MANIFEST = Manifest(
    name="data_catalogue",
    zh="资源目录",
    summary_zh="公共数据资源的编目、挂接、开放和共享",
    statutes=("国发〔2016〕51号", "发改高技〔2017〕1272号", "政务数据共享条例"),
    permissions={
        CASES: "查看目录和共享办件",
        VIEW: "查看资源目录",
        EDIT: "编制资源目录",
        PUBLISH: "审核和发布资源目录",
        MOUNT: "挂载和卸载资源",
        DECIDE: "审批共享申请",
        SUPERVISE: "监督数据共享",
        REQUEST: "申请共享数据",
    },
    roles=(
        RoleOffer(
            "data_catalogue.editor", "编目人员", (*KNOW, EDIT, MOUNT, "resource.catalogue", "resource.mount"),
            demo_office="450000-jzsc",
        ),
        RoleOffer(
            "data_catalogue.publisher", "目录管理员",
            (*KNOW, EDIT, PUBLISH, MOUNT, SUPERVISE, "resource.catalogue", "resource.mount", "resource.gather"),
            acts_below=True, demo_office="450000",
        ),
        RoleOffer("data_catalogue.consumer_head", "使用方负责人", (VIEW, "resource.view", REQUEST)),
        RoleOffer("data_catalogue.source_clerk", "共享受理人员", (*KNOW, DECIDE), demo_office="450000-jzsc"),
        RoleOffer(
            "data_catalogue.source_head", "提供方负责人", (*KNOW, DECIDE, "resource.grant"),
            demo_office="450000-jzsc",
        ),
        RoleOffer(
            "data_catalogue.source_tech", "数据交付人员", (*KNOW, "resource.grant"), acts_below=True,
            demo_office="450000",
        ),
        RoleOffer(
            "data_catalogue.supervisor", "共享监督员", (*KNOW, SUPERVISE, "resource.grant"), acts_below=True,
            demo_office="450000",
        ),
        RoleOffer("data_catalogue.viewer", "资源目录查阅", KNOW),
    ),
    effects={
        "catalogue.publish": editing.carry_out,
        "catalogue.issue_grant": granting.carry_out,
        "catalogue.correct": correcting.carry_out,
    },
    tables={
        "catalogue_limits": "catalogue_limits.csv", "catalogue_classes": "catalogue_classes.csv",
        "sharing_limits": "sharing_limits.csv",
    },
    followers=(
        Follow("data_catalogue.landed", ("resource.dataset.land",), finding.look_after_landing),
        Follow("data_catalogue.delivered", ("resource.dataset.land",), correcting.follow_landing),
        Follow(
            "data_catalogue.grants", ("resource.grant.*", "resource.unmount", "resource.withdraw"),
            granting.follow,
        ),
        Follow(
            "data_catalogue.consumers", ("case.data_sharing_request.*", "case.data_correction.*"),
            telling.follow,
        ),
        Follow("data_catalogue.conflicts", ("subject.conflict",), correcting.follow_conflicts),
    ),
    indicators="zhujianyun.apps.data_catalogue.indicators",
    urls="zhujianyun.apps.data_catalogue.urls",
    open_urls="zhujianyun.apps.data_catalogue.urls.everybody",
    menu=(MenuEntry("资源目录", "data_catalogue:home", "folder-open-inverse", VIEW, 210),),
    searched=(searching.ENTRIES,),
    sample="zhujianyun.apps.data_catalogue.sample:play",
    neighbours="zhujianyun.apps.data_catalogue.sample.region:serve",
)  # fmt: skip
