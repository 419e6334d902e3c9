"""Our own pages inside Wagtail's admin (工作台自有页面): mounted by a hook, guarded by Wagtail."""

from django.urls import path

from zhujianyun.ui.workbench.desk_addresses import DESK
from zhujianyun.ui.workbench.pages import acting, bulk, cases, downloads, draws, exports, handling, views

app_name = "workbench"
urlpatterns = [
    path("cases/", cases.show, name="cases"),
    path("cases/views/", views.index, name="views"),
    path("cases/views/save/", views.save, name="save_view"),
    path("cases/views/<int:pk>/", views.change, name="change_view"),
    path("cases/columns/", views.columns, name="columns"),
    path("cases/bulk/", bulk.choose, name="bulk"),
    path("cases/bulk/act/", bulk.act, name="bulk_act"),
    path("cases/bulk/<str:token>/", bulk.done, name="bulk_done"),
    path("cases/export/", exports.ask, name="export"),
    path("exports/", exports.index, name="exports"),
    path("exports/<int:pk>/", exports.show, name="export_page"),
    path("exports/<int:pk>/file", exports.file, name="export_file"),
    path("cases/draft/<int:pk>/", handling.draft, name="draft"),
    path("cases/draft/<int:pk>/act/<str:action>/", acting.draft, name="act_draft"),
    path("cases/<str:number>/", handling.show, name="case"),
    path("cases/<str:number>/act/<str:action>/", acting.act, name="act"),
    path("cases/<str:number>/proof.json", downloads.proof, name="proof"),
    path("cases/<int:case>/papers/<int:pk>/", downloads.paper, name="paper"),
    path("cases/<int:case>/documents/<int:pk>/", downloads.document, name="document"),
    path("scripts/<str:name>", downloads.script, name="script"),
    *DESK,
    path("draws/", draws.index, name="draws"),
    path("draws/freeze/", draws.freeze, name="freeze"),
    path("draws/<int:pk>/", draws.show, name="draw"),
    path("draws/<int:pk>/reveal/", draws.reveal, name="reveal"),
    path("draws/<int:pk>/apply/", draws.apply, name="apply"),
    path("draws/<int:pk>/verification.json", draws.verification, name="verification"),
]
