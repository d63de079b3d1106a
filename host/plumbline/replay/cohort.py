"""Replays every recording of a store on Dask: on this computer's cores, or on a cluster.

The work is cut into boots.  A worker gets a boot's segments as bytes and gives back plain rows, so
it needs this package of the same code and no access to the store; what comes out is the same
wherever it ran.  Each boot's rows are written as they come,

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
from plumbline.replay import code, units
from plumbline.segments import RAW
from plumbline.store.catalogue import Catalogue
from plumbline.store.segments import Generation

# Boots on their way to each worker: enough to keep it busy, few enough to hold in memory.
_AHEAD = 2
# How long a scheduler may take to answer.
_PATIENCE = "10s"


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
            mine = [row for row in spans if row[3] <= boot <= row[4]]
            text = f"{code.digest()} {' '.join(digest for _, _, digest, _, _ in mine)}"
            mark = hashlib.sha256(text.encode()).hexdigest()
            found.append(Boot(life, boot, tuple(row[:2] for row in mine), mark))
    return found


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
    reading = segments.collect(segments.read_segment(one) for one in data)
    head = {"serial": serial, "generation": generation}
    rows = [
        head | units.row(outcome)
        for unit in units.of_reading(reading, serial, generation)
        if unit.boot == boot
        for outcome in units.work(unit)
    ]
    return code.digest(), rows


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
) -> None:
    """Replays boots on a client's workers and keeps the rows of each as it is done.

    Raises VersionError when a worker runs other code than this computer, and whatever a worker
    raised; what was done until then is kept.
    """
    from distributed import as_completed

    waiting = iter(boots)
    under_way: dict = {}

    def submit():
        boot = next(waiting, None)
        if boot is None:
            return None
        what = (boot.life.serial, boot.life.number, boot.number, boot.data())
        future = client.submit(work, *what, pure=False)
        under_way[future.key] = boot
        return future

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
