"""Addresses of the public pages (公众页面网址). Permanent: notices keep theirs for ever."""

from __future__ import annotations

from django.urls import path

from zhujianyun.ui.hall.public import pages, verifying

urlpatterns = [
    path("", pages.home, name="home"),
    path("notices/", pages.notice_list, name="notices"),
    path("notices/feed.xml", pages.feed, name="feed"),
    path("notices/draw/<int:pk>/", pages.notice_draw, name="notice_draw"),
    path("notices/draw/<int:pk>/data.json", pages.draw_bundle, name="draw_bundle"),
    path("notices/decision/<int:pk>/", pages.notice_decision, name="notice_decision"),
    path("notices/result/<str:number>/", pages.notice_result, name="notice_result"),
    path("figures/", pages.figure_list, name="figures"),
    path("figures/<str:code>/", pages.figure, name="figure"),
    path("papers/", pages.paper_state, name="paper_state"),
    path("about/", pages.about, name="about"),
    path("verify/", verifying.index, name="verify"),
    path("verify/draw/", verifying.draw, name="verify_draw"),
    path("verify/draw/<int:pk>/", verifying.draw, name="verify_draw_one"),
    path("verify/clock/", verifying.clock, name="verify_clock"),
    path("verify/paper/", verifying.paper, name="verify_paper"),
    path("verify/offline/", verifying.offline, name="verify_offline"),
    path("verify/offline/keys.json", verifying.keys, name="verify_keys"),
    path("verify/offline/<str:name>", verifying.script, name="verify_script"),
]
