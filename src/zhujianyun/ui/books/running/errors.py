"""What went wrong with a job, in words (任务错误说明): a sentence for people, the traceback for programmers."""

from __future__ import annotations

WORDS = (
    ("Cancelled", "任务已按要求取消。"),
    ("WorkerLost", "执行任务的后台进程多次中断，任务不再重试。请检查服务器内存和磁盘，然后重试。"),
    ("OperationalError", "数据库暂时不可用或被占用。请稍后重试；反复出现时请检查磁盘空间。"),
    ("IntegrityError", "数据之间有冲突，任务没有生效。请查看详情，处理后重试。"),
    ("OutsideFailed", "外部系统没有回应或拒绝了请求。请核对对方是否正常，然后重试。"),
    ("NotFound", "任务要处理的对象已不存在。请核对后取消或重新办理。"),
    ("NotAllowed", "任务所用的身份没有权限。请核对授权后重试。"),
    ("RuleBroken", "任务违反业务规则。请按说明改正后重试。"),
    ("PermissionError", "没有文件读写权限。请检查数据目录的属主和权限。"),
    ("MemoryError", "内存不足。请释放内存或减小范围后重试。"),
    ("ImportError", "任务的程序已不存在（应用可能已移除）。可取消任务。"),
    ("ModuleNotFoundError", "任务的程序已不存在（应用可能已移除）。可取消任务。"),
)
LONGEST = 20_000


def in_words(kind: str, error: str) -> str:
    """A sentence about an error (错误说明); empty without one.

    Args:
        kind: the dotted path of the exception; empty while the job waits for its next try.
        error: the line that was kept, ``Kind: text``.
    """
    if not (kind or error):
        return ""
    name = kind.rpartition(".")[2] or error.partition(":")[0]
    found = next((said for known, said in WORDS if known == name), "")
    own = error.partition(":")[2].strip()
    if found and name in ("RuleBroken", "OutsideFailed", "NotFound", "NotAllowed") and own:
        return own  # these speak Chinese themselves
    if found:
        return found
    if error.startswith("后台进程"):
        return f"{error}，任务已收回，将重新执行。"
    return "程序出错，没有预料到。请把详情交给维护人员。"


def trimmed(traceback: str) -> str:
    """The end of a traceback, where the fault stands (截取详情)."""
    return traceback if len(traceback) <= LONGEST else "…\n" + traceback[-LONGEST:]
