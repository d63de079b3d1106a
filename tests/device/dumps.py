"""Looking through a dump of a brace's whole flash for what should not be readable there."""

from brace.board import flashmap
from brace.config import SETTINGS, Config
from plumbline import segments


def shows(flash: bytes, settings: dict[str, int]) -> list[str]:
    """What a look at a dump finds in the clear: records, and these settings, of which none should
    have its default."""
    found = []
    config = Config()
    config.change(settings)
    packed = config.pack()
    if packed[: 4 * len(SETTINGS)] in flash:
        found.append("the settings")
    for at in range(0, len(flash), flashmap.SECTOR):
        if b"PLPC" not in flash[at : at + 4]:
            continue
        for name, value in settings.items():
            if value.to_bytes(4, "little", signed=True) in flash[at : at + 4096]:
                found.append(f"setting {name}")
    log = flash[flashmap.LOG : flashmap.LOG + flashmap.LOG_LEN]
    for at in range(0, len(log), 4096):
        read = segments.read_segment(log[at : at + 4096], opening=_Nobody())
        if isinstance(read, segments.Segment) and read.records:
            found.append(f"records in sector {at // 4096}")
        for page in range(at, at + 4096, 256):
            # A checkpoint's tail in the clear.
            if log[page : page + 4] == b"PLCP" and log[page + 6] and not log[page + 5]:
                found.append(f"records in the checkpoint at {page:#x}")
    return found


class _Nobody:
    def key(self, segment):
        return None
