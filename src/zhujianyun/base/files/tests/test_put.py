"""Tests of putting files into the store (存入文件测试)."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from zhujianyun.base import files
from zhujianyun.base.errors import NotFound, OutsideFailed, RuleBroken
from zhujianyun.base.files import archives, drafts, store
from zhujianyun.base.files.kinds import KINDS
from zhujianyun.base.files.tests import samples

pytestmark = pytest.mark.django_db
EVERY_KIND = tuple(KINDS)


@pytest.fixture(autouse=True)
def root(settings, tmp_path) -> Path:
    """Every test has a store of its own."""
    settings.ZJY_FILES = tmp_path / "files"
    return settings.ZJY_FILES


def on_disk(root: Path) -> list[str]:
    return sorted(p.name for p in root.rglob("*") if p.is_file())


def refusal(source, name: str = "a.pdf", **more) -> str:
    with pytest.raises(RuleBroken) as caught:
        files.put(source, name=name, **more)
    assert "请" in caught.value.message_zh, "a refusal says what to do"
    return caught.value.rule


@pytest.mark.parametrize(("kind", "content"), samples.GOOD)
def test_a_good_file_is_kept_under_its_digest(root, kind, content):
    stored = files.put(content, name=f"材料.{kind}", kinds=EVERY_KIND)
    assert (stored.kind, stored.size) == (kind, len(content))
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert on_disk(root) == [stored.sha256]
    with stored.open() as file:
        assert file.read() == content
    assert stored.verify()
    assert stored.kind_zh
    assert "/" in stored.media_type


@given(content=st.text(st.characters(exclude_categories=["C"], exclude_characters="<"), min_size=1))
@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
def test_any_text_comes_back_as_it_was(content):
    raw = content.encode()
    source = iter([raw[:3], raw[3:]]) if len(raw) > 3 else io.BytesIO(raw)
    stored = files.put(source, name="a.txt")
    assert stored.open().read() == raw
    assert stored.verify()


def test_the_same_content_lies_on_the_disk_once(root):
    first = files.put(samples.PDF, name="甲.pdf")
    assert files.put(io.BytesIO(samples.PDF), name="甲.pdf") == first
    second = files.put(samples.PDF, name="乙.pdf")
    assert second != first
    assert on_disk(root) == [first.sha256]


def test_a_damaged_copy_on_the_disk_is_noticed_and_replaced(root):
    stored = files.put(samples.PDF, name="甲.pdf")
    stored.path.chmod(0o600)
    stored.path.write_bytes(b"cut")
    assert not stored.verify()
    files.put(samples.PDF, name="甲.pdf")
    assert stored.verify()
    stored.path.unlink()
    assert not stored.verify()
    with pytest.raises(NotFound, match="请从备份恢复"):
        stored.open()


def test_an_empty_file_is_refused(root):
    assert refusal(b"") == "files.empty"
    assert refusal(io.BytesIO()) == "files.empty"
    assert on_disk(root) == []


class Endless:
    """A stream that never ends and counts what was taken."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        self.taken += size
        return bytes(size)


def test_a_stream_without_end_is_left_at_the_limit(root):
    stream = Endless()
    assert refusal(stream, limit=5 * 1024**2) == "files.too_large"
    assert stream.taken <= 6 * 1024**2
    assert on_disk(root) == []


def test_two_gigabytes_meet_the_default_limit_and_leave_no_disk_behind(root):
    stream = Endless()
    assert refusal(stream) == "files.too_large"
    assert files.DEFAULT_LIMIT <= stream.taken <= files.DEFAULT_LIMIT + 2 * 1024**2
    assert on_disk(root) == []


def test_the_limit_itself_is_still_allowed():
    assert files.put(samples.PDF, name="a.pdf", limit=len(samples.PDF)).size == len(samples.PDF)
    assert refusal(samples.PDF, limit=len(samples.PDF) - 1) == "files.too_large"


@pytest.mark.parametrize("named", [False, True])
def test_an_interrupted_upload_leaves_nothing(root, monkeypatch, named):
    def broken():
        yield samples.PDF
        raise ConnectionResetError("gone")

    if named:
        monkeypatch.delattr(drafts.os, "O_TMPFILE")
    with pytest.raises(ConnectionResetError):
        files.put(broken(), name="a.pdf")
    assert refusal(samples.PDF, size=len(samples.PDF) + 1) == "files.cut"
    assert on_disk(root) == []
    assert files.put(samples.PDF, name="a.pdf", size=len(samples.PDF)).verify()


_KILLED = """
import sys, os, signal
from pathlib import Path
from zhujianyun.base.files import drafts
with drafts.draft(Path(sys.argv[1])) as made:
    made.file.write(b"x" * 1000000)
    made.file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_kill_9_in_the_middle_of_an_upload_leaves_nothing_that_stays(root):
    subprocess.run([sys.executable, "-c", _KILLED, str(root)], check=False)
    assert store.sweep(older_than=-1) in (0, 1), "nothing at all where the file system knows nameless files"
    assert on_disk(root) == []


def test_a_full_disk_is_said_and_leaves_nothing(root, monkeypatch):
    import errno

    def full(file, piece):
        raise OSError(errno.ENOSPC, "no space")

    class Full(io.BytesIO):
        def write(self, piece):
            raise OSError(errno.ENOSPC, "no space")

    with pytest.raises(OutsideFailed, match="磁盘已满"):
        store._write_piece(Full(), b"x")


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("a.pdf", samples.PNG, "files.ending"),
        ("a.docx", samples.ZIP, "files.ending"),
        ("a.zip", samples.DOCX, "files.ending"),
        ("a.png.exe", samples.PNG, "files.ending"),
        ("a.txt", b"MZ\x90\0\x03", "files.kind"),
        ("a.pdf", b"\x7fELF\x02\x01\x01", "files.kind"),
        ("a.txt", b"<!DOCTYPE html><p>", "files.kind"),
        ("a.csv", b"a,<script>alert(1)</script>", "files.kind"),
        ("a.svg", samples.SVG, "files.kind"),
        ("a.txt", b"abc\x1b[31m", "files.kind"),
        ("a.txt", b"abc\0", "files.kind"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(root, name, content, rule):
    assert refusal(content, name) == rule
    assert on_disk(root) == []


def test_only_the_kinds_asked_for_are_taken():
    assert refusal(samples.PNG, "a.png", kinds=("pdf", "ofd")) == "files.kind"
    assert files.put(samples.PNG, name="a.PNG", kinds=("png",)).kind == "png"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/审查.pdf", "审查.pdf"),
        ("C:\\tmp\\a.pdf", "a.pdf"),
        ("a\u202efdp.pdf", "afdp.pdf"),
        (" a\r\n.pdf ", "a.pdf"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_names_are_cleaned(given_name, kept):
    assert files.put(samples.PDF, name=given_name).name == kept


@pytest.mark.parametrize("name", ["", "pdf", ".pdf", "a.", "...", "/", "a." + "x" * 250])
def test_a_name_without_stem_or_ending_is_refused(name):
    assert refusal(samples.PDF, name) == "files.name"


@pytest.mark.parametrize("content", [samples.BOMB, samples.ONE_BOMB])
def test_a_zip_bomb_is_refused(root, content):
    assert refusal(content, "a.zip") == "files.archive.bomb"
    assert on_disk(root) == []


def test_a_bomb_that_lies_about_its_size_is_refused():
    lying = bytearray(samples.ONE_BOMB)
    at = lying.rfind(b"PK\x01\x02")
    lying[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert refusal(bytes(lying), "a.zip") in ("files.archive.bomb", "files.archive.damaged")


def test_the_total_is_capped_whatever_the_ratio(monkeypatch):
    monkeypatch.setattr(archives, "MAX_TOTAL", 1000)
    content = samples.archive({"a": b"x" * 600, "b": b"y" * 600}, zipfile.ZIP_STORED)
    assert refusal(content, "a.zip") == "files.archive.bomb"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (samples.archive({"../../etc/passwd": b"x"}), "path"),
        (samples.archive({"/abs": b"x"}), "path"),
        (samples.archive({"a": b"x" * 99}, zipfile.ZIP_LZMA), "method"),
        (samples.ZIP + b"more", "tail"),
        (samples.ZIP[:-30], "damaged"),
        (samples.ZIP[:60] + b"\xff" * 4 + samples.ZIP[64:], "damaged"),
        (samples.archive({}), "empty"),
        (b"PK\x03\x04" + samples.ZIP, "head"),
    ],
)
def test_a_strange_archive_is_refused(content, rule):
    if rule == "damaged" and len(content) == len(samples.ZIP):
        content = bytearray(samples.ZIP)
        content[45] ^= 0xFF
        content = bytes(content)
    assert refusal(content, "a.zip") == f"files.archive.{rule}"


def test_a_locked_archive_is_refused():
    locked = bytearray(samples.ZIP)
    locked[6] |= 1
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(locked), "a.zip") == "files.archive.locked"


def test_a_document_with_a_macro_is_refused():
    parts = {"[Content_Types].xml": b"<T/>", "word/document.xml": b"<w/>", "word/vbaProject.bin": b"x"}
    assert refusal(samples.archive(parts), "a.docx") == "files.archive.macro"


def test_an_archive_with_too_many_entries_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_ENTRIES", 3)
    assert refusal(samples.archive({str(i): b"" for i in range(4)}), "a.zip") == "files.archive.entries"


@pytest.mark.parametrize("content", samples.ACTIVE_SVG)
def test_a_picture_that_acts_is_refused(content):
    assert refusal(content, "a.svg", kinds=("svg",)) == "files.active"


@pytest.mark.parametrize("content", samples.ENTITY_SVG)
def test_a_picture_with_entities_is_refused(content):
    assert refusal(content, "a.svg", kinds=("svg",)) == "files.entity"


def test_data_in_xml_may_not_speak_the_language_of_pages():
    page = b'<?xml version="1.0"?><a xmlns:h="http://www.w3.org/1999/xhtml"><h:b/></a>'
    assert refusal(page, "a.xml", kinds=("xml",)) == "files.active"
    assert refusal(b"<a><b></a>", "a.xml", kinds=("xml",)) == "files.markup"


@pytest.mark.parametrize(("kind", "content"), samples.POLYGLOTS)
def test_two_files_in_one_are_refused(root, kind, content):
    assert refusal(content, f"a.{kind}") == "files.polyglot"
    assert on_disk(root) == []


def test_puts_at_the_same_time_agree(root):
    results: list[bool] = []

    def place() -> None:
        with drafts.draft(root) as made:
            made.file.write(samples.PDF)
            results.append(drafts.place(made, root / "ab" / "cd" / "x"))

    threads = [threading.Thread(target=place) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 7 + [True]
    assert on_disk(root) == ["x"]


def test_the_sweep_takes_only_what_no_row_names(root):
    stored = files.put(samples.PDF, name="a.pdf")
    files.put(samples.PNG, name="a.png").delete()
    (drafts.incoming(root) / "left").write_bytes(b"x")
    assert files.sweep() == 0
    assert files.sweep(older_than=-1) == 2
    assert on_disk(root) == [stored.sha256]
    assert stored.verify()
