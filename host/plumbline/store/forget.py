"""Forgetting a person: every segment of the times in which they wore a brace, everything derived
from those, their folder, their name; and the proof.

Segments are deleted whole.  One that also holds another's time is named beforehand: deleting it
takes that with it.  Backups, and files that were exported or reported elsewhere, are out of
reach; the result says so.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from plumbline.errors import Mismatch, os_error
from plumbline.store.catalogue import Catalogue
from plumbline.store.segments import Generation
from plumbline.store.wearings import Wearing, Wearings


@dataclass
class Forgetting:
    """What is to be deleted: files of segments with their digests, those of them that hold other
    people's time too, and the person's own folder."""

    person: str
    segments: list[tuple[Path, str]] = field(default_factory=list)
    shared: list[Path] = field(default_factory=list)
    folder: Path | None = None


def plan(catalogue: Catalogue, person: str) -> Forgetting:
    """What forgetting would delete.  Raises UsageError when nothing is known of the person."""
    store = catalogue.store.folder
    wearings = Wearings(store)
    folder = store / "people" / person
    # A person may have a folder and never have worn a brace of this store.
    theirs = [w for w in wearings.all() if w.person == person]
    if not theirs and not folder.is_dir():
        wearings.of(person)
    others = [w for w in wearings.all() if w.person != person]
    made = Forgetting(person, folder=folder if folder.is_dir() else None)
    digests = catalogue.digests()
    for serial, generation, stream, sequence, first, last in catalogue.covering():
        if not any(_touches(w, serial, first, last) for w in theirs):
            continue
        life = Generation(serial, generation, store / "braces" / serial / f"{generation:03d}")
        path = life.path(stream, sequence)
        made.segments.append((path, digests[(serial, generation, stream, sequence)]))
        if any(_touches(w, serial, first, last) for w in others):
            made.shared.append(path)
    return made


def _touches(wearing: Wearing, serial: str, first: int | None, last: int | None) -> bool:
    """Whether a segment holds any of a wearing's time; one without a date does if the brace was
    theirs at all."""
    if wearing.serial != serial:
        return False
    if first is None or last is None:
        return True
    return wearing.overlaps(Wearing("", serial, first, last + 1))


def forget(catalogue: Catalogue, what: Forgetting) -> int:
    """Does it, and proves it; how many files were looked through.  Raises Mismatch when anything
    of the person is still in the store."""
    store = catalogue.store.folder
    try:
        for path, _ in what.segments:
            _wipe(path)
        tables = store / "tables"
        serials = {path.parent.parent.name for path, _ in what.segments}
        for serial in serials:
            for folder in tables.glob(f"*/{serial}"):
                shutil.rmtree(folder)
        if what.folder:
            for path in what.folder.rglob("*"):
                if path.is_file():
                    _wipe(path)
            shutil.rmtree(what.folder)
    except OSError as error:
        raise os_error(error, f"forgetting {what.person}") from error
    Wearings(store).drop(what.person)
    with catalogue.db:
        catalogue.db.execute("DELETE FROM segment")
        catalogue.db.execute("DELETE FROM anchor")
        catalogue.db.execute("DELETE FROM zone")
    catalogue.update()
    catalogue.db.execute("VACUUM")
    return prove(store, what)


def _wipe(path: Path) -> None:
    """Overwrites a file before it is deleted.  On copy-on-write and flash-backed disks the old
    blocks may survive until they are reused: encrypt the disk."""
    size = path.stat().st_size
    path.chmod(0o600)
    with open(path, "r+b", buffering=0) as file:
        file.write(b"\0" * size)
        os.fsync(file.fileno())
    path.unlink()


def prove(store: Path, what: Forgetting) -> int:
    """Looks through every file of the store for the pseudonym and for the deleted segments."""
    digests = {digest for _, digest in what.segments}
    # As a whole word: P1 is not in P12.
    name = re.compile(rb"(?<![A-Za-z0-9-])" + what.person.encode() + rb"(?![A-Za-z0-9-])")
    count = 0
    for path in store.rglob("*"):
        if name.search(path.name.encode()):
            raise Mismatch(f"{path} still carries the name", "Delete it by hand")
        if not path.is_file():
            continue
        count += 1
        data = path.read_bytes()
        if path.suffix == ".seg":
            if hashlib.sha256(data).hexdigest() in digests:
                raise Mismatch(f"{path} is a segment of {what.person}", "Delete it by hand")
        elif name.search(data):
            raise Mismatch(f"{path} still names {what.person}", "Delete it by hand")
    return count
