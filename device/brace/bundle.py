"""Signed bundles of modules that take the place of frozen ones (SPEC.md, "Bundles").

Two slots in flash: the one that does not run takes a new bundle.  Once that is verified, storing
one parameter copy switches over.  A bundle has to prove itself: if the firmware has not run well
for a while within some starts, the one before it runs again.
"""

import plumbcore

from brace import cbor
from brace.compat import const

SLOT = const(0xA000)
# The last sector of each slot holds a copy of the boot control.
ROOM = const(0x9000)
BOARD = "rp2040"
# No slot: the image's own modules.
NONE = const(2)
# Starts within which a bundle has to run well.
TRIES = const(3)

MAGIC = b"PLBN"
FORMAT = const(1)
_HEAD = const(8)
_SIGNATURE = const(64)
_MANIFEST_MAX = const(3072)
_FILES_MAX = const(48)
_SECTOR = const(4096)
_PAGE = const(256)
# Needed before a bundle is looked at, and what looks at it.
FROZEN = (
    "brace/__init__.py",
    "brace/board/__init__.py",
    "brace/board/overlay.py",
    "brace/board/bundles.py",
    "brace/board/health.py",
    "brace/board/power.py",
    "brace/board/flashmap.py",
    "brace/bundle.py",
    "brace/cbor.py",
    "brace/compat.py",
)


class BundleError(ValueError):
    """It is no bundle that may run here; the message says why."""


def _sound_path(path):
    if not isinstance(path, str) or not 10 <= len(path) <= 64 or not path.startswith("brace/"):
        return False
    if not path.endswith((".py", ".mpy")) or path.rsplit(".", 1)[0] + ".py" in FROZEN:
        return False
    for character in path.rsplit(".", 1)[0]:
        if not ("a" <= character <= "z" or "0" <= character <= "9" or character in "_/"):
            return False
    return "//" not in path and "/__init__." not in path


def _check_files(files, at):
    """The whole length of a bundle whose files begin at `at`."""
    if not isinstance(files, list) or not 1 <= len(files) <= _FILES_MAX:
        raise BundleError("its list of files is not one")
    for entry in files:
        if not isinstance(entry, list) or len(entry) != 3 or not _sound_path(entry[0]):
            raise BundleError("a file in it has no place here")
        _, length, digest = entry
        if isinstance(length, bool) or not isinstance(length, int) or not 0 <= length <= ROOM:
            raise BundleError("a file in it has no length")
        if not isinstance(digest, bytes) or len(digest) != 32:
            raise BundleError("a file in it has no hash")
        at += length
    if at > ROOM:
        raise BundleError("it is longer than a slot")
    return at


def verify(read, release):
    """The manifest of a bundle, with "at", where its files begin, and "end".

    read(offset, n) -> bytes; release: the public point of the key that signs.  Nothing but the
    header's length is believed before the signature has been checked.  Raises BundleError.
    """
    head = read(0, _HEAD)
    if len(head) != _HEAD:
        raise BundleError("there is no bundle")
    length = int.from_bytes(head[6:8], "little")
    if head[:4] != MAGIC or head[4] != FORMAT or not 1 <= length <= _MANIFEST_MAX:
        raise BundleError("there is no bundle")
    raw = read(_HEAD, length)
    signature = read(_HEAD + length, _SIGNATURE)
    if len(raw) != length or len(signature) != _SIGNATURE or len(release) != 65:
        raise BundleError("it is cut short, or there is no release key")
    if not plumbcore.ecdsa_verify(release, plumbcore.sha256(head, raw), signature):
        raise BundleError("it is not signed by the release key")
    try:
        manifest = cbor.loads(raw)
    except cbor.CborError:
        raise BundleError("its manifest cannot be read")
    if not isinstance(manifest, dict):
        raise BundleError("its manifest cannot be read")
    version = manifest.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or not 0 < version < 1 << 24:
        raise BundleError("it has no version")
    at = _HEAD + length + _SIGNATURE
    manifest["at"] = at
    manifest["end"] = _check_files(manifest.get("files"), at)
    for _, length, digest in manifest["files"]:
        if plumbcore.sha256(read(at, length)) != digest:
            raise BundleError("a file in it is damaged")
        at += length
    return manifest


def check_fits(manifest, image, core):
    """Raises BundleError for a bundle for other hardware, another image or another native core."""
    if manifest.get("board") != BOARD:
        raise BundleError("it is for other hardware")
    if manifest.get("core") != core:
        raise BundleError("it is for another native core")
    if manifest.get("image") != image:
        raise BundleError("it is for another image")


class Slots:
    """The slots in `flash`, a block device of two of them."""

    def __init__(self, flash):
        self._flash = flash
        self._params = plumbcore.Params(flash, ROOM, SLOT + ROOM)
        self._buffer = bytearray(128)

    def state(self):
        """{"active", "before": slot or NONE, "good": whether it has proved itself, "tries": starts
        so far, "version": of the active bundle, "rolled": version rolled back from, or 0}"""
        none = {"active": NONE, "before": NONE, "good": True, "tries": 0, "version": 0}
        none["rolled"] = 0
        try:
            n = self._params.load(self._buffer)
            stored = cbor.loads(bytes(self._buffer[:n])) if n else none
        except (OSError, RuntimeError, ValueError):
            return none
        for name in none:
            if name not in stored:
                return none
        return stored

    def _store(self, state):
        self._params.store(cbor.dumps(state))

    def reader(self, slot):
        """read(offset, n) of a slot; nothing behind its end."""
        base = slot * SLOT

        def read(offset, n):
            n = max(0, min(n, ROOM - offset))
            out = bytearray(n)
            done = 0
            while done < n:
                at = base + offset + done
                part = min(n - done, _SECTOR - at % _SECTOR)
                view = memoryview(out)[done : done + part]
                self._flash.readblocks(at // _SECTOR, view, at % _SECTOR)
                done += part
            return bytes(out)

        return read

    # -- taking a bundle ---------------------------------------------------------------------

    def free(self):
        """The slot that may be overwritten: not the one that runs, nor the one to go back to."""
        state = self.state()
        if not state["good"]:
            raise BundleError("the last update has not proved itself yet")
        return 0 if state["active"] == 1 else 1

    def erase(self, slot):
        """Makes a slot blank."""
        for sector in range(ROOM // _SECTOR):
            self._flash.ioctl(6, slot * SLOT // _SECTOR + sector)

    def write(self, slot, offset, data):
        """Writes whole pages."""
        if offset % _PAGE or len(data) % _PAGE or not 0 <= offset <= ROOM - len(data):
            raise BundleError("only whole pages inside a slot can be written")
        at = slot * SLOT + offset
        for done in range(0, len(data), _PAGE):
            page = bytes(data[done : done + _PAGE])
            self._flash.writeblocks((at + done) // _SECTOR, page, (at + done) % _SECTOR)

    def switch(self, slot, version):
        """Makes a verified bundle the next start's, by one store."""
        state = self.state()
        before = state["active"]
        self._store({
            "active": slot, "before": before, "good": False, "tries": 0, "version": version,
            "rolled": 0, "was": state["version"],
        })  # fmt: skip

    # -- running one -------------------------------------------------------------------------

    def start(self, plain=False):
        """The slot to run now; counts the starts of one that has not proved itself, and goes back
        from one that does not.  `plain`: the brace keeps failing with what runs."""
        state = self.state()
        if state["active"] not in (0, 1):
            return NONE
        if state["good"]:
            return NONE if plain else state["active"]
        if plain or state["tries"] >= TRIES:
            return self.back(state)
        state["tries"] += 1
        self._store(state)
        return state["active"]

    def back(self, state):
        """Goes back to what ran before.  Returns its slot, or NONE."""
        self._store({
            "active": state["before"], "before": NONE, "good": True, "tries": 0,
            "version": state.get("was", 0), "rolled": state["version"],
        })  # fmt: skip
        return state["before"]

    def prove(self):
        """The firmware has run well.  Returns whether that was news."""
        state = self.state()
        if state["good"]:
            return False
        state["good"] = True
        self._store(state)
        return True
