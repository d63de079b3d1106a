"""A FHIR R4 Bundle: who (by pseudonym), which device, and observations with LOINC and UCUM.

What LOINC has no verified code for (Roland-Morris, PSFS, wear time, counts) carries a code of this
project's own CodeSystem, which is in the Bundle.  Of the Oswestry index only the score goes out.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from plumbline.clinic import diary, training
from plumbline.clinic.proms import INSTRUMENTS
from plumbline.errors import UsageError
from plumbline.export.content import Content
from plumbline.files import write_atomic
from plumbline.report.wearing import GAP, OFF

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
LOCAL = "urn:plumbline:codes"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
# Instrument -> (system, code, display).
_CODES = {
    "nprs": (LOINC, "72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported"),
    "odi": (LOINC, "97909-6", "Oswestry Disability Index score"),
    "rmdq": (LOCAL, "rmdq", "Roland-Morris disability questionnaire, score of 24"),
    "psfs": (LOCAL, "psfs", "Patient-specific functional scale, mean of own activities"),
    "pain-map": (LOCAL, "pain-map", "Pain by region, the worst"),
    "sleep": (LOCAL, "sleep", "Quality of sleep, 0 to 10"),
    "stress": (LOCAL, "stress", "Stress, 0 to 10"),
}
_ACTIVITY = (LOINC, "73985-4", "Exercise activity")
_DURATION = (LOINC, "55411-3", "Exercise duration")
_WORN = (LOCAL, "worn-time", "Time for which the brace was worn and watched")
_DONE = (LOCAL, "repetitions", "Repetitions or paced cycles that were counted")
_GOOD = (LOCAL, "repetitions-good", "Repetitions without a fault that the brace knows")
_INSIDE = (LOCAL, "time-in-band", "Time for which a position was held within its band")
_OWN = (*(code for code in _CODES.values() if code[0] == LOCAL), _WORN, _DONE, _GOOD, _INSIDE)


class _Bundle:
    """Resources with names that are the same each time."""

    def __init__(self, content: Content, at: dt.datetime):
        self._space = uuid.uuid5(uuid.NAMESPACE_URL, f"{LOCAL}:{content.serial}:{content.who}")
        self.at = at.isoformat(timespec="seconds")
        self.entries: list[dict] = []

    def add(self, key: str, resource: dict) -> str:
        """Its reference."""
        url = f"urn:uuid:{uuid.uuid5(self._space, key)}"
        self.entries.append({"fullUrl": url, "resource": resource})
        return url


def _concept(code: tuple[str, str, str]) -> dict:
    system, value, display = code
    return {"coding": [{"system": system, "code": value, "display": display}], "text": display}


def _quantity(value: float, unit: str, code: str) -> dict:
    return {"value": value, "unit": unit, "system": UCUM, "code": code}


def _observation(code: tuple[str, str, str], category: str, subject: str, when: str) -> dict:
    return {
        "resourceType": "Observation", "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": category}]}],
        "code": _concept(code), "subject": {"reference": subject}, "effectiveDateTime": when,
    }  # fmt: skip


def _told(entry: diary.Entry, subject: str) -> dict | None:
    code = _CODES.get(entry.instrument)
    if code is None or entry.score is None:
        return None
    found = _observation(code, "survey", subject, entry.at.isoformat(timespec="seconds"))
    unit = "%" if INSTRUMENTS[entry.instrument].unit == "%" else "{score}"
    found["valueQuantity"] = _quantity(entry.score, unit.strip("{}"), unit)
    when = entry.values.get("when")
    said = [f"source: {entry.source}"] + ([f"pain felt: {when}"] if when else [])
    if entry.values.get("exercise"):
        said.append(f"exercise: {entry.values['exercise']}")
    found["note"] = [{"text": "; ".join(said)}]
    return found


def _days(content: Content) -> Iterator[tuple[str, float]]:
    hours: dict[str, float] = {}
    for day in content.worn.days:
        if day.date:
            worn = sum(s.seconds for s in day.spans if s.posture not in (OFF, GAP)) / 3600
            hours[day.date.isoformat()] = hours.get(day.date.isoformat(), 0.0) + worn
    yield from hours.items()


def _exercise(one: training.Set, subject: str, device: str) -> dict:
    when = dt.datetime.fromtimestamp(one.at, dt.timezone.utc).isoformat(timespec="seconds")
    found = _observation(_ACTIVITY, "activity", subject, when)
    found["device"] = {"reference": device}
    found["valueCodeableConcept"] = {
        "coding": [{"system": LOCAL, "code": one.name}], "text": one.what.title
    }
    found["component"] = [
        {"code": _concept(_DURATION), "valueQuantity": _quantity(round(one.seconds / 60, 3),
                                                                 "min", "min")},
    ]  # fmt: skip
    if one.held:
        found["component"].append(
            {"code": _concept(_INSIDE), "valueQuantity": _quantity(one.held.inside_s, "s", "s")}
        )
    else:
        for code, n in ((_DONE, one.done), (_GOOD, one.good)):
            found["component"].append(
                {"code": _concept(code), "valueQuantity": _quantity(n, "1", "1")}
            )
    if one.doubtful:
        found["note"] = [{"text": "The brace itself doubts this count."}]
    return found


def bundle(content: Content, at: dt.datetime) -> dict:
    """The Bundle as a dict; at: when it was made."""
    made = _Bundle(content, at)
    subject = made.add("patient", {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:plumbline:pseudonym", "value": content.who}],
    })  # fmt: skip
    device = made.add("device", {
        "resourceType": "Device", "manufacturer": "Plumbline (open hardware)",
        "identifier": [{"system": "urn:plumbline:serial", "value": content.serial or "unknown"}],
        "deviceName": [{"name": "Plumbline brace", "type": "user-friendly-name"}],
        "patient": {"reference": subject},
    })  # fmt: skip
    made.add("codes", _code_system(content))
    targets = []
    for entry in content.entries:
        told = _told(entry, subject)
        if told:
            targets.append(made.add(f"entry {entry.number}", told))
    for day, hours in _days(content):
        worn = _observation(_WORN, "activity", subject, day)
        worn["device"] = {"reference": device}
        worn["valueQuantity"] = _quantity(round(hours, 3), "h", "h")
        targets.append(made.add(f"worn {day}", worn))
    minutes: dict[dt.date, float] = {}
    for i, one in enumerate(o for o in content.sets if o.day):
        targets.append(made.add(f"set {i} {one.at}", _exercise(one, subject, device)))
        minutes[one.day] = minutes.get(one.day, 0.0) + one.seconds / 60
    for day, spent in sorted(minutes.items()):
        total = _observation(_DURATION, "activity", subject, day.isoformat())
        total["device"] = {"reference": device}
        total["valueQuantity"] = _quantity(round(spent, 3), "min", "min")
        targets.append(made.add(f"minutes {day}", total))
    if not targets:
        raise UsageError("there is nothing dated to export",
                         "Set the brace's clock (plumbline pull does) and record anew")
    made.add("provenance", {
        "resourceType": "Provenance", "recorded": made.at,
        "target": [{"reference": target} for target in targets],
        "agent": [{"who": {"display": f"plumbline {version('plumbline')}"}}],
        "entity": [{"role": "source", "what": {"reference": device}}],
    })  # fmt: skip
    return {"resourceType": "Bundle", "type": "collection", "timestamp": made.at,
            "entry": made.entries}  # fmt: skip


def _code_system(content: Content) -> dict:
    names = {one.name: one.what.title for one in content.sets}
    concepts = [{"code": code, "display": display} for _, code, display in _OWN]
    concepts += [{"code": name, "display": title} for name, title in sorted(names.items())]
    return {
        "resourceType": "CodeSystem", "url": LOCAL, "status": "active", "content": "complete",
        "name": "PlumblineCodes", "description": "Codes of this project's own, used where no "
        "LOINC code was verified.", "concept": concepts,
    }  # fmt: skip


def write(content: Content, target: Path, name: str = "fhir") -> list[Path]:
    """One JSON file."""
    made = bundle(content, dt.datetime.now(dt.timezone.utc))
    write_atomic(target, (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode())
    return [target]
