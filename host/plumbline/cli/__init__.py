"""The `plumbline` command: a thin skin over the library, one module a command.

Data goes to stdout, everything else to stderr; exit codes are `plumbline.errors.Exit`.  Commands
are imported when they are used, so that `plumbline --help` is quick.
"""

from __future__ import annotations

import os
from importlib import import_module

import click

from plumbline.errors import Exit, PlumblineError, UsageError

# Command -> (module in plumbline.cli, first line of its help), in the order of a brace's life.
COMMANDS = {
    "list": ("list", "Show the braces that are there."),
    "flash": ("flash", "Put firmware on braces, give new ones a serial number, and prove it."),
    "release": ("release", "Sign firmware images, and say whose signatures this computer trusts."),
    "update": (
        "update",
        "Signed bundles: change parts of the firmware without BOOTSEL; undone if they fail.",
    ),
    "claim": ("claim", "Make braces the clinic's: they obey and show data to its key alone."),
    "keys": ("keys", "The clinic's keys: make, back up, replace them, and hand on single roles."),
    "calibrate": ("calibrate", "Fit a brace to its wearer: stand still, then bend forward once."),
    "pull": ("pull", "Bring the log home from braces into the library."),
    "log": ("log", "Look into pulled logs: show, verify, export."),
    "replay": ("replay", "Run recorded samples through the firmware's own code, and compare."),
    "explain": ("explain", "Say why the brace decided what it did at a moment."),
    "train": ("train", "Train the brace's tables on recordings in DIRECTORY."),
    "evaluate": ("evaluate", "Judge the shipped brace by the public recordings in DIRECTORY."),
    "cohort": ("cohort", "Work on the whole library at once, on all cores or on a Dask cluster."),
    "report": ("report", "Write a person's report from a pulled log."),
    "export": ("export", "Write recordings in formats that others read: FHIR, OpenSim, BIDS."),
    "live": ("live", "Watch what a brace sees and decides, as it happens."),
    "store": (
        "store",
        "Look after the library of pulled logs: who, what, queries, backup, forgetting.",
    ),
    "settings": ("settings", "Show and change a brace's own settings."),
    "plan": ("plan", "Exercise plans: write, check, approve, change, stop."),
    "screen": ("screen", "The movement screen: six movements, scored with their evidence."),
    "prom": ("prom", "Questionnaires and check-ins: pain, function, sleep, stress."),
    "sim": ("sim", "Run a virtual brace: the real firmware on an emulated board."),
    "hil": ("hil", "Test braces: run the suite, a production station, what stands for what."),
    "dev": ("dev", "Work on a brace's firmware: put changed files on it, use its prompt."),
    "doctor": ("doctor", "Check this computer and the braces on it, and say what to do."),
    "config": ("config", "Show this tool's settings and where they come from."),
    "completion": (
        "completion",
        "Print what makes a shell complete plumbline's commands and options.",
    ),
}


class Commands(click.Group):
    """A group that imports a command's module when the command is used."""

    def __init__(self, *args, table: dict[str, tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._table)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self._table:
            return None
        return import_module(f"plumbline.cli.{self._table[name][0]}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._table.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]):
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            close = difflib.get_close_matches(args[0], self._table, n=1)
            if close:
                error.message = f"there is no command {args[0]!r}, perhaps you mean {close[0]!r}"
            raise


@click.group(
    cls=Commands,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Exit codes and more: docs/cli.md. Any error says what to do next; -v shows the rest.",
)
@click.version_option(package_name="plumbline", message="%(prog)s %(version)s")
@click.option("-v", "--verbose", count=True, help="Say more: -v details of errors, -vv the line.")
def cli(verbose: int) -> None:
    """The open smart back brace: list, flash, calibrate, pull, replay, report and more."""
    from plumbline.cli import common

    common.be_verbose(verbose)


def _fail(error: PlumblineError) -> int:
    from plumbline.cli import common

    click.echo(f"{click.style('error:', fg='red', bold=True)} {error}", err=True)
    if common.verbose() and error.__cause__:
        common.show_cause(error)
    return int(error.exit)


def _usage(error: click.ClickException) -> UsageError:
    """What click found wrong with the command line, said as all errors are."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "plumbline"
    message = error.format_message().rstrip(".?")
    return UsageError(message[:1].lower() + message[1:], f"See {path} --help")


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    extra = {"color": False} if os.environ.get("NO_COLOR") else {}
    try:
        # click gives back what a command returns, or the code that --help and others exit with.
        result = cli.main(arguments, prog_name="plumbline", standalone_mode=False, **extra)
        return result if isinstance(result, int) else Exit.OK
    except PlumblineError as error:
        return _fail(error)
    except click.ClickException as error:
        return _fail(_usage(error))
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return Exit.INTERRUPTED
    except Exception as error:
        from plumbline.cli import common

        if common.verbose():
            raise
        return _fail(
            PlumblineError(
                f"a defect of plumbline: {type(error).__name__}: {error}",
                "Run it again with -v and report what it prints",
            )
        )
