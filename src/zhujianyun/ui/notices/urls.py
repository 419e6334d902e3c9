"""Addresses of notices (消息网址), mounted by a hook inside Wagtail's admin."""

from django.urls import path

from zhujianyun.ui.notices.pages import listing, wishes

app_name = "notices"
urlpatterns = [
    path("", listing.show, name="list"),
    path("read/", listing.read, name="read"),
    path("<int:pk>/", listing.follow, name="open"),
    path("wishes/", wishes.show, name="wishes"),
]
