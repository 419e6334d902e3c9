"""Check that nothing under a GPL or AGPL licence is inside (许可证检查); LGPL only by import."""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, distributions

# Read by hand where a package's metadata says nothing or says it badly: name -> what it is.
KNOWN = {
    "pyhanko": "MIT",
    "typing_extensions": "PSF-2.0",
    "cel-python": "Apache-2.0",
    "text-unidecode": "Artistic-1.0 OR GPL-2.0-or-later",  # for tests only, through ckanapi
}
BUILD_ONLY = {"pip", "setuptools", "wheel"}


def said(distribution: Distribution) -> str:
    """The licence that a package declares, in the order of trust."""
    meta = distribution.metadata
    name = (meta["Name"] or "").lower()
    if name in KNOWN:
        return KNOWN[name]
    classifiers = [
        c.split("::")[-1].strip() for c in meta.get_all("Classifier", []) if c.startswith("License ::")
    ]
    return (
        meta.get("License-Expression") or "; ".join(classifiers) or (meta.get("License") or "").split("\n")[0]
    )


def refused(licence: str) -> bool:
    """Whether the licence may not be inside: GPL or AGPL with no other choice."""
    text = licence.upper().replace("LESSER GENERAL PUBLIC", "LGPL").replace("LGPL", "")
    choices = text.split(" OR ")
    return all("GPL" in choice or "GENERAL PUBLIC" in choice or "AFFERO" in choice for choice in choices)


def main() -> int:
    """Print the packages that fail and return the exit code."""
    faults = []
    for distribution in distributions():
        name = (distribution.metadata["Name"] or "").lower()
        if name in BUILD_ONLY or name == "zhujianyun":
            continue
        licence = said(distribution)
        if not licence or licence.upper() == "UNKNOWN":
            faults.append(f"{name}：未声明许可证")
        elif refused(licence):
            faults.append(f"{name}：{licence}")
    print("\n".join(faults) or "没有 GPL/AGPL 依赖")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
