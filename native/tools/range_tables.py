"""Writes native/src/pl_range_tables.c: the static tables of the range coder.

    python native/tools/range_tables.py > native/src/pl_range_tables.c

Table i serves residuals whose recent mean magnitude lies in 2^(i/2 - 3.5) .. 2^(i/2 - 3); their
distribution is logistic, of the spread in SPREADS, which minimises the cost over the recordings
of BROAD, HAPT, TrunkyXL and SisFall (training share) at ±16 g, ±2000 dps and 104 Hz.
"""

from math import exp

TOTAL = 1 << 14
SYMBOLS = 64
SPREADS = [0.24, 0.25, 0.265, 0.31, 0.385, 0.54, 0.83, 1.05, 1.27, 1.82, 2.57]
CLASSES = 38
SHIFTED = 9  # classes from here on share two tables and send low bits as they are


def cdf(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > -700 else 0.0


def chance(folded: int, spread: float) -> float:
    """Of a residual, folded 0, -1, 1, -2 ... -> 0, 1, 2, 3 ..."""
    residual = -(folded + 1) // 2 if folded & 1 else folded // 2
    return cdf((residual + 0.5) / spread) - cdf((residual - 0.5) / spread)


def entries(frequencies: list[int]) -> list[str]:
    """Frequency in the high half, the sum of those before it in the low half."""
    return [f"0x{f << 16 | sum(frequencies[:i]):08X}" for i, f in enumerate(frequencies)]


def table(spread: float) -> list[int]:
    """Whole frequencies of at least 1 that add up to TOTAL."""
    chances = [chance(u, spread) for u in range(SYMBOLS - 1)]
    # The escape also takes what the class did not expect.
    chances.append(1 - sum(chances) + 2e-4)
    whole = [max(1, round(c * TOTAL / sum(chances))) for c in chances]
    whole[0] += TOTAL - sum(whole)
    assert whole[0] > 0
    return whole


def rows(numbers, width=7) -> str:
    lines = [numbers[i:i + width] for i in range(0, len(numbers), width)]
    return "\n".join("     " + " ".join(f"{n}," for n in line) for line in lines)


def main() -> None:
    print('/* Made by native/tools/range_tables.py; do not edit. */\n#include "pl_range_code.h"\n')
    print("const uint32_t pl_range_table[PL_RANGE_TABLES][PL_RANGE_SYMBOLS] = {")
    for spread in SPREADS:
        print("    {\n" + rows(entries(table(spread))) + "\n    },")
    print("};\n")
    print("const pl_range_class pl_range_classes[PL_RANGE_CLASSES] = {")
    ends = [0, *(round(8 * 2 ** (i / 2)) for i in range(CLASSES - 1)), 2**32 - 1]
    for i in range(CLASSES):
        row = i if i < SHIFTED else SHIFTED + (i - SHIFTED) % 2
        low_bits = max(0, i - SHIFTED) // 2
        print(f"    {{pl_range_table[{row}], {low_bits}, {ends[i]}u, {ends[i + 1] - ends[i]}u}},")
    print("};")


if __name__ == "__main__":
    main()
