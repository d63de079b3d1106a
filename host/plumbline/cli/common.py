"""What the commands share: options, output in two forms, verbosity."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from plumbline import settings as _settings

# Version of the keys in everything that --json and --jsonl print (docs/cli.md).
JSON_VERSION = 1
_verbosity = 0


def verbose() -> int:
    """How often -v was given."""
    return _verbosity


def be_verbose(level: int) -> None:
    """Takes -v into account, wherever on the command line it stood."""
    global _verbosity
    _verbosity = max(_verbosity, level)
    if _verbosity > 1:
        logging.basicConfig(stream=sys.stderr, level=logging.DEBUG, format="%(message)s")


def show_cause(error: BaseException) -> None:
    """Prints the traceback behind an error."""
    import traceback

    click.echo("".join(traceback.format_exception(error)), err=True, nl=False)


# -- options ---------------------------------------------------------------------------------


def _add(*decorators: Callable) -> Callable:
    def wrap(function: Callable) -> Callable:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return wrap


def _verbose_option(function: Callable) -> Callable:
    return click.option(
        "-v",
        "--verbose",
        count=True,
        expose_value=False,
        callback=lambda ctx, param, value: be_verbose(value),
        help="Say more: -v causes, -vv also what braces print.",
    )(function)


def command(parent: click.Group | None = None, **kwargs) -> Callable:
    """A click command, of a group or alone, with the options that all have."""
    make = parent.command if parent else click.command
    return _add(make(**kwargs), _verbose_option)


class _Group(click.Group):
    """A group whose help has the whole first sentence of each command's."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([
                (name, self.get_command(ctx, name).get_short_help_str(200))
                for name in self.list_commands(ctx)
            ])  # fmt: skip


def group(**kwargs) -> Callable:
    """A click group with the options that all have."""
    return _add(click.group(cls=_Group, **kwargs), _verbose_option)


device_option = click.option(
    "-d",
    "--device",
    "device",
    multiple=True,
    metavar="NAME",
    help="A brace by name, serial number, port or USB path; globs allowed, may be repeated.",
)
all_option = click.option("--all", "everything", is_flag=True, help="All braces that are there.")
jobs_option = click.option(
    "-j", "--jobs", type=click.IntRange(min=1), help="Braces worked on at once (4)."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
jsonl_option = click.option(
    "--jsonl", "as_jsonl", is_flag=True, help="Print one JSON object a line."
)
yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask.")
dry_run_option = click.option(
    "-n", "--dry-run", is_flag=True, help="Only say what would be done."
)
one_brace = _add(device_option)
several_braces = _add(device_option, all_option, jobs_option)


def settings(**flags: Any) -> _settings.Settings:
    """The settings in force with these flags; an empty tuple or None means not given."""
    return _settings.load(flags)


def chosen(device: Sequence[str], everything: bool = False) -> list:
    """The braces that --device and --all mean (`plumbline.discover.Found`)."""
    from plumbline import discover

    patterns = [] if everything and not device else settings(device=device).device
    return discover.select(patterns, everything)


def chosen_one(device: Sequence[str]):
    """The one brace meant."""
    from plumbline import discover

    return discover.select_one(settings(device=device).device)


def connect(found, strict: bool = True):
    """Opens a brace with the timeout in force; its console text goes to stderr with -vv.
    strict: as for `plumbline.device.Brace.open`."""
    from plumbline.device import Brace

    on_line = None
    if verbose() > 1:
        log = logging.getLogger(found.name)

        def on_line(line: str) -> None:
            log.debug("%s: %s", found.name, line)

    return Brace.open(found.port, timeout=settings().timeout, on_line=on_line, strict=strict)


def control(found):
    """Drives what is around a virtual brace; a real one has a real wearer."""
    from plumbline.errors import UsageError

    if found.virtual is None:
        raise UsageError(f"{found.name} has a real wearer", "Leave --act away")
    from plumbline.virtual.control import Control

    return Control(found.virtual.control)


def agree(question: str, yes: bool) -> None:
    """Asks before something that cannot be undone.  Without a terminal --yes must be given."""
    if yes:
        return
    if not sys.stdin.isatty():
        from plumbline.errors import UsageError

        raise UsageError(f"{question} There is nobody to answer", "Give --yes if you mean it")
    click.confirm(question, abort=True, err=True)


# -- output ----------------------------------------------------------------------------------


def emit_json(kind: str, values: dict[str, Any]) -> None:
    """Prints one JSON document: `plumbline` (version of the keys), `kind`, then the values."""
    head = {"plumbline": JSON_VERSION, "kind": kind}
    click.echo(json.dumps({**head, **values}, indent=1, ensure_ascii=False))


def emit_line(kind: str, values: dict[str, Any]) -> None:
    """Prints one line of JSON."""
    head = {"plumbline": JSON_VERSION, "kind": kind}
    click.echo(json.dumps({**head, **values}, ensure_ascii=False, separators=(",", ":")))
    sys.stdout.flush()


def say(text: str = "") -> None:
    """Progress and remarks, to stderr."""
    click.echo(text, err=True)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Prints a table; columns of numbers are right-aligned.  Nothing is cut or coloured."""
    cells = [["" if c is None else str(c) for c in row] for row in rows]
    numeric = [
        bool(cells) and all(r[i].replace(".", "", 1).lstrip("-").isdigit() or not r[i]
                            for r in cells)
        for i in range(len(head))
    ]  # fmt: skip
    widths = [max(len(row[i]) for row in [list(head), *cells]) for i in range(len(head))]
    for row in [list(head), *cells]:
        parts = [
            c.rjust(w) if right else c.ljust(w)
            for c, w, right in zip(row, widths, numeric, strict=True)
        ]
        click.echo("  ".join(parts).rstrip())
