"""Device time that does not wrap, and what is known of the time of day."""


class Clock:
    """Milliseconds since start.  `ticks_ms` wraps after 12.4 days (2^30 ms); this does not, as
    long as `now` is called more often than every 6 days.

    `ticks_ms` and `ticks_diff` are MicroPython's; the host's replay passes its own.
    """

    def __init__(self, ticks_ms, ticks_diff):
        self._ticks_ms = ticks_ms
        self._ticks_diff = ticks_diff
        self._last = ticks_ms()
        self._now = 0
        self._utc_minus_now = None

    def now(self):
        """Milliseconds since start."""
        ticks = self._ticks_ms()
        self._now += self._ticks_diff(ticks, self._last)
        self._last = ticks
        return self._now

    def set_utc(self, utc_ms):
        """Tells the time: milliseconds since 1970 UTC.  Returns the step in ms, or None if it was
        unknown before."""
        offset = utc_ms - self.now()
        before = self._utc_minus_now
        self._utc_minus_now = offset
        return None if before is None else offset - before

    def utc(self):
        """Milliseconds since 1970 UTC, or None while unknown."""
        return None if self._utc_minus_now is None else self.now() + self._utc_minus_now

    def minute_of_day(self, zone_min):
        """The wearer's minute of the day, 0..1439, or -1 while the time is unknown."""
        utc = self.utc()
        return -1 if utc is None else (utc // 60000 + zone_min) % 1440
