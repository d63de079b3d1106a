"""plumbline dev."""

from __future__ import annotations

from pathlib import Path

import click

from plumbline.cli import common


@common.group(name="dev")
def command() -> None:
    """Work on a brace's firmware: put changed files on it, use its prompt.

    These need a development image and stop the firmware while they work.
    """


@common.command(command, name="sync")
@common.device_option
@click.option("--stay", is_flag=True, help="Leave the firmware stopped at the prompt.")
@common.dry_run_option
@common.json_option
def sync_(device, stay, dry_run, as_json) -> None:
    """Put changed files of device/brace on the brace, without building an image.

    Only files that differ from those in its image are sent, each compared by hash, written beside
    the old one, read back and then put in its place; files that are the image's again are removed.
    """
    from plumbline.dev import sync

    found = common.chosen_one(device)
    changes = sync.sync(
        found.port, sync.tree(), dry_run=dry_run, restart=not stay,
        say=lambda text: common.say(f"{found.name}: {text}"),
    )  # fmt: skip
    if as_json:
        common.emit_json("dev_sync", {
            "name": found.name, "differs": changes.differs, "written": sorted(changes.write),
            "removed": changes.remove, "unchanged": changes.kept, "dry_run": dry_run})  # fmt: skip
        return
    verb = "would be written" if dry_run else "written"
    common.say(
        f"{found.name}: {len(changes.differs)} files differ from the image; {len(changes.write)} "
        f"{verb}, {len(changes.remove)} removed, {changes.kept} already there"
    )


def _mpremote(device, *arguments: str) -> int:
    from plumbline.dev.prompt import command_line
    from plumbline.errors import Exit

    code = command_line(common.chosen_one(device).port, *arguments)
    return Exit.FAILED if code else Exit.OK


@common.command(command, name="repl")
@common.device_option
def repl(device) -> int:
    """Open MicroPython's prompt (Ctrl-] leaves it, Ctrl-D there starts the firmware again)."""
    return _mpremote(device, "repl")


@common.command(command, name="run")
@common.device_option
@click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def run(device, script) -> int:
    """Run a script of this computer on the brace."""
    return _mpremote(device, "run", str(script))


@common.command(command, name="mount")
@common.device_option
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def mount(device, folder) -> int:
    """Show a folder of this computer on the brace as /remote, with a prompt."""
    return _mpremote(device, "mount", str(folder))


@common.command(command, name="format")
@common.device_option
@common.yes_option
def format_(device, yes) -> None:
    """Make the development filesystem anew: every file on it is lost (the log is not there)."""
    from plumbline.dev.prompt import Prompt

    found = common.chosen_one(device)
    common.agree(f"Remove every file from the filesystem of {found.name}?", yes)
    with Prompt(found.port) as prompt:
        prompt.run("from brace.board import files\nfiles.format()", timeout=60)
        prompt.restart()
    common.say(f"{found.name}: the filesystem is new and empty")


@common.command(command, name="start")
@common.device_option
def start(device) -> None:
    """Start the firmware again where it stopped at the prompt."""
    from plumbline.device import Brace
    from plumbline.errors import AtPrompt
    from plumbline.link import Link
    from plumbline.transport import SerialTransport

    found = common.chosen_one(device)
    timeout = common.settings().timeout
    link = Link(SerialTransport(found.port), timeout=timeout)
    try:
        try:
            Brace(link).hello()
            common.say(f"{found.name}: the firmware runs")
        except AtPrompt:
            link.restart_from_prompt()
            # A start takes longer than an answer.
            Brace(link).hello(timeout=4 * timeout)
            common.say(f"{found.name}: the firmware runs again")
    finally:
        link.close()
