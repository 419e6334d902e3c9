"""The house keeps its shape: imports, deletion of apps, apps from outside, refused starts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = sorted(p.name for p in (ROOT / "src/zhujianyun/apps").iterdir() if (p / "manifest.py").is_file())
START = (
    "import django; django.setup(); from django.core.management import call_command; call_command('check')"
)


def run(words: list[str], folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ZJY_", "DJANGO_"))}
    clean |= {
        "DJANGO_SETTINGS_MODULE": "zhujianyun.config.settings.test",
        "PYTHONPATH": str(folder / "src"),
    } | env
    return subprocess.run(
        words, cwd=folder, env=clean, capture_output=True, text=True, timeout=180, check=False
    )


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return run([str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], folder)


def test_imports_point_down_only():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(
        ROOT / "src",
        tmp_path / "src",
        ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "fonts", "static"),
    )
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


@pytest.mark.parametrize("app", APPS)
def test_an_app_is_removed_by_deleting_its_folder(copy: Path, app: str):
    shutil.rmtree(copy / "src/zhujianyun/apps" / app)
    started = run([sys.executable, "-c", START], copy)
    assert started.returncode == 0, started.stderr[-2000:]
    assert lint_imports(copy).returncode == 0


def test_a_contract_notices_a_sideways_import(copy: Path):
    (copy / "src/zhujianyun/base/masks.py").write_text("from zhujianyun.kernel import case\n")
    assert lint_imports(copy).returncode != 0


def test_an_app_from_outside_enters_by_the_same_door(tmp_path: Path, migrated_file: Path):
    if migrated_file.exists():  # else it migrates by itself
        shutil.copy(migrated_file, tmp_path / "zhujianyun.sqlite3")
    play = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from datetime import date
from bridge_watch import actions
from zhujianyun.kernel import indicator
from zhujianyun.kernel.case.definition import registry
from zhujianyun.ui.screen import registry as screens
actions.register_bridge("B1", "邕江大桥", "450100", date(2016, 1, 1), by="system")
actions.register_bridge("B2", "柳江大桥", "450200", date(2018, 1, 1), by="system")
counted = indicator.get("bridge_watch.open_bridges").tally(indicator.Period.year(2020))
print(registry.in_force("bridge_inspection", date(2020, 6, 1)).zh, screens.get("bridges").title, counted.value)
"""
    done = run(
        [sys.executable, "-c", play],
        ROOT,
        ZJY_APP_FOLDERS=str(ROOT / "examples/bridge_watch"),
        ZJY_VAR=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == ["桥梁定期检测", "桥梁看护", "2"]


def test_a_start_is_refused_with_a_sentence_naming_both_sides(tmp_path: Path):
    app = tmp_path / "lonely_app"
    app.mkdir()
    (app / "__init__.py").write_text("")
    (app / "manifest.py").write_text(
        "from zhujianyun.ui.manifest import Manifest, Needs\n"
        "MANIFEST = Manifest(name='lonely_app', zh='孤单应用', summary_zh='', needs=Needs(indicators=('moon.phases',)))\n"
    )
    done = run(
        [sys.executable, "-m", "zhujianyun", "check"], ROOT, ZJY_APP_FOLDERS=str(app), ZJY_VAR=str(tmp_path)
    )
    assert done.returncode == 1
    assert "lonely_app" in done.stderr and "moon.phases" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_screen_with_an_unknown_figure_stops_the_start(tmp_path: Path):
    app = tmp_path / "blind_app"
    (app / "screens").mkdir(parents=True)
    (app / "__init__.py").write_text("")
    (app / "manifest.py").write_text(
        "from zhujianyun.ui.manifest import Manifest\nMANIFEST = Manifest(name='blind_app', zh='空屏', summary_zh='')\n"
    )
    (app / "screens/void.yaml").write_text(
        "screen: void\ntitle: 空屏\nquestion: 有什么？\nkind: sub\n"
        "widgets: [{id: a, form: hero, indicators: [moon.phases], at: [0, 0, 4, 4]}]\n"
    )
    done = run(
        [sys.executable, "-m", "zhujianyun", "check"], ROOT, ZJY_APP_FOLDERS=str(app), ZJY_VAR=str(tmp_path)
    )
    assert done.returncode == 1
    assert "void" in done.stderr and "moon.phases" in done.stderr
