"""One run of HIL tests: its rigs, its folder, and what became of each test.

Every test writes its own `result.json` as soon as it is over; the process that collects them (the
only one, or xdist's controller) makes the records of the run from those at the end.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from plumbline.files import write_atomic
from plumbline.hil.measures import Measures

if TYPE_CHECKING:
    from plumbline.device import Hello
    from plumbline.hil import hardware
    from plumbline.hil.journal import Journal
    from plumbline.hil.parts import RigBroken
    from plumbline.hil.rig import Rig
    from plumbline.image import Image

KEY = pytest.StashKey["Run"]()
_PHASES = ("setup", "call", "teardown")


def folder_name(nodeid: str) -> str:
    """A test's folder in the run: its id, with what a file system may mind replaced."""
    name = nodeid.replace("::", "/").rsplit("/", 1)[-1]
    return re.sub(r"[^A-Za-z0-9_.\[\]-]+", "_", name) or "_"


@dataclass
class TestRecord:
    """What is kept of the test under way."""

    __test__ = False

    nodeid: str
    rig: Rig
    folder: Path
    journal: Journal
    requirements: list[str]
    faults: list[str]
    measures: Measures = field(default_factory=Measures)
    hello: Hello | None = None
    # What else a test has learnt about the brace, for its page.
    about: dict = field(default_factory=dict)
    outcome: str = "passed"
    phase: str = ""
    message: str = ""

    def result(self) -> dict:
        """Everything that the same test with the same seed gives again, bit for bit."""
        return {
            "test": self.nodeid,
            "rig": self.rig.name,
            "outcome": self.outcome,
            "phase": self.phase,
            "message": self.message,
            "requirements": self.requirements,
            "faults": self.faults,
            "measures": self.measures.as_list(),
            "brace": None if self.hello is None else {
                "serial": self.hello.serial,
                "hw": self.hello.hw,
                "fw": self.hello.fw,
                "image": self.hello.image,
                "core": self.hello.core,
                "kind": self.hello.kind,
                **self.about,
            },
            "log": str(self.journal.path.relative_to(self.folder.parent.parent)),
        }  # fmt: skip


class Run:
    """The run under way in this process."""

    def __init__(self, config, name: str, folder: Path, is_worker: bool):
        self.config = config
        self.name = name
        self.folder = folder
        self.is_worker = is_worker
        self.current: TestRecord | None = None
        self.seconds: dict[str, float] = {}
        # Test -> why its rig could not do it.
        self.skipped: dict[str, str] = {}
        self._rigs: dict[str, Rig] = {}
        self._broken: dict[str, RigBroken] = {}

    # -- rigs --------------------------------------------------------------------------------

    def rig(self, entry: hardware.Entry) -> Rig:
        """The rig of an entry, begun once.  Fails at once when it has broken before."""
        from plumbline.hil import rigs
        from plumbline.hil.parts import RigBroken

        if entry.name in self._broken:
            first = self._broken[entry.name]
            pytest.fail(f"rig {entry.name} broke earlier: {first}", pytrace=False)
        if entry.name not in self._rigs:
            rig = rigs.make(entry.kind, entry.name, entry.options)
            rig.capabilities = entry.capabilities
            try:
                rig.begin(self._image())
            except RigBroken as error:
                self.broken(rig, error)
                raise
            self._rigs[entry.name] = rig
            path = self.folder / "rigs" / f"{entry.name}.json"
            write_atomic(path, json.dumps(rig.describe(), indent=1).encode(), durable=False)
        return self._rigs[entry.name]

    def broken(self, rig: Rig, error: RigBroken) -> None:
        """From now on every test on this rig fails at once, naming the first cause."""
        self._broken.setdefault(rig.name, error)

    def _image(self) -> Image | None:
        """The firmware that this run is about, or None to take braces as they are."""
        from plumbline import image, settings
        from plumbline.errors import StorageError
        from plumbline.flashing.execute import image_path

        named = self.config.option.hil_image
        chosen = Path(named) if named else None
        try:
            path = image_path(chosen, settings.load().image, self.config.rootpath)
        except StorageError:
            return None
        return image.load(path)

    # -- tests -------------------------------------------------------------------------------

    def begin_test(self, item, rig: Rig) -> TestRecord:
        """Opens the records of a test."""
        from plumbline.hil.journal import Journal

        folder = self.folder / Path(item.location[0]).stem / folder_name(item.nodeid)
        shutil.rmtree(folder, ignore_errors=True)
        required, faults = (
            sorted({name for mark in item.iter_markers(kind) for name in mark.args})
            for kind in ("req", "fault")
        )
        self.current = TestRecord(item.nodeid, rig, folder, Journal(folder), required, faults)
        item.stash[RECORD] = self.current
        return self.current

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        outcome = yield
        report = outcome.get_result()
        record = item.stash.get(RECORD, None)
        if record is None:
            return
        if report.failed and record.outcome != "failed":
            record.outcome, record.phase = "failed", report.when
            record.message = call.excinfo.exconly() if call.excinfo else ""
        elif report.skipped and record.outcome == "passed":
            record.outcome, record.phase = "skipped", report.when
            record.message = call.excinfo.exconly() if call.excinfo else ""
        if report.failed:
            where = f"device log and motions: {record.folder}\n{record.journal.tail()}"
            report.sections.append((f"brace {record.rig.name}", where))
        if report.when == "teardown":
            self._finish(item, record)
        if report.when == "call" or report.outcome != "passed":
            report.user_properties.append(("rig", record.rig.name))
            report.user_properties.append(("device_log", str(record.journal.path)))

    def _finish(self, item, record: TestRecord) -> None:
        record.journal.close()
        text = json.dumps(record.result(), indent=1, ensure_ascii=False) + "\n"
        (record.folder / "result.json").write_text(text, "utf-8")
        self.current = None

    def pytest_runtest_logreport(self, report):
        if report.when in _PHASES:
            before = self.seconds.get(report.nodeid, 0.0)
            self.seconds[report.nodeid] = before + report.duration
        if report.skipped and isinstance(report.longrepr, tuple):
            reason = report.longrepr[2].removeprefix("Skipped: ")
            if reason.startswith("rig "):
                self.skipped[report.nodeid] = reason

    def pytest_sessionfinish(self, session):
        for rig in self._rigs.values():
            rig.end()
        if self.is_worker or not self.folder.is_dir():
            return
        from plumbline.hil import records

        records.write(self)

    def pytest_terminal_summary(self, terminalreporter):
        if not self.skipped and not self.folder.is_dir():
            return
        terminalreporter.section("hardware in the loop")
        for name, cause in self._broken.items():
            terminalreporter.line(f"rig {name} broke: {cause}")
        for reason, count in sorted(Counter(self.skipped.values()).items()):
            terminalreporter.line(f"skipped {count}: {reason}")
        if self.folder.is_dir():
            terminalreporter.line(f"records: {self.folder}")


RECORD = pytest.StashKey[TestRecord]()
