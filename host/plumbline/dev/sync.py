"""Puts changed files of `device/brace` on a development image without building one.

Compared are three things: the files here, those frozen into the image that the brace runs (their
hashes lie beside the build), and those already on its filesystem.  Only what differs from the
image goes there; what is the image's again, or is gone here, is removed there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from plumbline.dev import receiver
from plumbline.dev.prompt import Prompt
from plumbline.errors import Mismatch, NoAnswer, Refused, StorageError, os_error

MARK = "brace.image"
# Imported before the filesystem is looked at: these must come with the image.
_FROZEN_ONLY = ("brace/__init__.py", "brace/board/__init__.py", "brace/board/overlay.py")


@dataclass
class Board:
    """What the board has: its image's digest, its files' hashes, folders, and room (0 blocks: no
    filesystem)."""

    image: str
    files: dict[str, str]
    folders: list[str]
    block: int = 4096
    size_blocks: int = 0
    free_blocks: int = 0


@dataclass
class Changes:
    """What is to be done: files to write (path on the board -> contents), paths to remove, and
    the names of sources here that differ from the image."""

    write: dict[str, bytes] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    kept: int = 0


def tree(start: Path | None = None) -> Path:
    """The checkout that holds device/brace, at or above the working folder."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "device" / "brace" / "__init__.py").is_file():
            return folder
    raise StorageError(
        "there is no device/brace here", "Run this inside a checkout of Plumbline"
    )


def sources(root: Path) -> dict[str, bytes]:
    """The firmware's sources here: "brace/app.py" -> contents."""
    base = root / "device"
    try:
        return {
            path.relative_to(base).as_posix(): path.read_bytes()
            for path in sorted((base / "brace").rglob("*.py"))
        }
    except OSError as error:
        raise os_error(error, f"reading {base}") from error


def frozen(root: Path, image: str) -> dict[str, str]:
    """Hashes of the sources frozen into the image with this digest.  Raises Refused when it was
    not built here."""
    path = root / "build" / "firmware" / "sources" / f"{image[:16]}.json"
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        raise Refused(
            f"the image on the brace ({image[:16]}) was not built in this checkout",
            "Put this checkout's image on it first: make firmware, then plumbline flash",
        ) from None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def mpy_cross() -> str | None:
    """MicroPython's compiler: the one on the PATH, or what `make firmware` built."""
    cache = os.environ.get("PLUMBLINE_CACHE")
    roots = [Path(cache)] if cache else []
    roots.append(Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "plumbline")
    built = [str(p) for r in roots for p in sorted(r.glob("*/mpy-cross/build/mpy-cross"))]
    return shutil.which("mpy-cross") or (built[-1] if built else None)


def compiled(name: str, source: bytes, compiler: str | None) -> tuple[str, bytes]:
    """(path on the board, contents): bytecode when there is a compiler, else the source.

    Bytecode takes a third of the room, and a syntax error is found here.
    """
    if compiler is None:
        return name, source
    with tempfile.TemporaryDirectory() as folder:
        plain, made = Path(folder) / "m.py", Path(folder) / "m.mpy"
        plain.write_bytes(source)
        done = subprocess.run(
            [compiler, "-s", name, "-o", str(made), str(plain)], capture_output=True, text=True
        )
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise Refused(f"{name} does not compile: {said[-1] if said else '?'}", "Correct it")
        return name[:-3] + ".mpy", made.read_bytes()


def look(prompt: Prompt) -> Board:
    """Asks the board what it has."""
    board = Board("", {}, [])
    for line in prompt.run(receiver.LIST, timeout=60).splitlines():
        what, *rest = line.split()
        if what == "i":
            board.image = rest[0]
        elif what == "s":
            board.block, board.size_blocks, board.free_blocks = (int(r) for r in rest)
        elif what == "d":
            board.folders.append(rest[0])
        elif what == "f":
            board.files[rest[0]] = rest[1]
    return board


def compare(board: Board, here: dict[str, bytes], base: dict[str, str]) -> Changes:
    """What has to change on the board.  Raises Refused for files that only an image can bring,
    and for more than its filesystem holds."""
    changes = Changes()
    changes.differs = [name for name, data in here.items() if base.get(name) != _digest(data)]
    for name in changes.differs:
        if name in _FROZEN_ONLY:
            raise Refused(
                f"{name} has changed, and that file is used before the filesystem is there",
                "Build and flash an image: make firmware, then plumbline flash",
            )
    compiler = mpy_cross()
    want = dict(compiled(name, here[name], compiler) for name in changes.differs)
    if want:
        want[MARK] = board.image.encode()
    for path, data in want.items():
        if board.files.get(path) == _digest(data):
            changes.kept += 1
        else:
            changes.write[path] = data
    if want and not board.size_blocks:
        raise Refused(
            "the brace has no filesystem to put files on", "Make one: plumbline dev format"
        )
    folders = sorted({str(Path(p).parent.as_posix()) for p in want if "/" in p})
    changes.folders = [f for f in folders if f not in board.folders]
    changes.remove = [path for path in board.files if path not in want]
    changes.remove += sorted((f for f in board.folders if f not in folders), reverse=True)
    needed = sum(-(-len(data) // board.block) for data in changes.write.values())
    needed += 2 * len(changes.folders)
    if needed > board.free_blocks:
        raise Refused(
            f"{len(changes.differs)} files have changed, more than the brace's filesystem holds "
            f"({needed} blocks are needed, {board.free_blocks} are free)",
            "Build and flash an image: make firmware, then plumbline flash",
        )
    return changes


def apply(prompt: Prompt, changes: Changes, say: Callable[[str], None] = lambda t: None) -> None:
    """Does it, file by file.  Raises NoAnswer with the board's reason when it cannot."""

    def order(text: str, data: bytes = b"") -> None:
        prompt.send(text.encode() + b"\n" + data)
        answer = prompt.line()
        if answer != "ok":
            raise NoAnswer(
                f"the board could not do {text.split()[0]} {text.split()[1]} ({answer[3:]})",
                "Look at its filesystem: plumbline dev repl",
            )

    prompt.start(receiver.TAKE)
    if prompt.line() != "ready":
        raise NoAnswer("the board did not start to listen", "Try again")
    for path in changes.remove:
        say(f"removing {path}")
        order(f"x {path}")
    for path in changes.folders:
        order(f"m {path}")
    # The mark goes last: without it the rest is not looked at.
    for path in sorted(changes.write, key=lambda p: p == MARK):
        data = changes.write[path]
        say(f"writing {path} ({len(data)} bytes)")
        order(f"w {path} {len(data)} {_digest(data)}", data)
    prompt.send(b"q\n")
    prompt.finish()


def sync(
    port: str, root: Path, *, dry_run: bool = False, restart: bool = True,
    say: Callable[[str], None] = lambda t: None,
) -> Changes:  # fmt: skip
    """Makes the brace at `port` run the sources in `root`, and proves that they are there.

    Raises Refused, AtPrompt, LinkError, and Mismatch when the board then has something else.
    """
    here = sources(root)
    with Prompt(port) as prompt:
        board = look(prompt)
        changes = compare(board, here, frozen(root, board.image))
        if (changes.write or changes.remove) and not dry_run:
            apply(prompt, changes, say)
            after = look(prompt)
            expected = {p: h for p, h in board.files.items() if p not in changes.remove}
            expected.update({p: _digest(d) for p, d in changes.write.items()})
            if after.files != expected:
                raise Mismatch(
                    "the brace's files are not what was sent", "Run the same command again"
                )
        if restart:
            prompt.restart()
    return changes
