"""SQL over the store with DuckDB: the tables with dates and people added.

    epochs   person, serial, wall, day, boot, t_cs, seconds, posture, ... (one row an epoch)
    events   person, serial, wall, day, boot, t_cs, type, fields (JSON)   (every other record)
    cues     person, serial, wall, day, number, posture, strength, value_deg, outcome, after_s
    days     person, serial, day, worn_h, upright_h, flexed_h, cues, answered
    replays  person, serial, wall, day, boot, t_cs, seconds, records, differences,
             posture_differs_s, code   (what `plumbline cohort replay` made of raw samples)

`wall` is the wearer's wall clock, `day` its date; both are NULL where the time is not known.
`person` is NULL where nobody was assigned.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from brace.haptics import OUTCOMES
from brace.posture import NAMES

from plumbline.errors import Missing, StorageError, UsageError
from plumbline.replay import cohort
from plumbline.store.catalogue import Catalogue
from plumbline.store.tables import TABLES, derive
from plumbline.store.wearings import Wearings

_DATED = """
CREATE VIEW {table} AS
SELECT w.person, t.serial, t.wall, CAST(t.wall AS DATE) AS day, t.* EXCLUDE (serial, wall)
FROM (
  SELECT r.*, b.offset_ms + 10 * r.t_cs AS utc_ms,
         make_timestamp((b.offset_ms + 10 * r.t_cs + 60000 * b.zone_min) * 1000) AS wall
  FROM {table}_raw r LEFT JOIN boots b USING (serial, generation, boot)
) t
LEFT JOIN wearings w ON w.serial = t.serial
  AND coalesce(t.utc_ms, 0) >= w.from_ms AND coalesce(t.utc_ms, 0) < w.to_ms
"""
_CUES = """
CREATE VIEW cues AS
WITH c AS (SELECT * FROM events WHERE type = 'cue'),
     r AS (SELECT serial, generation, boot, t_cs,
                  CAST(fields->>'$.number' AS INT) AS number,
                  CAST(fields->>'$.outcome' AS INT) AS outcome,
                  CAST(fields->>'$.after_ds' AS DOUBLE) / 10 AS after_s
           FROM events WHERE type = 'response')
SELECT c.person, c.serial, c.wall, c.day, CAST(c.fields->>'$.number' AS INT) AS number,
  list_extract({postures}, CAST(c.fields->>'$.posture' AS INT) + 1) AS posture,
  CAST(c.fields->>'$.strength' AS INT) AS strength,
  CAST(c.fields->>'$.value_cdeg' AS DOUBLE) / 100 AS value_deg,
  coalesce(list_extract({outcomes}, r.outcome + 1), 'none') AS outcome, r.after_s
FROM c LEFT JOIN r ON r.serial = c.serial AND r.generation = c.generation AND r.boot = c.boot
  AND r.number = CAST(c.fields->>'$.number' AS INT)
  AND r.t_cs BETWEEN c.t_cs AND c.t_cs + 12000
"""
_DAYS = """
CREATE VIEW days AS
SELECT person, serial, day, sum(seconds) / 3600 AS worn_h,
  coalesce(sum(seconds) FILTER (posture = 'upright'), 0) / 3600 AS upright_h,
  coalesce(sum(seconds) FILTER (posture = 'flexed'), 0) / 3600 AS flexed_h,
  any_value(coalesce(c.cues, 0)) AS cues, any_value(coalesce(c.answered, 0)) AS answered
FROM epochs LEFT JOIN (
  SELECT serial, day, count(*) AS cues, count(*) FILTER (outcome = 'corrected') AS answered
  FROM cues GROUP BY serial, day) c USING (serial, day)
GROUP BY person, serial, day ORDER BY day
"""


class Query:
    """A DuckDB session over a store, its tables made up to date first.  Read-only: nothing that a
    query does reaches the store's files, and it cannot reach other files either.
    """

    def __init__(self, catalogue: Catalogue):
        try:
            import duckdb
        except ModuleNotFoundError as error:
            raise Missing(
                "queries need duckdb", "Install it: pip install 'plumbline[store]'"
            ) from error
        self._duckdb = duckdb
        derive(catalogue)
        self.db = duckdb.connect(":memory:")
        self._load(catalogue)
        # From here on, what is asked is the user's.
        self.db.execute("SET enable_external_access = false")
        self.db.execute("SET lock_configuration = true")

    def _load(self, catalogue: Catalogue) -> None:
        db = self.db
        db.execute("CREATE TABLE boots (serial TEXT, generation INT, boot BIGINT, "
                   "offset_ms BIGINT, zone_min INT)")  # fmt: skip
        rows = catalogue.boots()
        if rows:
            db.executemany("INSERT INTO boots VALUES (?, ?, ?, ?, ?)", rows)
        db.execute("CREATE TABLE wearings (person TEXT, serial TEXT, from_ms BIGINT, "
                   "to_ms BIGINT)")  # fmt: skip
        for w in Wearings(catalogue.store.folder).all():
            end = w.to_ms if w.to_ms is not None else 1 << 62
            db.execute("INSERT INTO wearings VALUES (?, ?, ?, ?)",
                       (w.person, w.serial, w.from_ms or 0, end))  # fmt: skip
        for table in TABLES:
            self._table(catalogue.store.folder / "tables" / table, table)
            db.execute(_DATED.format(table=table))
        self._replays(catalogue)
        db.execute(_DATED.format(table="replays"))
        db.execute(_CUES.format(postures=list(NAMES), outcomes=list(OUTCOMES)))
        db.execute(_DAYS)

    def _table(self, folder: Path, table: str) -> None:
        paths = sorted(str(p) for p in folder.rglob("*.parquet"))
        if not paths:
            raise StorageError("the store holds no records yet", "Pull a brace: plumbline pull")
        # Read now: afterwards the session may not touch files.
        self.db.execute(
            f"""CREATE TABLE {table}_raw AS
            SELECT split_part(replace(filename, '\\', '/'), '/', -3) AS serial,
                   CAST(split_part(replace(filename, '\\', '/'), '/', -2) AS INT) AS generation,
                   * EXCLUDE (filename)
            FROM read_parquet(?, filename = true)""",
            [paths],
        )

    def _replays(self, catalogue: Catalogue) -> None:
        self.db.execute(
            "CREATE TABLE replays_raw (serial TEXT, generation INT, boot BIGINT, t_cs BIGINT, "
            "seconds DOUBLE, records INT, differences INT, posture_differs_s DOUBLE, code TEXT)"
        )
        rows = [
            (r["serial"], r["generation"], r["boot"], round(100 * r["t_s"]), r["seconds"],
             r["records"], len(r["differences"]), r["posture_differs_s"], code)
            for code, r in cohort.rows(catalogue.store.folder)
        ]  # fmt: skip
        if rows:
            self.db.executemany("INSERT INTO replays_raw VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def ask(self, sql: str, parameters: list | None = None) -> tuple[list[str], list[tuple[Any]]]:
        """Column names and rows.  Raises UsageError with DuckDB's words for what it refuses."""
        try:
            found = self.db.execute(sql, parameters or [])
            names = [column[0] for column in found.description or []]
            return names, found.fetchall()
        except self._duckdb.Error as error:
            said = str(error).strip().splitlines()[0]
            advice = "plumbline store query --help lists the tables"
            raise UsageError(f"the query was refused: {said}", advice) from error

    def close(self) -> None:
        self.db.close()
