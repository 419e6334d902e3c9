"""Addresses of 数据归集 inside the workbench (数据归集网址), behind Wagtail's door."""

from django.urls import path
from wagtail.admin.auth import require_admin_access as inside

from zhujianyun.apps.data_gathering.pages import acting, looking

app_name = "data_gathering"
urlpatterns = [
    path("", inside(looking.sources), name="home"),
    path("batches/<str:code>/", inside(looking.batch), name="batch"),
    path("batches/<str:code>/cancel/", inside(acting.cancel), name="cancel"),
    path("drifts/<int:pk>/", inside(acting.decide), name="decide"),
    path("rows/<int:pk>/", inside(acting.row), name="row"),
    path("sets/<str:code>/", inside(looking.dataset), name="dataset"),
    path("sets/<str:code>/run/", inside(acting.run), name="run"),
    path("sets/<str:code>/versions/", inside(looking.version), name="version"),
]
