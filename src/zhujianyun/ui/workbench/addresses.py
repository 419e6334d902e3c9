"""Our own pages inside Wagtail's admin (工作台自有页面): mounted by a hook, guarded by Wagtail."""

from django.urls import path

from zhujianyun.ui.workbench.pages import acting, cases, downloads, draws, handling

app_name = "workbench"
urlpatterns = [
    path("cases/", cases.show, name="cases"),
    path("cases/draft/<int:pk>/", handling.draft, name="draft"),
    path("cases/draft/<int:pk>/act/<str:action>/", acting.draft, name="act_draft"),
    path("cases/<str:number>/", handling.show, name="case"),
    path("cases/<str:number>/act/<str:action>/", acting.act, name="act"),
    path("cases/<str:number>/proof.json", downloads.proof, name="proof"),
    path("cases/<int:case>/papers/<int:pk>/", downloads.paper, name="paper"),
    path("cases/<int:case>/documents/<int:pk>/", downloads.document, name="document"),
    path("scripts/<str:name>", downloads.script, name="script"),
    path("draws/", draws.index, name="draws"),
    path("draws/freeze/", draws.freeze, name="freeze"),
    path("draws/<int:pk>/", draws.show, name="draw"),
    path("draws/<int:pk>/reveal/", draws.reveal, name="reveal"),
    path("draws/<int:pk>/apply/", draws.apply, name="apply"),
    path("draws/<int:pk>/verification.json", draws.verification, name="verification"),
]
