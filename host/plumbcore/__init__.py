"""The native core as the firmware sees it.

On the brace `plumbcore` is a C module inside the image; on the host this package offers the same
names over the same C through cffi, so that the files of `device/brace` run unchanged on both.
`tests/device` holds the two against each other.
"""

from plumbcore._core import lib
from plumbcore.angle import atan2_cdeg
from plumbcore.balance import SWAY_FIELDS, Smooth, Sway
from plumbcore.crc import crc32
from plumbcore.crypto import (
    Mac,
    ecdh,
    ecdsa_verify,
    equal,
    gcm_open,
    gcm_seal,
    hkdf_sha256,
    random,
    sha256,
)
from plumbcore.frame import (
    BULK,
    ERROR,
    EVENT,
    FRAME_OVERHEAD,
    REQUEST,
    RESPONSE,
    WIRE_VERSION,
    FrameDecoder,
    frame_encode,
)
from plumbcore.fusion import (
    ALIGN_CROOKED,
    ALIGN_MOVED,
    ALIGN_SHORT,
    ALIGN_SMALL,
    ALIGN_UNSURE,
    ORI_CLIPPED,
    ORI_CONVERGED,
    ORI_FROZEN,
    ORI_RESTING,
    STATE_SIZE,
    Alignment,
    Orientation,
    Relative,
)
from plumbcore.log import RAW, SUMMARY, Log
from plumbcore.params import Params
from plumbcore.pipe import BENDING, BLOCK_FIELDS, BLOCK_SAMPLES, STILL, WEARING, Pipe
from plumbcore.seal import Seal
from plumbcore.window import WINDOW_FIELDS, Window, scores

__all__ = [
    "Mac", "ecdh", "ecdsa_verify", "equal", "gcm_open", "gcm_seal", "hkdf_sha256", "random",
    "sha256",
    "BENDING", "BLOCK_FIELDS", "BLOCK_SAMPLES", "STILL", "WEARING", "Pipe",
    "WINDOW_FIELDS", "Window", "atan2_cdeg", "scores",
    "SWAY_FIELDS", "Smooth", "Sway",
    "BULK", "ERROR", "EVENT", "FRAME_OVERHEAD", "REQUEST", "RESPONSE", "WIRE_VERSION",
    "ALIGN_CROOKED", "ALIGN_MOVED", "ALIGN_SHORT", "ALIGN_SMALL", "ALIGN_UNSURE", "Alignment",
    "ORI_CLIPPED", "ORI_CONVERGED", "ORI_FROZEN", "ORI_RESTING", "STATE_SIZE", "Orientation",
    "RAW", "SUMMARY", "Log", "Params", "Seal",
    "Relative", "FrameDecoder", "core_version", "crc32", "frame_encode",
]


def core_version() -> int:
    """The version of the native core; replay is exact only between equal ones."""
    return lib.pl_core_version()
