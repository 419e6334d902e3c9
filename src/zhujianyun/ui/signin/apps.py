"""Django configuration of sign-in (登录)."""

from django.apps import AppConfig


class SigninConfig(AppConfig):
    """登录."""

    name = "zhujianyun.ui.signin"
    label = "ui_signin"
    verbose_name = "登录"

    def ready(self) -> None:
        """Let the journal hear of every sign-in."""
        from zhujianyun.ui.signin import hearing

        hearing.connect()
