"""The supervisor: who runs when, what a failing task leads to, and when the watchdog is fed."""

import pytest
from brace.clock import Clock
from brace.supervisor import Supervisor


class World:
    def __init__(self):
        self.now = 0
        self.slept = []
        self.fed = 0
        self.reports = []
        self.supervisor = Supervisor(
            lambda: self.now, self._sleep, self._feed, lambda *what: self.reports.append(what)
        )

    def _sleep(self, ms):
        self.slept.append(ms)
        self.now += max(ms, 0)

    def _feed(self):
        self.fed += 1


class Task:
    def __init__(self, name, period, failures=0):
        self.name = name
        self.period = period
        self.failures = failures
        self.steps = []
        self.recovered = 0

    def step(self, now):
        self.steps.append(now)
        if self.failures:
            self.failures -= 1
            raise ValueError("broken")
        return self.period

    def recover(self):
        self.recovered += 1


def test_each_task_runs_at_its_own_period_and_the_rest_is_sleep():
    world = World()
    fast, slow = Task("fast", 190), Task("slow", 500)
    world.supervisor.add(fast)
    world.supervisor.add(slow)
    while world.now < 2000:
        world.supervisor.turn()
    assert fast.steps == list(range(0, 2000, 190))
    assert slow.steps == [0, 500, 1000, 1500]
    assert world.fed == len(world.slept)


@pytest.mark.req("BOOT-7")
def test_a_failing_task_recovers_and_the_others_never_notice():
    world = World()
    good, bad = Task("good", 100), Task("bad", 100, failures=3)
    world.supervisor.add(good)
    world.supervisor.add(bad)
    while world.now < 5000:
        world.supervisor.turn()
    assert len(good.steps) == 50
    assert bad.recovered == 3
    assert len(world.reports) == 3
    assert world.supervisor.healthy()


@pytest.mark.req("BOOT-7")
def test_a_vital_task_that_keeps_failing_starves_the_watchdog():
    world = World()
    world.supervisor.add(Task("bad", 100, failures=1000))
    for _ in range(100):
        world.supervisor.turn()
    fed = world.fed
    assert not world.supervisor.healthy()
    world.supervisor.turn()
    assert world.fed == fed


def test_a_task_that_is_not_vital_is_given_up_alone():
    world = World()
    good = Task("good", 100)
    world.supervisor.add(good)
    world.supervisor.add(Task("bad", 100, failures=1000), vital=False)
    while world.now < 60_000:
        world.supervisor.turn()
    assert world.supervisor.healthy()
    assert len(good.steps) == 600


def test_waking_a_task():
    world = World()
    task = Task("wire", 1000)
    world.supervisor.add(task)
    world.supervisor.turn()
    world.now = 400
    world.supervisor.wake(task)
    world.supervisor.turn()
    assert task.steps == [0, 400]


def test_the_clock_does_not_wrap_with_the_ticks():
    period = 1 << 30
    ticks = 0

    def diff(later, earlier):
        return ((later - earlier + period // 2) % period) - period // 2

    clock = Clock(lambda: ticks % period, diff)
    step = 3 * 24 * 3600 * 1000
    for day in range(1, 20):
        ticks = day * step
        assert clock.now() == day * step


def test_the_time_of_day():
    ticks = 0
    clock = Clock(lambda: ticks, lambda a, b: a - b)
    assert clock.utc() is None and clock.minute_of_day(60) == -1
    ticks = 5000
    assert clock.set_utc(1_000_000_000_000) is None
    ticks = 65_000
    assert clock.utc() == 1_000_000_060_000
    assert clock.set_utc(1_000_000_050_000) == -10_000
    # 2001-09-09 01:46:40 UTC
    assert clock.minute_of_day(0) == 107 and clock.minute_of_day(-120) == 1427
