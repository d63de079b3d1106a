"""plumbline flash."""

from __future__ import annotations

from pathlib import Path

import click

from plumbline.cli import common


@common.command(name="flash")
@click.argument(
    "image", required=False, type=click.Path(path_type=Path, dir_okay=False), metavar="[IMAGE]"
)
@common.several_braces
@click.option("--force", is_flag=True, help="Flash what runs this image; change a serial number.")
@click.option("--downgrade", is_flag=True, help="Allow an image older than what runs.")
@click.option(
    "--serial", metavar="SERIAL", help="Serial number to give it; of several, the first's."
)
@click.option("--hw", type=click.IntRange(0, 255), help="Hardware revision to record in it.")
@click.option("--unsigned", is_flag=True, help="Take an image that nobody signed without asking.")
@click.option("--backend", help="Write through uf2-volume, picotool or virtual only.")
@common.dry_run_option
@common.json_option
def command(image, device, everything, jobs, force, downgrade, serial, hw, unsigned, backend,
            dry_run, as_json) -> None:  # fmt: skip
    """Put firmware on braces, give new ones a serial number, and prove it.

    IMAGE is a .uf2 file; without it, what `make firmware` built here.  A brace that runs the
    image already is left alone.  Log, settings and calibration stay.  A board that does not
    answer must be put in BOOTSEL by hand: hold its BOOTSEL button while plugging it in.
    """
    from plumbline import fleet, records
    from plumbline import image as images
    from plumbline.cli.progress import Progress
    from plumbline.errors import Mismatch, UsageError
    from plumbline.flashing import execute, plan, targets

    settings = common.settings(device=device, jobs=jobs)
    path = execute.image_path(image, settings.image)
    try:
        loaded = images.load(path)
        loaded.verify()
    except images.ImageError as error:
        raise Mismatch(f"{path}: {str(error).rstrip('.')}", "Name another file") from error
    _check_signature(path, loaded, unsigned)
    if serial is not None:
        from plumbline.device import SERIAL

        if not SERIAL.fullmatch(serial):
            raise UsageError(
                f"{serial!r} is not a serial number", "Use 1 to 16 letters, digits and '-'"
            )
    chosen = targets.select([] if everything and not device else settings.device, everything)
    serials = plan.numbered(serial, len(chosen)) if serial else [None] * len(chosen)
    options = {
        target.name: plan.Options(force, downgrade, number, hw, backend)
        for target, number in zip(chosen, serials, strict=True)
    }
    common.say(f"{path}: {loaded.version or 'unknown version'}, {loaded.digest[:16]}")

    def prepare(target):
        return plan.plan(target, loaded, options[target.name], settings.timeout)

    def work(target):
        with progress.working(target.name) as line:
            step = prepare(target)
            line.say(step.why)
            report = execute.Report(line.say, line.bytes)
            result = execute.execute(step, loaded, report, settings.timeout)
            if result.done != "skipped":
                records.append(result.hello.serial, result.record(target.location))
            line.say(f"{result.done}, serial number {result.hello.serial}")
            return result

    if dry_run:
        outcomes = fleet.run(chosen, prepare, settings.jobs)
        rows = [_planned(o) for o in outcomes]
    else:
        with Progress([t.name for t in chosen]) as progress:
            outcomes = fleet.run(chosen, work, settings.jobs)
        rows = [_done(o) for o in outcomes]
    if as_json:
        common.emit_json("flash", {
            "image": str(path), "digest": loaded.digest, "fw": loaded.version,
            "dry_run": dry_run, "braces": rows})  # fmt: skip
    else:
        # What went wrong stands on the progress lines already.
        keys = [k for k in rows[0] if k != "error" and any(row[k] is not None for row in rows)]
        common.table([k.upper() for k in keys], [[row[k] for k in keys] for row in rows])
    fleet.check(outcomes)


def _planned(outcome) -> dict:
    step = outcome.result
    return {
        "name": outcome.item.name,
        "action": step.action.value if step else "refused",
        "why": step.why if step else str(outcome.error),
    }


def _done(outcome) -> dict:
    result, error = outcome.result, outcome.error
    return {
        "name": outcome.item.name,
        "serial": result.hello.serial if result else None,
        "outcome": result.done if result else "failed",
        "fw": result.hello.fw if result else None,
        "seconds": round(result.seconds, 1) if result else None,
        "location": outcome.item.location or None,
        "error": str(error) if error else None,
    }


def _check_signature(path, image, unsigned: bool) -> None:
    """Says who signed an image.  Once this computer trusts release keys it takes nothing else,
    unless told so."""
    from plumbline.errors import Mismatch
    from plumbline.trust import release

    manifest = release.verify(image)
    if manifest is not None:
        common.say(f"{path}: signed, a {manifest.kind} image")
    elif release.trusted() and not unsigned:
        raise Mismatch(
            f"{path} carries no signature", "Give --unsigned if it is one that you built yourself"
        )
