"""Sealing a log to the clinic's public key (native/include/pl_seal.h; SPEC.md, "Sealed segments").

On the brace the same is C over mbedtls (native/bindings/micropython/mp_seal.c).
"""

from plumbcore._core import ffi, lib
from plumbcore.crypto import ecdh, gcm_open, gcm_seal, hkdf_sha256, sha256

_KEY = 16
_FIELDS_AT = lib.PL_SEAL_FIELDS_AT
_FIELDS_END = _FIELDS_AT + lib.PL_SEAL_FIELDS
_ORIGIN_AT = lib.PL_SEGMENT_ORIGIN_AT
_SEQUENCE_AT = lib.PL_SEGMENT_SEQUENCE_AT
_NUMBER_AT = lib.PL_COMMIT_NUMBER_AT
_HEADER = lib.PL_COMMIT_HEADER


def _chain(shared: bytes, x: bytes, clinic: bytes) -> bytes:
    return hkdf_sha256(x + clinic, shared, b"plumbline log 1", 32)


def _segment_key(chain: bytes, header: bytes) -> bytes:
    return hkdf_sha256(b"", chain, b"segment" + header, _KEY)


def _next(chain: bytes) -> bytes:
    return hkdf_sha256(b"", chain, b"next", 32)


class Seal:
    """Seals what one boot logs to the key `clinic` (a point of 65 bytes).

    Once, when the first segment begins, it agrees on a secret with the clinic's key under a key
    pair of its own that it forgets.  The secret begins a chain; each segment's key comes from its
    link and its header, and then only the next link is kept.
    """

    def __init__(self, clinic):
        if len(clinic) != 65:
            raise ValueError("the clinic's key must be a point of 65 bytes")
        self._clinic = bytes(clinic)
        self._x = self._chain = None
        self._index = 0
        self._keys = {}
        self._sealed = {}
        self._handle = ffi.new_handle(self)
        self.struct = ffi.new("pl_seal *", {
            "begin": lib.plumbcore_seal_begin, "seal": lib.plumbcore_seal_seal,
            "context": self._handle})

    def begin(self, stream: int, header) -> None:
        """Fills in a header's fields of sealing and makes its segment's key."""
        if self._chain is None:
            point, shared = ecdh(self._clinic)
            self._x = point[1:33]
            self._chain = _chain(shared, self._x, self._clinic)
        header[_FIELDS_AT:_FIELDS_END] = (
            sha256(self._clinic)[:8] + self._x + self._index.to_bytes(4, "little"))
        self._index += 1
        self._keys[stream] = _segment_key(self._chain, bytes(header[:_FIELDS_END]))
        self._sealed[stream] = 0
        self._chain = _next(self._chain)

    def seal(self, stream: int, with_: bytes, data: bytes) -> bytes:
        """`data` encrypted, then the number used once and the tag."""
        number = self._sealed[stream].to_bytes(4, "little")
        self._sealed[stream] += 1
        sealed = gcm_seal(self._keys[stream], bytes(8) + number, with_, data)
        return sealed[: len(data)] + number + sealed[len(data):]


class Opener:
    """Opens what was sealed to one clinic's key.

    agree(point) -> the secret that the clinic's private key and a point agree on, or None.
    clinic: its public point.
    """

    def __init__(self, clinic: bytes, agree):
        self._clinic = clinic
        self._agree = agree
        # x of a boot's point -> its chain, link by link as far as it was needed.
        self._chains: dict[bytes, list[bytes]] = {}

    def _link(self, x: bytes, index: int) -> bytes | None:
        chain = self._chains.get(x)
        if chain is None:
            shared = self._agree(_whole_point(x))
            if shared is None:
                return None
            chain = self._chains[x] = [_chain(shared, x, self._clinic)]
        while len(chain) <= index:
            chain.append(_next(chain[-1]))
        return chain[index]

    def key(self, segment: bytes) -> bytes | None:
        """The key of a segment by its header, or None if this clinic's key opens it not."""
        header = bytearray(segment[:_FIELDS_END])
        origin = int.from_bytes(header[_ORIGIN_AT:_ORIGIN_AT + 4], "little")
        if origin:
            header[_SEQUENCE_AT:_SEQUENCE_AT + 4] = (origin - 1).to_bytes(4, "little")
            header[_ORIGIN_AT:_ORIGIN_AT + 4] = bytes(4)
        fields = bytes(header[_FIELDS_AT:])
        index = int.from_bytes(fields[40:44], "little")
        if fields[:8] != sha256(self._clinic)[:8] or index > _INDEX_MAX:
            return None
        chain = self._link(fields[8:40], index)
        return chain and _segment_key(chain, bytes(header))


# No boot begins more segments; what says so is no honest header.
_INDEX_MAX = 1 << 20


def _whole_point(x: bytes) -> bytes:
    """A point with this x, whichever of the two: both agree on the same secret.  If there is none,
    x itself, which nothing takes for a point."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\2" + x)
    except ValueError:
        return x
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def open_payload(key: bytes, commit: bytes) -> bytes:
    """The payload of a sealed commit, of its header and payload.  ValueError if it is not what was
    sealed with this key."""
    extra = len(commit) - lib.PL_SEAL_EXTRA
    if extra < _HEADER:
        raise ValueError("too short to be sealed")
    with_ = bytearray(commit[:_HEADER])
    with_[_NUMBER_AT] = 0
    number, tag = commit[extra:extra + 4], commit[extra + 4:]
    return gcm_open(key, bytes(8) + number, with_, commit[_HEADER:extra] + tag)


@ffi.def_extern()
def plumbcore_seal_begin(context, stream, header):
    try:
        buffer = memoryview(ffi.buffer(header, lib.PL_SEGMENT_HEADER_SEALED)).cast("B")
        ffi.from_handle(context).begin(stream, buffer)
    except ValueError:
        return -1
    return 0


@ffi.def_extern()
def plumbcore_seal_seal(context, stream, with_, data, length):
    plain = bytes(ffi.buffer(data, length))
    sealed = ffi.from_handle(context).seal(stream, bytes(ffi.buffer(with_, _HEADER)), plain)
    ffi.memmove(data, sealed, len(sealed))
    return 0
