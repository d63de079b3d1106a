"""python -m plumbline.hil.soak: random faults for hours (chaos.py), or a reproducer again."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from plumbline.errors import PlumblineError
from plumbline.hil import chaos, hardware, rigs


def _maker(name: str, image_file: Path | None):
    """A function that makes the rig anew."""
    from plumbline import image
    from plumbline.flashing.execute import image_path

    entry = hardware.BUILT_IN[name]
    loaded = image.load(image_path(image_file, None, Path.cwd())) if name == "virtual" else None

    def make():
        rig = rigs.make(entry.kind, entry.name, {})
        rig.begin(loaded)
        return rig

    return make


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m plumbline.hil.soak", description=__doc__)
    add = parser.add_argument
    add("--rig", choices=sorted(hardware.BUILT_IN), default="unix")
    add("--hours", type=float, default=1.0, help="of simulated time (1)")
    add("--seed", type=int, default=1)
    add("--image", type=Path, help="firmware for the virtual rig (what make firmware built)")
    add("--out", type=Path, default=Path("build/soak"), help="logs and reproducer (build/soak)")
    add("--again", type=Path, metavar="FILE", help="run a reproducer instead")
    chosen = parser.parse_args()
    folder = chosen.out / chosen.rig
    try:
        make = _maker(chosen.rig, chosen.image)
        begun = time.monotonic()
        if chosen.again:
            seed, steps = chaos.from_json(chosen.again.read_text("utf-8"))
            outcome = chaos.attempt(make, steps, folder / "again", seed)
            if isinstance(outcome, chaos.Broken):
                raise outcome
        else:
            slow = chosen.rig == "virtual"
            outcome = chaos.soak(make, chosen.seed, chosen.hours * 3600, folder, slow)
    except (chaos.Broken, PlumblineError) as error:
        print(f"{chosen.rig}, seed {chosen.seed}: {error}", file=sys.stderr)
        return 1
    told = ", ".join(f"{count} {name}" for name, count in sorted(outcome.events.items()))
    print(
        f"{chosen.rig}, seed {chosen.seed}: {outcome.steps} steps, {outcome.seconds / 3600:.2f} "
        f"simulated hours in {time.monotonic() - begun:.0f} s, {outcome.restarts} starts, "
        f"{outcome.safe} records safe and none lost; events: {told}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
