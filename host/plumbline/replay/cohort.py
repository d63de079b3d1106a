"""Replays every recording of a store on Dask: on this computer's cores, or on a cluster.

The work is cut into boots.  A worker gets a boot's segments as bytes, or, where those are sealed,
the samples and records in them: keys do not leave this computer.  It gives back plain rows, so it
needs this package of the same code and no access to the store; what comes out is the same wherever
it ran.  Each boot's rows are written as they come,

    <store>/tables/replays/<serial>/<generation>/<boot>.json

with a mark of the segments and the code that made them, so that a replay that was interrupted, or
to which new recordings have come, goes on where it was, and new code begins anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from plumbline import segments
from plumbline.errors import LinkError, Missing, VersionError
from plumbline.files import write_atomic
from plumbline.replay import code, logged, units
from plumbline.replay.logged import Run
from plumbline.segments import RAW, SUMMARY
from plumbline.store.catalogue import Catalogue
from plumbline.store.segments import Generation

# Boots on their way to each worker: enough to keep it busy, few enough to hold in memory.
_AHEAD = 2
# How long a scheduler may take to answer.
_PATIENCE = "10s"
# Of a segment's header: not 0 if its contents are sealed (SPEC.md, "Segments").
_SEAL_AT = 7


@dataclass(frozen=True)
class Boot:
    """One boot of one life of a brace that has raw samples: its segments' (stream, sequence), and
    the mark of what they and the code are."""

    life: Generation
    number: int
    members: tuple[tuple[int, int], ...]
    mark: str

    @property
    def name(self) -> str:
        return f"{self.life.serial}/{self.life.number}/{self.number}"

    def path(self, store: Path) -> Path:
        """Where its result is kept."""
        base = store / "tables" / "replays" / self.life.serial / f"{self.life.number:03d}"
        return base / f"{self.number:06d}.json"

    def data(self) -> list[bytes]:
        """Its segments."""
        return [self.life.get(stream, sequence) for stream, sequence in self.members]


def plan(catalogue: Catalogue) -> list[Boot]:
    """Every boot in the store that has raw samples, in order."""
    found = []
    for life in catalogue.lives():
        spans = catalogue.spans(life.serial, life.number)
        boots = {b for stream, _, _, a, z in spans if stream == RAW for b in range(a, z + 1)}
        for boot in sorted(boots):
            mine = _members(spans, boot)
            text = f"{code.digest()} {' '.join(digest for _, _, digest, _, _ in mine)}"
            mark = hashlib.sha256(text.encode()).hexdigest()
            found.append(Boot(life, boot, tuple(row[:2] for row in mine), mark))
    return found


def _members(spans: list[tuple], boot: int) -> list[tuple]:
    """The segments that hold anything of a boot, and the one before the first, from which that
    may go on."""
    mine = [row for row in spans if row[3] <= boot <= row[4]]
    first = min((row[1] for row in mine if row[0] == SUMMARY), default=0)
    return [row for row in spans if row[:2] == (SUMMARY, first - 1)] + mine


def known(store: Path, boot: Boot) -> list[dict] | None:
    """The rows that an earlier replay made of just this, or None."""
    try:
        kept = json.loads(boot.path(store).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept["runs"] if kept.get("mark") == boot.mark else None


def keep(store: Path, boot: Boot, rows: list[dict]) -> None:
    """Writes a boot's rows.  Raises StorageError."""
    made = {"mark": boot.mark, "code": code.digest(), "runs": rows}
    text = json.dumps(made, separators=(",", ":"))
    write_atomic(boot.path(store), text.encode(), durable=False)


def rows(store: Path) -> Iterator[tuple[str, dict]]:
    """(code that made it, row) of all that is kept."""
    for path in sorted((store / "tables" / "replays").glob("*/*/*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        for row in kept["runs"]:
            yield kept["code"], row


def work(serial: str, generation: int, boot: int, data: list[bytes]) -> tuple[str, list[dict]]:
    """What a worker does: (the code it ran, rows of the boot's runs)."""
    return work_open(serial, generation, _runs(boot, data) or [])


def work_open(serial: str, generation: int, runs: list[Run]) -> tuple[str, list[dict]]:
    """The same, of runs that were read here."""
    head = {"serial": serial, "generation": generation}
    return code.digest(), [head | units.row(logged.replay(run)) for run in runs]


def _runs(boot: int, data: list[bytes]) -> list[Run] | None:
    """A boot's runs; None if they are sealed to a key that is not on this computer."""
    reading = segments.collect(segments.read_segment(one) for one in data)
    if any(damage.kind == "sealed" for damage in reading.damage):
        return None
    found = units.of_reading(reading)
    return [run for unit in found if unit.boot == boot for run in units.runs(unit)]


def _order(boot: Boot) -> tuple | None:
    """What to have done for a boot: a function and its arguments; None if it cannot be read."""
    data = boot.data()
    life = (boot.life.serial, boot.life.number)
    if not any(one[_SEAL_AT] for one in data):
        return work, *life, boot.number, data
    runs = _runs(boot.number, data)
    return None if runs is None else (work_open, *life, runs)


def connect(scheduler: str | None, workers: int | None):
    """A Dask client: of the scheduler at an address, or of a cluster made on this computer.

    Raises Missing without Dask, LinkError when nothing answers there.
    """
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError as error:
        raise Missing(
            "replaying a cohort needs dask", "Install it: pip install 'plumbline[cohort]'"
        ) from error
    if scheduler is None:
        cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=40
        )
        client = Client(cluster)
        # Closed together with the client.
        client.plumbline_cluster = cluster
        return client
    try:
        return Client(scheduler, timeout=_PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise LinkError(
            f"no Dask scheduler answers at {scheduler}",
            "Start one there with: dask scheduler, and on each computer: dask worker ADDRESS",
        ) from error


def disconnect(client) -> None:
    """Ends what `connect` began."""
    client.close()
    cluster = getattr(client, "plumbline_cluster", None)
    if cluster:
        cluster.close()


def replay(
    store: Path, boots: list[Boot], client, progress: Callable[[Boot], None] = lambda boot: None
) -> int:
    """Replays boots on a client's workers and keeps the rows of each as it is done; how many could
    not be read, because they are sealed to a key that is not on this computer.

    Raises VersionError when a worker runs other code than this computer, and whatever a worker
    raised; what was done until then is kept.
    """
    from distributed import as_completed

    waiting = iter(boots)
    under_way: dict = {}

    sealed = 0

    def submit():
        nonlocal sealed
        for boot in waiting:
            order = _order(boot)
            if order:
                future = client.submit(*order, pure=False)
                under_way[future.key] = boot
                return future
            sealed += 1
        return None

    room = max(1, _AHEAD * sum(client.nthreads().values()))
    done = as_completed([future for _ in range(room) if (future := submit())])
    for future in done:
        boot = under_way.pop(future.key)
        theirs, rows = future.result()
        if theirs != code.digest():
            raise VersionError(
                f"a worker runs other code ({theirs}) than this computer ({code.digest()})",
                "Install the same plumbline on all of them",
            )
        keep(store, boot, rows)
        progress(boot)
        if another := submit():
            done.add(another)
    return sealed
