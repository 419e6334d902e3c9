"""Tests of the one port to cryptography (密码服务测试)."""

from __future__ import annotations

import base64
import json
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base import ciphers
from zhujianyun.base.ciphers import digests, selftest, sm2
from zhujianyun.base.ciphers.sm3_pure import Sm3
from zhujianyun.base.errors import RuleBroken

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="the openssl command is absent: no cross-check")
DISTID = ("-pkeyopt", "distid:1234567812345678")


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    """Every test has a key folder of its own."""
    settings.ZJY_KEYS = tmp_path / "keys"


def openssl(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([OPENSSL, *map(str, args)], capture_output=True, text=True, check=False)


def test_every_algorithm_gives_its_known_answers():
    assert set(ciphers.self_test()) == set(selftest.TESTS)


def test_a_wrong_answer_stops_the_platform_from_signing(monkeypatch):
    monkeypatch.setattr(selftest, "SM3_ABC", "0" * 64)
    with pytest.raises(RuleBroken, match="sm3 自检不通过"):
        ciphers.self_test()


@pytest.mark.parametrize(
    ("data", "digest"), [(b"abc", selftest.SM3_ABC), (b"abcd" * 16, selftest.SM3_ABCD_16)]
)
def test_the_fallback_knows_the_vectors_of_the_standard(data, digest):
    assert Sm3(data).hexdigest() == digest


@given(st.lists(st.binary(max_size=150), max_size=5))
def test_the_fallback_equals_the_compiled_digest_however_it_is_fed(pieces):
    pure = Sm3()
    for piece in pieces:
        pure.update(piece)
    whole = b"".join(pieces)
    assert pure.digest() == ciphers.sm3(whole) == digests._Compiled(whole).digest()


def test_a_digest_may_be_asked_for_in_between():
    pure = Sm3(b"a")
    pure.digest()
    pure.update(b"bc")
    assert pure.hexdigest() == selftest.SM3_ABC


def test_an_unknown_digest_is_named():
    with pytest.raises(RuleBroken) as caught:
        ciphers.hash_hex("md5", b"")
    assert caught.value.rule == "ciphers.hash.unknown"


@pytest.mark.parametrize("alg", ["ed25519", "sm2"])
def test_a_signature_holds_for_its_bytes_and_key_alone(alg):
    mine, other = ciphers.signer("mine", alg), ciphers.signer("other", alg)
    signature = mine.sign("桂消审".encode())
    assert mine.verify("桂消审".encode(), signature)
    assert not mine.verify(b"x", signature)
    assert not other.verify("桂消审".encode(), signature)
    assert ciphers.verify(mine.alg, mine.public_bytes(), "桂消审".encode(), signature)
    assert b"PRIVATE" not in mine.public_bytes()


@pytest.mark.parametrize("alg", ["ed25519", "sm2"])
@given(cut=st.integers(0, 80), noise=st.binary(max_size=4))
def test_a_mangled_signature_is_refused_and_never_raises(alg, cut, noise):
    key = ciphers.signer("mangled", alg)
    good = key.sign(b"x")
    bad = good[:cut] + noise
    assert key.verify(b"x", bad) is (bad == good)


@pytest.mark.parametrize("alg", ["ed25519", "sm2"])
def test_a_key_of_the_other_family_does_not_verify(alg):
    other = ciphers.signer("k", "sm2" if alg == "ed25519" else "ed25519")
    key = ciphers.signer("k", alg)
    assert not ciphers.verify(alg, other.public_bytes(), b"x", key.sign(b"x"))
    assert not ciphers.verify(alg, b"no pem", b"x", key.sign(b"x"))


def der(*numbers: int) -> bytes:
    parts = b""
    for n in numbers:
        body = n.to_bytes(n.bit_length() // 8 + 1, "big")
        parts += bytes([2, len(body)]) + body
    return bytes([0x30, len(parts)]) + parts


@pytest.mark.parametrize("r", [0, sm2.ORDER, sm2.ORDER + 1])
@pytest.mark.parametrize("place", [0, 1])
def test_sm2_numbers_outside_the_order_are_refused(r, place):
    numbers = [5, 5]
    numbers[place] = r
    key = ciphers.signer("k", "sm2")
    assert not key.verify(b"x", der(*numbers))
    with pytest.raises(ValueError):
        sm2.parse_signature(der(*numbers))


@given(st.integers(1, sm2.ORDER - 1), st.integers(1, sm2.ORDER - 1))
def test_sm2_signatures_have_one_encoding_only(r, s):
    good = der(r, s)
    assert sm2.parse_signature(good) == (r, s)
    padded = bytes([0x30, good[1] + 1, 2, good[3] + 1, 0]) + good[4:]
    negative = bytes([0x30, 6, 2, 1, 0x85, 2, 1, 5])
    for bad in (padded, negative, good + b"\0", good[:-1], b"", b"\x30"):
        with pytest.raises(ValueError):
            sm2.parse_signature(bad)


def test_an_sm2_point_off_the_curve_is_refused():
    key = ciphers.signer("k", "sm2")
    lines = key.public_bytes().decode().splitlines()
    raw = bytearray(base64.b64decode("".join(lines[1:-1])))
    raw[-1] ^= 1
    off = "\n".join([lines[0], base64.b64encode(bytes(raw)).decode(), lines[-1], ""]).encode()
    assert not ciphers.verify("sm2", off, b"x", key.sign(b"x"))


@needs_openssl
def test_openssl_verifies_our_sm2_signature_only_with_the_identifier(tmp_path):
    key = ciphers.signer("cross", "sm2")
    for name, content in (("p", key.public_bytes()), ("s", key.sign(b"abc")), ("m", b"abc")):
        (tmp_path / name).write_bytes(content)
    ask = ("pkeyutl", "-verify", "-pubin", "-inkey", tmp_path / "p", "-in", tmp_path / "m")
    ask = (*ask, "-sigfile", tmp_path / "s", "-rawin", "-digest", "sm3")
    assert openssl(*ask, *DISTID).returncode == 0
    assert openssl(*ask).returncode != 0


@needs_openssl
def test_we_verify_the_sm2_signature_of_openssl(tmp_path):
    openssl("genpkey", "-algorithm", "SM2", "-out", tmp_path / "k")
    openssl("pkey", "-in", tmp_path / "k", "-pubout", "-out", tmp_path / "p")
    (tmp_path / "m").write_bytes(b"abc")
    sign = ("pkeyutl", "-sign", "-inkey", tmp_path / "k", "-in", tmp_path / "m", "-rawin", "-digest", "sm3")
    openssl(*sign, *DISTID, "-out", tmp_path / "s")
    openssl(*sign, "-out", tmp_path / "other")
    public = (tmp_path / "p").read_bytes()
    assert ciphers.verify("sm2", public, b"abc", (tmp_path / "s").read_bytes())
    assert not ciphers.verify("sm2", public, b"abc", (tmp_path / "other").read_bytes())


@needs_openssl
def test_openssl_counts_the_same_sm3(tmp_path):
    (tmp_path / "m").write_bytes("南宁".encode() * 1000)
    answer = openssl("dgst", "-sm3", "-r", tmp_path / "m")
    assert answer.stdout.split()[0] == ciphers.hash_hex("sm3", "南宁".encode() * 1000)


@pytest.mark.parametrize("alg", ["aes-gcm", "sm4-gcm"])
@given(plain=st.binary(max_size=200), aad=st.binary(max_size=40))
def test_what_was_sealed_opens_in_its_place(alg, plain, aad):
    assert ciphers.open_("person", ciphers.seal("person", plain, aad, alg=alg), aad) == plain


@pytest.mark.parametrize("alg", ["aes-gcm", "sm4-gcm"])
def test_a_sealed_value_moved_altered_or_cut_does_not_open(alg):
    sealed = ciphers.seal("person", b"450102", b"row:1", alg=alg)
    envelope = json.loads(sealed)
    swapped = "sm4-gcm" if alg == "aes-gcm" else "aes-gcm"
    wrong: list[tuple[bytes, bytes, str]] = [(sealed, b"row:2", "ciphers.seal.tag")]
    for change, rule in (
        ({"tag": envelope["tag"][:-8] + "AAAAAA=="}, "ciphers.seal.tag"),
        ({"tag": envelope["tag"][:8]}, "ciphers.seal.shape"),
        ({"ct": "AAAA"}, "ciphers.seal.tag"),
        ({"key_id": f"person.{alg}.9"}, "ciphers.key.unknown"),
        ({"key_id": f"other.{alg}.1"}, "ciphers.seal.label"),
        ({"key_id": f"person.{alg}.../../x"}, "ciphers.seal.label"),
        ({"alg": swapped}, "ciphers.seal.label"),
        ({"alg": "none"}, "ciphers.seal.shape"),
        ({"more": "x"}, "ciphers.seal.shape"),
        ({"nonce": 5}, "ciphers.seal.shape"),
    ):
        wrong.append((json.dumps(envelope | change).encode(), b"row:1", rule))
    for value, aad, rule in [
        *wrong,
        (b"", b"row:1", "ciphers.seal.shape"),
        (b"[]", b"", "ciphers.seal.shape"),
    ]:
        with pytest.raises(RuleBroken) as caught:
            ciphers.open_("person", value, aad)
        assert caught.value.rule == rule, value


def test_the_same_secret_never_looks_the_same():
    assert ciphers.seal("person", b"x", b"a") != ciphers.seal("person", b"x", b"a")


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key():
    old = ciphers.seal("person", b"old", b"a")
    new_key = ciphers.rotate("person")
    new = ciphers.seal("person", b"new", b"a")
    assert json.loads(new)["key_id"] == new_key != json.loads(old)["key_id"]
    assert ciphers.open_("person", old, b"a") == b"old"
    assert ciphers.open_("person", new, b"a") == b"new"


def test_the_national_switch_changes_new_keys_only(settings):
    old = ciphers.seal("person", b"x", b"a")
    settings.ZJY_CIPHERS = "national"
    assert ciphers.signer("k").alg == "sm2-sm3"
    assert json.loads(ciphers.seal("person", b"x", b"a"))["alg"] == "sm4-gcm"
    assert ciphers.open_("person", old, b"a") == b"x"


def test_key_files_belong_to_their_owner_alone(settings):
    ciphers.signer("mine")
    ciphers.seal("mine", b"x", b"")
    folder = Path(settings.ZJY_KEYS)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in folder.iterdir()} == {0o600}
    assert not [f for f in folder.iterdir() if f.name.startswith(".")]


def test_a_key_file_open_to_others_is_refused(settings):
    ciphers.seal("mine", b"x", b"")
    path = next(Path(settings.ZJY_KEYS).iterdir())
    moved = path.with_name("seal.loose.aes-gcm.1.key")
    shutil.copy(path, moved)
    moved.chmod(0o644)
    with pytest.raises(RuleBroken, match="chmod 600"):
        ciphers.seal("loose", b"x", b"")


@pytest.mark.parametrize("label", ["", "../x", "A", "a/b", "a.b", "密钥", "a" * 80])
def test_a_label_that_is_no_file_name_is_refused(label):
    with pytest.raises(RuleBroken):
        ciphers.signer(label)


_RACE = """
import sys, time
from django.conf import settings
settings.configure(ZJY_KEYS=sys.argv[1])
from zhujianyun.base import ciphers
ciphers.hash_hex("sha256", b"")
time.sleep(max(0.0, float(sys.argv[2]) - time.time()))
print(ciphers.signer("race").key_id, ciphers.seal("race", b"x", b"a").decode())
"""


def test_processes_that_start_at_once_hold_the_same_key(settings):
    start = str(time.time() + 1.5)
    ask = [sys.executable, "-c", _RACE, str(settings.ZJY_KEYS), start]
    racers = [
        subprocess.Popen(ask, stdout=subprocess.PIPE, env=os.environ | {"PYTHONHASHSEED": "0"})
        for _ in range(4)
    ]
    answers = [racer.communicate(timeout=60)[0].decode().split(" ", 1) for racer in racers]
    assert len({key_id for key_id, _ in answers}) == 1
    assert {ciphers.open_("race", sealed.strip().encode(), b"a") for _, sealed in answers} == {b"x"}
    assert {key_id for key_id, _ in answers} == {ciphers.signer("race").key_id}
