"""Writes native/src/pl_raw_tables.c: the static tables of the raw codec.

    python native/tools/raw_tables.py > native/src/pl_raw_tables.c

Table i serves residuals whose recent mean magnitude lies in 2^(i/2 - 3.5) .. 2^(i/2 - 3); their
distribution is logistic, of the spread in SPREADS, which minimises the cost over the recordings
of BROAD, HAPT, TrunkyXL and SisFall (training share) at ±16 g, ±2000 dps and 104 Hz.
"""

from math import exp

TOTAL = 1 << 14
SYMBOLS = 64
SPREADS = [0.24, 0.245, 0.25, 0.28, 0.34, 0.43, 0.64, 0.95, 1.2, 1.75, 2.49]
MARKS = [TOTAL - 48, 24, 24]
CLASSES = 38


def cdf(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > -700 else 0.0


def chance(folded: int, spread: float) -> float:
    """Of a residual, folded 0, -1, 1, -2 ... -> 0, 1, 2, 3 ..."""
    residual = -(folded + 1) // 2 if folded & 1 else folded // 2
    return cdf((residual + 0.5) / spread) - cdf((residual - 0.5) / spread)


def cumulative(spread: float) -> list[int]:
    """Whole frequencies of at least 1 that add up to TOTAL, as running sums from 0."""
    chances = [chance(u, spread) for u in range(SYMBOLS - 1)]
    # The escape also takes what the class did not expect.
    chances.append(1 - sum(chances) + 2e-4)
    whole = [max(1, round(c * TOTAL / sum(chances))) for c in chances]
    whole[0] += TOTAL - sum(whole)
    assert whole[0] > 0
    return [sum(whole[:u]) for u in range(SYMBOLS + 1)]


def rows(numbers, width=12) -> str:
    lines = [numbers[i:i + width] for i in range(0, len(numbers), width)]
    return "\n".join("     " + " ".join(f"{n}," for n in line) for line in lines)


def main() -> None:
    print('/* Made by native/tools/raw_tables.py; do not edit. */\n#include "pl_raw_model.h"\n')
    print("const uint16_t pl_raw_table[PL_RAW_TABLES][PL_RAW_SYMBOLS + 1u] = {")
    for spread in SPREADS:
        print("    {\n" + rows(cumulative(spread)) + "\n    },")
    print("};\n\nconst uint16_t pl_raw_marks[PL_RAW_MARKS + 1u] = {")
    print(rows([sum(MARKS[:i]) for i in range(len(MARKS) + 1)]) + "\n};\n")
    print("const uint32_t pl_raw_class_end[PL_RAW_CLASSES] = {")
    print(rows([round(8 * 2 ** (i / 2)) for i in range(CLASSES)], 9) + "\n};")


if __name__ == "__main__":
    main()
