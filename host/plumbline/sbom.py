"""python -m plumbline.sbom: the software of others that is in a brace and in its tools.

CycloneDX 1.5 as JSON, from what is really there: the versions that the sources in MicroPython's
tree state (device/port/sources.sh pins and verifies them), and the Python packages installed with
plumbline.  The same versions give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import uuid
from importlib import metadata
from pathlib import Path

from plumbline.errors import Missing, PlumblineError
from plumbline.files import write_atomic

_NAMESPACE = uuid.UUID("b3f6a1f0-6c53-4b6e-9a0e-7d9a5d0f6f11")
# name -> (file in the tree, patterns of the version's parts, licence, where it comes from)
_TREE = {
    "micropython": ("py/mpconfig.h", ["MICROPY_VERSION_MAJOR", "MICROPY_VERSION_MINOR",
                                      "MICROPY_VERSION_MICRO"], "MIT", "micropython/micropython"),
    "pico-sdk": ("lib/pico-sdk/pico_sdk_version.cmake",
                 ["PICO_SDK_VERSION_MAJOR", "PICO_SDK_VERSION_MINOR",
                  "PICO_SDK_VERSION_REVISION"], "BSD-3-Clause", "raspberrypi/pico-sdk"),
    "tinyusb": ("lib/tinyusb/src/tusb_option.h",
                ["TUSB_VERSION_MAJOR", "TUSB_VERSION_MINOR", "TUSB_VERSION_REVISION"],
                "MIT", "hathach/tinyusb"),
    "mbedtls": ("lib/mbedtls/include/mbedtls/build_info.h",
                ["MBEDTLS_VERSION_MAJOR", "MBEDTLS_VERSION_MINOR", "MBEDTLS_VERSION_PATCH"],
                "Apache-2.0", "Mbed-TLS/mbedtls"),
}  # fmt: skip
_LITTLEFS = "lib/littlefs/lfs2.h"


def _number(text: str, name: str, where: Path) -> int:
    found = re.search(rf"\b{name}\b[ (]+(0x[0-9a-fA-F]+|\d+)", text)
    if found is None:
        raise PlumblineError(f"{where} does not state {name}", "Look at the tree it is in")
    return int(found[1], 0)


def _github(name: str, version: str, licence: str, repository: str) -> dict:
    return {
        "type": "library",
        "bom-ref": f"pkg:github/{repository.lower()}@{version}",
        "name": name,
        "version": version,
        "licenses": [{"license": {"id": licence}}],
        "purl": f"pkg:github/{repository.lower()}@{version}",
    }


def of_tree(tree: Path) -> list[dict]:
    """What of MicroPython's tree goes into an image.  Raises PlumblineError."""
    components = []
    for name, (file, parts, licence, repository) in _TREE.items():
        path = tree / file
        if not path.is_file():
            raise Missing(f"there is no {path}", "Run make unix first: it fetches the tree")
        text = path.read_text("utf-8", "replace")
        version = ".".join(str(_number(text, part, path)) for part in parts)
        components.append(_github(name, version, licence, repository))
    number = _number((tree / _LITTLEFS).read_text("utf-8"), "LFS2_VERSION", tree / _LITTLEFS)
    version = f"{number >> 16}.{number & 0xFFFF}"
    components.append(_github("littlefs", version, "BSD-3-Clause", "littlefs-project/littlefs"))
    return components


def _name(requirement: str) -> str:
    return re.split(r"[\s<>=!~;\[(]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def _licence(info) -> str:
    """The licence as its package states it, in words if it has no identifier."""
    for field in ("License-Expression", "License"):
        text = (info.get(field) or "").strip().splitlines()
        if text and len(text[0]) < 60 and text[0] != "UNKNOWN":
            return text[0]
    for line in info.get_all("Classifier") or []:
        if line.startswith("License :: "):
            return line.rsplit(" :: ", 1)[1]
    return ""


def of_packages(root: str = "plumbline") -> list[dict]:
    """The installed packages that `root` leads to, extras that are installed included."""
    seen: dict[str, dict] = {}
    waiting = [_name(r) for r in metadata.requires(root) or []]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        ref = f"pkg:pypi/{name}@{found.version}"
        seen[name] = {
            "type": "library", "bom-ref": ref, "name": name, "version": found.version, "purl": ref,
        }  # fmt: skip
        licence = _licence(found.metadata)
        if licence:
            seen[name]["licenses"] = [{"license": {"name": licence}}]
        for requirement in found.requires or []:
            # What only an extra of another package wants is not ours.
            if "extra ==" not in requirement:
                waiting.append(_name(requirement))
    return [seen[name] for name in sorted(seen)]


def document(tree: Path) -> dict:
    """The whole bill of materials."""
    version = metadata.version("plumbline")

    ours = {
        "type": "application", "bom-ref": f"pkg:pypi/plumbline@{version}",
        "name": "plumbline", "version": version, "licenses": [{"license": {"id": "MIT"}}],
    }  # fmt: skip
    firmware = {
        "type": "firmware", "bom-ref": f"plumbline-rp2040@{version}",
        "name": "plumbline-rp2040", "version": version,
        "licenses": [{"license": {"id": "MIT"}}],
    }  # fmt: skip
    inside, packages = of_tree(tree), of_packages()
    components = [firmware, *inside, *packages]
    text = json.dumps(components, sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, text)}",
        "version": 1,
        "metadata": {"component": ours},
        "components": components,
        "dependencies": [
            {"ref": ours["bom-ref"],
             "dependsOn": [firmware["bom-ref"], *(c["bom-ref"] for c in packages)]},
            {"ref": firmware["bom-ref"], "dependsOn": [c["bom-ref"] for c in inside]},
        ],
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m plumbline.sbom", description=__doc__)
    parser.add_argument("tree", type=Path, help="MicroPython's tree")
    parser.add_argument("out", type=Path, help="the file to write")
    chosen = parser.parse_args()
    try:
        found = document(chosen.tree)
    except PlumblineError as error:
        print(f"error: {error}", file=sys.stderr)
        return int(error.exit)
    write_atomic(chosen.out, (json.dumps(found, indent=1) + "\n").encode(), durable=False)
    print(f"{chosen.out}: {len(found['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main())
