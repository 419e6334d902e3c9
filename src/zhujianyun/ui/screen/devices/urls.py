"""Addresses of a wall device (大屏设备网址)."""

from django.urls import path

from zhujianyun.ui.screen.devices import wall

app_name = "wall"
urlpatterns = [
    path("", wall.show, name="show"),
    path("pairing", wall.pairing, name="pairing"),
    path("worker.js", wall.worker, name="worker"),
]
