"""What 数据归集 does in the background (归集任务)."""

from __future__ import annotations

from zhujianyun.apps.data_gathering.actions import feeding, gathering, retaining, starting, sweeping
from zhujianyun.apps.data_gathering.actions.quality import checking
from zhujianyun.base import jobs


@jobs.job(retries=6, backoff=20, zh="归集数据")
def carry_out(code: str) -> str:
    """Gather one batch; killed or cut off, it goes on from its last part (归集一批)."""
    from zhujianyun.apps.data_gathering.models import Batch

    state = gathering.gather(code)
    batch = Batch.objects.select_related("dataset__source").get(code=code)
    if state == Batch.State.COMPLETE and batch.dataset.source.subjects:
        jobs.enqueue(feed, code=code)
    if state == Batch.State.COMPLETE:
        checking.ask_if_ruled(batch.dataset)
    return state


@jobs.job(retries=3, zh="登记归集到的主体")
def feed(code: str) -> dict[str, int]:
    """Let the subjects learn what a batch brought (主体入库)."""
    from zhujianyun.apps.data_gathering.models import Batch

    return feeding.feed(Batch.objects.select_related("dataset").get(code=code))


@jobs.every(minutes=1)
@jobs.job(retries=0, zh="发起到期归集")
def start_due() -> str:
    """Queue what is due, and end what nobody works on any more (发起到期归集)."""
    ended = starting.end_abandoned()
    return f"发起 {starting.start_due()} 批，收尾 {ended} 批"


@jobs.daily_at("03:40")
@jobs.job(retries=1, zh="清理数据湖")
def sweep() -> int:
    """Remove the folders of batches that came to nothing (清理数据湖)."""
    return sweeping.sweep()


@jobs.daily_at("03:50")
@jobs.job(retries=1, zh="清理数据湖旧版本")
def retain() -> str:
    """Remove versions that are kept no longer (清理旧版本)."""
    counts = retaining.retain()
    return f"清理 {counts['removed']} 版，{counts['busy']} 个数据集正在使用，下次再清"


@jobs.job(retries=3, zh="检查数据质量")
def check_quality(run: int) -> str:
    """Look at a snapshot by the rules in force (质量检查)."""
    return checking.carry_out(run)


@jobs.daily_at("04:20")
@jobs.job(retries=1, zh="复查超期数据集的质量")
def check_late() -> int:
    """Look again at what became late (超期复查)."""
    return checking.ask_for_late()
