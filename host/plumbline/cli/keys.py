"""plumbline keys."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from plumbline.cli import common

LOSING = """\
What the braces record is sealed to this key, so that nobody who finds one can read it. Nobody can
read it without the key either: if this computer is lost and there is no backup, all that was not
pulled and opened by then is lost for good, and the braces must be wiped by hand (BOOTSEL). No
service can help. So: plumbline keys backup FILE, on a medium that you lock away, with a passphrase
that you write down elsewhere."""


@common.group(name="keys")
def command() -> None:
    """The clinic's keys: make, back up, replace them, and hand on single roles."""


def _keys():
    from plumbline.trust.keys import Keys

    return Keys()


def _passphrase(confirm: bool) -> str:
    from plumbline.errors import UsageError

    given = os.environ.get("PLUMBLINE_PASSPHRASE")
    if given:
        return given
    if not sys.stdin.isatty():
        raise UsageError(
            "there is nobody to type a passphrase", "Give it in PLUMBLINE_PASSPHRASE"
        )
    return click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True)


def _dict(key) -> dict:
    from dataclasses import asdict

    return asdict(key)


@common.command(command)
@click.option("--name", default="clinic", help="What to call it.")
@common.yes_option
@common.json_option
def create(name, yes, as_json) -> None:
    """Make the clinic's key.  Says what losing it means before it does."""
    common.say(LOSING)
    common.agree("Make a key?", yes)
    key = _keys().create(name)
    if as_json:
        common.emit_json("key", _dict(key))
    common.say(f"key {key.id} ({key.name}) made. Now: plumbline keys backup FILE")


@common.command(command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file) -> None:
    """Write all keys into one file, locked by a passphrase (asked, or PLUMBLINE_PASSPHRASE)."""
    count = _keys().backup(file, _passphrase(True))
    common.say(f"{count} keys are in {file}. Take it off this computer and lock it away.")


@common.command(command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file) -> None:
    """Bring back keys from a backup."""
    brought = _keys().restore(file, _passphrase(False))
    names = ", ".join(k.id for k in brought) or "none that were missing"
    common.say(f"brought back: {names}")


@common.command(command)
@common.json_option
def show(as_json) -> None:
    """Show the keys, their state, their backups, and the braces each one claimed."""
    keys = _keys()
    rows = [{**_dict(k), "here": keys.private(k.id) is not None} for k in keys.all()]
    if as_json:
        common.emit_json("keys", {"keys": rows})
        return
    common.table(
        ["KEY", "NAME", "STATE", "HERE", "MADE", "BACKUP", "BRACES"],
        [[r["id"], r["name"], r["state"], "yes" if r["here"] else "no", r["made"][:10],
          r["backed_up"][:10] or "none", " ".join(r["braces"])] for r in rows],
    )  # fmt: skip


@common.command(command)
@click.option("--name", default="clinic", help="What to call the new one.")
@common.yes_option
@common.json_option
def rotate(name, yes, as_json) -> None:
    """Make a new key in the place of the current one, which is kept to open what it sealed.

    Braces follow when they are claimed anew: plumbline claim --all.
    """
    keys = _keys()
    old = keys.current()
    common.say(LOSING)
    common.agree(f"Replace the key {old.id if old else ''}?", yes)
    key = keys.rotate(name)
    if as_json:
        common.emit_json("key", _dict(key))
    common.say(f"key {key.id} made. Now: plumbline keys backup FILE; plumbline claim --all")
    if old and old.braces:
        common.say(f"until then these still seal to {old.id}: {', '.join(old.braces)}")


@common.command(command)
@click.argument("key", metavar="KEY")
@common.yes_option
def revoke(key, yes) -> None:
    """Mark a key that others may have got hold of: it claims nothing any more.

    What was sealed to it can be read by whoever has it, for ever; only braces claimed anew are
    safe.  It is kept, because you need it to open what it sealed, too.
    """
    keys = _keys()
    found = keys.find(key)
    common.agree(f"Revoke the key {found.id} ({found.name})?", yes)
    keys.revoke(found)
    common.say(f"{found.id} is revoked. A new one: plumbline keys create, then plumbline claim")
    if found.braces:
        common.say(f"claim these anew as soon as you can: {', '.join(found.braces)}")


@common.command(command)
@common.device_option
@click.argument("role", type=click.Choice(["wearer", "service", "qa"]))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def grant(device, role, file) -> None:
    """Write the key of one role with one brace into FILE, to hand on (plumbline keys accept).

    It cannot be taken back but by claiming the brace anew with another key.
    """
    import json

    from plumbline.errors import Refused
    from plumbline.files import write_atomic
    from plumbline.trust.granting import role_key

    with common.connect(common.chosen_one(device)) as brace:
        key = role_key(brace, _keys(), role)
        serial = brace.identity.serial
    if key is None:
        raise Refused(
            f"{serial} is not claimed by a key that is here", "plumbline claim, or keys restore"
        )
    text = json.dumps({"plumbline_role": 1, "serial": serial, "role": role, "key": key.hex()})
    write_atomic(file, text.encode(), mode=0o600)
    common.say(f"{file} lets its holder be {role} with {serial}: send it as you would a password")


@common.command(command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def accept(file) -> None:
    """Take a key of a role that another clinic handed on."""
    from plumbline.trust.granting import read_grant

    serial, role, key = read_grant(file)
    _keys().take_role(serial, role, key)
    common.say(f"you are {role} with {serial} now")


@common.command(command)
@click.argument("serial", metavar="SERIAL")
@common.yes_option
def forget(serial, yes) -> None:
    """Take the brace SERIAL for one never met: for one that another computer claimed since.

    From then on whoever says to be this brace, and that your key claimed it, is believed once
    more.  Do it only if you know why it is refused.
    """
    from plumbline.errors import UsageError

    common.agree(f"Forget the claim of {serial}?", yes)
    if not _keys().forget(serial):
        raise UsageError(f"no key here has claimed {serial}", "See plumbline keys show")
    common.say(f"{serial} is forgotten; the next session with it is taken for the first")
