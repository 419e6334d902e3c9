"""A citizen checks a draw, a clock and a paper in his own browser, and nothing leaves it (公开核验)."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from zhujianyun.base import ciphers
from zhujianyun.kernel.case.papers import seal

from .hall_material import Material, gather

pytestmark = pytest.mark.browser

READY = "html[data-verifier=ready]"


@pytest.fixture(scope="module")
def material(site) -> Material:
    """The files; made once."""
    return gather(site)


@pytest.fixture
def bundle(site, enter, material) -> dict[str, Any]:
    """The data of a draw, as its notice gives them."""
    page = enter().page
    answer = page.request.get(f"/hall/notices/draw/{material.draw}/data.json")
    told: dict[str, Any] = answer.json()
    return told


@pytest.fixture
def verifier(enter) -> Callable[[str], Page]:
    """A verifier in a browser that has been cut off from every network once the page stands."""

    def opened(path: str) -> Page:
        person = enter()
        person.page.goto(path)
        expect(person.page.locator(READY)).to_be_attached()
        person.page.wait_for_load_state("networkidle")
        sent: list[str] = []
        person.page.on("request", lambda request: sent.append(request.url))
        person.page.sent = sent  # type: ignore[attr-defined]
        person.context.set_offline(True)
        return person.page

    return opened


def drop(page: Page, content: bytes | dict[str, Any] | list[Any], name: str = "核验.json") -> None:
    """Drop a file on the page, as a hand does."""
    raw = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    page.evaluate(
        """([text, name]) => {
          const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0)), carried = new DataTransfer();
          carried.items.add(new File([bytes], name));
          document.getElementById("drop").dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
        }""",
        [base64.b64encode(raw).decode(), name],
    )


def says(page: Page, title: str, *words: str) -> None:
    """The verdict, and that nothing was sent for it."""
    box = page.locator("#verdict")
    expect(box.locator(".verdict h2")).to_have_text(title)
    for word in words:
        expect(box).to_contain_text(word)
    assert page.sent == []  # type: ignore[attr-defined]


# --- draws ----------------------------------------------------------------------------------------


def test_from_the_notice_to_the_verdict(enter, material):
    page = enter().opens(f"/hall/notices/draw/{material.draw}/")
    page.get_by_role("link", name="打开核验页面").click()
    expect(page.locator(READY)).to_be_attached()
    page.wait_for_load_state("networkidle")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.context.set_offline(True)
    page.get_by_role("button", name="核验这次抽查").click()
    expect(page.locator(".verdict h2")).to_have_text("一致")
    expect(page.locator("#verdict")).to_contain_text("数据由本机关签署")
    assert sent == []


def test_the_downloaded_bundle_is_confirmed(verifier, bundle):
    page = verifier("/hall/verify/draw/")
    drop(page, bundle)
    says(page, "一致", "名单、随机数和抽取结果都与公布的承诺相符")


def full(bundle: dict[str, Any]) -> dict[str, Any]:
    """The largest stratum."""
    found: dict[str, Any] = max(bundle["strata"], key=lambda one: len(one["ids"]))
    return found


ALTERED = {
    "one-more": (lambda b: full(b)["ids"].append("桂消备-后加"), "不一致", "名单与承诺值不符"),
    "another-hit": (
        lambda b: full(b)["drawn"].append("桂消备-多抽"),
        "不一致",
        "不应抽中而列入：桂消备-多抽",
    ),
    "nonce": (lambda b: b["nonces"].__setitem__(0, "0"), "不一致", "见证人的随机数与承诺值不符"),
    "twice": (lambda b: full(b)["ids"].append(full(b)["ids"][0]), "不一致", "出现了两次"),
    "alg": (lambda b: b.update(alg="md5"), "不一致", "只用 SM3"),
    "label": (lambda b: b.update(office="别的机关"), "不一致", "数据与签名不符"),
    "key": (lambda b: b["seal"].update(key="0" * 16), "不一致", "签名不是本机关的密钥签的"),
    "seal-alg": (lambda b: b["seal"].update(alg="none"), "不一致", "签名算法是“none”"),
    "no-strata": (lambda b: b.pop("strata"), "不能核验", "没有分层名单"),
}


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_bundle_is_found_and_the_place_is_named(verifier, bundle, name):
    change, title, said = ALTERED[name]
    change(bundle)
    page = verifier("/hall/verify/draw/")
    drop(page, bundle)
    says(page, title, said)


def test_an_unsigned_bundle_is_counted_and_said_to_be_unsigned(verifier, bundle):
    del bundle["seal"]
    page = verifier("/hall/verify/draw/")
    drop(page, bundle)
    says(page, "一致", "数据没有签名")


# --- files of every kind --------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/hall/verify/draw/", "/hall/verify/clock/"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "不是完整的 JSON"),
        (b"\xff\xfe\x00", "不是完整的 JSON"),
        (b"[]", "这不是"),
        (b"null", "这不是"),
        (b"", "空的"),
    ],
    ids=["cut", "bytes", "list", "null", "empty"],
)
def test_a_malformed_file_gets_a_sentence(verifier, path, content, said):
    page = verifier(path)
    drop(page, content)
    says(page, "不能核验", said)


@pytest.mark.parametrize("name", ["draw", "clock", "paper"])
def test_two_hundred_megabytes_are_not_even_read(verifier, tmp_path: Path, name):
    big = tmp_path / "巨大.json"
    with big.open("wb") as file:
        os.truncate(file.fileno(), 200 * 1024**2)
    page = verifier(f"/hall/verify/{name}/")
    page.set_input_files("#file", big)
    says(page, "不能核验", "200 MB", "没有读取")


# --- clocks ---------------------------------------------------------------------------------------


def test_a_proof_is_counted_day_by_day(verifier, material):
    page = verifier("/hall/verify/clock/")
    drop(page, material.proof)
    says(page, "一致", material.proof["case"], "中止记录", "数据由本机关签署")
    expect(page.locator(".days .paused").first).to_be_visible()
    expect(page.locator(".days .due").first).to_be_visible()


def paused(proof: dict[str, Any]) -> dict[str, Any]:
    """A clock that was paused."""
    found: dict[str, Any] = next(one for one in proof["clocks"] if one["segments"])
    return found


TAMPERED = {
    "extra-days": lambda p: paused(p).update(days=paused(p)["days"] + 5),
    "pause": lambda p: paused(p)["segments"][0].update(resumed_on="2021-06-30"),
    "no-pause": lambda p: paused(p)["segments"].clear(),
    "not-overdue": lambda p: paused(p)["result"].update(overdue=not paused(p)["result"]["overdue"]),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_proof_does_not_stand(verifier, material, name):
    proof = material.changed_proof()
    TAMPERED[name](proof)
    page = verifier("/hall/verify/clock/")
    drop(page, proof)
    says(page, "不一致", "证明不成立")
    expect(page.locator(".badge.bad").first).to_have_text("不一致")


def test_a_proof_that_only_agrees_with_itself_does_not_stand(verifier, material):
    proof = material.changed_proof()
    proof["case"] = "另一个办件"
    page = verifier("/hall/verify/clock/")
    drop(page, proof)
    says(page, "不一致", "数据与签名不符")


# --- papers ---------------------------------------------------------------------------------------


def test_a_paper_is_confirmed_and_its_state_asked_for_apart(verifier, material):
    page = verifier("/hall/verify/paper/")
    drop(page, material.pdf, "意见书.pdf")
    says(page, "一致", material.number, "封签由本机关的密钥签署")
    page.context.set_offline(False)
    page.get_by_role("button", name="查询状态").click()
    expect(page.get_by_role("status")).to_contain_text("有效")


def by_stranger(pdf: bytes) -> bytes:
    """The same paper sealed by another key that claims to be ours."""
    sheet, told, _, body = seal.read(pdf)
    stranger = ciphers.signing.Signer("x", "ed25519", *stranger_key())
    line = base64.b64encode(told) + b" " + base64.b64encode(stranger.sign(told))
    return body + seal.MARK + line + pdf[pdf.rfind(b"\nstartxref") :]


def stranger_key() -> tuple[Any, Any]:
    """A key nobody knows."""
    backend = ciphers.signing.Ed25519()
    return backend, backend.load_key(backend.make_key())


FORGED = {
    "altered": (lambda pdf: pdf.replace(b"/Type", b"/Tipe", 1), "不一致", "签发后被改动过"),
    "appended": (lambda pdf: pdf + b"9 0 obj", "不一致", "封签之后还有别的内容"),
    "other-key": (by_stranger, "不一致", "签名不成立"),
    "no-seal": (lambda pdf: pdf[: pdf.rfind(seal.MARK)], "不能核验", "没有电子封签"),
    "no-pdf": (lambda pdf: b"\x89PNG" + pdf, "不能核验", "不是 PDF"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_paper_is_found_and_the_citizen_told_what_to_do(verifier, material, name):
    change, title, said = FORGED[name]
    page = verifier("/hall/verify/paper/")
    drop(page, change(material.pdf), "意见书.pdf")
    says(page, title, said)


# --- promises -------------------------------------------------------------------------------------


def test_the_browser_itself_forbids_a_verifier_to_connect(enter):
    page = enter(bypass_csp=False).opens("/hall/verify/paper/")
    with pytest.raises(Error, match="Failed to fetch"):
        page.evaluate("fetch('/hall/about/')")


def test_without_web_crypto_the_page_says_so_and_names_the_script(enter, material):
    page = enter().page
    page.add_init_script("Object.defineProperty(globalThis.crypto, 'subtle', {value: undefined})")
    page.goto("/hall/verify/paper/")
    expect(page.locator(READY)).to_be_attached()
    drop(page, material.pdf, "意见书.pdf")
    expect(page.locator("#verdict")).to_contain_text("离线脚本")


@pytest.mark.parametrize("name", ["draw", "clock", "paper"])
def test_without_scripts_the_verifier_says_what_to_do(enter, name):
    page = enter(java_script_enabled=False).opens(f"/hall/verify/{name}/")
    expect(page.get_by_text("核验要用 JavaScript")).to_be_visible()
    expect(page.get_by_role("link", name="离线脚本").first).to_be_visible()


def test_a_verifier_works_by_keyboard_alone(verifier, material, tmp_path):
    page = verifier("/hall/verify/clock/")
    file = tmp_path / "证明.json"
    file.write_text(json.dumps(material.proof, ensure_ascii=False), encoding="utf-8")
    # Listened to before the first key: a chooser that opens while the listener is being set up is lost.
    page.on("filechooser", lambda chosen: chosen.set_files(file))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "file":
            break
    expect(page.locator("#file")).to_be_focused()
    page.keyboard.press("Space", delay=60)  # as long as a finger rests on a key
    says(page, "一致")
    expect(page.locator("#verdict")).to_be_focused()
