"""What can be done with accounts and rights (办理): each verb guards, changes, records, in one transaction."""

from zhujianyun.kernel.access.actions.accounts import (
    change_own_password,
    close_account,
    open_account,
    unlock_account,
)
from zhujianyun.kernel.access.actions.founding import Founder, found_platform
from zhujianyun.kernel.access.actions.grants import grant_role, withdraw_role
from zhujianyun.kernel.access.actions.officers import appoint_officer, dismiss_officer
from zhujianyun.kernel.access.actions.offices import close_office, open_office, open_offices_from_divisions
from zhujianyun.kernel.access.actions.resets import approve_reset, ask_reset
from zhujianyun.kernel.access.actions.substitutes import end_substitution, lend_post

__all__ = [
    "Founder",
    "appoint_officer",
    "approve_reset",
    "ask_reset",
    "change_own_password",
    "close_account",
    "close_office",
    "dismiss_officer",
    "end_substitution",
    "found_platform",
    "grant_role",
    "lend_post",
    "open_account",
    "open_office",
    "open_offices_from_divisions",
    "unlock_account",
    "withdraw_role",
]
