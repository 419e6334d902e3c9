"""Addresses around the handling page (办理网址): drafts, previews, tasks, duties, the glossary."""

from django.urls import path

from zhujianyun.ui.workbench.pages import drafts, duties, glossary, previews, tasks

DESK = [
    path("cases/draft/<int:pk>/amend/", drafts.amend, name="amend"),
    path("cases/draft/<int:pk>/documents/<int:document>/drop/", drafts.drop, name="drop"),
    path("cases/<str:number>/preview/<str:action>/", previews.paper, name="preview"),
    path("cases/<str:number>/tasks/<int:pk>/", tasks.show, name="task"),
    path("cases/<str:number>/tasks/<int:pk>/assign/", tasks.assign, name="task_assign"),
    path("cases/<str:number>/tasks/<int:pk>/submit/", tasks.submit, name="task_submit"),
    path("cases/<str:number>/tasks/<int:pk>/give-back/", tasks.give_back, name="task_give_back"),
    path("duties/", duties.show, name="duties"),
    path("duties/lend/", duties.lend, name="lend"),
    path("duties/<int:pk>/end/", duties.end, name="end_substitution"),
    path("duties/hand-over/", duties.hand_over, name="hand_over"),
    path("duties/hand-over/now/", duties.hand_over_now, name="hand_over_now"),
    path("glossary/", glossary.show, name="glossary"),
]
