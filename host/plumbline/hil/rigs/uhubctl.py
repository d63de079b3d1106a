"""Switches the power of one port of a USB hub with the program uhubctl."""

from __future__ import annotations

import shutil
import subprocess

from plumbline.hil.parts import RigBroken


class Uhubctl:
    """hub: the hub's location as uhubctl prints it; port: of the brace on it."""

    def __init__(self, hub: str, port: int):
        self._words = ["uhubctl", "-l", str(hub), "-p", str(port)]

    def check(self) -> None:
        """Raises RigBroken when the hub cannot be switched."""
        if shutil.which("uhubctl") is None:
            raise RigBroken("uhubctl is not installed", "Install it: apt install uhubctl")
        self._run([])

    def set(self, on: bool) -> None:
        """Gives the port power or takes it away."""
        self._run(["-a", "on" if on else "off"])

    def _run(self, action: list[str]) -> None:
        words = [*self._words, *action]
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=20)
        except subprocess.TimeoutExpired as error:
            raise RigBroken(f"{' '.join(words)} does not end", "Replug the hub") from error
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise RigBroken(
                f"{' '.join(words)} failed: {said[-1] if said else done.returncode}",
                "Check hub and port in the hardware map: run uhubctl by hand",
            )
