"""A platform that runs, and a browser in front of it (运行中的平台与浏览器)."""

from __future__ import annotations

import contextlib
import html
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.house import PATIENCE, House, alive, family, free_ports, until

PASSWORD = "Yongjiang-2020-Bridge"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
# New applications at the fire counter of Nanning, ready to be accepted; their numbers.
PLANT = """
from zhujianyun.apps.fire_review import actions
from zhujianyun.base import clock
from zhujianyun.kernel import access, case
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.models import Case

like = Case.objects.filter(process="fire_design", city_code="450100").order_by("pk").first()
owner = access.subject_actor(like.applicant_id, like.applicant.name)
papers = registry.in_force("fire_design", clock.today()).states["draft"].actions["submit"].need

def plant(name, count):
    for n in range(count):
        subject = {k: v for k, v in like.facts["subject"].items() if not k.startswith("special_pr") and k != "special_reason"}
        made = actions.apply(
            "fire_design", by=owner, office=like.office, applicant=like.applicant, project=like.project,
            division_code=like.division_code, subject=subject | {"subproject": f"{name}-{n}"}, key=f"planted:{name}:{n}",
        )
        case.act(made, "submit", by=owner, expected_version=made.version, key="submit", documents=[p for p in papers if p != "理由"])
        yield made

def officer(role):
    return access.actor(Account.objects.get(username=f"nanning.{role}"))
"""


@dataclass
class Platform:
    """web, gateway and worker under their supervisor (运行中的平台)."""

    house: House
    port: int = 0
    seen: set[int] = field(default_factory=set)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Start it, unless it runs."""
        if self.is_up():
            return
        self.port = free_ports()
        self.process = self.house.start("up", "--port", str(self.port))
        until(lambda: self.answers() or self.process.poll() is not None, "the web process")
        assert self.process.poll() is None, self.process.communicate()[0]
        self.seen |= family(self.process.pid)

    def is_up(self) -> bool:
        return self.port > 0 and self.process.poll() is None

    def answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.address}/healthz", timeout=2).status_code == 200
        return False

    def processes(self, word: str) -> set[int]:
        """The processes of the platform whose command line holds a word."""
        return {pid for pid in family(self.process.pid) if word in command_of(pid)}

    def close(self) -> None:
        if self.is_up():
            self.process.terminate()
            self.process.communicate(timeout=PATIENCE)
        assert not [pid for pid in self.seen if alive(pid)]


def command_of(pid: int) -> str:
    """The command line of a process; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


class Browser:
    """Somebody who is signed in, and does not give up when the web process goes away (浏览器)."""

    def __init__(self, platform: Platform, username: str) -> None:
        self.platform = platform
        self.client = httpx.Client(base_url=platform.address, timeout=30, trust_env=False)
        page = self.get("/signin/")
        given = {
            "login": username,
            "password": PASSWORD,
            "csrfmiddlewaretoken": field_of(page, "csrfmiddlewaretoken"),
        }
        answer = self.again(lambda: self.client.post("/signin/", data=given))
        assert answer.status_code == 302, answer.text[:2000]

    def get(self, path: str) -> str:
        answer = self.again(lambda: self.client.get(path, follow_redirects=True))
        assert answer.status_code == 200, answer.text[:2000]
        return answer.text

    def form(self, number: str, action: str) -> dict[str, str]:
        """The hidden fields of the form of an action."""
        page = self.get(f"/workbench/cases/{number}/")
        found = re.search(rf'<form[^>]*act/{action}/".*?</form>', page, re.S)
        assert found, f"{action} is not on offer for {number}"
        return {name: field_of(found[0], name) for name in ("version", "key", "csrfmiddlewaretoken")}

    def act(self, number: str, action: str, given: dict[str, str], **more: object) -> httpx.Response:
        """Post a form once; may fail with the connection."""
        return self.client.post(f"/workbench/cases/{number}/act/{action}/", data=given, **more)

    def again(self, call: Callable[[], httpx.Response]) -> httpx.Response:
        """As a person does who sees that nobody answers: once more."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = call()
                if answer.status_code < 500:
                    return answer
            except httpx.HTTPError:
                assert time.monotonic() < deadline, "nobody answers any more"
            time.sleep(0.1)


def field_of(page: str, name: str) -> str:
    """The value of a field in a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name} in {page[:500]}"
    return html.unescape(found[1])


def said(answer: httpx.Response) -> str:
    """The words of a page without its markup."""
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"(?s)<(script|style).*?</\1>", "", answer.text)))
