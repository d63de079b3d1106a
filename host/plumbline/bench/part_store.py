"""How long a year of one person's data takes to be asked."""

import tempfile
import time
from pathlib import Path

import plumbcore
from brace import posture, records
from plumbcore.flash import MemoryFlash

from plumbline.bench import Bench, best_seconds
from plumbline.segments import SUMMARY
from plumbline.store.catalogue import refresh
from plumbline.store.query import Query
from plumbline.store.segments import Store

TITLE = "a year of made-up days of 12 hours in the library: 262 800 epochs"

_DAYS, _EPOCHS = 365, 720
_FIRST_MS, _DAY_MS = 1_735_718_400_000, 86_400_000
_ASK = ("SELECT day, avg(flexion_deg) FROM epochs WHERE person = 'P-1' AND day BETWEEN "
        "'2025-06-01' AND '2025-06-30' GROUP BY day")  # fmt: skip


def _fill(store: Store) -> None:
    """Each day a boot, each minute an epoch, every tenth a change of posture."""
    flash = MemoryFlash(64 + 12 * _DAYS)
    for day in range(_DAYS):
        log = plumbcore.Log(flash, "PB-1")
        log.anchor(0, _FIRST_MS + day * _DAY_MS)
        for minute in range(1, _EPOCHS + 1):
            fields = dict.fromkeys(records.LAYOUTS[records.EPOCH][2], 0)
            fields.update(block=480 * minute, blocks=480, posture=posture.UPRIGHT,
                          flexion_cdeg=300 + (37 * minute + day) % 900)  # fmt: skip
            body = records.pack(records.EPOCH, *fields.values())
            log.append(records.EPOCH, 1, 6000 * minute, body)
            if minute % 10 == 0:
                names = records.LAYOUTS[records.POSTURE][2]
                change = {**dict.fromkeys(names, 0), "block": 480 * minute}
                body = records.pack(records.POSTURE, *change.values())
                log.append(records.POSTURE, 1, 6000 * minute, body)
        log.close()
    log = plumbcore.Log(flash, "PB-1")
    life = store.latest("PB-1")
    life.folder.mkdir(parents=True)
    found = log.find(SUMMARY, 0)
    while found:
        page = bytearray(found[1])
        log.read(SUMMARY, found[0], 0, page)
        # Not through `put`, whose sync to disk is not what is measured.
        life.path(SUMMARY, found[0]).write_bytes(page)
        found = log.find(SUMMARY, found[0] + 1)


def run(bench: Bench) -> None:
    from plumbline.store.wearings import Wearing, Wearings

    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        _fill(store)
        Wearings(store.folder).add(Wearing("P-1", "PB-1"))
        began = time.perf_counter()
        _ask_all(store)
        bench.put("store.first_s", time.perf_counter() - began, "s",
                  note="catalogue and tables made, then asked")
        bench.put("store.open_and_ask_s", best_seconds(lambda: _ask_all(store), rounds=3)[0], "s",
                  bar="< 1", note="as plumbline store query does")
        with refresh(store.folder) as catalogue:
            session = Query(catalogue)
            bench.put("store.ask_s", best_seconds(lambda: session.ask(_ASK), rounds=5)[0], "s",
                      note="a month of one person, by day")
            session.close()


def _ask_all(store: Store) -> None:
    with refresh(store.folder) as catalogue:
        session = Query(catalogue)
        rows = session.ask(_ASK)[1]
        session.close()
    assert len(rows) == 30
