"""The pytest plugin: options, fixtures, skips that are counted, and the records of a run.

It is registered as an entry point, so these fixtures are there wherever plumbline is installed;
it does nothing for tests that use none of them, not even importing what it needs.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from plumbline.errors import PlumblineError
from plumbline.hil import capabilities, hardware
from plumbline.hil.measures import Measures
from plumbline.hil.run import KEY, Run

if TYPE_CHECKING:
    from plumbline.hil.dut import BraceUnderTest
    from plumbline.hil.journal import Journal


def pytest_addoption(parser):
    group = parser.getgroup("plumbline", "hardware in the loop (plumbline)")
    add = group.addoption
    names = "virtual, a rig of the hardware map, a port, a serial number, or all; repeatable"
    add("--brace", action="append", default=[], metavar="NAME", help=names)
    add("--hil-map", metavar="FILE", help="hardware map (the nearest plumbline-hil.toml)")
    add("--hil-image", metavar="UF2", help="firmware (what `make firmware` built)")
    add("--hil-seed", type=int, default=1, metavar="N", help="seed of noise and chance (1)")
    add("--hil-out", metavar="FOLDER", help="where records go (build/hil)")
    add("--hil-run", metavar="NAME", help="name of the run's folder (date and time)")
    add("--hil-signed-by", default="", metavar="NAME", help="who answers for the run")
    add("--hil-serial", default="", metavar="S", help="name for a brace without one (station)")
    add("--hil-patient", action="store_true", help="wait for what asks for fast_time, too")
    add("--hil-ask", action="store_true", help="somebody is there to answer questions (station)")


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(*capabilities): what the rig must be able to do")
    config.addinivalue_line(
        "markers", "setup(**values): how the test begins, see plumbline.hil.rig.Setup"
    )
    config.addinivalue_line("markers", "fault(*ids): the faults of docs/faults.md it provokes")
    config.addinivalue_line("markers", "req(*ids): the requirements that the test verifies")
    worker = getattr(config, "workerinput", {})
    name = worker.get("hil_run") or config.option.hil_run or time.strftime("%Y%m%d-%H%M%S")
    # Not by pytest's root: it may find that above a path among our options, the image's say.
    out = Path(config.option.hil_out or config.invocation_params.dir / "build" / "hil")
    config.stash[KEY] = Run(config, name, out / name, is_worker=bool(worker))
    config.pluginmanager.register(config.stash[KEY], "plumbline-hil-run")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """xdist: its workers write into the controller's run."""
    node.workerinput["hil_run"] = node.config.stash[KEY].name


def _rigs(config) -> list[hardware.Entry]:
    chosen = config.option.hil_map
    path = Path(chosen) if chosen else hardware.find_map(Path.cwd())
    try:
        return hardware.resolve(config.option.brace, path)
    except PlumblineError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_generate_tests(metafunc):
    if "hil_entry" in metafunc.fixturenames:
        rigs = _rigs(metafunc.config)
        ids = [rig.name for rig in rigs]
        metafunc.parametrize("hil_entry", rigs, indirect=True, ids=ids)


def pytest_collection_modifyitems(items):
    """Under xdist with --dist loadgroup a real brace's tests stay together on one worker."""
    for item in items:
        entry = getattr(item, "callspec", None) and item.callspec.params.get("hil_entry")
        if isinstance(entry, hardware.Entry) and entry.kind not in hardware.BUILT_IN:
            item.add_marker(pytest.mark.xdist_group(entry.name))


def _needs(item) -> set[str]:
    """The capabilities that a test asks of its rig."""
    needed = {name for mark in item.iter_markers("needs") for name in mark.args}
    unknown = needed - set(capabilities.CAPABILITIES)
    if unknown:
        raise pytest.UsageError(f"{item.nodeid} needs unknown capabilities {sorted(unknown)}")
    return needed | {
        capability
        for fixture, capability in capabilities.OF_FIXTURE.items()
        if fixture in item.fixturenames
    }


def _setup(item) -> dict:
    values: dict = {}
    for mark in reversed(list(item.iter_markers("setup"))):
        values.update(mark.kwargs)
    return values


# -- fixtures --------------------------------------------------------------------------------


@pytest.fixture
def hil_entry(request) -> hardware.Entry:
    """Which rig; one parameter for each that --brace names."""
    return request.param


@pytest.fixture
def rig(hil_entry, request):
    """The rig under test, its brace in the state that the test's `setup` marker asks for."""
    from plumbline.hil.parts import RigBroken
    from plumbline.hil.rig import Setup

    entry = hil_entry
    run: Run = request.config.stash[KEY]
    item = request.node
    needed = _needs(item)
    if request.config.option.hil_patient:
        needed -= {"fast_time"}
    lacking = capabilities.missing(needed, entry.capabilities)
    if lacking:
        pytest.skip(f"rig {entry.name} lacks {', '.join(lacking)}")
    the_rig = run.rig(entry)
    setup = Setup(seed=request.config.option.hil_seed, **_setup(item))
    refused = setup.special() - the_rig.setups
    if refused:
        pytest.skip(f"rig {entry.name} cannot begin with another {', '.join(sorted(refused))}")
    record = run.begin_test(item, the_rig)
    try:
        the_rig.open(setup, record.journal)
    except RigBroken as error:
        run.broken(the_rig, error)
        raise
    yield the_rig
    the_rig.close()


@pytest.fixture
def journal(rig, request) -> Journal:
    """The test's device log, to `note` things in."""
    return request.config.stash[KEY].current.journal


@pytest.fixture
def brace(rig, request) -> BraceUnderTest:
    """The brace under test: a plumbline.device.Brace that has said hello (if it was booted)."""
    from plumbline.hil.dut import BraceUnderTest
    from plumbline.hil.parts import RigBroken

    run: Run = request.config.stash[KEY]
    dut = BraceUnderTest(rig.line, request.config.option.hil_seed)
    if _setup(request.node).get("boot", True):
        try:
            run.current.hello = dut.first_hello()
        except RigBroken as error:
            run.broken(rig, error)
            raise
    return dut


@pytest.fixture
def clock(rig):
    """The time the test waits by: now(), run(seconds), wait_until(condition, timeout)."""
    return rig.clock


@pytest.fixture
def body(rig):
    """Moves the sensors: play(motion)."""
    return rig.body


@pytest.fixture
def power(rig):
    """off(), on(), cycle()."""
    return rig.power


@pytest.fixture
def supply(rig):
    """battery(millivolts), usb(plugged)."""
    return rig.supply


@pytest.fixture
def motor(rig):
    """pulses(since), is_on()."""
    return rig.motor


@pytest.fixture
def led(rig):
    """pulses(since), is_on()."""
    return rig.led


@pytest.fixture
def button(rig):
    """press(seconds)."""
    return rig.button


@pytest.fixture
def flash_bus(rig):
    """Faults of the sensors and their bus (plumbline.hil.parts.FlashBus)."""
    return rig.flash_bus


@pytest.fixture
def flash(rig):
    """The flash chip behind the firmware's back (plumbline.hil.parts.Flash)."""
    return rig.flash


@pytest.fixture
def port(rig):
    """Gives the serial port to another program: run([...]) with its path in place of "{port}"."""
    return rig.port


@pytest.fixture
def about(rig, request) -> dict:
    """What is worth knowing about the brace besides its hello; goes onto its page."""
    return request.config.stash[KEY].current.about


@pytest.fixture
def operator(rig, request):
    """operator(question) -> whether the person at the station says yes."""
    if not request.config.option.hil_ask:
        pytest.skip(f"rig {rig.name} has nobody to ask")
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def ask(question: str) -> bool:
        with capture.global_and_fixture_disabled():
            answer = input(f"\n{question} [y/n] ").strip().lower()
        request.getfixturevalue("journal").note(f"operator: {question} {answer}")
        return answer.startswith("y")

    return ask


@pytest.fixture
def measure(rig, request) -> Measures:
    """measure(name, value, unit, low=, high=): keeps a value and checks it."""
    return request.config.stash[KEY].current.measures
