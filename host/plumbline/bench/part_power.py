"""How much of the time the core is awake while a brace is worn, and what that makes in hours."""

from plumbline import image, power
from plumbline.bench import Bench, broad
from plumbline.virtual.body import Body
from plumbline.virtual.rig import VirtualBrace

TITLE = "five minutes of a person's motion (HAPT) on the emulated brace, on its battery"

IMAGE = "build/firmware/plumbline-rp2040.uf2"
SECONDS = 300
CLOCK_HZ = 125_000_000
# The log is mounted, the sensors have settled.
_RUN_IN_S = 5
# What the settings allow at most: 60 cues of two bursts of 250 ms in 12 h of wear.
_MOTOR_S_PER_HOUR = 60 * 0.5 / 12


def run(bench: Bench) -> None:
    recordings = sorted((broad.data_folder() / "hapt").glob("*.npz"))
    if not recordings:
        bench.say(f"  skipped: {broad.data_folder() / 'hapt'} is not there")
        return
    try:
        firmware = image.load(IMAGE)
    except OSError:
        bench.say(f"  skipped: {IMAGE} is not built (make firmware)")
        return
    share, bus = awake_share(firmware, Body.from_recording(recordings[0]))
    bench.put("power.awake_share", share, bar="<= 0.05", note=recordings[0].stem)
    bench.put("power.bus_share", bus, note="of both sensors' samples; mostly waited for")
    budget = power.budget(share, _MOTOR_S_PER_HOUR)
    bench.put("power.mean_current", budget.total, "mA", note="a budget, see docs/power.md")
    bench.put("power.hours", budget.hours, "h", bar=">= 48",
              note=f"on {power.CELL_MAH:.0f} mAh, nothing of it measured on a board")


def awake_share(firmware, body: Body, seconds: float = SECONDS) -> tuple[float, float]:
    """Shares of the time (0..1) in which the core executes and in which the bus works, both
    sensors moved as the body's."""
    brace = VirtualBrace()
    brace.board.write_image(firmware.data, firmware.base)
    brace.boot()
    brace.run(2)
    brace.set_usb(False)
    start = brace.board.now_ns // 1000
    source = body.sensors[-1]
    brace.play({name: body.source(source, start, loop=True) for name in "SL"})
    brace.run(_RUN_IN_S)
    before, begun, bus = brace.board.awake_cycles, brace.board.now_ns, brace.port.busy_ns
    brace.run(seconds)
    took = brace.board.now_ns - begun
    executed = (brace.board.awake_cycles - before) / CLOCK_HZ * 1e9
    return executed / took, (brace.port.busy_ns - bus) / took
