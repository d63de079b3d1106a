"""The few pieces of HTML that the sections share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Section", "escape", "paragraph", "table", "tiles"]

_EMPTY = ' class="empty"'
_WIDE = ' class="wide"'


@dataclass(frozen=True)
class Section:
    """A part of the report: `page` is "wearer" or "clinic"; `html` its body."""

    page: str
    title: str
    html: str


def paragraph(*sentences: str, kind: str = "") -> str:
    """Sentences of plain text as one paragraph."""
    attribute = f' class="{kind}"' if kind else ""
    return f"<p{attribute}>{escape(' '.join(s for s in sentences if s))}</p>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str,
          wide: bool = False) -> str:  # fmt: skip
    """A table whose first column names the row.  wide: its columns are so many that each value
    needs its head beside it on a phone."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(
            f'<td data-head="{escape(what)}"{"" if cell not in ("", "–") else _EMPTY}>'
            f"{escape(cell)}</td>"
            for what, cell in zip(head[1:], row[1:], strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table{_WIDE if wide else ""}>'
        f"<caption>{escape(caption)}</caption>"
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def tiles(items: Iterable[tuple[str, str, str]]) -> str:
    """Figures in large type: (figure, what it is, remark)."""
    cells = "".join(
        f'<div class="tile"><dt>{escape(what)}</dt><dd><b>{escape(figure)}</b>'
        f"<span>{escape(remark)}</span></dd></div>"
        for figure, what, remark in items
    )
    return f'<dl class="tiles">{cells}</dl>'
