"""Loading, linting, walking and drawing of process definitions (流程定义性能).

    .venv/bin/python bench/definitions.py [FOLDER …]

Without folders: every definition of the apps and the two examples of the specification. Medians of
`ROUNDS` runs after the schema validator is built. Bars: load + lint ≤ 50 ms for each definition, full
walk of all ≤ 10 s.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from zhujianyun.base.expressions import Expression
from zhujianyun.kernel.case import draw
from zhujianyun.kernel.case.definition import diagram, marked_yaml, shape
from zhujianyun.kernel.case.definition.load import load_file
from zhujianyun.kernel.case.definition.walk import walk

ROOT = Path(__file__).parents[1] / "src" / "zhujianyun"
FOLDERS = [*sorted(ROOT.glob("apps/*/processes")), ROOT / "kernel" / "case" / "tests" / "definitions"]
ROUNDS = 15


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median time of some work."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times) * 1000


def draw_afresh(definition) -> None:  # noqa: ANN001
    """A drawing without the kept layout."""
    diagram._layouts.clear()
    diagram.svg(definition)


def main(folders: list[Path]) -> None:
    """Print one line for each definition, then the sums."""
    print(f"Python {platform.python_version()}, {platform.machine()}, medians of {ROUNDS}, milliseconds")
    start = perf_counter()
    shape.validator().is_valid({})
    print(f"schema validator built once: {(perf_counter() - start) * 1000:.1f}")
    print(
        f"{'definition':42}{'lines':>6}{'yaml':>8}{'load':>8}{'walk':>8}{'draw':>8}{'paths':>9}{'longest':>8}"
    )
    loads, walks = [], []
    for path in (file for folder in folders for file in sorted(folder.glob("*.yaml"))):
        definition, text = load_file(path, "bench"), path.read_text(encoding="utf-8")
        loads.append(milliseconds(lambda path=path: load_file(path, "bench")))
        walks.append(milliseconds(lambda definition=definition: walk(definition)))
        drawn = milliseconds(lambda definition=definition: draw_afresh(definition), 5)
        yaml = milliseconds(lambda text=text: marked_yaml.read(text))
        report = walk(definition)
        print(
            f"{path.stem:42}{text.count(chr(10)):6}{yaml:8.1f}{loads[-1]:8.1f}{walks[-1]:8.2f}{drawn:8.1f}"
            f"{report.paths:9}{report.longest:8}"
        )
    print(f"{len(loads)} definitions: slowest load {max(loads):.1f}, all walks {sum(walks):.1f}")
    guard = Expression("firm.grade == '一类' || subject.scale != '大型'")
    facts = {"firm": {"grade": "二类"}, "subject": {"scale": "中型"}}
    print(f"one guard: {milliseconds(lambda: [guard.holds(facts) for _ in range(1000)]):.1f} µs")
    names = [f"C{i:05}" for i in range(10_000)]
    print(f"order 10 000 cases by SM3: {milliseconds(lambda: draw.order('seed', names), 5):.1f}")


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:]] or FOLDERS)
