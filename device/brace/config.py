"""The settings of a brace: names, defaults, limits, and how they are stored.

A stored copy is a run of int32 in the order of SETTINGS (SPEC.md, "Parameter copies").  New
settings are only ever added at the end: a shorter copy of an older firmware takes defaults for
the rest, of a longer one the rest is ignored.
"""

import struct

# name, default, lowest, highest; what it means.
SETTINGS = (
    ("epoch_s", 60, 2, 600),  # length of a log epoch
    ("cue_on", 1, 0, 1),  # vibrate at all
    ("cue_dwell_s", 20, 1, 600),  # so long outside the band before a cue
    ("cue_gap_s", 60, 1, 3600),  # so long between cues
    ("cue_level", 45000, 0, 65535),  # motor PWM duty
    ("cue_ms", 250, 20, 1000),  # length of one burst
    ("cue_daily", 60, 0, 1000),  # at most so many cues in 24 h
    ("quiet_from_min", 1320, 0, 1439),  # no cues from this minute of the day (UTC + zone) ...
    ("quiet_to_min", 420, 0, 1439),  # ... to this one, while the time is known
    ("zone_min", 0, -840, 840),  # the wearer's time zone
    ("snooze_min", 30, 1, 480),  # how long a press of the button stills the cues
    ("flexed_cdeg", 2000, 300, 9000),  # forward of neutral: flexed
    ("extended_cdeg", -1200, -9000, -300),  # behind neutral: extended
    ("lateral_cdeg", 1200, 300, 9000),  # to either side: leaning
    ("raw_on", 0, 0, 1),  # log raw samples all the time
    ("bend_cdeg", 4500, 1000, 9000),  # further than this is a bend, not a posture: no cue
    ("fade_pct", 25, 0, 200),  # cues fade by so much a week
    ("start_day", 0, 0, 100000),  # day the programme began, days since 1970; 0: not begun
    ("slouch_cdeg", 1200, 300, 6000),  # lumbar flexion, or pelvis back, beyond one's own: slouched
    ("twist_cdeg", 1500, 500, 6000),  # lumbar axial rotation: twisted
    ("cal_days", 30, 0, 400),  # a calibration is good for so many days; 0: for ever
)

INDEX = {entry[0]: i for i, entry in enumerate(SETTINGS)}


class ConfigError(ValueError):
    """A setting does not exist or its value is not allowed; the message says what is."""


class Config:
    """All settings by name: `config["epoch_s"]`."""

    def __init__(self):
        self._values = [entry[1] for entry in SETTINGS]

    def __getitem__(self, name):
        return self._values[INDEX[name]]

    def as_dict(self):
        """A new dict of all settings."""
        return {entry[0]: value for entry, value in zip(SETTINGS, self._values)}

    def change(self, changes):
        """Takes the changes of a dict, all of them or, with ConfigError, none."""
        for name, value in changes.items():
            if name not in INDEX:
                raise ConfigError("there is no setting " + str(name))
            _, _, low, high = SETTINGS[INDEX[name]]
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise ConfigError("%s must be a whole number from %d to %d" % (name, low, high))
        for name, value in changes.items():
            self._values[INDEX[name]] = value

    def pack(self):
        """The bytes to store."""
        return struct.pack("<%di" % len(self._values), *self._values)

    def unpack(self, raw):
        """Takes stored bytes; what is out of its limits keeps its default.  Returns the names of
        those."""
        refused = []
        for i in range(min(len(raw) // 4, len(SETTINGS))):
            name, _, low, high = SETTINGS[i]
            (value,) = struct.unpack_from("<i", raw, 4 * i)
            if low <= value <= high:
                self._values[i] = value
            else:
                refused.append(name)
        return refused
