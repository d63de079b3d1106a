"""The virtual brace: the emulated board and everything a brace has around it.

Sensors on the I2C bus, the motor, LED and button, the battery and the USB cable.  All of it is
driven and watched from here; nothing in the firmware or the host tools knows the difference
from a brace on a bench.
"""

from __future__ import annotations

from brace.board import pins
from rp2040py.gpio_pin import GPIOPinState

from plumbline.virtual.board import Board
from plumbline.virtual.edges import Burst, Edge, bursts
from plumbline.virtual.i2c_bus import I2CBus
from plumbline.virtual.i2c_port import I2CPort
from plumbline.virtual.lsm6dso import LSM6DSO
from plumbline.virtual.parts import ADDRESS, INT1, SHAKE_MG, TRIM_PPM, VBAT_FULL_MV, noise_seed
from plumbline.virtual.source import Still
from plumbline.virtual.transducer import Transducer


class VirtualBrace:
    """A brace on an emulated RP2040.

    flash: the chip's contents at first, or b"" for a blank one (then `write_image`).
    sensors: which of "S" and "L" are there.
    seed: of the sensors' errors and of torn flash pages.
    typical: whether the sensors have the errors that real parts have (transducer.py), or none.
    shake_mg: what the running motor adds to the accelerometers, rms; 0 is a dead motor.
    """

    def __init__(
        self,
        flash: bytes = b"",
        *,
        sensors: str = "SL",
        seed: int = 1,
        typical: bool = True,
        shake_mg: int = SHAKE_MG,
    ):
        self.shake_mg = shake_mg
        self.board = Board(flash, seed=seed)
        self.transducers = {
            name: Transducer(Still(), seed=noise_seed(seed, name)) for name in ADDRESS
        }
        for part in self.transducers.values():
            if typical:
                part.set_typical()
        self.bus = I2CBus(self._now_us)
        self.sensors: dict[str, LSM6DSO] = {}
        for name in sensors:
            sensor = LSM6DSO(self.transducers[name], trim_ppm=TRIM_PPM[name])
            sensor.on_int1 = self._int1_listener(name)
            self.sensors[name] = sensor
            self.bus.attach(ADDRESS[name], sensor)
        mcu = self.board.mcu
        self._int1_alarm = mcu.clock.create_alarm(self._on_int1_due)
        self.port = I2CPort(mcu, 0, pins.IMU_SDA, pins.IMU_SCL, self.bus, self._watch_int1)
        self.motor_edges: list[Edge] = []
        self.led_edges: list[Edge] = []
        mcu.gpio[pins.MOTOR].add_listener(self._recorder(self.motor_edges))
        mcu.gpio[pins.MOTOR].add_listener(self._on_motor)
        self._rest_alarm = mcu.clock.create_alarm(lambda: self.shake(0))
        self._shaking = False
        mcu.gpio[pins.LED].add_listener(self._recorder(self.led_edges))
        self.set_battery(3900)
        self.set_usb(True)
        self.set_button(False)

    # -- power and time ----------------------------------------------------------------------

    def _now_us(self) -> int:
        return self.board.now_ns // 1000

    def power_on(self) -> None:
        """Applies power to board and sensors."""
        for sensor in self.sensors.values():
            sensor.power_on(self._now_us())
        self.board.power_on()

    def power_off(self) -> None:
        """Takes the battery out and pulls the cable."""
        self.board.power_off()

    def reset(self) -> None:
        """Pulls the reset pin; the sensors do not notice."""
        self.board.reset()

    def boot(self, timeout_s: float = 5.0) -> None:
        """Applies power and waits until the brace has enumerated.  Raises TimeoutError."""
        self.power_on()
        if not self.board.run(timeout_s * 1e9, until=lambda: self.board.usb.connected):
            raise TimeoutError(f"the image did not enumerate within {timeout_s} s")

    def run(self, seconds: float) -> None:
        """Lets simulated time pass."""
        self.board.run(seconds * 1e9)

    # -- the body ----------------------------------------------------------------------------

    def play(self, sources: dict) -> None:
        """Moves the sensors: a motion source (source.py) for "S", "L" or both."""
        for name, source in sources.items():
            self.transducers[name].set_source(source)

    def play_motion(self, motion: str, *, loop: bool = False, delay: float = 0.0) -> float:
        """Plays a motion script (a name that ships, or a file) or a recording (.npz), holding its
        first attitude for `delay` seconds before.

        Returns how many seconds it all lasts.  Raises ValueError for what cannot be played.
        """
        from plumbline.virtual.body import Body

        body = Body.from_motion(motion)
        start = self._now_us() + int(delay * 1e6)
        self.play({name: body.source(name, start, loop) for name in body.sensors})
        return delay + body.seconds

    # -- pins --------------------------------------------------------------------------------

    def set_battery(self, millivolts: int) -> None:
        """The cell's voltage."""
        self.board.mcu.adc.channel_values[0] = min(4095, millivolts * 4096 // VBAT_FULL_MV)

    def set_usb(self, plugged: bool) -> None:
        """Plugs the USB cable in or pulls it."""
        self.board.mcu.gpio[pins.VBUS].set_input_value(plugged)
        self.board.usb.plug(plugged)

    def set_button(self, pressed: bool) -> None:
        """Holds the button down or lets it go."""
        self.board.mcu.gpio[pins.BUTTON].set_input_value(not pressed)

    def press(self, seconds: float) -> None:
        """Presses the button for a time."""
        self.set_button(True)
        self.run(seconds)
        self.set_button(False)

    def bursts(self, since_ns: int = 0) -> list[Burst]:
        """The motor's vibrations that began at `since_ns` or later."""
        return bursts(self.motor_edges, since_ns)

    def _recorder(self, edges: list[Edge]):
        def on_change(state: GPIOPinState, before: GPIOPinState) -> None:
            high = state == GPIOPinState.HIGH
            if not edges or edges[-1].level != high:
                edges.append(Edge(self.board.now_ns, high))

        return on_change

    # -- the motor's vibration ---------------------------------------------------------------

    def _on_motor(self, state: GPIOPinState, before: GPIOPinState) -> None:
        """Driven by PWM: it runs until no edge has come for two periods."""
        if state == GPIOPinState.HIGH and not self._shaking:
            self.shake(self.shake_mg * 1000)
        if state == GPIOPinState.LOW:
            self._rest_alarm.cancel()
            self._rest_alarm.schedule(2_000_000)

    def shake(self, ug: int) -> None:
        """The sensors are shaken by so much (rms) from now on."""
        self._shaking = ug > 0
        for name, sensor in self.sensors.items():
            sensor.advance_to(self._now_us())
            self.transducers[name].shake = ug
            self.transducers[name].changed()

    # -- interrupt lines ---------------------------------------------------------------------

    def _int1_listener(self, name: str):
        pin = self.board.mcu.gpio[INT1[name]]
        return lambda level: pin.set_input_value(bool(level))

    def _watch_int1(self) -> None:
        due = [sensor.next_event_us() for sensor in self.sensors.values()]
        due = [at for at in due if at is not None]
        self._int1_alarm.cancel()
        if due:
            self._int1_alarm.schedule(max(min(due) * 1000 - self.board.now_ns, 1000))

    def _on_int1_due(self) -> None:
        for sensor in self.sensors.values():
            sensor.advance_to(self._now_us())
        self._watch_int1()
