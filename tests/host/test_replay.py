"""Replay: what a brace recorded comes out again, on one core, on all, and on a Dask cluster."""

import json

import plumbcore
import pytest
from brace import records
from brace.config import Config
from plumbcore.flash import MemoryFlash
from plumbcore.seal import Seal
from plumbline import segments
from plumbline.errors import Exit, LinkError
from plumbline.replay import code, cohort, differences, logged, units, writer
from plumbline.segments import RAW, SUMMARY
from plumbline.store.catalogue import refresh
from plumbline.store.segments import Store
from plumbline.trust.keys import Keys
from plumbline.trust.opening import Opening

SECONDS = 90


def record(store, serial="PB-1", boots=1, seconds=SECONDS, config=None, seal=lambda: None):
    """Pulled logs of a brace that recorded a run in each of so many boots."""
    flash = MemoryFlash(40 + 30 * boots)
    for boot in range(boots):
        flexion = writer.day(seconds, seed=boot)
        s, l = writer.bends(0.5 * flexion, seed=1), writer.bends(flexion, seed=2)  # noqa: E741
        writer.write(plumbcore.Log(flash, serial, seal()), s, l, config)
    log, life = plumbcore.Log(flash, serial, seal()), store.latest(serial)
    for stream in (SUMMARY, RAW):
        found = log.find(stream, 0)
        while found:
            page = bytearray(found[1])
            log.read(stream, found[0], 0, page)
            life.put(stream, found[0], bytes(page))
            found = log.find(stream, found[0] + 1)


@pytest.fixture
def store(tmp_path, monkeypatch):
    folder = tmp_path / "library"
    monkeypatch.setenv("PLUMBLINE_STORE", str(folder))
    return Store(folder)


@pytest.fixture
def other_dwell(monkeypatch):
    """Today's code is another than the brace's: a posture must hold half a second longer."""
    from brace import posture

    monkeypatch.setattr(posture, "_DWELL_BLOCKS", 12)


# -- one log ---------------------------------------------------------------------------------


def test_what_was_decided_comes_out_again(store, plumbline):
    record(store, config=Config())
    run = plumbline("replay", "--json")
    assert run.code == 0, run.err
    (row,) = run.json["runs"]
    assert row["identical"] and row["differences"] == [] and row["posture_differs_s"] == 0
    assert row["seconds"] == pytest.approx(SECONDS, abs=1) and row["records"] >= 3
    assert f"{SECONDS} s of samples replayed" in run.err
    text = plumbline("replay", "PB-1").out
    assert text.startswith("start 1, 0 s in: 90 s of samples, ") and "identical" in text


def test_other_code_is_told_difference_by_difference(store, plumbline, other_dwell):
    record(store)
    from brace import posture

    posture._DWELL_BLOCKS = 8
    run = plumbline("replay", "--show", "2")
    assert run.code == Exit.MISMATCH
    lines = run.out.splitlines()
    assert " not; posture differs for " in lines[0]
    assert "posture only" in lines[1] and lines[3].startswith("  and ")
    (row,) = plumbline("replay", "--json").json["runs"]
    late = [d for d in row["differences"] if d["type"] == "posture"]
    # Each change of posture is found four blocks earlier than the brace found it.
    brace = [d["brace"]["block"] for d in late if d["replay"] is None]
    today = [d["replay"]["block"] for d in late if d["brace"] is None]
    assert brace and brace == [block + 4 for block in today]
    assert row["posture_differs_s"] == pytest.approx(len(brace) * 0.5)
    assert row["difference"] and not row["identical"]


def test_one_late_decision_does_not_make_the_rest_differ():
    def posture(block, now):
        fields = (block, now, 0, 1, 0, 0, 0, 0)
        return records.POSTURE, records.pack(records.POSTURE, *fields)

    brace = [posture(80, 1), posture(160, 2), posture(240, 1)]
    mine = [posture(80, 1), posture(164, 2), posture(240, 1)]
    same, found = differences.compare(brace, mine, 400)
    assert same == 2 and [(d.block, d.brace is None) for d in found] == [(160, False), (164, True)]
    assert str(found[0]).startswith("20.0 s in: posture only on the brace (posture=2")
    seconds = differences.posture_seconds(brace, mine, 400)
    assert seconds[("flexed", "upright")] == 0.5 and sum(seconds.values()) == 50
    # What the brace decided after its samples ended cannot be compared.
    assert differences.compare(brace, mine[:1], 100) == (1, [])
    changed = differences.compare([posture(80, 1)], [posture(80, 3)], 100)[1]
    assert "posture 1 on the brace, 3 in the replay" in str(changed[0])


def test_a_log_without_raw_samples(store, plumbline):
    run = plumbline("replay")
    assert run.code == Exit.STORAGE and "plumbline pull" in run.err
    record(store)
    life = store.latest("PB-1")
    for sequence in life.held(RAW):
        life.path(RAW, sequence).unlink()
    run = plumbline("replay")
    assert run.code == Exit.STORAGE and "raw_on=1" in run.err
    run = plumbline("cohort", "replay")
    assert run.code == Exit.STORAGE and "raw_on=1" in run.err


def test_units_are_one_a_run_and_the_same_on_several_cores(store, monkeypatch):
    record(store, boots=3, seconds=40)
    found = units.of_reading(store.latest("PB-1").read(), "PB-1", 1)
    assert [(u.boot, u.run) for u in found] == [(1, 0), (2, 0), (3, 0)]
    alone = [outcome for _, several in units.replay(found) for outcome in several]
    assert len(alone) == 3 and all(o.identical for o in alone)
    monkeypatch.setattr(units, "_WORTH_A_POOL", 0)
    steps = []
    pooled = units.replay(found, 2, lambda done, total: steps.append((done, total)))
    assert [o for _, several in pooled for o in several] == alone
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_a_log_with_a_hole_is_replayed_up_to_it(store):
    record(store, seconds=SECONDS)
    life = store.latest("PB-1")
    held = life.held(RAW)
    life.path(RAW, held[len(held) // 2]).unlink()
    (run,) = logged.runs(life.read())
    outcome = logged.replay(run)
    assert outcome.identical and 0.3 * SECONDS < outcome.seconds < 0.7 * SECONDS


# -- a whole library -------------------------------------------------------------------------


class _Here:
    """Stands for a Dask client: works at once, in this process."""

    def __init__(self):
        self.calls = 0

    def nthreads(self):
        return {"here": 1}

    def submit(self, work, *arguments, pure):
        self.calls += 1
        return type("Done", (), {"key": self.calls, "result": lambda self: work(*arguments)})()


@pytest.fixture
def here(monkeypatch):
    """Cohorts are replayed in this process; what a cluster adds is tested below."""
    import distributed

    class Completed(list):
        def add(self, future):
            self.append(future)

    client = _Here()
    monkeypatch.setattr(distributed, "as_completed", Completed)
    monkeypatch.setattr(cohort, "connect", lambda scheduler, workers: client)
    monkeypatch.setattr(cohort, "disconnect", lambda client: None)
    return client


def test_a_cohort_is_replayed_once_and_goes_on_where_it_was(store, plumbline, here, monkeypatch):
    record(store, boots=2, seconds=30)
    record(store, "PB-2", seconds=30)
    kept, keep = [], cohort.keep

    def interrupted(folder, boot, rows):
        if len(kept) == 1:
            raise KeyboardInterrupt
        kept.append(boot.name)
        keep(folder, boot, rows)

    monkeypatch.setattr(cohort, "keep", interrupted)
    assert plumbline("cohort", "replay").code == Exit.INTERRUPTED and kept == ["PB-1/1/1"]
    monkeypatch.setattr(cohort, "keep", keep)
    here.calls = 0
    run = plumbline("cohort", "replay", "--json")
    assert run.code == 0, run.err
    assert run.json["boots"] == 3 and run.json["replayed"] == here.calls == 2
    rows = [(row["serial"], row["boot"], row["identical"]) for row in run.json["runs"]]
    assert rows == [("PB-1", 1, True), ("PB-1", 2, True), ("PB-2", 1, True)]
    again = plumbline("cohort", "replay", "--json")
    assert again.json["replayed"] == 0 and again.json["runs"] == run.json["runs"]
    assert plumbline("cohort", "replay", "--force", "--json").json["replayed"] == 3
    assert plumbline("cohort", "replay").out.split()[:3] == ["BRACE", "LIFE", "RECORDINGS"]
    asked = "SELECT serial, sum(seconds), sum(differences) FROM replays GROUP BY serial ORDER BY 1"
    found = plumbline("store", "query", asked, "--json").json["rows"]
    assert found == [["PB-1", 60.0, 0], ["PB-2", 30.0, 0]]


def test_new_code_and_new_recordings_are_replayed(store, plumbline, here, monkeypatch):
    record(store, seconds=30)
    assert plumbline("cohort", "replay", "--json").json["replayed"] == 1
    monkeypatch.setattr(code, "digest", lambda: "new")
    assert plumbline("cohort", "replay", "--json").json["replayed"] == 1
    record(store, "PB-9", seconds=30)
    run = plumbline("cohort", "replay", "--json")
    assert run.json["replayed"] == 1 and run.json["boots"] == 2 and run.json["code"] == "new"


def test_a_cohort_that_differs_is_told(store, plumbline, here, other_dwell):
    record(store)
    from brace import posture

    posture._DWELL_BLOCKS = 8
    run = plumbline("cohort", "replay")
    assert run.code == Exit.MISMATCH and "1 of 1 recordings" in run.err
    assert float(run.out.splitlines()[1].split()[-1]) > 0


def test_forgetting_takes_the_replays_along(store, plumbline, here):
    record(store, seconds=30)
    plumbline("store", "assign", "P-1", "PB-1")
    assert plumbline("cohort", "replay").code == 0
    assert list(store.folder.glob("tables/replays/PB-1/*/*.json"))
    assert plumbline("store", "forget", "P-1", "--yes").code == 0
    assert not list(store.folder.glob("tables/replays/PB-1/*/*.json"))


def test_sealed_logs_are_opened_here_and_no_key_goes_to_a_worker(
    store, plumbline, here, home, tmp_path, monkeypatch
):
    keys = Keys(home / "data" / "keys")
    keys.create("clinic")
    point = keys.point(keys.current().id)
    record(store, boots=2, seconds=30, seal=lambda: Seal(point))
    record(store, "PB-2", seconds=30)
    for name in ("work", "work_open"):
        there = _without_keys(getattr(cohort, name), tmp_path, monkeypatch)
        monkeypatch.setattr(cohort, name, there)
    run = plumbline("cohort", "replay", "--json")
    assert run.code == 0, run.err
    assert [(r["serial"], r["identical"]) for r in run.json["runs"]] == [
        ("PB-1", True), ("PB-1", True), ("PB-2", True)]
    assert run.json["sealed"] == 0
    monkeypatch.setattr(segments, "opening_default", lambda: Opening(Keys(tmp_path / "none")))
    run = plumbline("cohort", "replay", "--force", "--json")
    assert run.json["sealed"] == 2 and run.json["replayed"] == 1
    assert "2 of 3 boots are left out" in run.err and "keys show" in run.err
    run = plumbline("replay", "PB-1")
    assert run.code == Exit.REFUSED and "keys restore" in run.err


def _without_keys(work, tmp_path, monkeypatch):
    """The work as on another computer."""
    def there(*arguments):
        with monkeypatch.context() as patch:
            patch.setattr(segments, "opening_default", lambda: Opening(Keys(tmp_path / "none")))
            return work(*arguments)

    return there


def test_a_worker_with_other_code_is_refused(store, plumbline, here, monkeypatch):
    record(store, seconds=30)
    monkeypatch.setattr(cohort, "work", lambda *unit: ("other", []))
    run = plumbline("cohort", "replay")
    assert run.code == Exit.VERSION and "other code (other)" in run.err


def test_no_scheduler_there(monkeypatch):
    monkeypatch.setattr(cohort, "_PATIENCE", "0.5s")
    with pytest.raises(LinkError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        cohort.connect("tcp://127.0.0.1:9", None)


@pytest.mark.slow
def test_a_cluster_here_and_a_scheduler_give_what_one_core_gives(store, plumbline):
    """Real workers in processes of their own; about fifteen seconds."""
    from distributed import LocalCluster

    record(store, boots=3, seconds=40)
    record(store, "PB-2", seconds=40)
    run = plumbline("cohort", "replay", "--jobs", "2", "--json")
    assert run.code == 0, run.err
    with refresh(store.folder) as catalogue:
        boots = cohort.plan(catalogue)
    alone = [
        row for boot in boots
        for row in cohort.work(boot.life.serial, boot.life.number, boot.number, boot.data())[1]
    ]  # fmt: skip
    assert run.json["runs"] == json.loads(json.dumps(alone)) and len(alone) == 4
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        there = plumbline("cohort", "replay", "--force", "--scheduler",
                          cluster.scheduler_address, "--json")  # fmt: skip
    assert there.json["replayed"] == 4 and there.json["runs"] == run.json["runs"]
