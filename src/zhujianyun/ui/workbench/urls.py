"""Addresses of the workbench (工作台网址): our home page, then Wagtail's admin with ours inside it.

Ours stand first, so they win; Wagtail's names (`wagtailadmin_home`, `wagtailadmin_account`) still lead
to the same addresses. The rest of ours enters through `wagtail_hooks`.
"""

from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access

from zhujianyun.ui.workbench.pages import account, home

urlpatterns = [
    path("", require_admin_access(home.show)),
    path("account/", require_admin_access(account.show)),
    path("", include(wagtailadmin_urls)),
]
