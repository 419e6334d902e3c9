"""How Django and Wagtail ask us (认证与授权后端): who is this, and may he in.

Rights come from memberships and duties alone. Django's groups and per-user permissions are not
looked at, so rows in those tables give nothing to anybody. Unknown, closed and wrong-password
accounts cost the same one hash, so that time does not tell which names exist.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from zhujianyun.base import clock
from zhujianyun.kernel.access import guard
from zhujianyun.kernel.access.models import Account, normal_username

WAGTAIL_DOOR = "wagtailadmin.access_admin"


class AccountBackend(BaseBackend):
    """The one backend that lets people in (账号后端)."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> Account | None:
        """The open account of this name and password, or None."""
        if not username or password is None:
            return None
        account = Account.objects.filter(username=normal_username(username)).first()
        if account is None or not account.has_usable_password():
            Account().set_password(password)
            return None
        fits = account.check_password(password)
        return account if fits and account.is_open_on(clock.today()) else None

    def get_user(self, user_id: int) -> Account | None:
        """The account of a session; a closed or expired one ends with its next request."""
        account = Account.objects.filter(pk=user_id).first()
        return account if account is not None and account.is_open_on(clock.today()) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """A permission of ours by its code; Wagtail's door for whoever has a role or a duty."""
        if not isinstance(user_obj, Account) or not user_obj.is_open_on(clock.today()):
            return False
        actor = user_obj.actor()
        if perm == WAGTAIL_DOOR:
            return bool(actor.roles or actor.duty)
        return guard.allows(actor, perm, obj=obj)

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Codes of all that is held; with an object, held for it."""
        if not isinstance(user_obj, Account):
            return set()
        codes = {*user_obj.actor().granted, WAGTAIL_DOOR}
        return {code for code in codes if self.has_perm(user_obj, code, obj)}

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether anything of an app is held."""
        return any(code.split(".")[0] == app_label for code in self.get_all_permissions(user_obj))
