"""Addresses of sign-in (登录网址): only what is needed of allauth, under our own paths."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa import urls as mfa
from django.urls import include, path
from django.views.generic import TemplateView

urlpatterns = [
    path("signin/", account.login, name="account_login"),
    path("signout/", account.logout, name="account_logout"),
    path("signin/closed/", account.account_inactive, name="account_inactive"),
    path("account/signup/", account.signup, name="account_signup"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/change/", account.password_change, name="account_change_password"),
    path(
        "account/password/forgotten/",
        TemplateView.as_view(template_name="signin/forgotten.html"),
        name="account_reset_password",
    ),
    path(
        "account/password/unset/",
        TemplateView.as_view(template_name="signin/forgotten.html"),
        name="account_set_password",
    ),
    path("account/mfa/", include(mfa)),
]
