"""Made-up records (wearer.py, trained.py) as a brace's flash would hold them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from brace import records as layouts
from brace.board import flashmap
from plumbcore import Log
from plumbcore.flash import MemoryFlash

_KINDS = {layout[0]: kind for kind, layout in layouts.LAYOUTS.items()}


def partition(records: Iterable, serial: str = "PL-0001") -> bytes:
    """The log partition after these records (with boot, t_cs, name, fields, utc_ms), one boot
    after the other.  Fields that they lack are 0."""
    flash = MemoryFlash(flashmap.LOG_LEN // flashmap.SECTOR)
    for _, rows in groupby(records, key=lambda r: r.boot):
        log = Log(flash, serial)
        log.identify(104_000, 104_000, 7, 0)
        dated = False
        for record in sorted(rows, key=lambda r: r.t_cs):
            utc = getattr(record, "utc_ms", None)
            if utc and not dated:
                dated = True
                log.anchor(record.t_cs, utc)
                _append(log, "time", record.t_cs, {"utc_ms": utc})
            _append(log, record.name, record.t_cs, record.fields)
        log.close()
    return bytes(flash.data)


def _append(log: Log, name: str, t_cs: int, fields: dict) -> None:
    kind = _KINDS[name]
    values = [fields.get(field, 0) for field in layouts.LAYOUTS[kind][2]]
    log.append(kind, 1, t_cs, layouts.pack(kind, *values))
