"""Long work on the journal (留痕长任务): verifying all of it, exporting all of it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse

from zhujianyun.base import clock, jobs
from zhujianyun.kernel import journal
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.journal import checkpoints
from zhujianyun.ui import notices

KEEP_SECONDS = 7 * 86400


@jobs.job(zh="核验全部留痕", retries=0)
def verify_all(account: int) -> dict[str, Any]:
    """Walk the whole journal and say what was found (核验全部留痕); told to whoever asked."""
    began, outside = time.monotonic(), checkpoints.file_path()
    report = journal.verify(external=outside if outside.is_file() else None)
    found = {
        "ok": report.ok, "entries": report.entries, "reason": report.reason_zh, "notices": list(report.notices_zh),
        "checkpoints": report.checkpoints, "unsealed": report.unsealed, "tail_judged": report.tail_judged,
        "judged_until": report.judged_until, "seconds": f"{time.monotonic() - began:.1f}",
        "first_bad": report.first_bad.text_zh if report.first_bad else "", "at": clock.now().isoformat(),
    }  # fmt: skip
    journal.record(
        "journal.verified", actor="system", object=("journal", "entries"), result="ok" if report.ok else "failed",
        reason=report.reason_zh, facts={"entries": report.entries, "asked_by": f"account:{account}"},
    )  # fmt: skip
    title = "留痕核验通过" if report.ok else "留痕核验不通过，请立即查看"
    _tell(account, title, report.reason_zh, reverse("books:verifications"))
    return found


@jobs.job(zh="导出留痕", retries=1)
def export_all(account: int, token: str) -> dict[str, Any]:
    """Write the sealed entries and the checkpoints into a folder of their own (导出留痕); told when ready."""
    sweep()
    folder = place(token)
    folder.mkdir(parents=True, exist_ok=True)
    count = journal.export(folder / "journal.jsonl")
    if checkpoints.file_path().is_file():
        shutil.copyfile(checkpoints.file_path(), folder / "checkpoints.jsonl")
    shutil.copyfile(Path(checkpoints.__file__).with_name("verify_offline.py"), folder / "verify_offline.py")
    archive = Path(shutil.make_archive(str(folder), "zip", folder))
    shutil.rmtree(folder)
    _tell(account, "留痕导出已备好", f"共 {count:,} 条，文件保留七天。", reverse("books:export_journal"))
    return {"entries": count, "token": token, "bytes": archive.stat().st_size}


def place(token: str) -> Path:
    """Where an export lies (导出位置)."""
    return Path(settings.ZJY_EXPORTS) / "journal" / token


def sweep() -> int:
    """Remove exports older than a week (清理导出); how many."""
    old = [
        file
        for file in (Path(settings.ZJY_EXPORTS) / "journal").glob("*.zip")
        if time.time() - file.stat().st_mtime > KEEP_SECONDS
    ]
    for file in old:
        file.unlink()
    return len(old)


def _tell(account: int, title: str, text: str, url: str) -> None:
    found = Account.objects.filter(pk=account).first()
    if found is not None:
        notices.tell(found, title, text, url, kind="export")
