"""The report on paper: printed into a PDF by a browser that is there, as it would be by hand."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from plumbline.errors import PlumblineError, UsageError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
_PATIENCE_S = 60


def to_pdf(html: Path, pdf: Path) -> None:
    """Prints a report.  Raises UsageError without a browser, PlumblineError when it fails."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise UsageError(
            "no browser was found that prints a PDF",
            "Install chromium, or open the HTML in any browser and print it there",
        )
    with tempfile.TemporaryDirectory() as profile:
        command = [
            found, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
            f"--user-data-dir={profile}", f"--print-to-pdf={pdf.resolve()}",
            html.resolve().as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S)
        except subprocess.TimeoutExpired as error:
            raise PlumblineError(f"{found} did not finish printing", "Try again") from error
    if done.returncode or not pdf.is_file():
        raise PlumblineError(f"{found} could not print the report: {done.stderr[-300:].strip()}",
                             "Open the HTML in a browser and print it there")
