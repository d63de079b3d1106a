"""Images for a bare Cortex-M0+ (plumbline.virtual.m0), built as the firmware builds the core."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
_BUILD = ROOT / "build" / "bare"
_CPU = ["-mcpu=cortex-m0plus", "-mthumb"]


class BareImage(NamedTuple):
    data: bytes  # what lies at RAM's start
    symbols: dict[str, int]  # addresses
    sizes: dict[str, int]  # bytes of code and constants that each source file has in the image


def build(name: str, sources: list[str], entries: list[str], *,
          optimise: str = "-O2") -> BareImage:
    """Compiles the sources (paths from the project's root, globs allowed) and keeps what the
    entry functions need.  RuntimeError with the compiler's words if that fails, FileNotFoundError
    without a compiler (make firmware installs it)."""
    folder = _BUILD / name
    folder.mkdir(parents=True, exist_ok=True)
    objects = []
    for source in [path for pattern in sources for path in sorted(ROOT.glob(pattern))]:
        made = folder / f"{source.stem}.o"
        _run("arm-none-eabi-gcc", *_CPU, optimise, "-std=c99", "-ffunction-sections",
             "-fdata-sections", f"-I{ROOT / 'native/include'}", f"-I{ROOT / 'native/src'}",
             "-c", str(source), "-o", str(made))
        objects.append(str(made))
    elf, image, chart = folder / "image.elf", folder / "image.bin", folder / "image.map"
    _run("arm-none-eabi-gcc", *_CPU, "-nostartfiles", "-nostdlib", "-Wl,--gc-sections",
         f"-Wl,-T,{ROOT / 'native/bench/m0.ld'}", f"-Wl,-Map={chart}", f"-Wl,-e,{entries[0]}",
         *[f"-Wl,-u,{entry}" for entry in entries], *objects, "-lc", "-lgcc", "-o", str(elf))
    _run("arm-none-eabi-objcopy", "-O", "binary", str(elf), str(image))
    names = [line.split() for line in _run("arm-none-eabi-nm", str(elf)).splitlines()]
    return BareImage(image.read_bytes(), {name: int(at, 16) for at, _, name in names},
                     _sizes(chart.read_text(), folder))


def _sizes(chart: str, folder: Path) -> dict[str, int]:
    """Sums of the sections that the linker's map places in the image, by source file."""
    placed = chart[chart.index("Linker script and memory map"):]
    section = rf"^ \.(?:text|rodata)\S*\s+0x0*2\w+\s+(0x\w+)\s+{re.escape(str(folder))}/(\S+)\.o$"
    found = re.findall(section, placed, re.MULTILINE)
    sizes: dict[str, int] = {}
    for size, name in found:
        sizes[name] = sizes.get(name, 0) + int(size, 16)
    return sizes


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout
