"""Cryptography as the firmware calls it, over the `cryptography` package.

On the brace the same names are thin functions over mbedtls (mp_crypto.c, mp_mac.c and mp_random.c
in native/bindings/micropython).  Points are uncompressed points of P-256 (65 bytes: 04, x, y),
private keys and halves of signatures 32 bytes, big-endian.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

_POINT = 65
_SCALAR = 32
_NONCE = 12
_TAG = 16
_RANDOM_MAX = 1024
_HKDF_MAX = 64
_NOT_SEALED = "not sealed with this key, or altered since"


def _exactly(data, length: int) -> bytes:
    data = bytes(data)
    if len(data) != length:
        raise ValueError("a key, digest, point or signature has the wrong length")
    return data


def sha256(*data) -> bytes:
    """SHA-256 of all the data, one after the other (FIPS 180-4)."""
    digest = hashlib.sha256()
    for piece in data:
        digest.update(piece)
    return digest.digest()


class Mac:
    """HMAC-SHA256 again and again with one key (FIPS 198-1)."""

    def __init__(self, key):
        self._keyed = hmac.new(bytes(key), digestmod=hashlib.sha256)

    def of(self, *data) -> bytes:
        """The 32 bytes over all the data, one after the other."""
        mac = self._keyed.copy()
        for piece in data:
            mac.update(piece)
        return mac.digest()

    def into(self, out, *data) -> None:
        """Writes the first len(out) of them, 32 at most, into `out`."""
        if len(out) > 32:
            raise ValueError("a tag has at most 32 bytes")
        out[:] = self.of(*data)[: len(out)]

    def check(self, tag, *data) -> bool:
        """Whether `tag`, 16 bytes at least, is how it begins; in constant time."""
        digest = self.of(*data)
        return 16 <= len(tag) <= 32 and hmac.compare_digest(bytes(tag), digest[: len(tag)])


def equal(a, b) -> bool:
    """Whether two byte strings are the same, in a time that tells their lengths at most."""
    return len(a) == len(b) and hmac.compare_digest(bytes(a), bytes(b))


def hkdf_sha256(salt, secret, info, n: int) -> bytes:
    """`n` bytes (1 to 64) derived from a secret (RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    if not 1 <= n <= _HKDF_MAX:
        raise ValueError("n must be 1..64")
    return HKDF(SHA256(), n, bytes(salt), bytes(info)).derive(bytes(secret))


def _gcm(key, nonce):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(key) not in (16, 32) or len(nonce) != _NONCE:
        raise ValueError("key must have 16 or 32 bytes, nonce 12")
    return AESGCM(bytes(key))


def gcm_seal(key, nonce, aad, data) -> bytes:
    """`data` encrypted by AES-GCM, and behind it the tag of 16 bytes over it and `aad`."""
    return _gcm(key, nonce).encrypt(bytes(nonce), bytes(data), bytes(aad))


def gcm_open(key, nonce, aad, sealed) -> bytes:
    """What was sealed.  ValueError unless every bit is as `gcm_seal` left it."""
    from cryptography.exceptions import InvalidTag

    if len(sealed) < _TAG:
        raise ValueError(_NOT_SEALED)
    try:
        return _gcm(key, nonce).decrypt(bytes(nonce), bytes(sealed), bytes(aad))
    except InvalidTag:
        raise ValueError(_NOT_SEALED) from None


def ecdh(public, private=None) -> tuple[bytes, bytes]:
    """ECDH over P-256 with somebody's point: (our own point, the shared secret).

    Without a private key a fresh one is made and forgotten.  ValueError for what is no point of
    the curve.
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = _exactly(public, _POINT)
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        if private is None:
            ours = ec.generate_private_key(ec.SECP256R1())
        else:
            scalar = int.from_bytes(_exactly(private, _SCALAR), "big")
            ours = ec.derive_private_key(scalar, ec.SECP256R1())
    except ValueError:
        raise ValueError("no point of P-256, or no private key") from None
    encoded = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return encoded, ours.exchange(ec.ECDH(), theirs)


def ecdsa_verify(public, digest, signature) -> bool:
    """Whether `signature` (r, s) over a SHA-256 digest was made with the key of a point."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256

    point, digest = _exactly(public, _POINT), _exactly(digest, 32)
    signature = _exactly(signature, 2 * _SCALAR)
    r, s = (int.from_bytes(signature[i : i + _SCALAR], "big") for i in (0, _SCALAR))
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        encoded = utils.encode_dss_signature(r, s)
        key.verify(encoded, digest, ec.ECDSA(utils.Prehashed(SHA256())))
    except (ValueError, InvalidSignature):
        return False
    return True


def random(n: int) -> bytes:
    """`n` random bytes (0 to 1024) that may become keys."""
    if not 0 <= n <= _RANDOM_MAX:
        raise ValueError("n must be 0..1024")
    return secrets.token_bytes(n)
