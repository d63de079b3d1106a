"""How long it takes until changed firmware files are on a brace, beside mpremote and belay."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from plumbline import registry
from plumbline.bench import Bench
from plumbline.bench.part_cli import program
from plumbline.dev import sync

TITLE = "putting changed files on a development image (emulated brace), best of two"

_NAME = "bench-sync"
# Files whose sources fit the brace's filesystem, in two folders.
_TREE = ("brace/epoch.py", "brace/haptics.py", "brace/tactor.py", "brace/board/panel.py")
_ONE = "brace/haptics.py"
_ROUNDS = 2
# belay resets the board before it asks for the prompt, and then the firmware has the line; so here
# it is kept from that.
_BELAY = """
import sys
from belay import Device
from belay.pyboard import Pyboard
class Quiet(Device):
    def _connect_to_board(self, **options):
        self._board = Pyboard(**options)
        self._board.enter_raw_repl(soft_reset=False)
board = Quiet(sys.argv[1])
board.sync(sys.argv[2], "/brace")
board.close()
"""


class Board:
    """A virtual brace of this part's own, in a home of its own, and the trees to put on it."""

    def __init__(self, root: Path, folder: Path):
        self.image = root / "build" / "firmware" / "plumbline-rp2040.uf2"
        self.checkout, self.plain = folder / "checkout", folder / "plain"
        # An emulated board on a busy computer answers late, which nothing here measures.
        self._env = {**os.environ, "PLUMBLINE_HOME": str(folder / "home"),
                     "PLUMBLINE_TIMEOUT": "30"}  # fmt: skip
        shutil.copytree(root / "device" / "brace", self.checkout / "device" / "brace")
        built = root / "build" / "firmware" / "sources"
        shutil.copytree(built, self.checkout / "build" / "firmware" / "sources")
        for number, name in enumerate(_TREE):
            self.change(name, number)
        self.plumbline("sim", "--background", "--name", _NAME, "--image", str(self.image))
        os.environ["PLUMBLINE_HOME"] = self._env["PLUMBLINE_HOME"]
        (self.entry,) = registry.running()
        self.port = self.entry.pty

    def plumbline(self, *words: str) -> None:
        self._run(program("plumbline"), *words)

    def _run(self, *words) -> None:
        try:
            done = subprocess.run(words, cwd=self.checkout, env=self._env, capture_output=True,
                                  text=True, timeout=120)  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise RuntimeError(f"{error}") from None
        if done.returncode:
            raise RuntimeError(f"{' '.join(map(str, words))}: {done.stderr or done.stdout}")

    def change(self, name: str, number: int) -> None:
        """Changes a file of the checkout, and its copy in a tree of the changed files alone."""
        path = self.checkout / "device" / name
        path.write_text(path.read_text() + f"_BENCH = {number}\n")
        copy = self.plain / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)

    def format(self) -> None:
        """Empties the filesystem and waits until the firmware runs again: peers ask for the prompt
        once only, and one that is starting does not hear it."""
        self.plumbline("dev", "format", "--yes", "-d", _NAME)
        self.plumbline("settings", "show", "-d", _NAME)

    def ways(self) -> dict:
        """Name -> what puts the tree on the brace and leaves it at the prompt."""
        folder = self.plain / "brace"
        ways = {"": lambda: self.plumbline("dev", "sync", "--stay", "-d", _NAME)}
        if program("mpremote").exists():
            ways["mpremote_"] = lambda: self._run(
                program("mpremote"), "connect", self.port, "cp", "-r", str(folder), ":"
            )
        if program("belay").exists():
            ways["belay_"] = lambda: self._run(
                sys.executable, "-c", _BELAY, self.port, str(folder)
            )
        return ways

    def stop(self) -> None:
        os.kill(self.entry.pid, signal.SIGTERM)


def run(bench: Bench) -> None:
    root = sync.tree()
    if not (root / "build" / "firmware" / "plumbline-rp2040.uf2").exists():
        bench.say("  skipped: no firmware image (make firmware)")
        return
    home = os.environ.get("PLUMBLINE_HOME")
    with tempfile.TemporaryDirectory() as folder:
        board = Board(root, Path(folder))
        try:
            for way, action in board.ways().items():
                _measure(bench, board, way, action)
        finally:
            board.stop()
            os.environ.pop("PLUMBLINE_HOME", None)
            if home is not None:
                os.environ["PLUMBLINE_HOME"] = home


def _measure(bench: Bench, board: Board, way: str, action) -> None:
    whole, one, none = [], [], []
    try:
        for number in range(_ROUNDS):
            board.format()
            whole.append(_seconds(action))
            board.change(_ONE, 100 + number)
            one.append(_seconds(action))
            none.append(_seconds(action))
    except RuntimeError as error:
        bench.say(f"  {way.rstrip('_')} failed: {error}")
        return
    note = f"{len(_TREE)} files changed"
    bench.put(f"sync.{way}first_s", min(whole), "s", note=note)
    bench.put(f"sync.{way}one_s", min(one), "s", note="one file changed since")
    bench.put(f"sync.{way}none_s", min(none), "s", note="nothing changed since")


def _seconds(action) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
