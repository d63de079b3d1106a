"""finish_image.py BIN ELF OUT.uf2: stamps the image, writes the UF2, prints the sizes."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from brace import VERSION
from plumbline import image

FLASH_FOR_IMAGE = 480 * 1024
RAM = 264 * 1024


def write_sources(path: Path) -> None:
    """Notes the hashes of the frozen sources, for `plumbline dev sync`."""
    device = Path(__file__).resolve().parents[1]
    hashes = {
        file.relative_to(device).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted((device / "brace").rglob("*.py"))
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(hashes, indent=1))


def main() -> None:
    binary, elf, out = map(Path, sys.argv[1:])
    stamped = image.Image(image.stamp(binary.read_bytes(), VERSION))
    stamped.verify()
    if len(stamped.data) > FLASH_FOR_IMAGE:
        sys.exit(
            f"the image has {len(stamped.data)} bytes, the flash map leaves it {FLASH_FOR_IMAGE}"
        )
    part = out.with_suffix(".part")
    part.write_bytes(image.to_uf2(stamped))
    os.replace(part, out)
    write_sources(out.parent / "sources" / f"{stamped.digest[:16]}.json")
    sizes = subprocess.run(
        ["arm-none-eabi-size", "-A", elf], check=True, capture_output=True, text=True
    ).stdout
    section = {name: int(size) for name, size in re.findall(r"^(\.\w+)\s+(\d+)", sizes, re.M)}
    static = section.get(".data", 0) + section.get(".bss", 0)
    print(f"{out}")
    print(f"  flash  {len(stamped.data):7d} of {FLASH_FOR_IMAGE} bytes for the image")
    heap = section.get(".heap", 0)
    print(f"  RAM    {static:7d} of {RAM} bytes static, {heap} C heap; the rest is Python's heap")
    print(f"  sha256 {stamped.digest}")


if __name__ == "__main__":
    main()
