"""Faults that need the board itself: the image, its filesystem and prompt, and power that fails at
any instruction (docs/faults.md)."""

import random

import pytest
from brace.board import flashmap

# On a busy computer the emulator is slow.
pytestmark = [pytest.mark.needs("has_prompt"), pytest.mark.timeout(900)]

# In a prompt: files in the development image's filesystem, as a developer's sync puts them.
WRITE = """
import os
def put(path, text):
    if "/" in path[1:]:
        try:
            os.mkdir(path[:path.rindex("/")])
        except OSError:
            pass
    with open(path, "w") as file:
        file.write(text)
"""
MARK = """
import binascii, plumbport
put("/brace.image", binascii.hexlify(plumbport.image()[16:48]).decode())
"""
# Ends in the watchdog without keeping the emulated core busy.
HANG = "import machine, time\nmachine.mem32[0xE000E180] = 0xFFFFFFFF\ntime.sleep(1)\n"


@pytest.fixture
def files(brace, prompt):
    """files({path: text}, mark): puts files on the brace's filesystem and starts it again."""

    def put(texts, mark=True):
        brace.format_files()
        prompt.enter()
        prompt.run(WRITE)
        for path, text in texts.items():
            prompt.run(f"put({path!r}, {text!r})")
        if mark:
            prompt.run(MARK)
        prompt.run("import machine")
        prompt.start("machine.reset()")

    return put


@pytest.mark.fault("CODE-1")
@pytest.mark.parametrize("text", ["raise ValueError('planted')\n", HANG], ids=["fails", "hangs"])
def test_changed_code_that_fails_or_hangs_is_left_out(ordeal, files, brace, text):
    files({"/brace/tactor.py": text})
    ordeal.told("changes_left_out", within=40)
    brace.wait_ready(20)
    assert brace.buzz(0) > 0


@pytest.mark.fault("CODE-2")
def test_boot_and_main_on_the_filesystem_are_not_run(ordeal, files, brace):
    files({"/boot.py": HANG, "/main.py": HANG}, mark=False)
    brace.restarted()
    brace.wait_ready()
    assert "watchdog" not in brace.status().faults


@pytest.mark.fault("CODE-3")
def test_changes_made_for_another_image_are_ignored(ordeal, files, brace):
    files({"/brace/tactor.py": HANG, "/brace.image": "00" * 32}, mark=False)
    brace.restarted()
    assert brace.buzz(0) > 0 and "watchdog" not in brace.status().faults


@pytest.mark.fault("FILES-1")
def test_the_filesystem_is_rubbish(ordeal, flash, power, brace):
    power.off()
    flash.write(flashmap.FILES, bytes(range(256)) * 64)
    power.on()
    brace.wait_ready()
    ordeal.told("files_damaged", within=5)
    ordeal.state("ok", ["S", "L"])
    # Formatting is for a person to ask for; then it is well again.
    brace.format_files()
    power.cycle(0.1)
    brace.wait_ready()
    assert "files_damaged" not in brace.status().faults


@pytest.mark.fault("FILES-2")
def test_power_is_cut_while_the_filesystem_is_made(ordeal, flash, power, brace, clock):
    for operation in (1, 2, 4):
        flash.cut_in(operation)
        brace.line.write(b"")
        with pytest.raises(Exception, match="port|answer"):
            brace.format_files()
        power.off()
        power.on()
        brace.wait_ready()
        ordeal.new()
    ordeal.state("ok", ["S", "L"])


@pytest.mark.fault("REPL-1")
def test_the_brace_is_left_at_a_prompt(ordeal, prompt, brace, clock):
    """For half an hour it waits for its developer; then its wearer gets it back."""
    prompt.enter()
    clock.run(1700)
    assert brace.link.at_prompt()
    clock.run(120)
    brace.wait_ready()
    ordeal.told("prompt_left", within=5)
    ordeal.state("ok", ["S", "L"])


@pytest.mark.fault("REPL-2")
def test_the_brace_is_left_in_a_raw_prompt_by_a_tool_that_died(ordeal, prompt, brace, clock):
    prompt.enter()
    brace.line.write(b"\x04\x01print('half a progr")
    clock.run(1850)
    brace.wait_ready()
    ordeal.told("prompt_left", within=5)


@pytest.mark.fault("HEAP-1")
def test_the_heap_is_nearly_exhausted(ordeal, inside, brace, clock):
    inside("""
import gc, brace.attend
def hog(self, now, plain=brace.attend.Attend._on_battery):
    if now > 2000 and not hasattr(brace.attend, "kept"):
        brace.attend.kept = kept = []
        gc.collect()
        for size in (4096, 512, 64):
            while gc.mem_free() > 5000 + 2 * size:
                try:
                    kept.append(bytearray(size))
                except MemoryError:
                    break
        self._battery_at = None
    plain(self, now)
brace.attend.Attend._on_battery = hog
""")
    brace.restarted()
    ordeal.told("heap_low", within=5)
    ordeal.state("ok", ["S", "L"])


@pytest.mark.fault("POWER-14")
@pytest.mark.parametrize("part", range(2))
def test_power_fails_at_any_instruction(ordeal, rig, power, brace, clock, pytestconfig, part):
    """To the nanosecond, wherever the core, the bus and the flash are just then."""
    chance = random.Random(f"{pytestconfig.option.hil_seed}/instruction/{part}")
    for _ in range(5):
        clock.run(chance.choice([0.02, 0.1, 0.4, 1.5]) * chance.random())
        brace.line.write(b"")
        power.off()
        power.on()
        ordeal.new()
    brace.wait_ready()
    ordeal.told("power_lost", within=5)
    ordeal.state("ok", ["S", "L"])


@pytest.mark.req("SENSE-6")
@pytest.mark.fault("FLASH-13")
@pytest.mark.setup(timing="worst")
def test_the_slowest_flash_loses_no_sample(ordeal, brace, clock):
    """On the board the core stands still while the chip erases, interrupts and all."""
    brace.record_raw(30)
    clock.run(20)
    assert not [event for event in ordeal.events() if event.name == "fifo_overrun"]
    ordeal.state("ok", ["S", "L"])


@pytest.mark.fault("BUS-9")
def test_sda_held_on_the_board(ordeal, flash_bus):
    """The real I2C block and pins, nine clocks by hand."""
    flash_bus.stick_sda(6)
    ordeal.told("bus_stuck", value=1, within=3)
    ordeal.state("ok", ["S", "L"])
    flash_bus.nack(1, "S")
    ordeal.told("sensor_no_answer", value=256, within=3)
    flash_bus.stick_scl(True)
    ordeal.told("bus_stuck", value=2, within=3)
    ordeal.state("safe", [])
    flash_bus.free()
    ordeal.state("ok", ["S", "L"], within=15)


@pytest.mark.fault("HANG-sense", "HANG-wire")
@pytest.mark.parametrize("task", ["sense", "wire"])
def test_a_task_hangs_on_the_board(ordeal, inside, brace, task):
    """Interrupts off in the NVIC: nothing but the watchdog ends it."""
    from test_faults_tasks import NUMBER, step

    hang = "import machine; machine.mem32[0xE000E180] = 0xFFFFFFFF; time.sleep(1)"
    inside(step(task, f"if now > 2000: {hang}"))
    brace.restarted(30)
    ordeal.told("watchdog", value=NUMBER[task], within=10)
    ordeal.state("ok", ["S", "L"])
