"""Checking and showing what braces noted about what was done to them (SPEC.md, "Audit").

The clinic knows the first key of each claim's entries, and so can check every entry by itself;
`verify` says which are forged, missing or out of order, and what may explain that.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

import plumbcore
from brace import audit, claim, records

from plumbline.segments import Record
from plumbline.trust.keys import Keys

_ROLES = {bit: name for name, bit in claim.ROLES.items()}
# No brace notes so many; what counts beyond is forged, and not worth a million hashes.
_MOST = 1_000_000


@dataclass(frozen=True)
class Entry:
    """One entry.  `sound`: its tag fits; None while the key it is checked with is not here."""

    number: int
    boot: int
    kind: str
    role: str
    utc_s: int | None
    value: int
    sound: bool | None


@dataclass(frozen=True)
class Finding:
    """Something about the audit.  `forged`: it cannot have come about by itself."""

    forged: bool
    text: str


@dataclass(frozen=True)
class Checked:
    """An audit that was checked."""

    entries: list[Entry]
    findings: list[Finding]

    @property
    def forged(self) -> bool:
        return any(finding.forged for finding in self.findings)


class _Chain:
    """The keys of one claim's entries."""

    def __init__(self, first: bytes):
        self._keys = [first]

    def fits(self, number: int, head: bytes, tag: bytes) -> bool:
        if number > _MOST:
            return False
        while len(self._keys) <= number:
            self._keys.append(audit.next_key(self._keys[-1]))
        return plumbcore.equal(audit.tag(self._keys[number], head), tag)


def first_keys(keys: Keys, serial: str) -> list[bytes]:
    """The first keys of all claims of a brace that this computer knows of, newest first."""
    found = [
        first
        for key in keys.all()
        for point in key.points.get(serial, [])
        if (first := keys.audit_key(key.id, bytes.fromhex(point)))
    ]
    return found[::-1]


def verify(log: Iterable[Record], first: list[bytes]) -> Checked:
    """Checks all audit entries among a log's records, in the order of the log.  `first`: the first
    key of each claim that is known."""
    chains = [_Chain(key) for key in first]
    entries: list[Entry] = []
    findings: list[Finding] = []
    current: _Chain | None = None
    due: int | None = None

    def note(forged: bool, text: str) -> None:
        findings.append(Finding(forged, text))

    for record in log:
        if record.type != records.AUDIT:
            continue
        head, tag = record.body[: audit.HEAD_SIZE], record.body[audit.HEAD_SIZE :]
        if len(tag) != audit.TAG:
            note(True, f"an entry of boot {record.boot} has the wrong length")
            continue
        number, boot, kind, role, utc_s, value = struct.unpack(audit.HEAD, head)
        chain = next((c for c in chains if c.fits(number, head, tag)), None)
        name = audit.KINDS.get(kind, f"kind {kind}")
        entries.append(Entry(number, boot, name, _ROLES.get(role, ""), utc_s or None, value,
                             chain is not None if chains else None))  # fmt: skip
        if not chains:
            continue
        if chain is None:
            note(True, f"entry {number} ({name}) is forged, or of a claim that is not known here")
            continue
        if boot != record.boot:
            note(True, f"entry {number} ({name}) of boot {boot} stands in boot {record.boot}")
        if chain is not current:
            if current is not None and number != 0:
                note(True, f"the claim before entry {number} has no first entry")
            current, due = chain, number
        _order(number, due, kind, note)
        due = max(number + 1, due)
    if entries and not chains:
        note(False, "no claim of this brace is known here, so no entry can be checked")
    return Checked(entries, findings)


def _order(number: int, due: int, kind: int, note) -> None:
    if number < due:
        note(True, f"entry {number} comes a second time, or too late")
    elif number == due + 1 and kind == audit.BOOT:
        note(False, f"entry {due} is not there: the power went while it was written")
    elif number > due and kind == audit.ERASE:
        note(False, f"entries {due} to {number - 1} went when the log was erased")
    elif number > due:
        gone = f"entry {due} is" if number == due + 1 else f"entries {due} to {number - 1} are"
        note(True, f"{gone} not there")
