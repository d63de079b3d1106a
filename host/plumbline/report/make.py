"""From a log to the report's HTML."""

from __future__ import annotations

import datetime as dt
from importlib.metadata import version
from pathlib import Path

from brace import records as layouts
from brace.config import Config

from plumbline.clinic import training
from plumbline.clinic.people import Person
from plumbline.report import course, page, wearing
from plumbline.segments import SUMMARY, Clock
from plumbline.sources import Source


def _between(model: wearing.Wearing, first: dt.date | None, last: dt.date | None) -> None:
    if first or last:
        model.days = [
            day
            for day in model.days
            if day.date and (first or day.date) <= day.date <= (last or day.date)
        ]


def _settings(source: Source) -> Config:
    """The brace's settings as the log last told them; the firmware's defaults if it never did."""
    config = Config()
    for record in source.reading.records:
        if record.type == layouts.SETTINGS:
            config.unpack(record.body)
    return config


def make(
    source: Source,
    *,
    person: str = "",
    first: dt.date | None = None,
    last: dt.date | None = None,
    now: dt.datetime | None = None,
    who: Person | None = None,
    store: Path | None = None,
) -> tuple[str, wearing.Wearing]:
    """The HTML, and the figures behind it.  first, last: only days from and to these; who: whose
    programme to report, with all that they trained by the library in `store`."""
    clock = Clock(source.reading)
    model = wearing.build(source.reading.records, clock.utc_ms)
    now = now or dt.datetime.now()
    told = None
    if who:
        done = training.of_person(who, store) if store else []
        done = done or training.read(source.reading.records, clock.utc_ms)
        told = course.Course.of(who, done, model, now.date())
    _between(model, first, last)
    config = _settings(source)
    found = source.reading.segments[SUMMARY]
    about = page.About(
        person=person,
        serial=source.serial,
        firmware=f"native core {found[-1].core:#x}" if found else "",
        tool=f"plumbline {version('plumbline')}",
        made=now,
        forward_deg=config["flexed_cdeg"] / 100,
        back_deg=config["extended_cdeg"] / 100,
        course=told,
    )
    return page.render(model, about), model
