"""Addresses of 资产台账 inside the workbench (资产台账网址), behind Wagtail's door."""

from django.urls import path
from django.views.generic import RedirectView
from wagtail.admin.auth import require_admin_access as inside

from zhujianyun.apps.asset_inventory.pages import acting, graph, lists, sheets, system

app_name = "asset_inventory"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="asset_inventory:systems"), name="home"),
    path("systems/", inside(lists.systems), name="systems"),
    path("systems/new/", inside(acting.enter), name="enter"),
    path("systems/<slug:code>/", inside(system.show), name="system"),
    path("systems/<slug:code>/history/", inside(system.history), name="history"),
    path("systems/<slug:code>/edit/", inside(acting.edit), name="edit"),
    path("systems/<slug:code>/review/", inside(acting.review), name="review"),
    path("systems/<slug:code>/contacts/", inside(acting.contacts), name="contacts"),
    path("systems/<slug:code>/documents/<int:pk>/", inside(system.document), name="document"),
    path("systems/<slug:code>/do/<slug:act>/", inside(acting.do), name="do"),
    path("links/<int:pk>/end/", inside(acting.unlink), name="unlink"),
    path("graph/", inside(graph.show), name="graph"),
    path("plans/", inside(lists.plans), name="plans"),
    path("milestones/<int:pk>/", inside(acting.reach), name="reach"),
    path("findings/", inside(lists.findings), name="findings"),
    path("findings/<int:pk>/waive/", inside(acting.waive), name="waive"),
    path("probes/", inside(lists.probes), name="probes"),
    path("probes/<int:pk>/", inside(acting.probe), name="probe"),
    path("ranges/", inside(acting.allow), name="allow"),
    path("ranges/<int:pk>/remove/", inside(acting.forbid), name="forbid"),
    path("import/", inside(sheets.begin), name="import"),
    path("import/template.xlsx", inside(sheets.template), name="template"),
    path("import/<int:pk>/", inside(sheets.show), name="import_run"),
    path("import/<int:pk>/decide/", inside(sheets.decide), name="import_decide"),
    path("export.<str:kind>", inside(sheets.export), name="export"),
]
