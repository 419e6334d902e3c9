"""The seal of a paper (文书封签): the PDF alone proves itself; whatever is changed shows."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import orjson
import pytest

from zhujianyun.base import ciphers
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.case import papers, verify_paper
from zhujianyun.kernel.case.papers import seal, standing


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.ZJY_FILES, settings.ZJY_KEYS = tmp_path / "files", tmp_path / "keys"
    settings.ZJY_PAPER_CHECK_URL = "https://hall.example.gov.cn/hall/papers/"


@pytest.fixture
def issued(desk):
    one = desk.open()
    desk.act(one, "submit", desk.owner, documents=["申请表"])
    desk.act(one, "accept", desk.clerk)
    return one.papers.get()


@pytest.fixture
def pdf(issued):
    with papers.file_of(issued).open() as content:
        return content.read()


def test_the_file_of_a_paper_proves_itself(issued, pdf):
    sheet = seal.check(pdf)
    assert (sheet["number"], sheet["digest"]) == (issued.number, issued.digest)
    assert (sheet["issued_on"], sheet["alg"]) == (issued.issued_on.isoformat(), "ed25519")


def test_the_seal_is_recorded_when_the_file_is_made_and_only_then(issued, pdf):
    papers.file_of(issued)
    entry = journal.Entry.objects.get(verb="case.paper_sealed", object_id=issued.number)
    assert entry.facts_dict["sha256"] == seal.check(pdf)["sha256"]


@pytest.mark.parametrize("place", [12, 700, -900, -300, -60, -3])
def test_one_changed_byte_anywhere_is_found(pdf, place):
    altered = bytearray(pdf)
    altered[place] ^= 1
    with pytest.raises(RuleBroken):
        seal.check(bytes(altered))


def test_an_incremental_update_behind_the_seal_is_found(pdf):
    with pytest.raises(RuleBroken, match="封签之后还有别的内容"):
        seal.check(pdf + b"9 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n")


def test_a_seal_cut_off_is_no_seal(pdf):
    with pytest.raises(RuleBroken, match="没有封签"):
        seal.check(pdf[: pdf.rfind(seal.MARK)])


def test_a_seal_moved_to_another_pdf_is_found(pdf):
    body = pdf[: pdf.rfind(seal.MARK)]
    other = body.replace(b"/Type", b"/Tipe", 1)
    with pytest.raises(RuleBroken, match="已被改动"):
        seal.check(other + pdf[len(body) :])


def test_a_seal_by_another_key_is_refused(pdf, settings):
    sheet, _, _, body = seal.read(pdf)
    stranger = ciphers.signer("stranger")
    told = seal.canonical({**sheet, "key": stranger.key_id})
    line = base64.b64encode(told) + b" " + base64.b64encode(stranger.sign(told))
    tail = pdf[pdf.rfind(b"\nstartxref") :]
    with pytest.raises(RuleBroken, match="不是本机关的密钥"):
        seal.check(body + seal.MARK + line + tail)


def test_old_seals_hold_after_the_key_was_changed(pdf, settings):
    settings.ZJY_SEAL_LABELS = ("paper-seal-2027", "paper-seal")
    assert seal.check(pdf)["label"] == "paper-seal"
    assert [one["label"] for one in seal.public_keys()] == ["paper-seal-2027", "paper-seal"]


def test_under_the_national_family_the_seal_is_sm2(issued, settings):
    settings.ZJY_CIPHERS = "national"
    made = seal.sealed(issued, papers.render(issued))
    assert seal.check(made)["alg"] == "sm2-sm3"


def test_a_pdf_reader_finds_the_same_table_behind_the_seal(pdf):
    """The last startxref must be within the last 1,024 bytes and point to where the PDF's own points."""
    body = pdf[: pdf.rfind(seal.MARK)]
    assert pdf[-1024:].count(b"%%EOF") >= 1
    assert pdf.split()[-2] == body.split()[-2]


def test_published_data_carry_a_signature_over_all_the_rest():
    told = seal.with_seal({"b": "甲", "a": [1, {"d": None, "c": "x"}]})
    mark = told.pop("seal")
    key = next(one for one in seal.public_keys() if one["key"] == mark["key"])
    signature = base64.b64decode(mark["signature"])
    assert ciphers.verify(mark["alg"], key["pem"].encode(), seal.canonical(told), signature)
    assert seal.canonical(told) == orjson.dumps({"a": [1, {"c": "x", "d": None}], "b": "甲"})


def test_the_standing_of_a_paper_needs_number_and_check_code(desk, issued):
    assert standing.standing(issued.number, issued.digest[:8].upper()).state_zh == "有效"
    said = []
    for number, code in [(issued.number, issued.digest[:7]), (issued.number, "0" * 8), ("无此号", "0" * 8)]:
        with pytest.raises(RuleBroken) as refused:
            standing.standing(number, code)
        said.append(refused.value.message_zh)
    assert len(set(said)) == 1


def test_the_script_alone_confirms_the_paper_and_finds_the_altered_one(pdf, tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps(seal.public_keys()), encoding="utf-8")
    assert by_script(tmp_path, pdf)[0] == 0
    code, told = by_script(tmp_path, pdf.replace(b"/Type", b"/Tipe", 1))
    assert code == 1 and "已被改动" in told


def test_the_script_alone_confirms_an_sm2_seal(issued, settings, tmp_path):
    settings.ZJY_CIPHERS = "national"
    made = seal.sealed(issued, papers.render(issued))
    (tmp_path / "keys.json").write_text(json.dumps(seal.public_keys()), encoding="utf-8")
    code, told = by_script(tmp_path, made)
    assert (code, issued.number in told) == (0, True)


def by_script(folder, content):
    (folder / "paper.pdf").write_bytes(content)
    command = [sys.executable, "-I", verify_paper.__file__, "paper.pdf", "keys.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr
