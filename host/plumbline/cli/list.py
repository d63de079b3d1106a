"""plumbline list."""

from __future__ import annotations

from plumbline.cli import common


@common.command(name="list")
@common.device_option
@common.jobs_option
@common.json_option
def command(device: tuple[str, ...], jobs: int | None, as_json: bool) -> None:
    """Show the braces that are there.

    Each brace is asked who it is; one that does not answer is listed with the reason.  Boards
    waiting in BOOTSEL are listed too.
    """
    from plumbline import discover, fleet
    from plumbline.errors import PlumblineError

    patterns = common.settings(device=device).device
    found = discover.select(patterns) if patterns else discover.braces()

    def ask(one):
        with common.connect(one) as brace:
            try:
                return brace.identity, brace.status(), None
            except PlumblineError as error:
                return brace.identity, None, error

    outcomes = fleet.run(found, ask, common.settings(jobs=jobs).jobs)
    if as_json:
        common.emit_json("list", {"braces": [_record(o) for o in outcomes]})
    elif outcomes:
        common.table(
            ["NAME", "SERIAL", "FIRMWARE", "KIND", "STATE", "BATTERY", "UNREAD", "PORT"],
            [_row(o) for o in outcomes],
        )
        for outcome in outcomes:
            if _error(outcome):
                common.say(f"{outcome.item.name}: {_error(outcome)}")
    if not outcomes:
        raise discover.nobody()


def _error(outcome):
    return outcome.error or (outcome.result and outcome.result[2])


def _row(outcome) -> list:
    found = outcome.item
    if outcome.error:
        return [found.name, "", "", "", "no answer", "", "", found.port]
    hello, status, _ = outcome.result
    battery = f"{status.battery / 1000:.2f} V" if status and status.battery else ""
    unread = status.log.get("unacked") if status else None
    return [
        found.name,
        hello.serial or "(none)",
        hello.fw,
        hello.kind,
        ", ".join([status.state, *status.faults]) if status else "unknown",
        battery,
        "" if unread is None else f"{unread / 1024:.0f} KiB",
        found.port,
    ]


def _record(outcome) -> dict:
    found, error = outcome.item, _error(outcome)
    hello, status, _ = outcome.result or (None, None, None)
    return {
        "name": found.name,
        "port": found.port,
        "virtual": found.virtual is not None,
        "location": found.location,
        "usb_serial": found.usb_serial,
        "error": str(error) if error else None,
        "hello": vars(hello) if hello else None,
        "status": vars(status) if status else None,
    }
