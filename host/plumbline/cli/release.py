"""plumbline release."""

from __future__ import annotations

from pathlib import Path

import click

from plumbline.cli import common


@common.group(name="release")
def command() -> None:
    """Sign firmware images, and say whose signatures this computer trusts."""


_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@common.command(command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def key(file) -> None:
    """Make a release key: the private part into FILE, its public part is trusted here.

    Whoever has the private part makes firmware that clinics take for ours: keep it off line.
    """
    from plumbline.trust import release

    name = release.create(file)
    common.say(f"key {name}: private part in {file}, public part {release.folder() / name}.pem")


@common.command(command)
@click.argument("public", type=_file)
def trust(public) -> None:
    """Trust images signed by a public key (PEM)."""
    from plumbline.trust import release

    common.say(f"images signed by {release.trust(public.read_bytes())} are trusted")


@common.command(command)
@click.argument("image", type=_file)
@click.option("--key", "private", required=True, type=_file, help="Private release key.")
@click.option("--kind", type=click.Choice(["development", "wearer"]), required=True,
              help="What the image is.")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path),
              help="File to write (the image itself).")
def sign(image, private, kind, out) -> None:
    """Put a signed manifest into an image."""
    from plumbline import image as images
    from plumbline.errors import Mismatch
    from plumbline.files import write_atomic
    from plumbline.trust import release

    try:
        loaded = images.load(image)
        loaded.verify()
    except images.ImageError as error:
        raise Mismatch(f"{image}: {str(error).rstrip('.')}", "Name another file") from error
    signed = release.sign(loaded, kind, private)
    write_atomic(out or image, images.to_uf2(signed))
    common.say(f"{out or image}: {kind} image {loaded.version}, signed")
