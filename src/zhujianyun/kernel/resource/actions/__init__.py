"""What can be done with resources (资源办理): one function per verb, one drawer per noun."""

from zhujianyun.kernel.resource.actions.editions import Draft, enter, publish, withdraw
from zhujianyun.kernel.resource.actions.grants import (
    Decision,
    expire_grants,
    issue_grant,
    resume_grant,
    revoke_grant,
    suspend_grant,
)
from zhujianyun.kernel.resource.actions.holdings import (
    accept_schema,
    land,
    promise_cadence,
    register_dataset,
    stop_dataset,
)
from zhujianyun.kernel.resource.actions.mounts import mount_api, mount_file, mount_table, unmount
from zhujianyun.kernel.resource.actions.overrides import check_value, note_told, put_right, settle

__all__ = [
    "Decision", "Draft", "accept_schema", "check_value", "enter", "expire_grants", "issue_grant", "land", "mount_api",
    "mount_file", "mount_table", "note_told", "promise_cadence", "publish", "put_right", "register_dataset", "resume_grant", "revoke_grant",
    "settle", "stop_dataset", "suspend_grant", "unmount", "withdraw",
]  # fmt: skip
