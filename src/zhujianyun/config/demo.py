"""The demo year (演示年): migrate, open the offices, play 2020 through the real actions, start everything.

Interrupted at any moment it takes up where it was: finished steps are noted in ``var/demo.json``,
and the play itself commits by virtual day. A second run reuses what is there.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from zhujianyun.base.errors import RuleBroken

if TYPE_CHECKING:
    from rich.table import Table

SETTINGS = "zhujianyun.config.settings.demo"
STATE = "demo.json"


@dataclass
class Progress:
    """How far the demo's preparation has come (演示进度)."""

    seed: int
    scale: float
    done: dict[str, float] = field(default_factory=dict)  # step -> seconds

    @classmethod
    def read(cls, folder: Path) -> Progress | None:
        file = folder / STATE
        return cls(**json.loads(file.read_text())) if file.is_file() else None

    def write(self, folder: Path) -> None:
        partial = folder / (STATE + ".new")
        partial.write_text(json.dumps(asdict(self)))
        partial.replace(folder / STATE)


def run(*, scale: float, seed: int, serve: bool, reset: bool, port: int) -> int:
    """Prepare what is not yet there and serve it; the exit code.

    Raises:
        RuleBroken: another seed or scale than the one that was played.
    """
    if not 0.001 <= scale <= 10:
        raise RuleBroken("数据规模须在 0.001 到 10 之间，例如 --scale 0.1。", rule="demo.scale")
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    folder = Path(os.environ.get("ZJY_VAR", "var")).resolve()
    if reset:
        _empty(folder)
    folder.mkdir(parents=True, exist_ok=True)
    progress = _progress(folder, seed, scale)
    import django

    django.setup()
    # Ten thousand cases stay in memory during the play and none of them is garbage: look for it rarely.
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)
    if serve:
        _ports_free(port)
    for name, zh, step in steps():
        if name not in progress.done:
            progress.done[name] = _timed(zh, step, progress)
            progress.write(folder)
    _stand(progress, folder)
    if not serve:
        announce(progress, port=None)
        return 0
    from zhujianyun.config import up

    return up.run(
        host=os.environ.get("ZJY_HOST", "127.0.0.1"), port=port, announce=lambda: announce(progress, port)
    )


def _ports_free(port: int) -> None:
    from zhujianyun.config import up
    from zhujianyun.config.supervisor import check_ports

    check_ports(up.children(host="127.0.0.1", port=port))


def _progress(folder: Path, seed: int, scale: float) -> Progress:
    progress = Progress.read(folder)
    if progress is None:
        return Progress(seed=seed, scale=scale)
    if (progress.seed, progress.scale) != (seed, scale):
        raise RuleBroken(
            f'已有的演示数据是种子 {progress.seed}、规模 {progress.scale:g}。要换，请执行 make demo-reset DEMO_ARGS="--seed {seed} --scale {scale:g}"。',
            rule="demo.same",
        )
    return progress


def _empty(folder: Path) -> None:
    """Remove the demo's own folder, and nothing that is not the demo's."""
    if folder.exists() and not (folder / STATE).exists() and any(folder.iterdir()):
        known = {"zhujianyun.sqlite3", "secret_key", "logs", "keys"}
        if not known & {entry.name for entry in folder.iterdir()}:
            raise RuleBroken(
                f"{folder} 看起来不是演示数据目录，不予清空。请检查 ZJY_VAR。", rule="demo.folder"
            )
    shutil.rmtree(folder, ignore_errors=True)


def steps() -> list[tuple[str, str, Callable[[Progress], None]]]:
    """The steps of the preparation, in order: name, Chinese, function (准备步骤)."""
    from zhujianyun.config.assembly import manifests

    plays = [
        (f"play.{manifest.name}", f"演完 2020 年：{manifest.zh}", _player(manifest.sample))
        for manifest in sorted(manifests().values(), key=lambda one: (one.sample_order, one.name))
        if manifest.sample
    ]
    return [
        ("migrate", "建立数据库", _migrate),
        ("found", "设立机构与账号", _found),
        *plays,
        ("hall", "登记办事大厅申请人", _hall),
        ("seal", "封存留痕", _seal),
        ("figures", "计算指标", _figures),
        ("search", "建立检索索引", _search),
    ]


def _migrate(_: Progress) -> None:
    """Each of Wagtail's migrations renders all related models known by then: it goes while they are few."""
    from django.core.management import call_command

    for app in (["wagtailcore"], []):
        call_command("migrate", *app, verbosity=0, interactive=False)


def _found(progress: Progress) -> None:
    from zhujianyun.config import demo_people

    demo_people.found(progress.seed)


def _hall(progress: Progress) -> None:
    from zhujianyun.config import demo_hall

    demo_hall.play(progress.seed)


def _player(path: str) -> Callable[[Progress], None]:
    module, function = path.split(":")

    def play(progress: Progress) -> None:
        with _bar() as report:
            getattr(importlib.import_module(module), function)(
                scale=progress.scale, seed=progress.seed, report=report
            )

    return play


def _seal(_: Progress) -> None:
    """Seal the year and let the followers see it; the figures are counted once, in the next step."""
    from zhujianyun.config import demo_clock
    from zhujianyun.kernel import journal
    from zhujianyun.kernel.indicator import follower
    from zhujianyun.ui.notices import following, mornings

    demo_clock.set_to(demo_clock.STANDS_AT)
    with _bar() as report, follower.quiet():
        total, count = journal.unsealed(), 0
        while sealed := journal.seal():
            count += sealed
            report(count, max(total, count), "条", "封存")
        journal.run_followers_to_end()
    following.look_back()  # the follower of notices starts here; only the last days are worth a line
    mornings.morning.func()
    journal.checkpoint()


def _search(_: Progress) -> None:
    """Make everything findable; from here on the worker keeps it so."""
    from zhujianyun.ui.search import index

    index.rebuild()


def _figures(_: Progress) -> None:
    """Counted at the ends of some months and two days of December, as a worker would have: for replay."""
    from zhujianyun.base import clock
    from zhujianyun.kernel import indicator
    from zhujianyun.ui.screen.layouts import actions as layouts

    with clock.standing(clock.at_local(date(2020, 1, 2), 8)):
        layouts.note_files()
    with indicator.remembering():
        for day in _counted_days():
            with clock.standing(clock.at_local(day, 20)):
                indicator.materialise(year=2020)
        indicator.sync_versions()
        indicator.materialise(year=2020)


def _counted_days() -> list[date]:
    ends = [date(2020, month + 1, 1) - timedelta(days=1) for month in (3, 6, 9, 10, 11)]
    return [*ends, date(2020, 12, 18), date(2020, 12, 25)]


def _stand(progress: Progress, folder: Path) -> None:
    """The demo's clock stands at the afternoon of the year's last day and runs on from there."""
    from zhujianyun.config import demo_clock

    if not demo_clock.is_set():
        demo_clock.set_to(demo_clock.STANDS_AT)
    demo_clock.resume()
    progress.write(folder)


def _timed(zh: str, step: Callable[[Progress], None], progress: Progress) -> float:
    from rich.console import Console

    console = Console(highlight=False)
    console.print(f"[bold]· {zh}[/bold]")
    began = time.monotonic()
    step(progress)
    seconds = time.monotonic() - began
    console.print(f"  [green]✓[/green] {zh}，用时 {seconds:.1f} 秒")
    return round(seconds, 1)


class _bar:  # noqa: N801 - used as a context manager
    """A progress bar with count, rate and remaining time; plain lines where there is no terminal (进度条)."""

    def __enter__(self) -> Callable[..., None]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self.console = Console(highlight=False)
        self.began = self.said = time.monotonic()
        self.bar = None
        if self.console.is_terminal:
            self.bar = Bar(
                TextColumn("  {task.description}"), BarColumn(bar_width=36), MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"), TextColumn("剩余"), TimeRemainingColumn(compact=True), console=self.console,
            )  # fmt: skip
            self.task = self.bar.add_task("", total=None, rate="")
            self.bar.start()
        return self.report

    def report(self, count: int, total: int, unit: str = "步", note: str = "") -> None:
        now = time.monotonic()
        rate = count / max(now - self.began, 0.001)
        if self.bar:
            self.bar.update(
                self.task, completed=count, total=total, description=note, rate=f"{rate:,.0f} {unit}/秒"
            )
        elif now - self.said > 5:
            self.said = now
            left = (total - count) / rate if rate else 0
            self.console.print(
                f"  {note} {count:,}/{total:,} {unit}，{rate:,.0f} {unit}/秒，剩余约 {left:.0f} 秒"
            )

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.stop()


def announce(progress: Progress, port: int | None) -> None:
    """Say where everything is, who may sign in, and how long it took (收尾说明)."""
    from rich.console import Console

    from zhujianyun.config import demo_hall, demo_people

    console = Console(highlight=False)
    console.print()
    if port:
        base = f"http://localhost:{port}"
        console.print(
            "[bold green]✓ 住建云已启动[/bold green]（演示时钟：2020-12-31 下午起实时走动，Ctrl-C 结束全部进程）"
        )
        for zh, path in (
            ("展示大屏", "/screen/main/"),
            ("消防审验子屏", "/screen/fire/"),
            ("工作台", "/workbench/"),
            ("办事大厅", "/hall/"),
        ):
            console.print(f"  {zh}{'　' * (6 - len(zh))}  {base}{path}")
    else:
        console.print("[bold green]✓ 演示数据已就绪[/bold green]，用 make demo 启动。")
    console.print("\n演示账号（口令均为 [bold]" + demo_people.PASSWORD + "[/bold]）：")
    console.print(_two_columns(demo_people.printed_accounts()))
    console.print("\n办事大厅申请人（手机号登录，口令同上）：")
    console.print(_two_columns(demo_hall.printed()))
    took = "，".join(f"{_zh(name)} {seconds:.0f} 秒" for name, seconds in progress.done.items())
    console.print(f"\n准备用时：{took}；合计 {sum(progress.done.values()):.0f} 秒。")


def _two_columns(rows: list[tuple[str, str]]) -> Table:
    """Who may sign in, and who that is; long lines wrap within their column."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0), pad_edge=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for username, who in rows:
        grid.add_row("  " + username, who)
    return grid


def _zh(step: str) -> str:
    """A step as the last line names it (步骤名): `steps` without 演完 2020 年."""
    names = {name: zh for name, zh, _ in steps()}
    return names.get(step, step).removeprefix("演完 2020 年：")
