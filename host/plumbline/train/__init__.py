"""From recordings to the integer tables that the brace decides by.

    plumbline train ../shared/data

`write_tables` trains on every recording there is and writes device/brace/tables_*.py; each
table says in itself what it was trained on and how well that did on people it had not seen.  The
same recordings give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from plumbline import datasets
from plumbline.train import activity, judge, lifts, tables

_BRACE = "device/brace"


def activity_source(root: str | Path) -> tuple[str, dict]:
    """The module tables_activity.py and the leave-one-person-out figures behind it."""
    recordings = list(datasets.hapt(root))
    examples = activity.examples(recordings)
    figures = judge.activity_unseen(recordings, examples)
    four, six = figures["four_class_accuracy"], figures["six_class_accuracy"]
    about = (
        f"Data: {datasets.HAPT_SOURCE}, {len(recordings)} recordings of {figures['people']} "
        "people, one phone at the waist, not patients. Split: leave one person out; these "
        "tables are from all of them. Figures, windows of 2.56 s, unknowns are errors: "
        f"walk/sit/stand/lie {four:.4f}, six activities {six:.4f} of {figures['windows']}; each "
        "recording calibrated by itself without labels."
    )
    trained = activity.train(examples).tables()
    return tables.module("Tables of brace.activity.", about, trained), figures


def lifts_source(root: str | Path) -> tuple[str, dict]:
    """The module tables_lifts.py and the leave-one-person-out figures behind it."""
    names = (lifts.WALKING, *lifts.STYLES)
    trials = list(lifts.trials(datasets.sisfall(root, names)))
    figures = judge.lifts_unseen(trials)
    about = (
        f"Data: {datasets.SISFALL_SOURCE}, D15 and D16, {figures['trials']} trials of "
        f"{figures['people']} people, one sensor at the waist, nothing lifted. Split: leave one "
        "person out; this table is from all of them. Figures, missed bends are errors: "
        f"{figures['accuracy']:.4f} right, adults {figures['adults']:.4f}, elderly "
        f"{figures['elderly']:.4f}."
    )
    trained = {"style": lifts.table(lifts.train(trials))}
    return tables.module("Table of brace.lifts.", about, trained), figures


def write_tables(root: str | Path, out: str | Path = _BRACE,
                 progress: Callable[[str], None] = lambda text: None) -> dict:
    """Trains all tables on the recordings in `root` and writes them into the folder `out`; the
    figures by table.  progress: called with a line of text before each."""
    figures = {}
    for name, source in (("activity", activity_source), ("lifts", lifts_source)):
        progress(f"{name} ...")
        text, figures[name] = source(root)
        tables.write(Path(out) / f"tables_{name}.py", text)
    return figures
