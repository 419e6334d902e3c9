"""The verifier pages (公开核验): they hand out code, keys and, on demand, a draw; then nothing is sent.

The public keys of the seals stand in the page itself. A draw of ordinary size does so, too; a very
large one is downloaded first, since a page must stay small.
"""

from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.case.papers import seal
from zhujianyun.ui.hall.public import drawn, notices
from zhujianyun.ui.hall.public.pages import as_file

MOST_IN_PAGE = 100_000  # characters of a draw inside its page
SCRIPTS = {
    "verify_draw.py": "抽查摇号核验",
    "recompute_clock.py": "时限证明复算",
    "verify_paper.py": "文书封签核验",
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What can be verified, and how (公开核验)."""
    return render(request, "hall/public/verify.html")


@require_safe
def draw(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The verifier of draws (抽查核验), with the data of one draw when its address names it."""
    told: dict[str, object] = {"keys": seal.public_keys()}
    if pk is not None:
        row = notices.find("draw", pk=pk)
        bundle = drawn.bundle(row)
        fits = len(json.dumps(bundle, ensure_ascii=False)) <= MOST_IN_PAGE
        told |= {"draw": row, "notice": notices.of_draw(row), "bundle": bundle if fits else None}
    return render(request, "hall/public/verify_draw.html", told)


@require_safe
def clock(request: HttpRequest) -> HttpResponse:
    """The verifier of clock proofs (时限复算)."""
    return render(request, "hall/public/verify_clock.html", {"keys": seal.public_keys()})


@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The verifier of papers (文书核验)."""
    return render(request, "hall/public/verify_paper.html", {"keys": seal.public_keys()})


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Scripts and keys to take along (离线核验工具)."""
    found = [
        {"name": name, "zh": zh, "sha256": hashlib.sha256(_script(name).encode()).hexdigest()}
        for name, zh in SCRIPTS.items()
    ]
    return render(request, "hall/public/verify_offline.html", {"scripts": found, "keys": seal.public_keys()})


@require_safe
def script(request: HttpRequest, name: str) -> HttpResponse:
    """One script (脚本下载).

    Raises:
        NotFound: no such script.
    """
    return as_file(_script(name), name, "text/x-python")


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys, for the script (公钥下载)."""
    text = json.dumps(seal.public_keys(), ensure_ascii=False, indent=1) + "\n"
    return as_file(text, "封签公钥.json", "application/json")


def _script(name: str) -> str:
    spec = find_spec(f"zhujianyun.kernel.case.{name.removesuffix('.py')}") if name in SCRIPTS else None
    if spec is None or spec.origin is None:
        raise NotFound("没有这个脚本。请从离线核验工具页面下载。", rule="hall.script", name=name)
    return Path(spec.origin).read_text(encoding="utf-8")
