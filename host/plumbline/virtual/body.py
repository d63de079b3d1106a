"""The body between a motion and the two sensors: what S and L really feel.

    body = Body.from_script("tour")                    # a script: a file, or one that ships
    body = Body.from_recording(path)                   # a recording of real sensors
    imu = LSM6DSO(Transducer(body.source("S")), trim_ppm)

A sensor's sample at time t is the mean angular rate over the sampling period around t, and the
specific force at t, in the sensor's own frame.  Of a script both come from the same path of the
sensor through space: the rates are the turns between its orientations (so summing them up gives
the orientation back exactly), the specific force is the second derivative of its place, plus
gravity.  Recordings are resampled without aliases to the sensor's real rate.
"""

from __future__ import annotations

from array import array
from importlib import resources
from pathlib import Path

import numpy as np

from plumbline.virtual import recording, rotation, stage
from plumbline.virtual.lsm6dso_sampling import BASE_HZ, US
from plumbline.virtual.mounting import Mounting
from plumbline.virtual.script import Script, ScriptError, parse
from plumbline.virtual.source import AXES, Stream, header
from plumbline.virtual.truth import Truth

SENSORS = ("S", "L")
_AT_ONCE = 1 << 14


def period(trim_ppm: int = 0, shift: int = 6) -> tuple[int, int]:
    """The sampling period (num, den), in microseconds, of a part with this trim; 104 Hz unless
    told another power of two below 6667 Hz (lsm6dso.py)."""
    return US << shift, BASE_HZ * (1000000 + trim_ppm)


def shipped() -> list[str]:
    """Names of the scripts that ship with the package."""
    folder = resources.files("plumbline.virtual") / "motions"
    return sorted(Path(str(f)).stem for f in folder.iterdir() if f.name.endswith(".motion"))


class _Scripted:
    """A played script, as something that sensors can be put on."""

    def __init__(self, script: Script):
        self.stage = stage.play(script)
        self.seconds = self.stage.track.duration

    def values(self, sensor: str, mounting: Mounting, start: float, n: int, span: float):
        """(gyr rad/s, acc g) in the sensor's frame of n samples from start, every span (s)."""
        half = 0.5 * span
        # Half a period before each sample, at it, and half a period after the last.
        moments = start + half * np.arange(-1, 2 * n)
        state = self.stage.track.at(moments)
        segment = state.pelvis if sensor == "S" else state.trunk
        shock = state.pelvis_shock if sensor == "S" else state.trunk_shock
        turned = rotation.multiply(segment, mounting.at(moments))
        between, now = turned[0::2], turned[1::2]
        gyr = rotation.log(rotation.multiply(rotation.inverse(between[:-1]), between[1:])) / span
        place = self.stage.wearer.sensors(state)[sensor]
        force = (place[2::2] - 2 * place[1::2] + place[:-2:2]) / half**2 / recording.GRAVITY
        force[:, 2] += 1.0
        force += shock[1::2]
        return gyr, rotation.turn(rotation.inverse(now), force)


class _Recorded:
    """Recorded signals, as something that sensors can be put on."""

    def __init__(self, signals: dict[str, recording.Signal]):
        self.signals = signals
        self.seconds = max(signal.seconds for signal in signals.values())

    def values(self, sensor: str, mounting: Mounting, start: float, n: int, span: float):
        times = start + span * np.arange(n)
        gyr, acc = self.signals[sensor].at(times, 1.0 / span)
        before, now, after = (mounting.at(times + k * span) for k in (-0.5, 0.0, 0.5))
        slip = rotation.log(rotation.multiply(rotation.inverse(before), after)) / span
        back = rotation.inverse(now)
        return rotation.turn(back, gyr) + slip, rotation.turn(back, acc)


class Body:
    """A motion with both sensors on it.

    seconds   how long it lasts
    truth     what happens when (truth.py); None for a recording
    sensors   those that are there: "S", "L" or both
    """

    def __init__(self, motion, title: str, truth: Truth | None, sensors: tuple[str, ...]):
        self._motion = motion
        self.title = title
        self.truth = truth
        self.sensors = sensors
        self.seconds: float = motion.seconds
        self._mountings = {sensor: Mounting() for sensor in SENSORS}
        self._worn_as = {sensor: sensor for sensor in SENSORS}

    @staticmethod
    def from_motion(motion: str | Path) -> Body:
        """Plays a recording if the name ends in .npz, else a script.  Raises ValueError."""
        if str(motion).endswith(".npz"):
            return Body.from_recording(motion)
        return Body.from_script(motion)

    @staticmethod
    def from_script(source: str | Path) -> Body:
        """Plays a script: the name of one that ships (`shipped()`), a path, or the text itself
        (which has more than one line).  Raises ScriptError."""
        text, name = str(source), "script"
        if "\n" not in text:
            name = text
            if text in shipped():
                folder = resources.files("plumbline.virtual") / "motions"
                text = (folder / f"{name}.motion").read_text("utf-8")
            elif Path(text).is_file():
                text = Path(text).read_text("utf-8")
            else:
                known = ", ".join(shipped())
                raise ScriptError(f"{name}: no such script; give a file or one of {known}")
        script = parse(text, name)
        motion = _Scripted(script)
        sensors = tuple(sensor for sensor in SENSORS if sensor not in script.without)
        body = Body(motion, script.title or name, motion.stage.truth, sensors)
        for sensor, values in script.mounts.items():
            body.mount(sensor, **{key: values[key] for key in values if key != "sensor"})
        for slip in motion.stage.slips:
            body.slip(slip.sensor, slip.begin, slip.end, *slip.angles)
        if script.swapped:
            body.swap()
        return body

    @staticmethod
    def from_recording(
        path: str | Path,
        name: str | None = None,
        *,
        axes: str | None = None,
        begin: float = 0.0,
        end: float | None = None,
        one_for_both: bool = False,
    ) -> Body:
        """Plays a recording (recording.py).  begin, end: the part of it, in s.  Of a recording
        with one sensor S is absent, or with one_for_both gets the same samples as L, so that the
        two never move against each other.  Raises ValueError for what cannot be read."""
        signals = {k: s.cut(begin, end) for k, s in recording.load(path, name, axes).items()}
        if one_for_both and len(signals) == 1:
            signals = dict.fromkeys(SENSORS, next(iter(signals.values())))
        title = f"{Path(path).stem} {name or ''}".strip()
        return Body(_Recorded(signals), title, None, tuple(k for k in SENSORS if k in signals))

    def mount(self, sensor: str, orientation="upright", roll=0.0, pitch=0.0, yaw=0.0) -> None:
        """Puts a sensor on otherwise than upright (mounting.py), from the beginning on."""
        self._mountings[sensor] = Mounting(orientation, roll, pitch, yaw)

    def slip(self, sensor: str, begin: float, end: float, roll=0.0, pitch=0.0, yaw=0.0) -> None:
        """Lets a sensor's mounting turn from begin to end (s)."""
        self._mountings[sensor].slip(begin, end, roll, pitch, yaw)

    def swap(self) -> None:
        """Exchanges the two: what is read as S sits at the trunk, and the other way round."""
        self._worn_as = {"S": self._worn_as["L"], "L": self._worn_as["S"]}
        self.sensors = tuple(s for s in SENSORS if self._worn_as[s] in self.sensors)

    def _place(self, sensor: str) -> str:
        if sensor not in self.sensors:
            raise ValueError(f"this motion has no sensor {sensor}; it has {self.sensors}")
        return self._worn_as[sensor]

    def values(self, sensor: str, n: int, span: float, start: float = 0.0):
        """(gyr (n, 3) rad/s, acc (n, 3) g) of n samples of a sensor, every `span` s from `start`
        (s), in its own frame."""
        place = self._place(sensor)
        return self._motion.values(place, self._mountings[place], start, n, span)

    def orientation(self, sensor: str, times) -> np.ndarray:
        """(n, 4) earth<-sensor of a script at times (s).  A recording does not know it."""
        place = self._place(sensor)
        times = np.asarray(times, float)
        state = self._motion.stage.track.at(times)
        segment = state.pelvis if place == "S" else state.trunk
        return rotation.multiply(segment, self._mountings[place].at(times))

    def angles(self, times) -> dict[str, np.ndarray]:
        """True angles of a script at times (s), (n,) degrees each: `pelvis` and `trunk`
        flexion, `pelvis_lateral` and `trunk_lateral` against gravity, and `lumbar`, the trunk's
        flexion against the pelvis."""
        state = self._motion.stage.track.at(np.asarray(times, float))
        pelvis, trunk = rotation.inclination(state.pelvis), rotation.inclination(state.trunk)
        between = rotation.multiply(rotation.inverse(state.pelvis), state.trunk)
        return {
            "pelvis": pelvis[0],
            "pelvis_lateral": pelvis[1],
            "trunk": trunk[0],
            "trunk_lateral": trunk[1],
            "lumbar": rotation.inclination(between)[0],
        }

    def samples(self, sensor: str, num: int, den: int) -> np.ndarray:
        """The whole motion as a sensor of period num/den us samples it: (n, 6) int32 of gx gy gz
        in mdps and ax ay az in ug (source.py)."""
        span = num / den / 1e6
        n = int(self.seconds / span) + 1
        out = np.empty((n, AXES), np.int32)
        for first in range(0, n, _AT_ONCE):
            gyr, acc = self.values(sensor, min(n - first, _AT_ONCE), span, first * span)
            out[first : first + len(gyr), :3] = np.round(np.degrees(gyr) * 1e3)
            out[first : first + len(gyr), 3:] = np.round(acc * 1e6)
        return out

    def source(self, sensor: str, start_us: int = 0, loop: bool = False) -> BodySource:
        """The motion for a sensor model, rendered for whatever rate that samples at."""
        return BodySource(self, sensor, start_us, loop)

    def write_stream(self, path: str | Path, sensor: str, num: int, den: int) -> int:
        """Writes a stream file (docs/motion.md) for a sensor of period num/den us; the number of
        samples."""
        samples = self.samples(sensor, num, den)
        Path(path).write_bytes(header(len(samples), num, den) + samples.astype("<i4").tobytes())
        return len(samples)


class BodySource:
    """A body's motion as a source of sensor samples (source.py), played from `start_us` on."""

    def __init__(self, body: Body, sensor: str, start_us: int = 0, loop: bool = False):
        self.version = 0
        self._body = body
        self._sensor = sensor
        self._start_us = start_us
        self._loop = loop
        self._streams: dict[tuple[int, int], Stream] = {}

    def play_at(self, start_us: int) -> None:
        """Plays the motion from its beginning at `start_us`."""
        self._start_us = start_us
        for stream in self._streams.values():
            stream.play_at(start_us)
        self.version += 1

    def end_us(self) -> int:
        """When the motion ends."""
        return self._start_us + round(self._body.seconds * 1e6)

    def fill(self, out, first, n, num, den) -> None:
        stream = self._streams.get((num, den))
        if stream is None:
            data = array("i")
            data.frombytes(self._body.samples(self._sensor, num, den).tobytes())
            stream = Stream(data, num, den, self._start_us, self._loop)
            self._streams[(num, den)] = stream
        stream.fill(out, first, n, num, den)
