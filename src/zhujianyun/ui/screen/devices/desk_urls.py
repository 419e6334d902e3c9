"""Addresses of the devices on the desk (设备管理网址)."""

from django.urls import path

from zhujianyun.ui.screen.devices import desk

app_name = "devices"
urlpatterns = [
    path("", desk.index, name="index"),
    path("approve/", desk.approve, name="approve"),
    path("<int:pk>/change/", desk.change, name="change"),
    path("<int:pk>/revoke/", desk.revoke, name="revoke"),
]
