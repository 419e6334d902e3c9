"""A package as bytes (上报包): the same records give the same bytes on every machine.

A ZIP without compression, since deflate differs between versions; names, times and order are fixed. A
detached signature lies beside it and is written last: a package without signature is not complete.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote

from zhujianyun.apps.data_catalogue.rules.transfer.records import Reported, canonical

FORMAT = "zjy-regional-1"
SIGNATURE_FORMAT = "zjy-regional-signature-1"
MANIFEST = "manifest.json"
FOLDERS = {"entry": "entries", "mount": "mounts", "grant": "grants"}
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP can name


def name_of(sender: str, sequence: int) -> str:
    """The file name of a package (包文件名)."""
    return f"{sender}-{sequence:06d}.zip"


def path_of(one: Reported) -> str:
    """Where a record stands inside the package (包内路径); codes hold slashes, paths do not."""
    return f"{FOLDERS[one.kind]}/{quote(one.code, safe='')}.json"


def bundle(
    sender: str, sequence: int, previous: str, built_at: datetime, records: Iterable[Reported]
) -> tuple[bytes, str]:
    """The package and its SHA-256 (组包). ``previous`` is the digest of the package before, "" for the first."""
    listed = list(records)
    manifest = {
        "format": FORMAT, "sender": sender, "sequence": sequence, "previous": previous,
        "built_at": built_at.astimezone(UTC).isoformat(), "count": len(listed),
        "files": [
            {
                "path": path_of(one), "kind": one.kind, "code": one.code, "sha256": one.digest,
                "bytes": len(one.content.encode()),
            }
            for one in listed
        ],
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        _put(archive, MANIFEST, canonical(manifest))
        for one in listed:
            _put(archive, path_of(one), one.content.encode())
    made = out.getvalue()
    return made, hashlib.sha256(made).hexdigest()


def _put(archive: zipfile.ZipFile, path: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(path, EPOCH)
    entry.create_system, entry.external_attr = 3, 0o600 << 16
    archive.writestr(entry, content)


def signed_bytes(sender: str, sequence: int, digest: str) -> bytes:
    """What the signature of a package covers (待签内容): never to be taken for a signature of another thing."""
    return canonical({"format": SIGNATURE_FORMAT, "sender": sender, "sequence": sequence, "sha256": digest})


def signature_file(
    sender: str, sequence: int, digest: str, *, alg: str, key_id: str, signature: str
) -> bytes:
    """The detached signature as a file (签名文件)."""
    return canonical(
        {
            "format": SIGNATURE_FORMAT, "sender": sender, "sequence": sequence, "sha256": digest,
            "alg": alg, "key_id": key_id, "signature": signature,
        }
    )  # fmt: skip
