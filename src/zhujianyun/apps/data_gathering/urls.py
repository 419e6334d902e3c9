"""Addresses of 数据归集 inside the workbench (数据归集网址), behind Wagtail's door."""

from django.urls import path
from wagtail.admin.auth import require_admin_access as inside

from zhujianyun.apps.data_gathering.pages import acting, attaching, lineage, looking, quality, sources

app_name = "data_gathering"
urlpatterns = [
    path("", inside(looking.sources), name="home"),
    path("batches/<str:code>/", inside(looking.batch), name="batch"),
    path("batches/<str:code>/cancel/", inside(acting.cancel), name="cancel"),
    path("drifts/<int:pk>/", inside(acting.decide), name="decide"),
    path("lineage/", inside(lineage.lineage_page), name="lineage"),
    path("new/", inside(sources.register), name="register"),
    path("quality/", inside(quality.overview), name="quality_overview"),
    path("rows/<int:pk>/", inside(acting.row), name="row"),
    path("sets/<str:code>/", inside(looking.dataset), name="dataset"),
    path("sets/<str:code>/quality/", inside(quality.dataset), name="quality"),
    path("sets/<str:code>/quality/check/", inside(quality.check), name="quality_check"),
    path("sets/<str:code>/quality/new/", inside(quality.write), name="quality_write"),
    path("sets/<str:code>/quality/suggest/", inside(quality.suggest), name="quality_suggest"),
    path("sets/<str:code>/quality/rules/<str:rule>/", inside(quality.rule), name="quality_rule"),
    path("sets/<str:code>/quality/rules/<str:rule>/change/", inside(quality.change), name="quality_change"),
    path("sets/<str:code>/quality/rules/<str:rule>/switch/", inside(quality.switch), name="quality_switch"),
    path("sets/<str:code>/attach/", inside(attaching.attach), name="attach"),
    path("sets/<str:code>/change/", inside(sources.change), name="change"),
    path("sets/<str:code>/run/", inside(acting.run), name="run"),
    path("sets/<str:code>/versions/", inside(looking.version), name="version"),
]
