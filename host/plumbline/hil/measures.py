"""Measured values with their limits, kept in the records of a test."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Measure:
    """One value; `low` and `high` are limits, None where there is none."""

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None

    @property
    def ok(self) -> bool:
        """Whether the value is within its limits; one that is not a number never is."""
        if self.value != self.value:
            return False
        return (self.low is None or self.value >= self.low) and (
            self.high is None or self.value <= self.high
        )

    def __str__(self) -> str:
        limits = ""
        if self.low is not None and self.high is not None:
            limits = f" ({self.low:g} to {self.high:g})"
        elif self.low is not None:
            limits = f" (at least {self.low:g})"
        elif self.high is not None:
            limits = f" (at most {self.high:g})"
        return f"{self.name} {self.value:g} {self.unit}{limits}"


class Measures:
    """What a test has measured; call it with each value."""

    def __init__(self):
        self.all: list[Measure] = []

    def __call__(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        low: float | None = None,
        high: float | None = None,
    ) -> float:
        """Keeps a value.  Raises AssertionError when it is beyond its limits."""
        # numpy's numbers are none to JSON.
        plain = value if type(value) in (int, float) else float(value)
        measure = Measure(name, plain, unit, low, high)
        self.all.append(measure)
        if not measure.ok:
            raise AssertionError(f"out of limits: {measure}")
        return value

    def as_list(self) -> list[dict]:
        """For JSON."""
        return [{**asdict(measure), "ok": measure.ok} for measure in self.all]
