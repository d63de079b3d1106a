"""plumbline completion."""

from __future__ import annotations

import click

from plumbline.cli import common


@common.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell) -> None:
    """Print what makes a shell complete plumbline's commands and options.

    \b
    bash:  plumbline completion bash >> ~/.bashrc
    zsh:   plumbline completion zsh >> ~/.zshrc
    fish:  plumbline completion fish > ~/.config/fish/completions/plumbline.fish
    """
    from click.shell_completion import get_completion_class

    from plumbline.cli import cli

    made = get_completion_class(shell)(cli, {}, "plumbline", "_PLUMBLINE_COMPLETE")
    click.echo(made.source())
