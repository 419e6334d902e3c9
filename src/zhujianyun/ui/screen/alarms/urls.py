"""Addresses of the alarms on the desk (告警网址)."""

from django.urls import path

from zhujianyun.ui.screen.alarms import pages

app_name = "alarms"
urlpatterns = [
    path("", pages.index, name="index"),
    path("acknowledge/", pages.acknowledge_group, name="acknowledge_group"),
    path("<int:pk>/acknowledge/", pages.acknowledge, name="acknowledge"),
    path("<int:pk>/close/", pages.close, name="close"),
]
