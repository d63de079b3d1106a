"""Power cuts on the emulated board without running it again up to each of them.

A cut takes everything but the flash.  So the flash commands of one whole run are noted, and for
each cut the chip's contents are made anew: all commands before it, then the one that it tears.
"""

from __future__ import annotations

from plumbline.virtual.flash import SIZE
from plumbline.virtual.nor import Nor


class Journal:
    """Notes the commands that a `plumbline.virtual.nor.Nor` takes from now on."""

    def __init__(self, chip: Nor):
        self._before = bytes(chip.data[:SIZE])
        self._commands: list[tuple[str, int, bytes | int]] = []
        program, erase = chip.program, chip.erase

        def noted(name, command):
            def do(address, what):
                self._commands.append((name, address, what))
                return command(address, what)

            return do

        chip.program, chip.erase = noted("program", program), noted("erase", erase)

    def __len__(self) -> int:
        return len(self._commands)

    def cut(self, number: int) -> bytes:
        """The chip's contents after a cut in command `number`, 1 the first one."""
        chip = Nor(bytearray(self._before), seed=number)
        chip.cut_in(number)
        for name, address, what in self._commands[:number]:
            getattr(chip, name)(address, what)
        assert chip.dead
        return bytes(chip.data)
