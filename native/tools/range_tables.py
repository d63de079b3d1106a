"""Writes native/src/pl_range_tables.c: the static tables of the range coder.

    python native/tools/range_tables.py > native/src/pl_range_tables.c

Table i serves residuals whose recent mean magnitude lies in 2^(i/2 - 3.5) .. 2^(i/2 - 3); their
distribution is logistic, of the spread in SPREADS, which minimises the cost over the recordings
of BROAD, HAPT, TrunkyXL and SisFall (training share) at ±16 g, ±2000 dps and 104 Hz, and over the
datasheet's noise of an LSM6DSO, at rest and on a scripted wearer.  What is expected lies between
two whole numbers: nearly at one (first spread), or nearly half way (second).  Where that no longer
matters there is one.
"""

from math import exp

TOTAL = 1 << 14
SYMBOLS = 64
# How far above the whole number the expectation is, on average.
PARTS = [0.07, 0.34]
SPREADS = [(0.25, 0.23), (0.256, 0.23), (0.275, 0.24), (0.41, 0.28), (0.54, 0.37),
           (0.71, 0.49), (0.91, 0.94), (1.08, 0.99), (1.42,), (1.82,), (2.57,)]
# Of packed bytes that have hardly changed of late.
STILL = 0.12
CLASSES = 38
SHIFTED = 9  # classes from here on share two tables and send low bits as they are


def cdf(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > -700 else 0.0


def chance(folded: int, spread: float, part: float) -> float:
    """Of a residual, folded 0, -1, 1, -2 ... -> 0, 1, 2, 3 ..."""
    residual = -(folded + 1) // 2 if folded & 1 else folded // 2
    return cdf((residual + 0.5 - part) / spread) - cdf((residual - 0.5 - part) / spread)


def table(spread: float, part: float) -> list[int]:
    """Whole frequencies of at least 1 that add up to TOTAL."""
    chances = [chance(u, spread, part) for u in range(SYMBOLS - 1)]
    # The escape also takes what the class did not expect.
    chances.append(1 - sum(chances) + 2e-4)
    whole = [max(1, round(c * TOTAL / sum(chances))) for c in chances]
    whole[0] += TOTAL - sum(whole)
    assert whole[0] > 0
    return whole


def rows(numbers, width=12) -> str:
    lines = [numbers[i:i + width] for i in range(0, len(numbers), width)]
    return "\n".join("    " + " ".join(f"{n}," for n in line) for line in lines)


def show(name: str, whole: list[int]) -> None:
    """Prints where each symbol's interval starts, and where the last one ends."""
    starts = [sum(whole[:symbol]) for symbol in range(SYMBOLS + 1)]
    print(f"{name}[PL_RANGE_SYMBOLS + 1u] = {{\n{rows(starts)}\n}};\n")


def main() -> None:
    print('/* Made by native/tools/range_tables.py; do not edit. */\n#include "pl_range_code.h"\n')
    for i, spreads in enumerate(SPREADS):
        for k, spread in enumerate(spreads):
            show(f"static const uint16_t table_{i}{'ab'[k]}",
                 table(spread, PARTS[k] if len(spreads) > 1 else 0.0))
    show("const uint16_t pl_range_still", table(STILL, 0.0))
    print("const pl_range_class pl_range_classes[PL_RANGE_CLASSES] = {")
    ends = [0, *(round(8 * 2 ** (i / 2)) for i in range(CLASSES - 1)), 2**32 - 1]
    for i in range(CLASSES):
        row = i if i < SHIFTED else SHIFTED + (i - SHIFTED) % 2
        names = f"table_{row}a, table_{row}{'ab'[len(SPREADS[row]) - 1]}"
        low_bits = max(0, i - SHIFTED) // 2
        print(f"    {{{{{names}}}, {low_bits}, {ends[i]}u, {ends[i + 1] - ends[i]}u}},")
    print("};")


if __name__ == "__main__":
    main()
