"""Addresses of 数据共享 inside the workbench (数据共享网址), behind Wagtail's door."""

from django.urls import path
from wagtail.admin.auth import require_admin_access as inside

from zhujianyun.apps.data_gateway.pages import (
    acting,
    consuming,
    home,
    opening,
    operating,
    providing,
    reading,
    replaying,
)

app_name = "data_gateway"
urlpatterns = [
    path("", inside(home.home), name="home"),
    path("mine/", inside(consuming.mine), name="mine"),
    path("mine/grants/<str:code>/", inside(consuming.grant), name="grant"),
    path("mine/grants/<str:code>/openapi.json", inside(consuming.openapi), name="openapi"),
    path("mine/keys/issue/", inside(acting.issue), name="issue"),
    path("mine/keys/<str:code>/rotate/", inside(acting.rotate), name="rotate"),
    path("mine/keys/<str:code>/revoke/", inside(acting.revoke), name="revoke"),
    path("readers/", inside(providing.readers), name="readers"),
    path("calls/", inside(providing.calls), name="calls"),
    path("calls/<str:call_id>/", inside(providing.call), name="call"),
    path("running/", inside(operating.running), name="running"),
    path("mounts/<int:pk>/open/", inside(opening.open_service), name="open"),
    path("services/<slug:code>/close/", inside(acting.close), name="close"),
    path("services/<slug:code>/reopen/", inside(acting.reopen), name="reopen"),
    path("subjects/", inside(reading.subjects), name="subjects"),
    path("replay/", inside(replaying.replay), name="replay"),
]
