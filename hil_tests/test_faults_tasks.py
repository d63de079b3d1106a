"""Firmware that fails or hangs, and memory that runs out (docs/faults.md)."""

import pytest
from brace import faults, records

pytestmark = pytest.mark.needs("fast_time")

TASKS = {
    "sense": ("brace.sense", "Sense"),
    "tactor": ("brace.tactor", "Tactor"),
    "log": ("brace.recorder", "Recorder"),
    "attend": ("brace.attend", "Attend"),
    "wire": ("brace.wire", "Wire"),
}
NUMBER = {name: i + 1 for i, name in enumerate(TASKS)}

# Replaces a task's step by `body`, in which `plain` is the step that it had.
STEP = """
import sys, time
import {module}
task = {module}.{name}
def step(self, now, plain=task.step, times=[{times}]):
    if times[0]:
        times[0] -= 1
        {body}
    return plain(self, now)
task.step = step
"""
HANG = "while True: time.sleep(100)"
NEVER_ENDS = 1 << 20


def step(task, body, times=NEVER_ENDS):
    module, name = TASKS[task]
    return STEP.format(module=module, name=name, body=body, times=times)


@pytest.mark.req("BOOT-4")
@pytest.mark.fault("HANG-sense", "HANG-tactor", "HANG-log", "HANG-attend", "HANG-wire")
@pytest.mark.parametrize("task", TASKS)
def test_a_task_hangs(ordeal, inside, brace, clock, task, measure):
    begun = clock.now()
    inside(step(task, HANG))
    # Not by asking: the task that answers may be the one that hangs.
    ordeal.told("watchdog", value=NUMBER[task], within=90)
    measure("hung", clock.now() - begun, "s", high=75)
    brace.wait_ready()
    ordeal.well()


@pytest.mark.req("BOOT-7")
@pytest.mark.fault("FAIL-sense", "FAIL-tactor", "FAIL-log", "FAIL-attend", "FAIL-wire")
@pytest.mark.parametrize("task", TASKS)
def test_a_task_fails_once(ordeal, inside, brace, clock, task):
    inside(step(task, "raise ValueError('planted')", times=1))
    begun = clock.now()
    ordeal.told("task", value=NUMBER[task], within=70)
    ordeal.well()
    passed = clock.now() - begun
    assert brace.hello().up / 1000 > passed, "one failure is no reason to restart"


@pytest.mark.fault("FAIL-1")
@pytest.mark.parametrize("task", ["sense", "attend"])
def test_a_task_fails_again_and_again(ordeal, inside, brace, task):
    inside(step(task, "raise ValueError('planted')"))
    ordeal.told("task", value=NUMBER[task], within=70)
    ordeal.told("watchdog", value=NUMBER[task], within=60)
    brace.wait_ready()
    ordeal.well()


@pytest.mark.fault("FAIL-2")
def test_a_task_calls_itself_without_end(ordeal, inside, brace):
    inside(step("sense", "return step(self, now, plain, [1])", times=1))
    ordeal.told("task", value=NUMBER["sense"], within=10)
    ordeal.well()


@pytest.mark.fault("FAIL-3")
@pytest.mark.setup(boot=False, sabotage=step("sense", HANG))
def test_a_task_hangs_after_every_start(rig, brace, power, clock, led):
    """Three bad starts, then one without it; after an hour a whole one is tried."""
    from ordeal import Ordeal

    power.on()
    clock.run(45)
    status = brace.status()
    assert status.state == "safe" and "safe_mode" in status.faults and not status.sensors
    started = clock.now() - brace.hello().up / 1000
    assert started < 30, "the fourth start is without it"
    # The log is at work, which it is not when nearly everything is left out.
    told = {(f["code"], f["value"]) for f in brace.logged(records.FAULT)}
    assert {(code, NUMBER["sense"]) for code in (faults.WATCHDOG, faults.SAFE_MODE)} <= told
    ordeal = Ordeal.__new__(Ordeal)
    ordeal._clock, ordeal._led = clock, led
    ordeal.shows("trouble")
    clock.run(3540)
    assert abs(clock.now() - brace.hello().up / 1000 - started) < 1, "it must stay up"
    clock.run(90)
    assert clock.now() - brace.hello().up / 1000 > started + 3000, "a whole start is tried"


@pytest.mark.fault("FAIL-4")
@pytest.mark.setup(
    boot=False, sabotage="import brace.sense\ndel brace.sense.Sense\n"
)
def test_it_cannot_even_start(rig, brace, power, clock):
    """Nothing can be done for it, but it keeps trying, and the bootloader stays in reach."""
    power.on()
    clock.run(60)
    assert rig.virtual.state == "running"
    assert rig.virtual.console.count(b"ImportError") > 5


@pytest.mark.fault("FAIL-5")
@pytest.mark.setup(
    boot=False,
    sabotage="import brace.recorder\nbrace.recorder.Recorder._mount = lambda self: 1 // 0\n",
)
def test_what_it_needs_at_the_start_fails(brace, power, clock):
    """With the least that there is, it answers and shows the trouble."""
    power.on()
    clock.run(10)
    status = brace.status()
    assert status.state == "safe" and "safe_mode" in status.faults
    assert brace.buzz(0) > 0 and brace.hello().name == "plumbline"


@pytest.mark.fault("HEAP-2")
@pytest.mark.parametrize("task", ["sense", "wire"])
def test_a_task_finds_no_memory(ordeal, inside, task):
    inside(step(task, "raise MemoryError", times=1))
    ordeal.told("heap_low", within=10)
    ordeal.told("task", value=NUMBER[task], within=10)
    ordeal.well()
