"""plumbline update."""

from __future__ import annotations

from pathlib import Path

import click

from plumbline.cli import common

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@common.group(name="update")
def command() -> None:
    """Signed bundles: change parts of the firmware without BOOTSEL; undone if they fail."""


@common.command(command)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("files", nargs=-1, required=True, metavar="BRACE/FILE...")
@click.option("--image", required=True, type=_file, help="The .uf2 that it is for.")
@click.option("--release", "version", required=True, metavar="X.Y.Z", help="Its version.")
@click.option("--key", required=True, type=_file, help="Private release key.")
@click.option("--tree", type=click.Path(exists=True, file_okay=False, path_type=Path),
              default=Path("device"), help="Folder that holds brace/ (device).")
def build(out, files, image, version, key, tree) -> None:
    """Make a signed bundle of files of the firmware, named like brace/posture.py."""
    import plumbcore

    from plumbline import image as images
    from plumbline.files import write_atomic
    from plumbline.trust import updates

    contents = {name: (tree / name).read_bytes() for name in files}
    made = updates.build(contents, version, images.load(image).digest, plumbcore.core_version(),
                         key)  # fmt: skip
    write_atomic(out, made)
    common.say(f"{out}: version {version}, {len(contents)} files, {len(made)} bytes")


@common.command(command)
@common.device_option
@click.argument("public", type=_file)
def trust(device, public) -> None:
    """Tell a brace the public release key (PEM) whose bundles it takes."""
    from plumbline.trust import release

    name = release.trust(public.read_bytes())
    with common.connect(common.chosen_one(device)) as brace:
        hello = brace.identity
        brace.provision(hello.serial, hello.hw, release.trusted()[name])
    common.say(f"{hello.serial} takes bundles signed by {name}")


@common.command(command)
@common.device_option
@click.argument("bundle", type=_file)
@click.option("--downgrade", is_flag=True, help="Allow one that is older than what runs.")
def send(device, bundle, downgrade) -> None:
    """Bring a bundle to a brace, which verifies it and restarts with it."""
    from plumbline.trust import updates

    data = updates.load(bundle)
    updates.describe(data)
    with common.connect(common.chosen_one(device)) as brace:
        version = updates.send(brace, data, downgrade=downgrade)
        common.say(f"{brace.identity.serial} restarts with {updates.version_text(version)}")


@common.command(command)
@common.device_option
@common.json_option
def show(device, as_json) -> None:
    """Show what a brace runs and how its last update went."""
    from plumbline.trust.updates import version_text

    with common.connect(common.chosen_one(device)) as brace:
        state = brace.update_state()
    if as_json:
        common.emit_json("update", state)
        return
    running = version_text(state["running"]) if state["running"] else "the image alone"
    click.echo(f"runs {running}")
    if not state["good"]:
        click.echo("the last update has not proved itself yet")
    if state["rolled"]:
        click.echo(f"went back from {version_text(state['rolled'])}, which failed")
    if state["refused"]:
        click.echo(f"a bundle is refused: {state['refused']}")
