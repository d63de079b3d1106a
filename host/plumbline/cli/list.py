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

    patterns = common.settings(device=device).device
    found = discover.select(patterns) if patterns else discover.braces()

    def ask(one):
        with common.connect(one) as brace:
            return brace.identity, brace.status()

    outcomes = fleet.run(found, ask, common.settings(jobs=jobs).jobs)
    if as_json:
        common.emit_json("list", {"braces": [_record(o) for o in outcomes]})
    elif outcomes:
        common.table(
            ["NAME", "SERIAL", "FIRMWARE", "KIND", "STATE", "BATTERY", "UNREAD", "PORT"],
            [_row(o) for o in outcomes],
        )
        for outcome in outcomes:
            if outcome.error:
                common.say(f"{outcome.item.name}: {outcome.error}")
    if not outcomes:
        raise discover.nobody()


def _row(outcome) -> list:
    found = outcome.item
    if outcome.error:
        return [found.name, "", "", "", "no answer", "", "", found.port]
    hello, status = outcome.result
    battery = f"{status.battery / 1000:.2f} V" if status.battery else ""
    unread = status.log.get("unacked")
    return [
        found.name,
        hello.serial or "(none)",
        hello.fw,
        hello.kind,
        ", ".join([status.state, *status.faults]),
        battery,
        "" if unread is None else f"{unread / 1024:.0f} KiB",
        found.port,
    ]


def _record(outcome) -> dict:
    found = outcome.item
    record = {
        "name": found.name,
        "port": found.port,
        "virtual": found.virtual is not None,
        "location": found.location,
        "usb_serial": found.usb_serial,
    }
    if outcome.error:
        return {**record, "error": str(outcome.error), "hello": None, "status": None}
    hello, status = outcome.result
    return {**record, "error": None, "hello": vars(hello), "status": vars(status)}
