"""plumbline live."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from plumbline.cli import common

_ENTER = "\x1b[?1049h\x1b[?25l"
_LEAVE = "\x1b[?25h\x1b[?1049l"


@common.command(name="live")
@common.device_option
@click.option("--seconds", type=click.FloatRange(0, min_open=True), help="End after so long.")
@click.option("--web", is_flag=True, help="Show it as a page on this computer.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765,
              help="Port of the page (8765; 0 takes a free one).")
@common.jsonl_option
def command(device, seconds, web, port, as_jsonl) -> None:
    """Watch what a brace sees and decides, as it happens.

    Draws a view in the terminal: the spine from the side and from behind, posture, battery,
    nudges and the last minute's lean.
    """
    from plumbline import live

    found = common.chosen_one(device)
    with common.connect(found) as brace:
        if web:
            from plumbline.web import server

            server.serve(brace, found.name, port, seconds, on_ready=_page)
            return
        show = _jsonl if as_jsonl else _view(found, brace) if _drawable() else _plain
        samples = live.stream(brace, seconds)
        try:
            show(samples)
        except KeyboardInterrupt:
            # The usual way to end it; the stream is turned off on the way out.
            pass
        finally:
            samples.close()


def _page(url: str) -> None:
    click.echo(url)
    sys.stdout.flush()
    common.say("Open that page in a browser on this computer; Ctrl-C ends")


def _jsonl(samples) -> None:
    for sample in samples:
        common.emit_line("live", asdict(sample))


def _plain(samples) -> None:
    """A line a second, where there is no terminal to draw in."""
    last = 0.0
    for sample in samples:
        if sample.at - last >= 1.0:
            last = sample.at
            click.echo(
                f"{sample.posture:<9} {sample.flexion:+7.2f}° forward {sample.lateral:+7.2f}° "
                f"right  {sample.battery_mv} mV"
            )
            sys.stdout.flush()


def _drawable() -> bool:
    encoding = (sys.stdout.encoding or "").lower()
    return sys.stdout.isatty() and "utf" in encoding


def _view(found, brace):
    from plumbline import live
    from plumbline.cli.live_view import View

    values = brace.config()["values"]
    serial = brace.identity.serial
    title = f"Plumbline  {found.name}" + (f"  {serial}" if serial else "")
    view = View(title, values.get("flexed_cdeg", 2000) / 100,
                values.get("extended_cdeg", -1200) / 100)  # fmt: skip
    view.delay_s = live.delay_s(brace)

    def show(samples) -> None:
        sys.stdout.write(_ENTER)
        try:
            for sample in samples:
                view.add(sample)
                body = "".join(f"{line}\x1b[K\r\n" for line in view.lines())
                sys.stdout.write(f"\x1b[H{body}\x1b[J")
                sys.stdout.flush()
        finally:
            sys.stdout.write(_LEAVE)
            sys.stdout.flush()

    return show
