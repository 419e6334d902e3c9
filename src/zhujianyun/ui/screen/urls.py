"""Addresses of the wall (大屏网址)."""

from django.urls import path

from zhujianyun.ui.screen import pages

app_name = "screen"
urlpatterns = [
    path("figure/<str:code>/", pages.figure, name="figure"),
    path("figure/<str:code>/card", pages.card, name="card"),
    path("ticket", pages.ticket, name="ticket"),
    path("<slug:code>/", pages.show, name="show"),
    path("<slug:code>/frame", pages.frame, name="frame"),
    path("<slug:code>/data", pages.data, name="data"),
]
