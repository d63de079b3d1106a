"""How the starts before this one went, in a register that outlives a restart but not a power cut.

The supervisor says what runs (`running`); a watchdog that bites leaves it there for the next start
to find.  A start that ends so is a bad one; after some bad ones in a row the brace begins with
less: what keeps hanging is left out, and the rest goes on.

The register, 30 bits so that looking at it allocates nothing: magic (6 bits), why we started (4),
bad starts in a row (4), what ran when the last start ended (8), what runs now (8).
"""

import machine
import plumbport

from brace.compat import const

_REGISTER = const(1)
_MAGIC = const(0x2B << 24)
_MAGIC_MASK = const(0x3F << 24)

# Why the brace started.
POWER = const(0)
COMMAND = const(1)
WATCHDOG = const(2)

# What runs: the number of a task, from 1 in this order, or one of the constants.
TASKS = ("sense", "tactor", "log", "attend", "wire")
NOTHING = const(0)
STARTING = const(0x81)
PROMPT = const(0x82)
SLEEPING = const(0x83)
HEAP = const(0x84)

# How much of the firmware to start: all, all but what hung last, or no more than what talks to a
# host and shows the trouble.
ALL = const(0)
SAFE = const(1)
BARE = const(2)
_SAFE_AFTER = const(3)
_BARE_AFTER = const(5)
# Changed files of a developer are left out before anything else is.
_PLAIN_AFTER = const(2)

_begun = False


def _get():
    value = plumbport.scratch(_REGISTER)
    return value if value & _MAGIC_MASK == _MAGIC else _MAGIC


def _put(cause, bad, last, what):
    plumbport.scratch(_REGISTER, _MAGIC | cause << 20 | min(bad, 15) << 16 | last << 8 | what)


def begin():
    """To be called at every start before anything that may hang; a second call does nothing."""
    global _begun
    if _begun:
        return
    _begun = True
    value = _get()
    what = value & 0xFF
    bad = value >> 16 & 15
    if not plumbport.fresh():
        # A soft reset by a developer: the chip has not been reset.
        _put(COMMAND, bad, NOTHING, STARTING)
    elif machine.reset_cause() != machine.WDT_RESET:
        _put(POWER, 0, NOTHING, STARTING)
    elif what == NOTHING:
        _put(COMMAND, bad, NOTHING, STARTING)
    else:
        _put(WATCHDOG, bad if what == PROMPT else bad + 1, what, STARTING)


def running(what):
    """Notes what runs from now on: a task's number, or one of the constants above."""
    # Some thirty times a second, so without `_get`.
    value = plumbport.scratch(_REGISTER)
    if value & _MAGIC_MASK != _MAGIC:
        value = _MAGIC
    plumbport.scratch(_REGISTER, value & ~0xFF | what)


def well():
    """The firmware has run for a while: earlier bad starts are forgotten."""
    plumbport.scratch(_REGISTER, _get() & ~(15 << 16))


def retry():
    """After a time with less: the next start is a whole one, and if it is bad the one after it
    is with less again."""
    _put(cause(), _SAFE_AFTER - 1, NOTHING, NOTHING)


def cause():
    """POWER, COMMAND or WATCHDOG."""
    return _get() >> 20 & 15


def bad_starts():
    """Bad starts in a row before this one."""
    return _get() >> 16 & 15


def last():
    """What ran when the watchdog bit: a task's number, STARTING, PROMPT ...; NOTHING if it did
    not."""
    return _get() >> 8 & 0xFF


def level():
    """How much of the firmware to start."""
    bad = bad_starts()
    return BARE if bad >= _BARE_AFTER else SAFE if bad >= _SAFE_AFTER else ALL


def left_out():
    """The name of the task that is left out, at level SAFE: the one that ended the last start."""
    number = last() if level() == SAFE else NOTHING
    return TASKS[number - 1] if 0 < number <= len(TASKS) else ""


def plain():
    """Whether a developer's changed files are to be left out."""
    return bad_starts() >= _PLAIN_AFTER
