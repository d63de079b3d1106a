"""Runs a firmware in the world: start, reset, start again; and serves the host in between.

    micropython run.py CONFIG.json

One JSON object a line goes each way over the process's own stdin and stdout; the host's first
turn is before the firmware starts.

    {"run": us, "stop_on": ["out", "edge"]}   lets time pass, less if such a thing happens first
    {"exec": "python"}, {"eval": "python"}    does or asks something of `world`; imu, part, bus,
                                              nor and play(sensor, path, start_us, loop) are at
                                              hand
    {"in": "hex"}                             bytes from the host
    {"reset": "pin" | "power" | "off"}

The answer to each: {"now": us, "state": …, "out": [[us, hex]], "edges": [[us, pin, level]]},
with "value" after eval, or {"error": text}.
"""

import gc
import io
import json
import sys as real
import time

import machine
import plumbport
from console import install
from lsm6dso import LSM6DSO
from nor import Nor
from source import FileStream, Still
from transducer import Transducer
from world import Reset, world


class Rig:
    """The firmware, its world, and the line to the host."""

    def __init__(self, config):
        self.config = config
        self.state = "off"
        # The program under test gets the console; this one keeps the process's own streams.
        self.system = install(real)
        world.nor = Nor(bytearray(b"\xff" * 0x200000), config["seed"])
        world.nor.on_cut = self._cut
        if config["flash"]:
            with open(config["flash"], "rb") as file:
                file.readinto(world.nor.data)
        self.part = {}
        for name in config["sensors"]:
            self._fit(name, config["sensors"][name])
        plumbport._stamp = bytes.fromhex(config["stamp"])
        time.offset_ms = config["ticks_ms"]
        world.shake_ug = config["shake_ug"]
        self.names = {
            "world": world,
            "imu": world.imu,
            "part": self.part,
            "bus": world.bus,
            "nor": world.nor,
            "play": self.play,
        }
        # The firmware's own modules start anew after a reset; the stand-ins stay.
        self.kept = [name for name in real.modules if name.split(".")[0] != "brace"]

    def _fit(self, name, spec):
        part = Transducer(Still(), spec["seed"])
        if spec["typical"]:
            part.set_typical()
        imu = LSM6DSO(part, spec["trim_ppm"])
        pin = spec["int1"]
        imu.on_int1 = lambda level: world.changed(pin, 1 - level, level)
        world.imu[name] = imu
        world.int1[name] = pin
        world.bus.attach(spec["address"], imu)
        self.part[name] = part

    def play(self, name, path, start_us, loop):
        """Moves a sensor as a stream file says."""
        self.part[name].set_source(FileStream(path, start_us, loop))

    def _cut(self):
        world.end("off")

    # -- the host's turn ------------------------------------------------------------------------

    def serve(self):
        """Does what the host says until it lets time pass."""
        world.stop_on = ()
        # What the host changes of the sensors acts from now on, not from their last reading.
        for imu in world.imu.values():
            imu.advance_to(world.now)
        while True:
            line = real.stdin.readline()
            if not line:
                real.exit(0)
            order = json.loads(line)
            if "run" in order:
                world.stop_on = tuple(order.get("stop_on", ()))
                world.horizon = world.now + order["run"]
                self.answering = True
                return
            kind = order.get("reset")
            if kind:
                self.state = "off"
                self.answer({})
                world.end(kind)
            self.answer(self._do(order))

    def _do(self, order):
        try:
            if "in" in order:
                world.received.extend(bytes.fromhex(order["in"]))
            elif "exec" in order:
                exec(order["exec"], self.names)
                world.look_at_sensors()
            elif "eval" in order:
                return {"value": eval(order["eval"], self.names)}
        except Exception as error:
            text = io.StringIO()
            real.print_exception(error, text)
            return {"error": text.getvalue()}
        return {}

    def answer(self, answer):
        """Tells the host what happened since the last answer."""
        answer["now"] = world.now
        answer["state"] = self.state
        answer["out"] = [[t, data.hex()] for t, data in world.sent]
        answer["edges"] = world.edges
        world.sent = []
        world.edges = []
        real.stdout.write(json.dumps(answer) + "\n")

    def turn(self):
        """The horizon is reached: answers the run that ended, then serves the next orders."""
        if self.answering:
            self.answering = False
            self.answer({})
        self.serve()

    # -- the firmware's life --------------------------------------------------------------------

    def live(self):
        """For ever: starts the firmware, and starts it again after every reset."""
        self.answering = False
        world.on_horizon = self.turn
        cause = "off"
        while True:
            try:
                if cause in ("off", "bootsel"):
                    self.state = cause
                    self._wait()
                self._start(cause)
            except Reset as reset:
                cause = reset.args[0]
                world.stop()
            for name in list(real.modules):
                if name not in self.kept:
                    del real.modules[name]
            gc.collect()

    def _wait(self):
        while True:
            world.advance(1000000)

    def _start(self, cause):
        machine._cause = machine.PWRON_RESET if cause in ("power", "pin") else machine.WDT_RESET
        plumbport.reset()
        self.state = "running"
        world.start(cause == "power")
        try:
            exec(self.config["program"], {"__name__": "__main__"})
        except Reset:
            raise
        except BaseException as error:
            self.system.print_exception(error)
        # Where a board would show its prompt.  Time goes on, and so does the watchdog.
        self.state = "prompt"
        self._wait()


gc.threshold(2000000)
with open(real.argv[1]) as file:
    Rig(json.load(file)).live()
