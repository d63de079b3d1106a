"""The `plumbline` command: a thin skin over the library, one module a command.

Data goes to stdout, everything else to stderr; exit codes are `plumbline.errors.Exit`.  Commands
are imported when they are used, so that `plumbline --help` is quick.
"""

from __future__ import annotations

import os
from importlib import import_module

import click

from plumbline.errors import Exit, PlumblineError, UsageError

# What the command's help is divided into: command -> first line of its help, in the order of a
# brace's life.  Each is a module of this package.
SECTIONS = {
    "Braces": {
        "list": "Show the braces that are there.",
        "flash": "Put firmware on braces, give new ones a serial number, and prove it.",
        "calibrate": "Fit a brace to its wearer: stand still, then bend forward once.",
        "live": "Watch what a brace sees and decides, as it happens.",
        "pull": "Bring the log home from braces into the library.",
        "settings": "Show and change a brace's own settings.",
        "update": "Signed bundles: change parts of the firmware without BOOTSEL; undone if they "
                  "fail.",
        "claim": "Make braces the clinic's: they obey and show data to its key alone.",
    },
    "What they logged": {
        "report": "Write a person's report from a pulled log.",
        "export": "Write recordings in formats that others read: FHIR, OpenSim, BIDS.",
        "log": "Look into pulled logs: show, verify, export.",
        "explain": "Say why the brace decided what it did at a moment.",
        "replay": "Run recorded samples through the firmware's own code, and compare.",
        "cohort": "Work on the whole library at once, on all cores or on a Dask cluster.",
        "store": "Look after the library of pulled logs: who, what, queries, backup, forgetting.",
    },
    "Clinic": {
        "plan": "Exercise plans: write, check, approve, change, stop.",
        "screen": "The movement screen: six movements, scored with their evidence.",
        "prom": "Questionnaires and check-ins: pain, function, sleep, stress.",
        "keys": "The clinic's keys: make, back up, replace them, and hand on single roles.",
    },
    "Bench and development": {
        "sim": "Run a virtual brace: the real firmware on an emulated board.",
        "doctor": "Check this computer and the braces on it, and say what to do.",
        "dev": "Work on a brace's firmware: put changed files on it, use its prompt.",
        "hil": "Test braces: run the suite, a production station, what stands for what.",
        "release": "Sign firmware images, and say whose signatures this computer trusts.",
        "train": "Train the brace's tables on recordings in DIRECTORY.",
        "evaluate": "Judge the shipped brace by the public recordings in DIRECTORY.",
    },
    "This tool": {
        "config": "Show this tool's settings and where they come from.",
        "completion": "Print what makes a shell complete plumbline's commands and options.",
    },
}
COMMANDS = {name: line for section in SECTIONS.values() for name, line in section.items()}


class Commands(click.Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        # Not list(): that name is a module of this package once it has been imported.
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return import_module(f"plumbline.cli.{name}").command if name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, section in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([*section.items()], col_max=12)

    def resolve_command(self, ctx: click.Context, args: list[str]):
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if close:
                error.message = f"there is no command {args[0]!r}, perhaps you mean {close[0]!r}"
            raise


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Exit codes and more: docs/cli.md. Any error says what to do next; -v shows the rest.",
)
@click.version_option(package_name="plumbline", message="%(prog)s %(version)s")
@click.option("-v", "--verbose", count=True,
              help="Say more: -v causes, -vv also what braces print.")
def cli(verbose: int) -> None:
    """The open smart back brace: list, flash, calibrate, pull, replay, report and more."""
    from plumbline.cli import common

    common.be_verbose(verbose)


def _plain() -> bool:
    """Whether colours are unwanted even on a terminal."""
    return bool(os.environ.get("NO_COLOR"))


def _fail(error: PlumblineError) -> int:
    from plumbline.cli import common

    head = "error:" if _plain() else click.style("error:", fg="red", bold=True)
    click.echo(f"{head} {error}", err=True)
    if common.verbose() and error.__cause__:
        common.show_cause(error)
    return int(error.exit)


def _usage(error: click.ClickException) -> UsageError:
    """What click found wrong with the command line, said as all errors are."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "plumbline"
    if isinstance(error, click.NoSuchOption):
        maybe = f", perhaps you mean {error.possibilities[0]!r}" if error.possibilities else ""
        return UsageError(f"there is no option {error.option_name!r}{maybe}", f"See {path} --help")
    # Of several lines where click lists choices.
    message = " ".join(error.format_message().split()).rstrip(".?")
    return UsageError(message[:1].lower() + message[1:], f"See {path} --help")


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    extra = {"color": False} if _plain() else {}
    try:
        # click gives back what a command returns, or the code that --help and others exit with.
        result = cli.main(arguments, prog_name="plumbline", standalone_mode=False, **extra)
        return result if isinstance(result, int) else Exit.OK
    except PlumblineError as error:
        return _fail(error)
    except getattr(click.exceptions, "NoArgsIsHelpError", ()) as error:
        # A group alone; before click 8.2 it is no error.
        click.echo(error.ctx.get_help(), err=True)
        return Exit.USAGE
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
