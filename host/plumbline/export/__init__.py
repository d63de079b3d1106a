"""What a brace recorded and a person told, in the formats that others read.

    from plumbline import export
    written = export.write("bids", what, folder)

Each format is a module with `write(what, target) -> list[Path]`; docs/exports.md says what they
hold and what was checked.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plumbline.export.content import Content

# Format -> (module, what is written).
FORMATS = {
    "fhir": ("fhir", "a FHIR R4 Bundle (.json): activity, exercise, pain, questionnaires"),
    "sto": ("sto", "OpenSim orientations (.sto) of both sensors from raw samples"),
    "bids": ("bids", "a BIDS-Motion data set (folder) of raw samples and orientations"),
    "csv": ("tabular", "tables (folder of .csv, a line of units below the heads)"),
    "parquet": ("tabular", "tables (folder of .parquet, units in the fields' metadata)"),
}


def write(name: str, content: Content, target: Path) -> list[Path]:
    """Writes a format; the files that were written.  Raises UsageError when the content has
    nothing for it, StorageError."""
    return import_module(f"plumbline.export.{FORMATS[name][0]}").write(content, target, name)
