"""Small promises of the house: no sheds, no giant files, no outside hosts, vendored bytes as pinned."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/zhujianyun"
SHEDS = {"utils", "helpers", "common", "core", "misc", "extras"}
ROOMS = {
    "rules", "models", "queries", "actions", "indicators", "processes", "screens", "forms", "pages", "api", "feeds",
    "jobs", "urls", "manifest", "sample", "templates", "static", "migrations", "tests", "README", "__init__", "apps",
}  # fmt: skip


def python_files() -> list[Path]:
    return [f for f in SOURCE.rglob("*.py") if "migrations" not in f.parts]


def test_there_are_no_sheds():
    assert not [p for p in SOURCE.rglob("*") if p.stem in SHEDS and "vendor" not in p.parts]


def test_a_file_can_be_read_over_one_cup_of_tea():
    long = {
        str(f.relative_to(ROOT)): n
        for f in python_files()
        if "tests" not in f.parts and (n := len(f.read_text().splitlines())) > 400
    }
    assert not long


def test_every_app_has_the_same_rooms():
    for app in (SOURCE / "apps").iterdir():
        if (app / "manifest.py").is_file():
            rooms = {p.stem for p in app.iterdir() if p.name != "__pycache__"}
            assert rooms <= ROOMS, f"{app.name}: {rooms - ROOMS}"


def test_every_module_of_base_kernel_and_config_says_what_it_is():
    silent = [
        str(f.relative_to(ROOT))
        for f in python_files()
        if "tests" not in f.parts
        and not f.read_text().removeprefix("#!/usr/bin/env python3\n").startswith('"""')
    ]
    assert not silent


def test_nothing_but_the_clock_asks_what_time_it_is():
    asking = re.compile(r"datetime\.now\(|timezone\.now\(|date\.today\(|auto_now")
    allowed = {"base/clock.py", "config/demo_clock.py"}
    found = [
        f"{f.relative_to(SOURCE)}"
        for f in python_files()
        if "tests" not in f.parts
        and not str(f.relative_to(SOURCE)).startswith("base/jobs/")
        and str(f.relative_to(SOURCE)) not in allowed
        and asking.search(f.read_text())
    ]
    assert not found


def test_vendored_files_are_the_pinned_bytes():
    folder = SOURCE / "ui/screen/static/ui_screen/vendor"
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_no_page_asks_an_outside_host():
    outside = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//(?!www\.w3\.org)""")
    pages = [p for p in SOURCE.rglob("*") if p.suffix in {".html", ".css", ".js"} and "vendor" not in p.parts]
    assert pages
    assert not [str(p.relative_to(ROOT)) for p in pages if outside.search(p.read_text())]
