"""Checking a store, and copying it away."""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plumbline.errors import StorageError, os_error
from plumbline.files import sync_folder
from plumbline.store.catalogue import Catalogue
from plumbline.store.segments import Generation

# What is derived need not be copied.
_DERIVED = ("catalogue.sqlite", "tables")
_LIST = "SHA256SUMS"


@dataclass(frozen=True)
class Fault:
    """Something in the store that is not as it was."""

    path: str
    text: str


def verify(catalogue: Catalogue) -> tuple[int, list[Fault]]:
    """Compares every segment with the digest noted when it came; (how many, what is wrong).

    Segments that came with damage are as they were: `plumbline log verify` tells of those.
    """
    faults = []
    digests = catalogue.digests()
    for (serial, generation, stream, sequence), digest in digests.items():
        base = catalogue.store.folder / "braces" / serial / f"{generation:03d}"
        life = Generation(serial, generation, base)
        path = life.path(stream, sequence)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            faults.append(Fault(str(path), "is gone"))
        except OSError as error:
            faults.append(Fault(str(path), f"cannot be read: {error.strerror}"))
        else:
            if hashlib.sha256(data).hexdigest() != digest:
                faults.append(Fault(str(path), "has changed since it was pulled"))
    return len(digests), faults


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        derived = inside.parts[0].startswith(_DERIVED)
        if path.is_file() and not derived and not path.name.endswith(".part"):
            yield inside


def backup(folder: Path, target: Path) -> int:
    """Copies the store into a tar file with a list of digests, and reads it back to prove it; how
    many files.  Raises StorageError, of an empty store too, and leaves no half-written file.
    """
    if not any(_files(folder)):
        raise StorageError(f"the store {folder} is empty", "Pull a brace first: plumbline pull")
    part = target.with_name(f".{target.name}.part")
    try:
        sums = []
        target.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(part, "w") as tar:
            for inside in _files(folder):
                path = folder / inside
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                sums.append(f"{digest}  {inside.as_posix()}")
                tar.add(path, inside.as_posix(), recursive=False)
            listing = "".join(f"{line}\n" for line in sums).encode()
            member = tarfile.TarInfo(_LIST)
            member.size, member.mtime = len(listing), int(time.time())
            tar.addfile(member, io.BytesIO(listing))
        check(part)
        part.replace(target)
        sync_folder(target.parent)
        return len(sums)
    except OSError as error:
        raise os_error(error, f"writing {target}") from error
    finally:
        part.unlink(missing_ok=True)


def check(path: Path) -> int:
    """Reads a backup through and compares it with its list; how many files.  Raises
    StorageError when anything differs."""
    try:
        with tarfile.open(path) as tar:
            listing = tar.extractfile(_LIST).read().decode()
            for line in listing.splitlines():
                digest, name = line.split("  ", 1)
                if hashlib.sha256(tar.extractfile(name).read()).hexdigest() != digest:
                    raise StorageError(f"{path}: {name} is damaged", "Make another backup")
            return len(listing.splitlines())
    except (tarfile.TarError, KeyError, ValueError) as error:
        raise StorageError(f"{path} is no whole backup ({error})", "Make another") from error


def restore(path: Path, folder: Path) -> int:
    """Unpacks a backup into a folder that is empty or not there; how many files."""
    if folder.exists() and any(folder.iterdir()):
        raise StorageError(f"{folder} is not empty", "Restore into a new folder")
    count = check(path)
    with tarfile.open(path) as tar:
        members = [m for m in tar.getmembers() if m.isfile() and m.name != _LIST]
        # By hand: `filter="data"` of extractall is missing from Debian 12's Python.
        if any(".." in Path(m.name).parts or Path(m.name).is_absolute() for m in members):
            raise StorageError(f"{path} holds names that lead out of it", "Make another")
        try:
            for member in members:
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                with tar.extractfile(member) as source, target.open("wb") as out:
                    shutil.copyfileobj(source, out)
                target.chmod(member.mode & 0o777)
        except OSError as error:
            raise os_error(error, f"writing {folder}") from error
    return count
