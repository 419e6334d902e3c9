"""Addresses of the workbench (工作台网址): our home page, then Wagtail's admin with ours inside it."""

from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls

urlpatterns = [path("", include(wagtailadmin_urls))]
