"""plumbline evaluate."""

from __future__ import annotations

from pathlib import Path

import click

from plumbline.cli import common


@common.command(name="evaluate")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Cores to use (all).")
@common.json_option
def command(directory, jobs, as_json) -> None:
    """Judge the shipped brace by the public recordings in DIRECTORY.

    Applies the firmware's own pipeline and tables, untouched, to every data set found there
    (hapt/, sisfall/, exercise_optical/, trunk_rom/; docs/models.md, docs/exercises.md) and prints
    figures with the numbers of people behind them.  No recording is of a patient wearing a
    brace, and nothing in them was lifted.
    """
    from plumbline.evaluate import evaluate

    figures = evaluate(directory, jobs, common.say)
    if as_json:
        common.emit_json("evaluation", figures)
        return
    for name, found in figures.items():
        click.echo(name)
        _print(found, "  ")


def _print(figures: dict, indent: str) -> None:
    for key, value in figures.items():
        title = key.replace("_", " ")
        if key == "confusion":
            _confusion(value, indent)
        elif isinstance(value, list):
            _rows(title, value, indent)
        elif isinstance(value, dict):
            click.echo(f"{indent}{title}")
            _print(value, indent + "  ")
        else:
            said = f"{value:.4f}" if isinstance(value, float) else str(value)
            click.echo(f"{indent}{title:<{42 - len(indent)}}{said}")


def _rows(title: str, rows: list[dict], indent: str) -> None:
    """One line each; what has parts is left to --json."""
    click.echo(f"{indent}{title}")
    for row in rows:
        click.echo(f"{indent}  " + ", ".join(
            f"{key.replace('_', ' ')} {value:.1f}" if isinstance(value, float) else
            f"{key.replace('_', ' ')} {value}"
            for key, value in row.items() if not isinstance(value, dict)
        ))  # fmt: skip


def _confusion(table: dict[str, dict[str, int]], indent: str) -> None:
    """Rows are what was done, columns what it was taken for."""
    names = list(dict.fromkeys([*table, *(name for row in table.values() for name in row)]))
    width = max(len(name) for name in names) + 2
    click.echo(f"{indent}taken for".ljust(width + len(indent) + 4)
               + "".join(name.rjust(width) for name in names))
    for truth, row in table.items():
        click.echo(f"{indent}{truth}".ljust(width + len(indent) + 4)
                   + "".join(str(row.get(name, 0)).rjust(width) for name in names))
