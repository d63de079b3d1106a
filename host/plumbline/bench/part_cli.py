"""How long a person waits for the command line, beside mpremote and belay."""

import subprocess
import sys
from pathlib import Path

from plumbline.bench import Bench, best_seconds

TITLE = "starting the command line (best of ten, a process each)"


def program(name: str) -> Path:
    """A command that was installed beside this Python."""
    return Path(sys.executable).with_name(name)


def _starter(name: str, *words: str):
    def start() -> None:
        subprocess.run([program(name), *words], check=True, stdout=subprocess.DEVNULL)

    return start


def run(bench: Bench) -> None:
    commands = {
        "cli.help_ms": _starter("plumbline", "--help"),
        "cli.flash_help_ms": _starter("plumbline", "flash", "--help"),
        "cli.config_ms": _starter("plumbline", "config", "show"),
    }
    for name in ("mpremote", "belay"):
        if program(name).exists():
            commands[f"cli.{name}_help_ms"] = _starter(name, "--help")
        else:
            bench.say(f"  skipped: {name} is not installed (pip install 'plumbline[bench]')")
    for key, seconds in zip(commands, best_seconds(*commands.values(), rounds=10), strict=True):
        bench.put(key, 1000 * seconds, "ms", bar="< 200" if key == "cli.help_ms" else "")
