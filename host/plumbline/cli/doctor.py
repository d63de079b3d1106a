"""plumbline doctor."""

from __future__ import annotations

import click

from plumbline.cli import common

_MARKS = {"ok": "ok", "info": "-", "warn": "WARN", "fail": "FAIL"}


@common.command(name="doctor")
@click.option("--udev", is_flag=True, help="Print the udev rule for serial ports, nothing else.")
@common.json_option
def command(udev, as_json):
    """Check this computer and the braces on it, and say what to do.

    Looks at versions, packages, build tools, permissions and the store, asks each brace for its
    state and runs its self-test.  Changes nothing.
    """
    from plumbline import doctor
    from plumbline.doctor.computer import UDEV_RULE
    from plumbline.errors import Exit

    if udev:
        click.echo(UDEV_RULE, nl=False)
        return Exit.OK
    findings = list(doctor.run(common.settings()))
    if as_json:
        common.emit_json("doctor", {"findings": [vars(f) for f in findings]})
    else:
        common.table(["", "WHAT", "FOUND"],
                     [[_MARKS[f.state], f.what, f.found] for f in findings])  # fmt: skip
        for finding in findings:
            if finding.do:
                common.say(f"{finding.what}: {finding.do}.")
    failed = sum(f.state == "fail" for f in findings)
    return Exit.FAILED if failed else Exit.OK
