"""The daily sweep of the hall (办事大厅清理): codes, failures, uploads that nobody goes on with."""

from __future__ import annotations

from zhujianyun.base import jobs


@jobs.daily_at("03:30")
@jobs.job(retries=1)
def sweep_hall() -> int:
    """清理过期验证码、失败记录和未完成的上传."""
    from zhujianyun.ui.hall.applying import uploading
    from zhujianyun.ui.hall.people import codes, lockout

    return codes.sweep() + lockout.sweep() + uploading.sweep()
