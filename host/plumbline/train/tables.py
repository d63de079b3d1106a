"""Writes trained tables as modules of device/brace: integers as bytes, and their origin."""

from __future__ import annotations

from pathlib import Path

from plumbline.train.linear import Table

_WIDTH = 24  # bytes of a literal's line


def _literal(name: str, data: bytes) -> list[str]:
    lines = [f"{name} = ("]
    for at in range(0, len(data), _WIDTH):
        text = "".join(f"\\x{byte:02x}" for byte in data[at : at + _WIDTH])
        lines.append(f'    b"{text}"')
    return [*lines, ")"]


def module(title: str, about: str, tables: dict[str, Table]) -> str:
    """The source of a module: ABOUT, and for each table its weights (int16, a row a class),
    offsets (int32) and shift, as `plumbcore.scores` takes them."""
    lines = [
        f'"""{title}',
        "",
        "Written by `plumbline train`; not to be edited.",
        '"""',
        "",
        "from brace.compat import const",
        "",
        "# Data, split and figures.",
        "ABOUT = (",
    ]
    lines += [f"    {part!r}" for part in _parts(about)]
    lines += [")", ""]
    for name, table in tables.items():
        upper = name.upper()
        rows, columns = table.weight.shape
        lines += [f"# {rows} classes, {columns} columns; scores in 1/32 of a natural logarithm."]
        lines += _literal(upper, table.weight.astype("<i2").tobytes())
        lines += _literal(f"{upper}_OFFSETS", table.offset.astype("<i4").tobytes())
        lines += [f"{upper}_SHIFT = const({table.shift})", ""]
    return "\n".join(lines).replace("'", '"').rstrip() + "\n"


def _parts(text: str, width: int = 88) -> list[str]:
    words, parts, line = text.split(" "), [], ""
    for word in words:
        if line and len(line) + len(word) > width:
            parts.append(line)
            line = ""
        line += word + " "
    return [*parts, line.rstrip()]


def write(path: Path, source: str) -> None:
    """Replaces a module's file."""
    path.write_text(source, encoding="ascii")
