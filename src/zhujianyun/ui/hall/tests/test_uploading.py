"""Uploads: by script in pieces, by a plain form, cut, forged, too large (上传)."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.ui.hall.applying import uploading
from zhujianyun.ui.hall.models import Application, HeldFile, Upload

from .conftest import PDF

OFFSET = "application/offset+octet-stream"
BIG = PDF.replace(b"\n", b"\n% " + b"x" * 5000 + b"\n", 1)


@pytest.fixture
def folder(tmp_path, settings):
    settings.ZJY_FILES = tmp_path
    return tmp_path


@pytest.fixture
def row(town, folder) -> Application:
    return town.draft(town.visitor(town.person()), files=False)


def begin(client: Client, row: Application, content: bytes = BIG, **more: str) -> object:
    """Announce a file."""
    facts = {
        "slot": "设计文件",
        "name": "图.pdf",
        "size": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return client.post(f"/hall/applications/{row.uid}/uploads/", facts | more)


def send(client: Client, url: str, piece: bytes, offset: int) -> object:
    """Send a piece on."""
    return client.generic("PATCH", url, piece, content_type=OFFSET, headers={"Upload-Offset": str(offset)})


def test_a_file_arrives_in_pieces_and_lies_in_its_slot(town, row):
    client = town.browser(row.applicant)
    begun = begin(client, row)
    assert begun.status_code == 201 and begun.json()["offset"] == 0
    url = begun.json()["url"]
    assert send(client, url, BIG[:2000], 0).headers["Upload-Offset"] == "2000"
    assert client.head(url).headers["Upload-Offset"] == "2000"
    last = send(client, url, BIG[2000:], 2000)
    assert last.status_code == 200 and "图.pdf" in last.json()["html"]
    held = HeldFile.objects.get()
    assert held.slot == "设计文件" and held.file.sha256 == hashlib.sha256(BIG).hexdigest()
    assert not Upload.objects.exists() and not list((uploading._folder()).iterdir())


def test_after_a_cut_the_same_file_goes_on_where_it_was(town, row):
    client = town.browser(row.applicant)
    url = begin(client, row).json()["url"]
    send(client, url, BIG[:3000], 0)
    again = begin(town.browser(row.applicant), row).json()
    assert again == {"url": url, "offset": 3000}
    assert send(client, url, BIG[3000:], 3000).status_code == 200


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(cuts=st.lists(st.integers(1, len(BIG) - 1), max_size=6))
def test_however_it_is_cut_the_bytes_are_the_same(town, row, cuts):
    Upload.objects.all().delete()
    upload = uploading.begin(row, "设计文件", "图.pdf", len(BIG), "", uploads_allowed(row))
    places = [0, *sorted(set(cuts)), len(BIG)]
    for start, end in zip(places, places[1:], strict=False):
        assert uploading.append(upload, start, [BIG[start:end]]) == end
    assert uploading.finish(upload, uploads_allowed(row)).file.sha256 == hashlib.sha256(BIG).hexdigest()


def uploads_allowed(row: Application) -> list:
    """The slots of the application."""
    from zhujianyun.ui.hall.pages.uploads import _slots

    return _slots(row)


def test_a_server_killed_between_disk_and_row_takes_the_shorter(town, row):
    upload = uploading.begin(row, "设计文件", "图.pdf", len(BIG), "", uploads_allowed(row))
    uploading.append(upload, 0, [BIG[:1000]])
    with uploading.place(upload).open("ab") as file:
        file.write(b"written, not noted")
    assert uploading.offset_of(upload) == 1000
    uploading.append(upload, 1000, [BIG[1000:]])
    assert uploading.finish(upload, uploads_allowed(row)).file.verify()
    lost = uploading.begin(row, "设计文件", "图.pdf", len(BIG), "", uploads_allowed(row))
    uploading.append(lost, 0, [BIG[:1000]])
    uploading.place(lost).unlink()
    assert uploading.offset_of(lost) == 0


def test_a_piece_at_the_wrong_place_is_told_the_right_one(town, row):
    client = town.browser(row.applicant)
    url = begin(client, row).json()["url"]
    send(client, url, BIG[:10], 0)
    wrong = send(client, url, BIG[:10], 0)
    assert wrong.status_code == 409 and wrong.headers["Upload-Offset"] == "10"


def test_more_bytes_than_announced_or_another_content_are_refused(town, row):
    client = town.browser(row.applicant)
    url = begin(client, row).json()["url"]
    assert send(client, url, BIG + b"more", 0).status_code == 422
    forged = send(client, url, b"%PDF-1.4 other" + b"y" * (len(BIG) - 14), 0)
    assert forged.status_code == 422 and "摘要不符" in forged.json()["message_zh"]
    assert not HeldFile.objects.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"size": "0"}, "空的"),
        ({"size": "-5"}, "空的"),
        ({"size": str(uploading.LIMIT + 1)}, "上限"),
        ({"name": "../../etc/passwd"}, "文件名"),
        ({"sha256": "zz"}, "摘要"),
        ({"slot": "别的材料"}, "没有这一项"),
    ],
)
def test_what_cannot_be_is_refused_before_a_byte_is_taken(town, row, more, said):
    answer = begin(town.browser(row.applicant), row, **more)
    assert answer.status_code in (404, 422) and said in answer.json()["message_zh"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("图.pdf", b"MZ\x90\x00 this is a program" * 50, "文件"),
        ("图.pdf", b"\x89PNG\r\n\x1a\n" + b"0" * 200, "图"),
        ("图.exe", PDF, "后缀"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(town, row, name, content, said):
    client = town.browser(row.applicant)
    url = begin(client, row, content, name=name).json()["url"]
    answer = send(client, url, content, 0)
    assert answer.status_code == 422 and said in answer.json()["message_zh"] and not HeldFile.objects.exists()


def test_a_zip_bomb_is_refused(town, row):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for turn in range(12):
            archive.writestr(f"{turn}.txt", b"0" * 20_000_000)
    content = packed.getvalue()
    client = town.browser(row.applicant)
    url = begin(client, row, content, name="图.zip").json()["url"]
    assert send(client, url, content, 0).status_code == 422


def test_a_browser_without_scripts_uploads_replaces_and_removes(town, row):
    client = town.browser(row.applicant)
    link = f"/hall/applications/{row.uid}/"

    def post(**more):  # noqa: ANN003, ANN202
        row.refresh_from_db()
        return client.post(link, {"version": row.version, "do": "save", **more})

    assert post(**{"file:设计文件": SimpleUploadedFile("a.pdf", PDF)}).status_code == 302
    assert post(**{"file:设计文件": SimpleUploadedFile("b.pdf", BIG)}).status_code == 302
    assert HeldFile.objects.get().file.name == "b.pdf" and "b.pdf" in client.get(link).content.decode()
    refused = post(**{"file:设计文件": SimpleUploadedFile("c.pdf", b"no pdf at all")})
    assert refused.status_code == 422 and "error-summary" in refused.content.decode()
    assert HeldFile.objects.get().file.name == "b.pdf"
    post(do="remove:设计文件")
    assert not HeldFile.objects.exists()


def test_a_stranger_neither_sends_nor_asks(town, row):
    mine = town.browser(row.applicant)
    url = begin(mine, row).json()["url"]
    other = town.browser(town.person("黄志明"))
    assert begin(other, row).status_code == 404
    assert send(other, url, BIG, 0).status_code == 404 and other.head(url).status_code == 404
    assert Client().head(url).status_code in (302, 401)


def test_an_application_handed_in_takes_no_more(town, row):
    from zhujianyun.ui.hall.applying import handing_in

    client = town.browser(row.applicant)
    url = begin(client, row).json()["url"]
    handing_in.hand_in(town.documented(row), town.visitor(row.applicant))
    assert send(client, url, BIG, 0).status_code in (404, 422)
    assert client.post(f"/hall/applications/{row.uid}/remove/", {"slot": "设计文件"}).status_code == 422


def test_what_nobody_goes_on_with_is_swept_after_a_day(town, row):
    upload = uploading.begin(row, "设计文件", "图.pdf", len(BIG), "", uploads_allowed(row))
    uploading.append(upload, 0, [BIG[:100]])
    assert uploading.sweep() == 0
    town.time.move_to(town.time.now() + timedelta(hours=uploading.KEPT_HOURS, seconds=1))
    assert uploading.sweep() == 1 and not uploading.place(upload).exists()
