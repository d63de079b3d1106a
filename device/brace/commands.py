"""The wire's command numbers, error codes and roles (SPEC.md, "Commands"); shared with the host.

Roles say who may give a command to a claimed brace; with one that is not claimed every host counts
as all of them.
"""

from brace.compat import const

# Roles, as bits.
ANYONE = const(1)
WEARER = const(2)
CLINIC = const(4)
SERVICE = const(8)
QA = const(16)

HELLO = const(0x01)
PING = const(0x02)
STATUS = const(0x03)
SESSION_OPEN = const(0x04)
SESSION_PROVE = const(0x05)
SESSION_CLOSE = const(0x06)
CLAIM = const(0x07)
CLAIM_CONFIRM = const(0x08)
TIME_GET = const(0x10)
TIME_SET = const(0x11)
CONFIG_GET = const(0x20)
CONFIG_SET = const(0x21)
LOG_LIST = const(0x30)
LOG_READ = const(0x31)
LOG_ACK = const(0x32)
RECORD_RAW = const(0x33)
LOG_ERASE = const(0x34)
LOG_DIGESTS = const(0x35)
LIVE = const(0x40)
CALIBRATE = const(0x50)
CALIBRATION_GET = const(0x51)
BUZZ = const(0x60)
BOOTLOADER = const(0x70)
RESET = const(0x71)
PROVISION = const(0x72)
SELFTEST = const(0x73)
FORMAT_FILES = const(0x74)
UNLOCK = const(0x75)
UPDATE_STATE = const(0x90)
UPDATE_BEGIN = const(0x91)
UPDATE_WRITE = const(0x92)
UPDATE_COMMIT = const(0x93)
PLAN_GET = const(0x80)
PLAN_SET = const(0x81)
EXERCISE = const(0x82)

# Command -> (name, roles that may give it).
TABLE = {
    HELLO: ("hello", ANYONE),
    PING: ("ping", ANYONE),
    STATUS: ("status", WEARER | CLINIC | SERVICE | QA),
    SESSION_OPEN: ("session_open", ANYONE),
    SESSION_PROVE: ("session_prove", ANYONE),
    SESSION_CLOSE: ("session_close", WEARER | CLINIC | SERVICE | QA),
    CLAIM: ("claim", CLINIC),
    CLAIM_CONFIRM: ("claim_confirm", CLINIC),
    TIME_GET: ("time_get", WEARER | CLINIC | SERVICE | QA),
    TIME_SET: ("time_set", WEARER | CLINIC | SERVICE | QA),
    CONFIG_GET: ("config_get", WEARER | CLINIC | SERVICE | QA),
    CONFIG_SET: ("config_set", CLINIC | SERVICE | QA),
    LOG_LIST: ("log_list", CLINIC | SERVICE | QA),
    LOG_READ: ("log_read", CLINIC | SERVICE | QA),
    LOG_ACK: ("log_ack", CLINIC),
    RECORD_RAW: ("record_raw", CLINIC | SERVICE | QA),
    LOG_ERASE: ("log_erase", CLINIC | SERVICE),
    LOG_DIGESTS: ("log_digests", CLINIC | SERVICE | QA),
    LIVE: ("live", WEARER | CLINIC | QA),
    CALIBRATE: ("calibrate", WEARER | CLINIC | QA),
    CALIBRATION_GET: ("calibration_get", CLINIC | SERVICE | QA),
    BUZZ: ("buzz", WEARER | CLINIC | SERVICE | QA),
    BOOTLOADER: ("bootloader", SERVICE | QA),
    RESET: ("reset", CLINIC | SERVICE | QA),
    PROVISION: ("provision", SERVICE),
    SELFTEST: ("selftest", SERVICE | QA),
    FORMAT_FILES: ("format_files", SERVICE | QA),
    UNLOCK: ("unlock", SERVICE),
    UPDATE_STATE: ("update_state", CLINIC | SERVICE | QA),
    UPDATE_BEGIN: ("update_begin", SERVICE),
    UPDATE_WRITE: ("update_write", SERVICE),
    UPDATE_COMMIT: ("update_commit", SERVICE),
    PLAN_GET: ("plan_get", WEARER | CLINIC | SERVICE | QA),
    PLAN_SET: ("plan_set", CLINIC),
    EXERCISE: ("exercise", WEARER | CLINIC | QA),
}

# Error codes of error frames.
E_UNKNOWN_COMMAND = const(1)
E_BAD_REQUEST = const(2)
E_REFUSED = const(3)
E_BUSY = const(4)
E_FAILED = const(5)
E_TOO_LONG = const(6)
E_VERSION = const(7)
E_STORAGE = const(8)
E_DAMAGED = const(9)
E_LOCKED = const(10)
E_SESSION = const(11)


class CommandError(Exception):
    """A request that is answered by an error frame: `code` is one of E_*, `say` a sentence."""

    def __init__(self, code, say):
        super().__init__(say)
        self.code = code
        self.say = say
