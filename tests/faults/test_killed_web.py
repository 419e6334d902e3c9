"""The platform under way (运行中的故障): web or everything killed, two officers at once, hostile uploads."""

from __future__ import annotations

import io
import os
import random
import signal
import socket
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import quote

import httpx
import pytest

from tests.faults.running import PDF, PLANT, Browser, Platform, said
from tests.house import alive, closing, family, until
from zhujianyun.config.supervisor import Child, check_ports

LAST = "SELECT max(at) FROM journal_entry"
pytestmark = [pytest.mark.slow, pytest.mark.sqlite]
CASES = 14
FILE = "file:技术审查记录"


@pytest.fixture(scope="module")
def running(prepared, tmp_path_factory):
    with closing(prepared.played.copy_to(tmp_path_factory.mktemp("web") / "var")) as house:
        planted = house.script(PLANT + f"print(*[one.number for one in plant('web', {CASES})])")
        made = Platform(house)
        made.numbers = planted.split()
        yield made
        made.close()


@pytest.fixture
def platform(running):
    """The platform, up again whatever the test before has done to it."""
    running.up()
    return running


@pytest.fixture
def numbers(platform):
    """How to get numbers of applications that nobody has touched."""
    return lambda count: [platform.numbers.pop() for _ in range(count)]


def steps(platform: Platform, number: str) -> list[str]:
    """What was done to a case since it was opened."""
    query = "SELECT action FROM case_step JOIN case_case c ON c.id = case_id WHERE c.number = ? AND action <> 'open' ORDER BY seq"
    return [action for (action,) in platform.house.rows(query, number)]


def noted(platform: Platform, number: str, verb: str) -> int:
    query = "SELECT count(*) FROM journal_entry WHERE object_id = ? AND verb = ?"
    return platform.house.one(query, number, verb)


def test_every_act_that_was_acknowledged_is_done_once_and_none_half_however_often_web_is_killed(
    platform, numbers
):
    clerk, chance, kills = Browser(platform, "nanning.clerk"), random.Random(), 0
    for number in numbers(6):
        form = clerk.form(number, "accept")
        if kills < 3:
            kills += 1
            victims = platform.processes(
                "granian --host 127.0.0.1 --no-ws --log-level warning --interface wsgi"
            )
            killer = threading.Timer(chance.uniform(0, 0.12), kill_all, [victims])
            killer.start()
        answer = clerk.again(lambda number=number, form=form: clerk.act(number, "accept", form))
        assert answer.status_code == 302, said(answer)
        if kills:
            killer.join()
        assert steps(platform, number) == ["submit", "accept"]
        assert noted(platform, number, "case.fire_design.accept") == 1
        assert papers(platform, number) == ["受理凭证"]
    assert platform.house.run("journal", "verify").code == 0


def papers(platform: Platform, number: str) -> list[str]:
    query = "SELECT doc FROM case_paper p JOIN case_case c ON c.id = p.case_id WHERE c.number = ?"
    return [doc for (doc,) in platform.house.rows(query, number)]


def kill_all(pids: set[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def test_of_two_officers_at_once_one_wins_and_the_other_is_told_what_he_did(platform, numbers):
    [number] = numbers(1)
    clerk, other = (Browser(platform, "nanning.clerk") for _ in range(2))
    forms = clerk.form(number, "accept"), other.form(number, "refuse") | {"reason": "不属于本机关职权范围"}
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda one: one[0].act(number, one[1], one[2]),
                zip((clerk, other), ("accept", "refuse"), forms, strict=True),
            )
        )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    won = steps(platform, number)[-1]
    assert len(steps(platform, number)) == 2, "submitted, and one act more"
    # Both pages are of one officer: she is told that it was she, when, and what.
    assert f"在另一页办理“{'受理' if won == 'accept' else '不予受理'}”" in said(lost)
    assert "已于 2020-12-31" in said(lost)


def test_one_form_sent_twice_at_once_is_one_act(platform, numbers):
    [number] = numbers(1)
    clerk = Browser(platform, "nanning.clerk")
    form = clerk.form(number, "accept")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: clerk.act(number, "accept", form), range(4)))
    assert [answer.status_code for answer in answers] == [302] * 4
    assert steps(platform, number) == ["submit", "accept"]
    assert noted(platform, number, "case.fire_design.accept") == 1


def test_when_the_supervisor_is_killed_everything_ends_and_the_next_start_goes_on(platform):
    platform.up()
    Browser(platform, "nanning.clerk")  # signing in is an entry in the journal
    before = instant(platform.house.one(LAST))
    everybody = family(platform.process.pid)
    assert len(everybody) >= 6, "three keepers and their servers"
    os.kill(platform.process.pid, signal.SIGKILL)
    platform.process.communicate()
    until(lambda: not [pid for pid in everybody if alive(pid)], "the end of every process")
    check_ports([Child("web", [], port=platform.port), Child("gateway", [], port=platform.port + 1)])
    platform.up()
    Browser(platform, "nanning.clerk")
    after = instant(platform.house.one(LAST))
    assert after > before, "the demo's clock does not run back"
    assert after.date().isoformat() == "2020-12-31"
    verified = platform.house.run("journal", "verify")
    assert verified.code == 0, verified.all


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- hostile uploads ---


def bomb() -> bytes:
    """A small archive that unpacks to two gigabytes and more."""
    inner = io.BytesIO()
    with (
        zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("a", "w") as member,
    ):
        piece = bytes(1 << 20)
        for _ in range(300):
            member.write(piece)
    with zipfile.ZipFile(outer := io.BytesIO(), "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("a.xlsx", inner.getvalue(), zipfile.ZIP_DEFLATED)
    del outer
    return inner.getvalue()


HOSTILE = {
    "nothing at all": ("记录.pdf", b"", "空的（0 字节）"),
    "a program that calls itself PDF": ("记录.pdf", b"MZ" + bytes(200), "文件内容"),
    "a bomb": ("记录.zip", bomb(), "解"),
}


@pytest.fixture
def under_review(platform, numbers):
    [number] = numbers(1)
    clerk = Browser(platform, "nanning.clerk")
    assert clerk.act(number, "accept", clerk.form(number, "accept")).status_code == 302
    return number


def on_disk(platform: Platform) -> set[str]:
    files = platform.house.folder / "files"
    return {str(file) for file in files.rglob("*") if file.is_file()}


def test_hostile_files_are_refused_in_chinese_and_leave_nothing(platform, under_review):
    reviewer = Browser(platform, "nanning.reviewer")
    before, worker = on_disk(platform), platform.processes("zhujianyun worker")
    for name, (file, content, sentence) in HOSTILE.items():
        form = reviewer.form(under_review, "opine") | {"fact:action.conclusion": "conforms"}
        answer = reviewer.act(under_review, "opine", form, files={FILE: (file, content)})
        assert answer.status_code == 422 and sentence in said(answer), (
            name,
            answer.status_code,
            said(answer)[-1500:],
        )
    assert on_disk(platform) == before
    assert platform.processes("zhujianyun worker") == worker
    good = reviewer.act(under_review, "opine", form, files={FILE: ("记录.pdf", PDF)})
    assert good.status_code == 302, said(good)


def test_a_file_that_announces_two_gigabytes_is_refused_before_it_is_sent(platform, under_review):
    reviewer = Browser(platform, "nanning.reviewer")
    before, form = on_disk(platform), reviewer.form(under_review, "opine")
    head = multipart_head(form)
    request = (
        f"POST /workbench/cases/{quote(under_review)}/act/opine/ HTTP/1.1\r\nHost: 127.0.0.1:{platform.port}\r\n"
        f"Cookie: {'; '.join(f'{k}={v}' for k, v in reviewer.client.cookies.items())}\r\n"
        f"Content-Type: multipart/form-data; boundary=zjy\r\nContent-Length: {2 * 1024**3}\r\nConnection: close\r\n\r\n"
    ).encode() + head
    with socket.create_connection(("127.0.0.1", platform.port), timeout=60) as line:
        line.sendall(request)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    assert b" 413 " in answer.split(b"\r\n")[0], answer[:500]
    assert "上限" in answer.decode(errors="replace")
    assert on_disk(platform) == before and platform.answers()


def test_a_stream_without_end_is_cut_off(platform, under_review):
    reviewer = Browser(platform, "nanning.reviewer")
    before, form = on_disk(platform), reviewer.form(under_review, "opine")

    def endless():
        yield multipart_head(form)
        for _ in range(400):
            yield bytes(1 << 20)
        yield b"\r\n--zjy--\r\n"

    path = f"/workbench/cases/{under_review}/act/opine/"
    try:
        answer = reviewer.client.post(
            path, content=endless(), headers={"Content-Type": "multipart/form-data; boundary=zjy"}
        )
    except httpx.HTTPError:
        answer = None  # cut off while it was still talking
    assert answer is None or (answer.status_code == 411 and "请用浏览器重新选择文件" in said(answer))
    until(lambda: on_disk(platform) == before, "that nothing is left on the disk")
    assert platform.answers() and steps(platform, under_review) == ["submit", "accept"]


def multipart_head(form: dict[str, str]) -> bytes:
    parts = [
        f'--zjy\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.items()
    ]
    parts.append(
        f'--zjy\r\nContent-Disposition: form-data; name="{FILE}"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    )
    return "".join(parts).encode() + b"%PDF-1.4\n"
