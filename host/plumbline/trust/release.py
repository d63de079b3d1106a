"""Signed firmware images: who released them, and for what.

A manifest is JSON with the fields of `Manifest`, then a line end, then "key id signature" in hex:
ECDSA over P-256 and SHA-256 of all before the line end.  It lies in the UF2 file
(`plumbline.image`).  Public keys that this computer trusts are <config>/release/<id>.pem; the
private one should be on a computer without a network.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import plumbcore
from brace import claim

from plumbline import paths
from plumbline.errors import Mismatch, StorageError, os_error
from plumbline.files import write_atomic
from plumbline.image import Image

FORMAT = 1
BOARD = "rp2040"
KINDS = ("development", "wearer")


@dataclass(frozen=True)
class Manifest:
    """What a signature vouches for: `image` is the SHA-256 of all of the image's bytes."""

    format: int
    board: str
    kind: str
    version: str
    length: int
    image: str


def _digest(image: Image) -> str:
    return plumbcore.sha256(image.data).hex()


def describe(image: Image, kind: str) -> Manifest:
    """The manifest of an image."""
    return Manifest(FORMAT, BOARD, kind, image.version, len(image.data), _digest(image))


def folder() -> Path:
    """Where the trusted public keys lie."""
    return paths.config() / "release"


def _point(public) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def create(private_file: Path) -> str:
    """Makes a release key: the private part into a file, the public part among the trusted ones.
    Returns its id."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec

    if private_file.exists():
        raise StorageError(f"{private_file} is there already", "Name a new file")
    key = ec.generate_private_key(ec.SECP256R1())
    write_atomic(private_file, key.private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()), mode=0o600)  # fmt: skip
    public = key.public_key().public_bytes(
        form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo
    )
    return trust(public)


def trust(public_pem: bytes) -> str:
    """Takes a public key among the trusted ones; its id."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        point = _point(load_pem_public_key(public_pem))
    except (ValueError, AttributeError) as error:
        raise StorageError("that is no public key of P-256", "Name another file") from error
    if len(point) != claim.POINT:
        raise StorageError("that is no public key of P-256", "Name another file")
    name = claim.key_id(point).hex()
    write_atomic(folder() / f"{name}.pem", public_pem)
    return name


def trusted() -> dict[str, bytes]:
    """The points of the trusted keys, by id."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    found = {}
    for path in sorted(folder().glob("*.pem")):
        try:
            point = _point(load_pem_public_key(path.read_bytes()))
        except OSError as error:
            raise os_error(error, f"reading {path}") from error
        except ValueError as error:
            raise StorageError(f"{path} is no public key", "Remove it") from error
        found[claim.key_id(point).hex()] = point
    return found


def _private(file: Path):
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(file.read_bytes(), None)
    except OSError as error:
        raise os_error(error, f"reading {file}") from error
    except (ValueError, TypeError) as error:
        raise StorageError(f"{file} is no private key", "Name another file") from error


def point_of(private_file: Path) -> bytes:
    """The public point of a private key."""
    return _point(_private(private_file).public_key())


def sign_bytes(data: bytes, private_file: Path) -> bytes:
    """The signature of bytes, r and s: ECDSA over P-256 and SHA-256."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    made = _private(private_file).sign(data, ec.ECDSA(hashes.SHA256()))
    r, s = utils.decode_dss_signature(made)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def sign(image: Image, kind: str, private_file: Path) -> Image:
    """The image with its signed manifest."""
    text = json.dumps(asdict(describe(image, kind)), sort_keys=True).encode()
    signature = sign_bytes(text, private_file)
    name = claim.key_id(point_of(private_file)).hex()
    return replace(image, manifest=text + f"\n{name} {signature.hex()}".encode())


def verify(image: Image) -> Manifest | None:
    """The manifest of an image that a trusted key signed; None if it carries none.

    Raises Mismatch for a signature that is wrong or by a key that is not trusted, and for an
    image that is not the one signed, or for other hardware.
    """
    if not image.manifest:
        return None
    text, _, line = image.manifest.rpartition(b"\n")
    try:
        name, hexed = line.decode("ascii").split(" ")
        signature = bytes.fromhex(hexed)
        manifest = Manifest(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise Mismatch("the image's manifest cannot be read", "Fetch the image again") from error
    point = trusted().get(name)
    if point is None:
        raise Mismatch(
            f"the image is signed by the key {name}, which this computer does not trust",
            "If you do: plumbline release trust KEY.pem",
        )
    sound = len(signature) == 64
    if not sound or not plumbcore.ecdsa_verify(point, plumbcore.sha256(text), signature):
        raise Mismatch("the image's signature is forged or damaged", "Fetch the image again")
    if manifest.format != FORMAT or manifest.board != BOARD or manifest.kind not in KINDS:
        raise Mismatch(
            f"the image is signed for {manifest.board}, {manifest.kind}, not for this brace",
            "Use the image that was built for it",
        )
    if manifest != describe(image, manifest.kind):
        raise Mismatch("the image is not the one that was signed", "Fetch the image again")
    return manifest
