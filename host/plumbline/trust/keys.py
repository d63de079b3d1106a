"""The clinic's keys on this computer: private keys that open braces and sealed logs, and keys of
single roles that another clinic handed on.

    <data>/keys/keys.json          what is known of each key
    <data>/keys/<id>.pem           private key, PKCS #8, readable by its owner only
    <data>/keys/roles/<serial>.json  role -> key, in hex

A key is called by the first 8 bytes of its public point's SHA-256, in hex.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

import plumbcore
from brace import claim

from plumbline import paths
from plumbline.errors import Missing, Refused, StorageError, UsageError, os_error
from plumbline.files import write_atomic

CURRENT, RETIRED, REVOKED = "current", "retired", "revoked"
# Order in which a role is chosen for a brace of which we only have keys of roles.
_HANDED = ("service", "qa", "wearer")
_BACKUP = "plumbline_keys"


@dataclass(frozen=True)
class Key:
    """One of the clinic's keys.  state: "current" claims braces; "retired" and "revoked" ones are
    kept to open what was sealed to them.  braces: serial numbers that it claimed.  points: serial
    number -> points of its claims by this key, in hex, oldest first.  begun: serial number ->
    point of a claim whose end nobody has seen yet."""

    id: str
    name: str
    made: str
    state: str = CURRENT
    backed_up: str = ""
    braces: list[str] = field(default_factory=list)
    points: dict[str, list[str]] = field(default_factory=dict)
    begun: dict[str, str] = field(default_factory=dict)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _serialization():
    try:
        from cryptography.hazmat.primitives import serialization
    except ImportError as error:
        raise Missing("cryptography is not installed", "pip install cryptography") from error
    return serialization


def _point(private) -> bytes:
    form = _serialization()
    return private.public_key().public_bytes(
        form.Encoding.X962, form.PublicFormat.UncompressedPoint
    )


def _pem(private, passphrase: bytes | None = None) -> bytes:
    form = _serialization()
    lock = form.BestAvailableEncryption(passphrase) if passphrase else form.NoEncryption()
    return private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, lock)


class Keys:
    """The keys in `folder`."""

    def __init__(self, folder: Path | None = None):
        self.folder = folder or paths.data() / "keys"
        self._loaded: dict[str, object] = {}

    # -- the register ------------------------------------------------------------------------

    def all(self) -> list[Key]:
        """All keys, oldest first."""
        path = self.folder / "keys.json"
        try:
            return [Key(**entry) for entry in json.loads(path.read_text("utf-8"))["keys"]]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise os_error(error, f"reading {path}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError(
                f"{path} is damaged ({error})", "Restore it: plumbline keys restore BACKUP"
            ) from error

    def current(self) -> Key | None:
        """The key that claims braces."""
        return next((key for key in self.all() if key.state == CURRENT), None)

    def find(self, text: str) -> Key:
        """The key whose id begins with `text` or whose name it is."""
        hits = [k for k in self.all() if k.id.startswith(text.lower()) or k.name == text]
        if len(hits) != 1:
            what = "no key fits" if not hits else f"{len(hits)} keys fit"
            raise UsageError(f"{what} {text!r}", "See plumbline keys show")
        return hits[0]

    def _write(self, keys: list[Key]) -> None:
        self._make_folder()
        text = json.dumps({"version": 1, "keys": [asdict(k) for k in keys]}, indent=1)
        write_atomic(self.folder / "keys.json", text.encode(), mode=0o600)

    def change(self, key: Key, **changes) -> Key:
        """Notes something about a key."""
        changed = replace(key, **changes)
        self._write([changed if k.id == key.id else k for k in self.all()])
        return changed

    def begin(self, key_id: str, serial: str, point: bytes) -> None:
        """Notes that a key is about to claim a brace: the brace may have taken it although its
        answer never comes."""
        key = self.find(key_id)
        self.change(key, begun={**key.begun, serial: point.hex()})

    def claimed(self, key_id: str, serial: str, point: bytes) -> None:
        """Notes that a brace was claimed by a key, and by no other any more, and keeps `point`."""
        keys = []
        for k in self._without(serial):
            if k.id == key_id:
                known = [p for p in k.points.get(serial, []) if p != point.hex()]
                points = {**k.points, serial: [*known, point.hex()]}
                k = replace(k, braces=sorted({*k.braces, serial}), points=points)
            keys.append(k)
        self._write(keys)

    def claims(self, serial: str) -> list[tuple[str, bytes]]:
        """(key's id, point) of the claims under which a brace can be: the one that was noted last,
        and one that was begun since.  Empty for a brace that no key here claimed."""
        found = []
        for k in self.all():
            points = k.points.get(serial, [])[-1:] if serial in k.braces else []
            points += [k.begun[serial]] if serial in k.begun else []
            found += [(k.id, bytes.fromhex(p)) for p in points]
        return found

    def holds(self, serial: str) -> bool:
        """Whether a brace is known to have taken a claim by a key here."""
        return any(serial in k.braces for k in self.all())

    def knows(self, key_id: str, serial: str, point: bytes) -> bool:
        """Whether a claim has been noted as the brace's last one."""
        key = next((k for k in self.all() if k.id == key_id and serial in k.braces), None)
        return key is not None and key.points.get(serial, [])[-1:] == [point.hex()]

    def forget(self, serial: str) -> bool:
        """Takes a brace for one never met; whether it had been.  The points of its claims stay,
        for the audit in what was pulled."""
        met = bool(self.claims(serial))
        self._write(self._without(serial))
        return met

    def _without(self, serial: str) -> list[Key]:
        return [
            replace(
                k,
                braces=[s for s in k.braces if s != serial],
                begun={s: p for s, p in k.begun.items() if s != serial},
            )
            for k in self.all()
        ]

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            os.chmod(self.folder, 0o700)
        except OSError as error:
            raise os_error(error, f"making {self.folder}") from error

    # -- life of a key -----------------------------------------------------------------------

    def create(self, name: str) -> Key:
        """Makes the clinic's first key."""
        if (there := self.current()) is not None:
            raise Refused(
                f"there is a current key already, {there.id} ({there.name})",
                "To replace it: plumbline keys rotate",
            )
        return self._create(name, self.all())

    def _create(self, name: str, others: list[Key]) -> Key:
        from cryptography.hazmat.primitives.asymmetric import ec

        private = ec.generate_private_key(ec.SECP256R1())
        key = Key(claim.key_id(_point(private)).hex(), name, _now())
        self._make_folder()
        write_atomic(self.folder / f"{key.id}.pem", _pem(private), mode=0o600)
        self._write([*others, key])
        return key

    def rotate(self, name: str) -> Key:
        """Makes a new current key; the old one stays, to open what is sealed to it."""
        if self.current() is None:
            raise UsageError("there is no key to replace", "Make one: plumbline keys create")
        old = [replace(k, state=RETIRED) if k.state == CURRENT else k for k in self.all()]
        return self._create(name, old)

    def revoke(self, key: Key) -> Key:
        """Marks a key as known to others: it claims nothing any more."""
        return self.change(key, state=REVOKED)

    # -- using them --------------------------------------------------------------------------

    def private(self, key_id: str):
        """The private key, or None if it is not here."""
        if key_id not in self._loaded:
            path = self.folder / f"{key_id}.pem"
            try:
                pem = path.read_bytes()
            except FileNotFoundError:
                return None
            except OSError as error:
                raise os_error(error, f"reading {path}") from error
            try:
                self._loaded[key_id] = _serialization().load_pem_private_key(pem, None)
            except ValueError as error:
                raise StorageError(
                    f"{path} is no private key ({error})", "plumbline keys restore BACKUP"
                ) from error
        return self._loaded[key_id]

    def point(self, key_id: str) -> bytes:
        """A key's public point."""
        private = self.private(key_id)
        if private is None:
            raise StorageError(
                f"the private key {key_id} is not on this computer",
                "Bring it from its backup: plumbline keys restore FILE",
            )
        return _point(private)

    def agree(self, key_id: str, point: bytes) -> bytes | None:
        """ECDH between a private key here and a point; None if the key is not here or the point is
        none."""
        private = self.private(key_id)
        if private is None:
            return None
        scalar = private.private_numbers().private_value.to_bytes(32, "big")
        try:
            return plumbcore.ecdh(point, scalar)[1]
        except ValueError:
            return None

    def secret(self, key_id: str, point: bytes) -> bytes | None:
        """The secret of a brace that the key claimed and that keeps `point`."""
        shared = self.agree(key_id, point)
        return shared and claim.secret_of(shared, point, self.point(key_id))

    def audit_key(self, key_id: str, point: bytes) -> bytes | None:
        """The first key of the audit of such a brace."""
        shared = self.agree(key_id, point)
        return shared and claim.audit_key(shared, point, self.point(key_id))

    # -- roles -------------------------------------------------------------------------------

    def _roles_path(self, serial: str) -> Path:
        return self.folder / "roles" / f"{serial}.json"

    def handed(self, serial: str) -> dict[str, bytes]:
        """Keys of roles that others handed on for this brace."""
        try:
            stored = json.loads(self._roles_path(serial).read_text("utf-8"))
            return {role: bytes.fromhex(key) for role, key in stored.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    def take_role(self, serial: str, role: str, key: bytes) -> None:
        """Keeps the key of a role."""
        self._make_folder()
        stored = {**{r: k.hex() for r, k in self.handed(serial).items()}, role: key.hex()}
        write_atomic(self._roles_path(serial), json.dumps(stored, indent=1).encode(), mode=0o600)

    def choose(self, serial: str, key_id: str, role: str | None = None) -> str | None:
        """The role to take with a brace: the one asked for, else the highest that we have a key
        for; None if we have none."""
        if self.private(key_id) is not None:
            return role or "clinic"
        handed = self.handed(serial)
        wanted = (role,) if role else _HANDED
        return next((r for r in wanted if r in handed), None)

    def role_key(self, serial: str, role: str, key_id: str, point: bytes) -> bytes | None:
        """The key of a role with a brace."""
        secret = self.secret(key_id, point)
        return claim.role_key(secret, role) if secret else self.handed(serial).get(role)

    # -- backup ------------------------------------------------------------------------------

    def backup(self, path: Path, passphrase: str) -> int:
        """Writes all keys into one file that the passphrase locks; how many."""
        if len(passphrase) < 8:
            raise UsageError("a passphrase has at least 8 characters", "Use several words")
        keys = self.all()
        if not keys:
            raise UsageError("there is no key to back up", "Make one: plumbline keys create")
        held = {k.id: self.private(k.id) for k in keys}
        locked = {i: _pem(p, passphrase.encode()).decode() for i, p in held.items() if p}
        made = _now()
        text = json.dumps({_BACKUP: 1, "made": made, "keys": [asdict(k) for k in keys],
                           "private": locked}, indent=1)  # fmt: skip
        write_atomic(path, text.encode(), mode=0o600)
        self._write([replace(k, backed_up=made) if k.id in locked else k for k in keys])
        return len(locked)

    def restore(self, path: Path, passphrase: str) -> list[Key]:
        """Brings back the keys of a backup that are not here; which."""
        try:
            saved = json.loads(path.read_text("utf-8"))
            if saved[_BACKUP] != 1:
                raise ValueError("version")
            known = {entry["id"]: Key(**entry) for entry in saved["keys"]}
            locked = dict(saved["private"])
        except OSError as error:
            raise os_error(error, f"reading {path}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError(f"{path} is no backup of keys", "Name another file") from error
        brought = []
        for key_id, pem in locked.items():
            try:
                private = _serialization().load_pem_private_key(
                    pem.encode(), passphrase.encode()
                )
            except (ValueError, TypeError) as error:
                raise Refused(
                    "the passphrase does not open this backup", "Try again"
                ) from error
            if claim.key_id(_point(private)).hex() != key_id:
                raise StorageError(f"{path}: key {key_id} is another one", "Name another file")
            if self.private(key_id) is None:
                self._make_folder()
                write_atomic(self.folder / f"{key_id}.pem", _pem(private), mode=0o600)
                brought.append(key_id)
        here = {k.id: k for k in self.all()}
        has_current = any(k.state == CURRENT for k in here.values())
        for key_id, key in known.items():
            if key_id not in here:
                lost_rank = key.state == CURRENT and has_current
                here[key_id] = replace(key, state=RETIRED) if lost_rank else key
        self._write(sorted(here.values(), key=lambda k: k.made))
        return [here[i] for i in brought]
