"""Drawing with braille characters: 2 by 4 dots in each, in any UTF-8 terminal."""

from __future__ import annotations

_DOT = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


class Canvas:
    """`columns` by `rows` characters; dots are (x, y) with y downwards."""

    def __init__(self, columns: int, rows: int):
        self.width = 2 * columns
        self.height = 4 * rows
        self._cells = [[0] * columns for _ in range(rows)]

    def dot(self, x: float, y: float) -> None:
        """Sets a dot; nothing happens outside."""
        x, y = round(x), round(y)
        if 0 <= x < self.width and 0 <= y < self.height:
            self._cells[y // 4][x // 2] |= _DOT[y % 4][x % 2]

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Sets the dots of a straight line."""
        steps = max(1, round(max(abs(x1 - x0), abs(y1 - y0))))
        for i in range(steps + 1):
            self.dot(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps)

    def rows(self) -> list[str]:
        """The lines of text."""
        return ["".join(chr(0x2800 + cell) for cell in row) for row in self._cells]
