"""The unix-port rig: virtual time, pins, flash, resets, faults, and the real firmware in it."""

import re
from pathlib import Path

import pytest
from plumbline.device import Brace
from plumbline.virtual import unixport
from plumbline.virtual.body import Body
from plumbline.virtual.nor import PAGE, SECTOR
from plumbline.virtual.unixport import UnixBrace, UnixBraceError, UnixTransport

pytestmark = pytest.mark.usefixtures("unix")

ROOT = Path(__file__).resolve().parents[2]
LOG = 0x0A8000
STORAGE = 0x078000


def play(program, seconds=10.0, **options):
    """What a program prints in so many seconds of its time, lines."""
    with UnixBrace(program=program, **options) as brace:
        brace.power_on()
        brace.run(seconds)
        return brace.console.decode().split("\r\n")[:-1]


def test_time_is_virtual_and_wraps_as_on_the_chip():
    lines = play(
        "import time\n"
        "t = time.ticks_ms()\n"
        "time.sleep_ms(250); time.sleep(0.5); time.sleep_us(250000)\n"
        "print(time.ticks_diff(time.ticks_ms(), t))\n"
        "t = time.ticks_ms()\n"
        "while time.ticks_diff(time.ticks_ms(), t) < 1000: pass\n"
        "print(time.ticks_ms() < 10000, time.ticks_add((1 << 30) - 1, 2))\n"
        "print(time.time(), time.localtime()[:6])\n",
        ticks_ms=(1 << 30) - 1200,
    )
    assert lines == ["1000", "True 1", "1609459202 (2021, 1, 1, 0, 0, 2)"]


def test_the_console_speaks_both_ways():
    with UnixBrace(program=(
        "import sys, select\n"
        "poll = select.poll(); poll.register(sys.stdin, select.POLLIN)\n"
        "print('ready', sys.platform)\n"
        "while True:\n"
        "    if list(poll.ipoll(1000)):\n"
        "        sys.stdout.buffer.write(b'<' + sys.stdin.buffer.read(1) + b'>')\n"
        "    else:\n"
        "        print('idle')\n"
    )) as brace:
        brace.power_on()
        assert brace.run(5, until=lambda: b"ready rp2\r\n" in brace.console)
        assert brace.now_s < 0.2
        transport = UnixTransport(brace)
        assert transport.read(0.1) == b"ready rp2\r\n" and transport.read(0.5) == b""
        transport.write(b"ab")
        before = transport.now()
        answer = transport.read(2)
        while len(answer) < 6:
            answer += transport.read(2)
        assert answer == b"<a><b>" and transport.now() - before < 0.1
        brace.run(3.5)
        assert transport.read(0).count(b"idle\r\n") == 3
        brace.set_usb(False)
        brace.run(3)
        assert transport.read(0) == b"", "without a host the bytes are lost"


def test_pins_interrupts_and_edges():
    with UnixBrace(program=(
        "import time, plumbport\n"
        "from machine import ADC, PWM, Pin\n"
        "from brace.board import pins\n"
        "button = Pin(pins.BUTTON, Pin.IN, Pin.PULL_UP)\n"
        "button.irq(lambda pin: print(pin.value(), time.ticks_ms()))\n"
        "print(ADC(Pin(pins.VBAT)).read_u16() * 6600 >> 16, Pin(pins.VBUS).value())\n"
        "led = PWM(Pin(pins.LED), freq=1000, duty_u16=9000)\n"
        "time.sleep(1); led.deinit()\n"
        "print(plumbport.motor(30000, 5000), plumbport.motor_on())\n"
        "time.sleep(2); print(plumbport.motor_on())\n"
        "time.sleep(10)\n"
    )) as brace:
        brace.set_battery(3700)
        brace.power_on()
        brace.run(1.0)
        brace.press(0.5)
        brace.run(3.0)
        lines = brace.console.decode().split("\r\n")
        assert lines[:4] == ["3699 1", "0 1000", "1000 True", "1 1500"]
        assert lines[4] == "False"
        assert [(round(e.at_ns / 1e9, 2), e.level) for e in brace.led_edges] == [
            (0.15, True), (1.15, False)]
        (burst,) = brace.bursts()
        assert burst.duration_ms == 1000 and burst.start_ns == pytest.approx(1.15e9, abs=1e6)


def test_the_motor_shakes_the_sensors_while_it_runs():
    lines = play(
        "import time, plumbport, struct\n"
        "from brace.board import bus, imu\n"
        "sensor = imu.Imu(bus.open_bus(), 0x6A); sensor.start(False)\n"
        "buf = bytearray(7 * 512)\n"
        "for ms in (0, 300, 0):\n"
        "    time.sleep_ms(300); sensor.read(buf, sensor.pending())\n"
        "    plumbport.motor(40000, ms); time.sleep_ms(250)\n"
        "    n = sensor.read(buf, sensor.pending())\n"
        "    z = [struct.unpack_from('<h', buf, i + 5)[0] for i in range(7, n, 14)]\n"
        "    print(max(z) - min(z) > 200, len(z) > 20)\n",
        shake_mg=60)
    assert lines == ["False True", "True True", "False True"]


def test_the_motors_cap_is_that_of_the_c_module():
    lines = play(
        "import plumbport, time\n"
        "n = 0\n"
        "for _ in range(100):\n"
        "    n += plumbport.motor(65535, 1000); time.sleep(1)\n"
        "print(n)\n",
        120,
    )
    # The budget, and what it refills in 100 s.
    assert int(lines[0]) == pytest.approx(20000 + 10000, abs=300)
    source = (ROOT / "device/port/cmodule/motor.c").read_text()
    shim = (ROOT / "host/plumbline/virtual/unixport/shims/plumbport.py").read_text()
    for name in ("BURST_MAX_MS", "BUDGET_MAX_MS", "REFILL_DIVISOR"):
        (here,) = re.findall(rf"{name} = (\d+)", shim)
        assert re.search(rf"#define {name} {here}u", source)


def test_sensors_answer_as_in_process():
    """The same samples as the model gives on CPython, through driver and stream file."""
    body = Body.from_script("0 stand\n1 bend 60\n8 end\n")
    with UnixBrace(seed=3, typical=True, program=(
        "import time, plumbcore\n"
        "from machine import I2C, Pin\n"
        "time.sleep_us(0)\n"
        "i2c = I2C(0, sda=Pin(4), scl=Pin(5), freq=400000)\n"
        "for a in (0x6A, 0x6B):\n"
        "    for r, v in ((0x12, 0x44), (0x10, 0x44), (0x11, 0x4C), (9, 0x44), (10, 6)):\n"
        "        i2c.writeto_mem(a, r, bytes((v,)))\n"
        "time.sleep_ms(2300 - time.ticks_ms())\n"
        "for a in (0x6A, 0x6B):\n"
        "    print(plumbcore.crc32(i2c.readfrom_mem(a, 0x78, 7 * 400)[700:]))\n"
    )) as brace:
        brace.play(body)
        brace.power_on()
        brace.run(5)
        lines = brace.console.decode().split()
        spent = brace.eval("bus.busy_us")

    import plumbcore
    from plumbline.virtual.lsm6dso import LSM6DSO
    from plumbline.virtual.parts import TRIM_PPM, noise_seed
    from plumbline.virtual.transducer import Transducer

    for name, line in zip("SL", lines, strict=True):
        part = Transducer(body.source(name), noise_seed(3, name))
        part.set_typical()
        imu = LSM6DSO(part, TRIM_PPM[name])
        imu.advance_to(150_000)
        for register, value in ((0x12, 0x44), (0x10, 0x44), (0x11, 0x4C), (9, 0x44), (10, 6)):
            imu.begin(False)
            imu.write_byte(register)
            imu.write_byte(value)
        imu.advance_to(2_300_000)
        data = bytearray(7 * 400)
        imu.begin(False)
        imu.write_byte(0x78)
        imu.read_into(data)
        # Start-up differs by the microseconds that the set-up took; settled samples do not.
        assert {data[i] >> 3 for i in range(0, len(data), 7)} == {1, 2}
        assert plumbcore.crc32(bytes(data[700:])) == int(line)
    assert spent > 2 * 9 * 2800 / 0.4


def test_flash_clears_bits_takes_time_and_survives_resets():
    with UnixBrace(program=(
        "import time, machine\n"
        "from brace.board import flashmap\n"
        "log = flashmap.partition(flashmap.LOG, flashmap.LOG_LEN)\n"
        "page = bytearray(256)\n"
        "log.readblocks(3, page)\n"
        "print(page[0], machine.reset_cause(), log.ioctl(4, 0), log.ioctl(5, 0))\n"
        "if page[0] == 255:\n"
        "    t = time.ticks_us()\n"
        "    log.writeblocks(3, b'\\xf0' * 256, 0)\n"
        "    log.writeblocks(3, b'\\x3c' * 256, 0)\n"
        "    print(time.ticks_diff(time.ticks_us(), t) // 100)\n"
        "    t = time.ticks_us()\n"
        "    log.ioctl(6, 4)\n"
        "    print(time.ticks_diff(time.ticks_us(), t) // 1000)\n"
        "    try:\n"
        "        log.writeblocks(3, b'short', 0)\n"
        "    except ValueError as error:\n"
        "        print(error)\n"
        "    machine.reset()\n"
    )) as brace:
        brace.power_on()
        brace.run(3)
        assert brace.console.decode().split("\r\n")[:-1] == [
            "255 1 344 4096", "8", "45",
            "the flash is programmed in whole pages of 256 bytes", "48 3 344 4096"]
        assert brace.eval("nor.erases") == {str(LOG // SECTOR + 4): 1}
        flash = brace.flash()
    assert len(flash) == 0x200000 and flash[LOG + 3 * SECTOR :][:PAGE] == b"\x30" * PAGE
    lines = play(
        "from brace.board import flashmap\n"
        "page = bytearray(2)\n"
        "flashmap.partition(flashmap.LOG, flashmap.LOG_LEN).readblocks(3, page)\n"
        "print(page)\n", flash=flash)
    assert lines == ["bytearray(b'00')"]


def test_a_power_cut_tears_the_operation_under_way():
    program = (
        "from brace.board import flashmap\n"
        "log = flashmap.partition(flashmap.LOG, flashmap.LOG_LEN)\n"
        "for block in range(100):\n"
        "    log.writeblocks(block, bytes(256), 0)\n"
        "print('done')\n"
    )
    torn = set()
    for seed in (1, 2, 3):
        with UnixBrace(program=program, seed=seed) as brace:
            brace.power_on()
            brace.exec("nor.tear = 1; nor.cut_in(5)")
            brace.run(3)
            assert brace.state == "off" and brace.console == b""
            flash = brace.flash()
            zeros = [flash[LOG + k * SECTOR :][:PAGE].count(0) for k in range(6)]
            assert zeros[:4] == [256] * 4 and zeros[4] < 256 and zeros[5] == 0
            torn.add(zeros[4])
            brace.power_on()
            brace.run(3)
            assert brace.console == b"done\r\n" and brace.state == "prompt"
    assert len(torn) == 3


def test_the_watchdog_bites_and_everything_starts_anew():
    with UnixBrace(program=(
        "import machine, time, brace\n"
        "print('start', machine.reset_cause(), hasattr(brace, 'mark'))\n"
        "brace.mark = True\n"
        "wdt = machine.WDT(timeout=2000)\n"
        "for _ in range(3):\n"
        "    time.sleep(1); wdt.feed()\n"
        "try:\n"
        "    time.sleep(60)\n"
        "except Exception:\n"
        "    print('a reset cannot be caught')\n"
    )) as brace:
        brace.power_on()
        brace.run(0.1)
        brace.exec("bus.write(0x6A, bytes((0x10, 0x40)))")
        brace.run(8)
        assert brace.console == b"start 1 False\r\nstart 3 False\r\n"
        assert brace.eval("imu['S']._reg[0x10]") == 0x40, "the sensors keep their settings"
        brace.reset()
        brace.run(0.2)
        brace.power_off()
        assert brace.run(100) is False and brace.state == "off"
        brace.power_on()
        brace.run(0.2)
        assert brace.console.endswith(b"start 3 False\r\nstart 1 False\r\nstart 1 False\r\n")
        assert brace.eval("imu['S']._reg[0x10]") == 0


def test_boot_loader_and_prompt_are_seen():
    with UnixBrace(program="import machine\nmachine.bootloader()\n") as brace:
        brace.power_on()
        brace.run(1)
        assert brace.state == "bootsel"
    with UnixBrace(program="print('bye')\n1/0\n") as brace:
        brace.power_on()
        brace.run(1)
        assert brace.state == "prompt" and b"ZeroDivisionError" in brace.console


def test_bus_faults_and_the_firmwares_recovery():
    with UnixBrace(program=(
        "import time\n"
        "from brace.board import bus, imu\n"
        "i2c = bus.open_bus()\n"
        "def show():\n"
        "    try:\n"
        "        print(i2c.readfrom_mem(0x6A, 0x0F, 1))\n"
        "    except OSError as error:\n"
        "        print(error.args[0])\n"
        "while True:\n"
        "    show(); time.sleep(1)\n"
        "    if len(i2c.scan()) < 2:\n"
        "        i2c, low = bus.recover()\n"
    )) as brace:
        brace.power_on()
        brace.run(0.5)
        brace.exec("imu['S'].nack_left = 1; imu['S'].who_am_i = 0x69")
        brace.run(1)
        brace.exec("bus.stuck_sda = 7")
        brace.run(2)
        assert brace.console.decode().split() == ["b'l'", "b'i'", "b'i'"]
        assert brace.eval("bus.stuck_sda") == 0
        brace.exec("bus.stuck_scl = True")
        brace.run(12)
        assert brace.console.split()[-1] == b"110"


def test_a_firmware_that_computes_for_ever_is_told(monkeypatch):
    monkeypatch.setattr(unixport, "_PATIENCE_S", 0.5)
    with UnixBrace(program="while True: pass") as brace:
        brace.power_on()
        with pytest.raises(UnixBraceError, match="hangs in a loop"):
            brace.run(1)


def test_errors_of_orders_and_of_the_rig_are_told():
    with UnixBrace() as brace:
        with pytest.raises(UnixBraceError, match="NameError"):
            brace.exec("no_such_thing()")
        assert brace.eval("1 + 1") == 2
        brace._process.kill()
        with pytest.raises(UnixBraceError, match="the unix port ended"):
            brace.eval("1 + 1")


def test_a_missing_unix_port_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PLUMBLINE_UNIX", str(tmp_path / "none"))
    with pytest.raises(UnixBraceError, match="run `make unix`"):
        UnixBrace()


# -- the firmware ------------------------------------------------------------------------------


@pytest.mark.req("SENSE-1")
def test_the_firmware_runs_answers_and_reads_without_loss():
    with UnixBrace(typical=True) as unix_brace:
        unix_brace.power_on()
        unix_brace.run(1)
        unix_brace.play(Body.from_script("tour"))
        with Brace.open(UnixTransport(unix_brace)) as brace:
            hello = brace.hello()
            assert (hello.name, len(hello.image)) == ("plumbline", 64)
            unix_brace.run(135)
            status = brace.status()
            assert status.sensors == ["S", "L"] and status.faults == []
        assert unix_brace.state == "running"
        assert unix_brace.eval("[imu[k].fifo.lost for k in 'SL']") == [0, 0]
        assert b"Traceback" not in unix_brace.console


def test_the_firmware_goes_on_with_one_sensor():
    with UnixBrace(sensors="L", typical=True) as unix_brace:
        unix_brace.power_on()
        unix_brace.run(30)
        with Brace.open(UnixTransport(unix_brace)) as brace:
            assert brace.status().sensors == ["L"]


def test_the_same_run_twice_is_the_same_bit_for_bit():
    def once():
        with UnixBrace(typical=True, seed=5) as unix_brace:
            unix_brace.play(Body.from_script("tour"))
            unix_brace.power_on()
            unix_brace.run(60)
            return (unix_brace.console, unix_brace.motor_edges, unix_brace.led_edges,
                    unix_brace.flash(), unix_brace.eval("bus.busy_us"))

    assert once() == once()


@pytest.mark.slow
def test_an_hour_of_work_brings_cues():
    body = Body.from_script("hour")
    with UnixBrace(typical=True) as unix_brace:
        unix_brace.power_on()
        unix_brace.play(body)
        unix_brace.run(body.seconds)
        bursts = unix_brace.bursts()
        assert unix_brace.state == "running" and len(bursts) > 5
        assert unix_brace.eval("[imu[k].fifo.lost for k in 'SL']") == [0, 0]
        # Nobody is reminded while upright and still for long.
        flexed = [s for s in body.truth.spans if s.posture in ("flexed", "left", "right")]
        for burst in bursts:
            t = burst.start_ns / 1e9
            assert any(s.begin <= t <= s.end + 3 for s in flexed), f"a cue at {t:.1f} s"
