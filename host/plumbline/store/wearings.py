"""Who wore which brace when: `<store>/wearings.json`.  People go by pseudonym only."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from plumbline.errors import StorageError, UsageError, os_error
from plumbline.files import write_atomic

_PSEUDONYM = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
_ALWAYS = 1 << 62


@dataclass(frozen=True)
class Wearing:
    """`person` wore brace `serial` from `from_ms` up to but without `to_ms` (ms since 1970; None:
    always, still)."""

    person: str
    serial: str
    from_ms: int | None = None
    to_ms: int | None = None

    def overlaps(self, other: Wearing) -> bool:
        """Whether both are of one brace and share any time."""
        starts = max(self.from_ms or 0, other.from_ms or 0)
        ends = min(self.to_ms or _ALWAYS, other.to_ms or _ALWAYS)
        return self.serial == other.serial and starts < ends

    def covers(self, utc_ms: int | None) -> bool:
        """Whether a time is in it; an unknown time only if it has no bounds."""
        if utc_ms is None:
            return self.from_ms is None and self.to_ms is None
        return (self.from_ms or 0) <= utc_ms < (self.to_ms or _ALWAYS)


class Wearings:
    """All of a store."""

    def __init__(self, folder: Path):
        self.path = folder / "wearings.json"

    def all(self) -> list[Wearing]:
        """In the order in which they were noted."""
        try:
            return [Wearing(**row) for row in json.loads(self.path.read_text(encoding="utf-8"))]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise os_error(error, f"reading {self.path}") from error
        except (ValueError, TypeError) as error:
            raise StorageError(
                f"{self.path} cannot be read ({error})", "Put it back from a backup"
            ) from error

    def of(self, person: str) -> list[Wearing]:
        """One person's.  Raises UsageError when there are none."""
        found = [w for w in self.all() if w.person == person]
        if not found:
            raise UsageError(
                f"nobody named {person!r} wore a brace of this store",
                "Note who wears which: plumbline store assign",
            )
        return found

    def add(self, wearing: Wearing) -> None:
        """Notes a wearing.  Raises UsageError when another person wore the brace then."""
        if not _PSEUDONYM.fullmatch(wearing.person):
            raise UsageError(
                f"{wearing.person!r} is no pseudonym",
                "Use up to 32 letters, digits and '-', and never a name",
            )
        rows = self.all()
        for other in rows:
            if other.overlaps(wearing) and other.person != wearing.person:
                raise UsageError(
                    f"{other.person} wore {wearing.serial} in that time",
                    "End that first with --to, or begin this later with --from",
                )
        self._write([*rows, wearing] if wearing not in rows else rows)

    def replace(self, old: Wearing, new: Wearing) -> None:
        """Changes one."""
        self._write([new if w == old else w for w in self.all()])

    def drop(self, person: str) -> None:
        """Forgets all of a person's."""
        self._write([w for w in self.all() if w.person != person])

    def _write(self, rows: list[Wearing]) -> None:
        write_atomic(self.path, json.dumps([asdict(w) for w in rows], indent=1).encode())
