"""What every fault is held to: nothing that was safe is lost, the log names it, and the brace gets
well or shows that it has not."""

from collections import Counter
from dataclasses import dataclass

from brace import faults, records
from brace.board import flashmap
from plumbline import bulk, segments
from plumbline.errors import LinkError

# LED signs as the lengths of their flashes in ms (brace.attend).
SIGNS = {
    "fine": [20],
    "one sensor": [20, 20],
    "fetch": [20, 20, 20, 20],
    "low": [200, 200],
    "trouble": [400, 400, 400],
}
# From the first flash of a sign to the first of the next one, s.
_PERIOD = 6.0


@dataclass(frozen=True)
class Event:
    """A fault event of the log."""

    name: str
    value: int
    count: int


class Ordeal:
    """One fault's test.  What is safe in the log when it begins must be there at the end."""

    def __init__(self, rig, brace, clock, led):
        self._rig, self._brace, self._clock, self._led = rig, brace, clock, led
        self._started = clock.now()
        brace.config_set({"epoch_s": 2})
        # What follows a start is over, and the log has something to lose.
        clock.run(5)
        self.save()
        self.before = self.log()
        assert Counter(r.type for r in self.before)[records.EPOCH] > 0, "no epoch was logged"

    # -- the log -----------------------------------------------------------------------------

    def save(self):
        """Has the brace make safe what it flushes once a minute only."""
        bulk.listing(self._brace.link, segments.SUMMARY, close=True)

    def log(self):
        """The records that are safe now, oldest first; nothing is asked of the brace."""
        chip = self._rig.flash.read(flashmap.LOG, flashmap.LOG_LEN)
        self.reading = segments.read_partition(chip)
        return list(self.reading.records)

    def new(self):
        """The records that have come since the beginning.  Fails when one of the old is gone."""
        now = self.log()
        lost = Counter(self.before) - Counter(now)
        assert not lost, f"{sum(lost.values())} safe records are gone: {list(lost)[:3]}"
        return list((Counter(now) - Counter(self.before)).elements())

    def events(self):
        """The fault events since the beginning."""
        fields = [r.fields for r in self.new() if r.type == records.FAULT]
        return [Event(faults.NAMES[f["code"]], f["value"], f["count"]) for f in fields]

    # -- what is promised --------------------------------------------------------------------

    def told(self, *names, value=None, within=30.0):
        """Waits until the log has all these fault events; the last one."""
        found = []

        def there():
            found[:] = [e for e in self.events() if value is None or e.value == value]
            return set(names) <= {event.name for event in found}

        step = max(0.5, within / 30)
        assert self._clock.wait_until(there, within, step), (
            f"{', '.join(names)} not told within {within:g} s, but {self.events()}"
        )
        return [event for event in found if event.name in names][-1]

    def calm(self, seconds, *names):
        """Within so long none of these events comes; any at all if none is named."""
        before = Counter(self.events())
        self._clock.run(seconds)
        more = [e for e in (Counter(self.events()) - before).elements()
                if not names or e.name in names]  # fmt: skip
        assert not more, f"told although all is well: {more}"

    def state(self, state, sensors=None, within=30.0):
        """Waits until the brace says it is so."""
        status = None

        def so():
            nonlocal status
            try:
                status = self._brace.status()
            except LinkError:
                return False
            return status.state == state and (sensors is None or status.sensors == sensors)

        assert self._clock.wait_until(so, within, 0.5), f"{state} expected, but {status}"
        return status

    def well(self, within=30.0, sign="fine"):
        """The brace has recovered by itself: both sensors work, epochs go on, the LED says so."""
        self.state("ok", ["S", "L"], within)
        self.goes_on()
        self.shows(sign)

    def goes_on(self):
        """New epochs reach the log."""
        self.save()
        begun = self._epochs()
        self._clock.run(5)
        self.save()
        assert self._epochs() > begun, "no epoch has been logged since"

    def _epochs(self):
        return sum(record.type == records.EPOCH for record in self.log())

    def shows(self, sign):
        """The LED shows this sign to the wearer."""
        if self._led is None:
            return
        begun = self._clock.now()
        seen = []

        def shown():
            groups = [[]]
            for pulse in self._led.pulses(begun):
                if groups[-1] and pulse.start - groups[-1][-1].end > 1.0:
                    groups.append([])
                groups[-1].append(pulse)
            # The last one may still go on.
            seen[:] = [[round(pulse.ms, -1) for pulse in group] for group in groups[:-1]]
            return SIGNS[sign] in seen

        assert self._clock.wait_until(shown, 4 * _PERIOD, 1.0), (
            f"{sign} is {SIGNS[sign]}, but the LED flashed {seen}"
        )
