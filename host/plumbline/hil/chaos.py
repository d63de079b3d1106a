"""A long run of random faults, the same for the same seed, and its reproducer when one goes wrong.

    python -m plumbline.hil.soak --rig unix --hours 24 --seed 1

Each step does something to the brace and lets time pass.  Now and then everything is healed, and
then the promise is held: the brace answers, both sensors work, epochs reach the log, and no record
that was ever seen safe in the flash is gone.  When it does not hold, steps are left out as long as
the rest still fails; what remains is written as JSON, and `--again FILE` runs it.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from brace import faults, records
from brace.board import flashmap

from plumbline import bulk, segments
from plumbline.errors import PlumblineError
from plumbline.hil.dut import BraceUnderTest
from plumbline.hil.journal import Journal
from plumbline.hil.rig import Rig, Setup

# Healed so often; what heals takes as long as the longest pause of a sensor left out.
_EPISODE = 12
_HEALS_S = 1000.0
_MOTIONS = (
    "0 stand\n+3 slouch 30\n+40 upright\n+5 end\n",
    "0 sit\n+5 slouch 25\n+60 end\n",
    "0 stand\n+2 bend 60\n+5 bend 60\n+5 end\n",
    "0 stand\n+2 walk 110\n+30 stand\n+2 end\n",
)


class Broken(AssertionError):
    """A promise that was not kept."""


@dataclass(frozen=True)
class Step:
    """One thing that is done, by its name here, with its arguments, and the time after it, s."""

    name: str
    arguments: tuple = ()
    then_s: float = 1.0


def plan(seed: int, seconds: float, slow: bool = False) -> list[Step]:
    """Steps that fill `seconds`.  `slow`: for a rig on which time costs as much as it lasts."""
    chance = random.Random(f"chaos/{seed}")
    steps: list[Step] = []
    left = seconds
    while left > 0:
        name = chance.choices(list(_KINDS), [weight for weight, _ in _KINDS.values()])[0]
        arguments = tuple(_KINDS[name][1](chance))
        pause = chance.choice([0.05, 0.7, 3.0]) if slow else chance.choice([0.05, 1, 8, 60, 300])
        steps.append(Step(name, arguments, round(pause * chance.uniform(0.5, 1.5), 3)))
        left -= steps[-1].then_s
        if len(steps) % (_EPISODE + 1) == _EPISODE:
            steps.append(Step("heal", (), 0.0))
            left -= 12.0
    if steps[-1].name != "heal":
        steps.append(Step("heal", (), 0.0))
    return steps


def _sensor(chance):
    return [chance.choice("SL")]


_KINDS = {
    "nack": (4, lambda c: [c.randrange(1, 6), c.choice(["S", "L", None])]),
    "stick_sda": (2, lambda c: [c.randrange(1, 12)]),
    "stick_scl": (1, lambda c: []),
    "detach": (2, _sensor),
    "reset_sensor": (3, _sensor),
    "freeze": (1, _sensor),
    "saturate": (1, lambda c: [c.choice("SL"), c.randrange(6), c.choice([32767, -32768, 0])]),
    "overrun": (2, _sensor),
    "lose_interrupt": (1, _sensor),
    "power_cycle": (3, lambda c: [c.choice([0.01, 0.3, 5.0])]),
    "reset_pin": (2, lambda c: []),
    "cut": (4, lambda c: [c.randrange(1, 30)]),
    "battery": (2, lambda c: [c.choice([3250, 3400, 3700, 4100])]),
    "unplug": (2, lambda c: [c.uniform(0.5, 20)]),
    "noise": (2, lambda c: [c.randbytes(c.randrange(1, 300)).replace(b"\x03", b"").hex()]),
    "settings": (2, lambda c: [{"cue_dwell_s": c.randrange(3, 30), "epoch_s": c.randrange(2, 9)}]),
    "clock": (2, lambda c: [c.randrange(1, 1 << 41)]),
    "press": (2, lambda c: [c.choice([0.1, 0.3, 3.2])]),
    "move": (4, lambda c: [c.randrange(len(_MOTIONS))]),
    "raw": (2, lambda c: [c.randrange(1, 60)]),
    "pull": (2, lambda c: [c.random() < 0.5]),
    "read_some": (1, lambda c: []),
    "buzz": (2, lambda c: [c.randrange(6)]),
}


@dataclass
class Result:
    """How a run went: steps done, simulated seconds, and every fault event that was logged."""

    steps: int = 0
    seconds: float = 0.0
    restarts: int = 0
    events: Counter = field(default_factory=Counter)
    safe: int = 0


class Chaos:
    """One brace on a rig, through a plan."""

    def __init__(self, rig: Rig, journal: Journal, seed: int):
        self.rig = rig
        self._journal = journal
        self.brace = BraceUnderTest(rig.line, seed, timeout=2.0)
        self.result = Result()
        # The records that were safe when last looked at, by the number of their segment.
        self._safe: dict[int, Counter] = {}
        # What undoes the faults that last.
        self._stuck: set[tuple] = set()

    def run(self, steps: list[Step]) -> Result:
        """Raises Broken, its `step` the number of the step at which it showed."""
        for number, step in enumerate(steps):
            try:
                self._journal.note(f"step {number}: {step}")
                getattr(self, f"_do_{step.name}")(*step.arguments)
                self.rig.line.run(step.then_s)
                self.result.steps += 1
            except Broken as error:
                error.step = number
                raise
            except PlumblineError:
                # In the midst of faults a brace need not answer.
                self.rig.line.run(step.then_s)
        self.result.seconds = self.rig.now()
        return self.result

    # -- what is done --------------------------------------------------------------------------

    def _do_nack(self, n, sensor):
        self.rig.flash_bus.nack(n, sensor)

    def _do_stick_sda(self, clocks):
        self.rig.flash_bus.stick_sda(clocks)

    def _do_stick_scl(self):
        self.rig.flash_bus.stick_scl(True)

    def _do_detach(self, sensor):
        self.rig.flash_bus.detach(sensor)
        self._stuck.add(("attach", sensor))

    def _do_reset_sensor(self, sensor):
        self.rig.flash_bus.reset_sensor(sensor)

    def _do_freeze(self, sensor):
        self.rig.flash_bus.freeze(sensor)
        self._stuck.add(("freeze", sensor, False))

    def _do_saturate(self, sensor, axis, count):
        self.rig.flash_bus.stick_axis(sensor, axis, count)
        self._stuck.add(("stick_axis", sensor, axis, None))

    def _do_overrun(self, sensor):
        self.rig.flash_bus.overrun(sensor)

    def _do_lose_interrupt(self, sensor):
        self.rig.flash_bus.lose_interrupt(sensor)
        self._stuck.add(("lose_interrupt", sensor, False))

    def _do_power_cycle(self, seconds):
        self.rig.power.cycle(seconds)

    def _do_reset_pin(self):
        self.rig.power.reset()

    def _do_cut(self, operations):
        self.rig.flash.cut_in(operations)

    def _do_battery(self, millivolts):
        self.rig.supply.battery(millivolts)

    def _do_unplug(self, seconds):
        self.rig.supply.usb(False)
        self.rig.line.run(seconds)
        self.rig.supply.usb(True)

    def _do_noise(self, data):
        self.rig.line.write(bytes.fromhex(data) + b"~~")

    def _do_settings(self, values):
        self.brace.config_set(values)

    def _do_clock(self, utc_ms):
        self.brace.time_set(utc_ms)

    def _do_press(self, seconds):
        self.rig.button.press(seconds)

    def _do_move(self, which):
        self.rig.body.play(_MOTIONS[which], loop=True)

    def _do_raw(self, seconds):
        self.brace.record_raw(seconds)

    def _do_pull(self, acknowledge):
        """As a pull does; what is acknowledged may go when room is needed."""
        for stream in (segments.SUMMARY, segments.RAW):
            last = 0
            for number, _ in bulk.read(self.brace.link, stream, 0):
                last = number + 1
            if acknowledge and last:
                bulk.acknowledge(self.brace.link, stream, last)

    def _do_read_some(self):
        next(bulk.read(self.brace.link, segments.SUMMARY, 0), None)

    def _do_buzz(self, pattern):
        self.brace.buzz(pattern)

    # -- the promise ---------------------------------------------------------------------------

    def _do_heal(self):
        """Takes every fault away and holds the brace to what is promised."""
        rig = self.rig
        rig.flash.cut_in(0)
        rig.flash_bus.free()
        rig.flash_bus.nack(0)
        for sensor in "SL":
            rig.flash_bus.nack(0, sensor)
        for call, *arguments in sorted(self._stuck, key=str):
            getattr(rig.flash_bus, call)(*arguments)
        self._stuck.clear()
        rig.supply.battery(3900)
        rig.supply.usb(True)
        if rig.is_off():
            rig.power.on()
        self._well()
        self._keep()

    def _well(self) -> None:
        said = ["nothing"]

        def well():
            try:
                status = self.brace.status()
            except PlumblineError as error:
                said[0] = str(error)
                return False
            said[0] = str(status)
            return status.state == "ok" and status.sensors == ["S", "L"]

        if not self.rig.line.wait_until(well, _HEALS_S, 5.0):
            raise Broken(f"not well {_HEALS_S:g} s after everything was healed: {said[0]}")

    def _records(self) -> dict[int, Counter]:
        chip = self.rig.flash.read(flashmap.LOG, flashmap.LOG_LEN)
        found = segments.read_partition(chip).segments[segments.SUMMARY]
        return {segment.sequence: Counter(segment.records) for segment in found}

    def _keep(self) -> None:
        brace = self.brace
        brace.config_set({"epoch_s": 2})
        self.rig.line.run(5)
        bulk.listing(brace.link, segments.SUMMARY, close=True)
        found = self._records()
        now = sum(found.values(), Counter())
        # Segments before the oldest have made room, which the brace counts or was allowed.
        oldest = min(found)
        safe = sum((s for number, s in self._safe.items() if number >= oldest), Counter())
        gone = safe - now
        if gone:
            raise Broken(f"{sum(gone.values())} safe records are gone: {next(iter(gone))}")
        new = now - safe
        if not any(record.type == records.EPOCH for record in new):
            raise Broken("everything was healed, but no epoch is logged")
        for record in new:
            if record.type == records.FAULT:
                self.result.events[faults.NAMES[record.fields["code"]]] += 1
        self.result.restarts = max(record.boot for record in now)
        self._safe = found
        self.result.safe = sum(now.values())


# -- failing, and failing with less --------------------------------------------------------------


def attempt(make_rig, steps: list[Step], folder: Path, seed: int) -> Broken | Result:
    """One run on a fresh rig."""
    rig, journal = make_rig(), Journal(folder)
    rig.open(Setup(seed=seed), journal)
    try:
        return Chaos(rig, journal, seed).run(steps)
    except Broken as error:
        return error
    finally:
        journal.close()
        rig.close()


def minimise(fails, steps: list[Step], tries: int = 60) -> list[Step]:
    """Fewer steps for which fails(steps) still holds: halves, then quarters ... then single
    steps are left out (Zeller's ddmin).  `tries` bounds the runs."""
    pieces = 2
    while len(steps) > 1 and tries > 0:
        size = max(1, len(steps) // pieces)
        for at in range(0, len(steps), size):
            rest = steps[:at] + steps[at + size :]
            tries -= 1
            if rest and fails(rest):
                steps, pieces = rest, max(2, pieces - 1)
                break
            if tries <= 0:
                break
        else:
            if size == 1:
                break
            pieces = min(len(steps), 2 * pieces)
    return steps


def to_json(steps: list[Step], seed: int, why: str) -> str:
    """A reproducer."""
    rows = [[step.name, list(step.arguments), step.then_s] for step in steps]
    return json.dumps({"seed": seed, "why": why, "steps": rows}, indent=1) + "\n"


def from_json(text: str) -> tuple[int, list[Step]]:
    """A reproducer's seed and steps."""
    found = json.loads(text)
    return found["seed"], [Step(name, tuple(a), s) for name, a, s in found["steps"]]


def soak(make_rig, seed: int, seconds: float, folder: Path, slow: bool = False) -> Result:
    """A whole run.  Raises Broken, with the reproducer's path, when a promise is not kept."""
    steps = plan(seed, seconds, slow)
    outcome = attempt(make_rig, steps, folder / "whole", seed)
    if isinstance(outcome, Result):
        return outcome
    steps = steps[: outcome.step + 1]

    def fails(fewer):
        again = fewer if fewer[-1].name == "heal" else [*fewer, Step("heal", (), 0.0)]
        return isinstance(attempt(make_rig, again, folder / "less", seed), Broken)

    steps = minimise(fails, steps)
    path = folder / "reproducer.json"
    path.write_text(to_json(steps, seed, str(outcome)), "utf-8")
    raise Broken(f"{outcome}; {len(steps)} steps bring it about: {path}")
