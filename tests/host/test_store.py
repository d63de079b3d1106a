"""The library: catalogue, tables, queries, people, backup, forgetting."""

import datetime as dt
import io
import os
import tarfile
import time

import plumbcore
import pytest
import wearer
from brace import records as layouts
from plumbcore.flash import MemoryFlash
from plumbline import segments
from plumbline.errors import Exit, Mismatch, StorageError, UsageError
from plumbline.segments import SUMMARY
from plumbline.store import forget, tables, upkeep
from plumbline.store.catalogue import Catalogue, refresh
from plumbline.store.query import Query
from plumbline.store.segments import Store
from plumbline.store.wearings import Wearing, Wearings

DAY_MS = 86_400_000
IDS = {layout[0]: (kind, layout[2]) for kind, layout in layouts.LAYOUTS.items()}


def packed(record):
    kind, names = IDS[record.name]
    values = [record.fields.get(name, 0) for name in names]
    return kind, 1, record.t_cs, layouts.pack(kind, *values)


def fill(store, serial="PB-1", days=3, hours=2.0, first_ms=wearer.START_MS, seed=1, kinds=99):
    """Days of a made-up wearer in a brace's log, each a boot, as segments in the store; of at
    most so many kinds of days."""
    flash = MemoryFlash(64 + 14 * days)
    seeds = range(seed, seed + min(days, kinds))
    made = [list(map(packed, wearer.day(1, hours, seed=s))) for s in seeds]
    for number in range(days):
        log = plumbcore.Log(flash, serial)
        log.anchor(0, first_ms + number * DAY_MS)
        for record in made[number % len(made)]:
            log.append(*record)
        log.close()
    log = plumbcore.Log(flash, serial)
    life = store.latest(serial)
    found = log.find(SUMMARY, 0)
    while found:
        page = bytearray(found[1])
        log.read(SUMMARY, found[0], 0, page)
        life.put(SUMMARY, found[0], bytes(page))
        found = log.find(SUMMARY, found[0] + 1)
    return life


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def library(store):
    """A store with three days of PB-1 and two of PB-2."""
    fill(store)
    fill(store, "PB-2", days=2, seed=50)
    return store


def files(folder, suffix):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob(f"*{suffix}")}


# -- catalogue -------------------------------------------------------------------------------


def test_the_catalogue_says_what_is_there_and_takes_in_only_what_is_new(library):
    with Catalogue(library) as catalogue:
        count = catalogue.update()
        assert count == len(library.latest("PB-1").held(SUMMARY)) + len(
            library.latest("PB-2").held(SUMMARY))
        assert catalogue.update() == 0
        one, two = catalogue.summary()
        assert one["serial"] == "PB-1" and one["damage"] == 0
        assert one["first_ms"] == wearer.START_MS
        end = wearer.START_MS + 2 * DAY_MS + 2 * 3_600_000
        assert one["last_ms"] == pytest.approx(end, abs=60_000)
        records = [r for g in library.generations("PB-1") for r in g.read().records]
        assert one["records"] == len(records)


def test_a_catalogue_of_another_version_is_made_anew(library):
    refresh(library.folder).close()
    with Catalogue(library) as catalogue:
        catalogue.db.execute("PRAGMA user_version = 999")
        catalogue.db.commit()
    with refresh(library.folder) as catalogue:
        assert len(catalogue.summary()) == 2


def test_segments_that_are_gone_leave_the_catalogue(library):
    life = library.latest("PB-1")
    with refresh(library.folder) as catalogue:
        before = catalogue.summary()[0]["summary_segments"]
        life.path(SUMMARY, 0).unlink()
        catalogue.update()
        assert catalogue.summary()[0]["summary_segments"] == before - 1


# -- tables and queries ----------------------------------------------------------------------


def test_tables_are_reproducible_and_made_anew_only_where_they_must(library):
    with refresh(library.folder) as catalogue:
        made, there = tables.derive(catalogue)
        assert made == there == 2
        first = files(library.folder / "tables", ".parquet")
        assert tables.derive(catalogue) == (0, 2)
        for path in (library.folder / "tables").rglob("*.parquet"):
            path.unlink()
        tables.derive(catalogue)
        assert files(library.folder / "tables", ".parquet") == first


def test_a_new_derivation_or_new_segments_remake_tables(library, monkeypatch):
    with refresh(library.folder) as catalogue:
        tables.derive(catalogue)
        monkeypatch.setattr(tables, "DERIVATION", 999)
        assert tables.derive(catalogue) == (2, 2)
        monkeypatch.undo()
        tables.derive(catalogue)
        fill(library, "PB-3", days=1)
        catalogue.update()
        assert tables.derive(catalogue) == (1, 3)
        for life in library.generations("PB-3"):
            for path in life.folder.iterdir():
                path.unlink()
            life.folder.rmdir()
        catalogue.update()
        assert tables.derive(catalogue) == (0, 2)


def ask(library, sql):
    with refresh(library.folder) as catalogue:
        session = Query(catalogue)
        try:
            return session.ask(sql)[1]
        finally:
            session.close()


def test_queries_say_what_the_records_say(library):
    records = list(library.latest("PB-1").read().records)
    epochs = [r for r in records if r.name == "epoch"]
    rows = ask(library, "SELECT count(*), avg(flexion_deg), sum(seconds) FROM epochs "
                        "WHERE serial = 'PB-1'")
    mean = sum(r.fields["flexion_cdeg"] for r in epochs) / 100 / len(epochs)
    assert rows[0] == pytest.approx((len(epochs), mean, 60 * len(epochs)))
    cues = [r for r in records if r.name == "cue"]
    answers = [r for r in records if r.name == "response" and r.fields["outcome"] == 1]
    rows = ask(library, "SELECT count(*), count(*) FILTER (outcome = 'corrected') FROM cues "
                        "WHERE serial = 'PB-1'")
    assert rows == [(len(cues), len(answers))]
    days = ask(library, "SELECT day, worn_h FROM days WHERE serial = 'PB-1'")
    assert [d for d, _ in days] == [dt.date(2026, 3, 2 + i) for i in range(3)]
    assert [round(h) for _, h in days] == [2, 2, 2]
    # The wearer's clock is an hour before UTC's.
    assert ask(library, "SELECT min(wall) FROM epochs")[0][0] == dt.datetime(2026, 3, 2, 9, 1)


def test_people_are_joined_by_time(library):
    wearings = Wearings(library.folder)
    second_day = wearer.START_MS + DAY_MS - 3_600_000
    wearings.add(Wearing("P-1", "PB-1", None, second_day))
    wearings.add(Wearing("P-2", "PB-1", second_day, None))
    rows = ask(library, "SELECT person, count(DISTINCT day) FROM epochs GROUP BY person "
                        "ORDER BY person NULLS LAST")
    assert rows == [("P-1", 1), ("P-2", 2), (None, 2)]


@pytest.mark.parametrize("sql", [
    "SELECT nonsense FROM epochs", "SELEKT", "SELECT * FROM read_csv('/etc/passwd')",
    "COPY epochs TO '/tmp/out.csv'", "ATTACH '/tmp/x.db'", "SET enable_external_access = true",
])  # fmt: skip
def test_a_query_may_not_do_what_it_should_not(library, sql):
    with pytest.raises(UsageError, match="refused"):
        ask(library, sql)


def test_a_store_without_records(store):
    with refresh(store.folder) as catalogue, pytest.raises(StorageError, match="plumbline pull"):
        Query(catalogue)


@pytest.mark.slow
def test_a_year_is_asked_in_well_under_a_second(store):
    """Not a benchmark (make bench has the figure): a bar far off, against a slip in the design."""
    fill(store, days=365, hours=12, kinds=2)
    with refresh(store.folder) as catalogue:
        session = Query(catalogue)
        began = time.perf_counter()
        session.ask("SELECT day, avg(flexion_deg) FROM epochs WHERE day BETWEEN '2026-06-01' "
                    "AND '2026-06-30' GROUP BY day")
        assert time.perf_counter() - began < 1.0
        assert session.ask("SELECT count(*) FROM epochs")[1][0][0] > 250_000
        session.close()


# -- people ----------------------------------------------------------------------------------


def test_two_people_cannot_wear_one_brace_at_once(store):
    wearings = Wearings(store.folder)
    wearings.add(Wearing("P-1", "PB-1", 1000, 2000))
    wearings.add(Wearing("P-2", "PB-1", 2000, None))
    wearings.add(Wearing("P-1", "PB-2"))
    with pytest.raises(UsageError, match="P-1 wore PB-1"):
        wearings.add(Wearing("P-3", "PB-1", None, 1500))
    with pytest.raises(UsageError, match="never a name"):
        wearings.add(Wearing("Jane Doe", "PB-9"))
    assert [w.serial for w in wearings.of("P-1")] == ["PB-1", "PB-2"]
    with pytest.raises(UsageError, match="store assign"):
        wearings.of("P-9")


# -- backup ----------------------------------------------------------------------------------


@pytest.mark.req("PULL-4")
def test_a_backup_comes_back_the_same(library, tmp_path):
    Wearings(library.folder).add(Wearing("P-1", "PB-1"))
    with refresh(library.folder) as catalogue:
        tables.derive(catalogue)
    target = tmp_path / "away" / "b.tar"
    count = upkeep.backup(library.folder, target)
    assert upkeep.restore(target, tmp_path / "again") == count
    assert files(tmp_path / "again", ".seg") == files(library.folder, ".seg")
    assert Wearings(tmp_path / "again").all() == Wearings(library.folder).all()
    assert not (tmp_path / "again" / "tables").exists(), "what is derived is not copied"
    assert [p.name for p in target.parent.iterdir()] == ["b.tar"]
    with pytest.raises(StorageError, match="not empty"):
        upkeep.restore(target, tmp_path / "again")


def test_an_empty_library_has_nothing_to_back_up(plumbline, tmp_path):
    run = plumbline("store", "backup", tmp_path / "b.tar")
    assert run.code == Exit.STORAGE and "plumbline pull" in run.err
    assert not (tmp_path / "b.tar").exists()


@pytest.mark.parametrize("name", ["../outside", "/outside"])
def test_a_backup_cannot_write_outside_its_folder(tmp_path, name):
    path = tmp_path / "b.tar"
    with tarfile.open(path, "w") as tar:
        for member, body in ((name, b"x"), ("SHA256SUMS", b"")):
            info = tarfile.TarInfo(member)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    with pytest.raises(StorageError, match="lead out of it"):
        upkeep.restore(path, tmp_path / "in")
    assert not (tmp_path / "in").exists() and not (tmp_path / "outside").exists()


def test_a_damaged_backup_is_found(library, tmp_path):
    target = tmp_path / "b.tar"
    upkeep.backup(library.folder, target)
    data = bytearray(target.read_bytes())
    data[data.index(b"PLSG") + 100] ^= 1
    target.write_bytes(data)
    with pytest.raises(StorageError, match="is damaged"):
        upkeep.check(target)
    target.write_bytes(data[: len(data) // 2])
    with pytest.raises(StorageError, match="no whole backup"):
        upkeep.check(target)


@pytest.mark.req("PULL-4")
def test_verify_finds_what_has_changed_and_what_is_gone(library):
    life = library.latest("PB-1")
    with refresh(library.folder) as catalogue:
        assert upkeep.verify(catalogue)[1] == []
        path = life.path(SUMMARY, 1)
        data = bytearray(path.read_bytes())
        data[500] ^= 1
        path.chmod(0o644)
        path.write_bytes(data)
        life.path(SUMMARY, 0).unlink()
        texts = {f.text for f in upkeep.verify(catalogue)[1]}
        assert texts == {"is gone", "has changed since it was pulled"}


# -- forgetting ------------------------------------------------------------------------------


@pytest.mark.req("PULL-5")
def test_a_person_is_forgotten_and_nobody_else(library):
    folder = library.folder
    second_day = wearer.START_MS + DAY_MS - 3_600_000
    wearings = Wearings(folder)
    wearings.add(Wearing("P-1", "PB-1", None, second_day))
    wearings.add(Wearing("P-12", "PB-1", second_day, None))
    wearings.add(Wearing("P-3", "PB-2"))
    theirs = folder / "people" / "P-1"
    theirs.mkdir(parents=True)
    (theirs / "diary.jsonl").write_text('{"pain": 7, "who": "P-1"}\n')
    before = files(folder, ".seg")
    with refresh(folder) as catalogue:
        tables.derive(catalogue)
        what = forget.plan(catalogue, "P-1")
        gone = {p.relative_to(folder) for p, _ in what.segments}
        assert gone and what.folder == theirs
        assert forget.forget(catalogue, what) > 0
        after = files(folder, ".seg")
        assert set(before) - set(after) == gone
        assert not theirs.exists() and "P-1" not in [w.person for w in wearings.all()]
        assert {w.person for w in wearings.all()} == {"P-12", "P-3"}
        left = [r for r in library.latest("PB-1").read().records if r.name == "epoch"]
        clock = segments.Clock(library.latest("PB-1").read())
        assert left and all(clock.utc_ms(r.boot, r.t_cs) > second_day for r in left)
    assert ask(library, "SELECT count(*) FROM epochs WHERE day = '2026-03-02' AND serial = "
                        "'PB-1'") == [(0,)]
    assert ask(library, "SELECT count(*) > 0 FROM epochs WHERE serial = 'PB-2'") == [(True,)]


def test_a_leftover_is_found_by_the_proof(library):
    Wearings(library.folder).add(Wearing("P-1", "PB-2"))
    with refresh(library.folder) as catalogue:
        what = forget.plan(catalogue, "P-1")
        copy = what.segments[0][0].read_bytes()
        elsewhere = library.folder / "stray.seg"
        elsewhere.write_bytes(copy)
        with pytest.raises(Mismatch, match="stray.seg is a segment of P-1"):
            forget.forget(catalogue, what)
        elsewhere.unlink()
        (library.folder / "notes.txt").write_text("P-1 called today")
        with pytest.raises(Mismatch, match="notes.txt still names P-1"):
            forget.prove(library.folder, what)
        (library.folder / "notes.txt").unlink()
        assert forget.prove(library.folder, what) > 0


def test_shared_segments_are_named_beforehand(store):
    # Two wearers within one boot: some segment holds the time of both.
    fill(store, days=1, hours=8)
    middle = wearer.START_MS + 4 * 3_600_000
    Wearings(store.folder).add(Wearing("P-1", "PB-1", None, middle))
    Wearings(store.folder).add(Wearing("P-2", "PB-1", middle, None))
    with refresh(store.folder) as catalogue:
        assert len(forget.plan(catalogue, "P-1").shared) == 1


# -- the command -----------------------------------------------------------------------------


@pytest.fixture
def settled(library, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_STORE", str(library.folder))
    return library


def test_the_store_on_the_command_line(plumbline, settled, tmp_path):
    assert plumbline("store", "assign", "P-1", "PB-1", "--to", "2026-03-03").code == 0
    run = plumbline("store", "show")
    assert "PB-2" in run.out and "P-1 wore PB-1 to 2026-03-04" in run.out
    assert len(plumbline("store", "show", "--json").json["braces"]) == 2
    run = plumbline("store", "query", "SELECT person, round(sum(worn_h)) AS h FROM days "
                    "WHERE person IS NOT NULL GROUP BY person", "--json")
    assert run.json["columns"] == ["person", "h"] and run.json["rows"] == [["P-1", 4.0]]
    run = plumbline("store", "query", "SELECT 1 AS a, NULL AS b", "--csv")
    assert run.out == "a,b\n1,\n"
    assert "2 blocks made" not in plumbline("store", "tables").err
    assert plumbline("store", "verify").out.endswith("0 not as they were pulled\n")
    assert plumbline("store", "backup", tmp_path / "b.tar").code == 0
    assert plumbline("store", "restore", tmp_path / "b.tar", tmp_path / "r").code == 0
    assert plumbline("store", "forget", "P-1", "--dry-run").code == 0
    run = plumbline("store", "forget", "P-1")
    assert run.code == Exit.USAGE and "--yes" in run.err
    run = plumbline("store", "forget", "P-1", "--yes")
    assert run.code == 0 and "P-1 is forgotten" in run.err
    run = plumbline("store", "query", "SELEKT")
    assert run.code == Exit.USAGE
    path = settled.latest("PB-2").path(SUMMARY, 0)
    os.chmod(path, 0o644)
    path.write_bytes(b"rotten")
    assert plumbline("store", "verify").code == Exit.MISMATCH
