"""python -m plumbline.bench [--only PART ...] [--out FILE]: see the package's docstring."""

import argparse
import importlib
import pkgutil
import sys
import time
from pathlib import Path

from plumbline import bench


def part_names() -> list[str]:
    prefix = "part_"
    return [module.name.removeprefix(prefix) for module in pkgutil.iter_modules(bench.__path__)
            if module.name.startswith(prefix)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="plumbline.bench", description=bench.__doc__)
    parser.add_argument("--only", nargs="+", choices=part_names(), metavar="PART",
                        help=f"some of {', '.join(part_names())}")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    args = parser.parse_args()
    board = bench.Bench()
    if args.only is None:
        args.out.unlink(missing_ok=True)
    for name in args.only or part_names():
        part = importlib.import_module(f"plumbline.bench.part_{name}")
        print(f"{name}: {part.TITLE}", flush=True)
        start = time.monotonic()
        part.run(board)
        print(f"  ({time.monotonic() - start:.0f} s)", flush=True)
        board.write(args.out)
    print(f"All figures are in {args.out}.")
    if board.missed:
        print(f"Bars missed: {', '.join(board.missed)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
