"""Ridge logistic regression, and its weights as the integers that the brace multiplies with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

UNIT = 32  # of scores: 1/32 natural logarithm


@dataclass(frozen=True)
class Linear:
    """Scores weight @ x + offset: natural logarithms of likelihoods, up to a common constant."""

    weight: np.ndarray  # (classes, columns)
    offset: np.ndarray  # (classes,)

    def scores(self, x) -> np.ndarray:
        return np.asarray(x, float) @ self.weight.T + self.offset


@dataclass(frozen=True)
class Table:
    """Integers for `plumbcore.scores`: int16 weights, int32 offsets, a shift; 1/32 a unit."""

    weight: np.ndarray  # (classes, columns) int16
    offset: np.ndarray  # (classes,) int32
    shift: int

    def scores(self, x) -> np.ndarray:
        weight = self.weight.astype(np.int64)
        return (np.asarray(x, np.int64) @ weight.T + self.offset) >> self.shift


def fit(x, y, classes: int, ridge: float, iterations: int = 40) -> Linear:
    """Multinomial logistic regression by Newton's method.

    x (n, columns), y (n,) in 0 .. classes - 1.  Columns are scaled to variance 1; `ridge` is the
    penalty on squared weights then (offsets are free).  The classes' shares in y are taken out
    again, so that scores are likelihoods and not posteriors.  ValueError if a class is missing.
    """
    x, y = np.asarray(x, float), np.asarray(y)
    share = np.bincount(y, minlength=classes) / len(y)
    if not share.all():
        raise ValueError(f"no example of class {int(np.argmin(share))}")
    mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.hstack([(x - mean) / deviation, np.ones((len(x), 1))])
    columns = z.shape[1]
    target = np.eye(classes)[y]
    penalty = np.full(columns, float(ridge))
    penalty[-1] = 1e-6 * len(x)

    def cost(theta):
        s = z @ theta.T
        top = s.max(axis=1, keepdims=True)
        total = np.log(np.exp(s - top).sum(axis=1)) + top[:, 0]
        return (total - (s * target).sum(axis=1)).sum() + 0.5 * (penalty * theta * theta).sum()

    theta = np.zeros((classes, columns))
    value = cost(theta)
    for _ in range(iterations):
        s = z @ theta.T
        p = np.exp(s - s.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        gradient = (p - target).T @ z + penalty * theta
        step = np.linalg.solve(_hessian(z, p, penalty), gradient.ravel()).reshape(theta.shape)
        length = 1.0
        while cost(theta - length * step) > value and length > 1e-4:
            length /= 2
        theta = theta - length * step
        before, value = value, cost(theta)
        if before - value < 1e-9 * abs(value):
            break
    weight = theta[:, :-1] / deviation
    offset = theta[:, -1] - weight @ mean - np.log(share)
    # Scores count relative to each other only: the same weight in all classes says nothing.
    return Linear(weight - weight.mean(axis=0), offset - offset.mean())


def _hessian(z, p, penalty):
    classes, columns = p.shape[1], z.shape[1]
    hessian = np.empty((classes * columns, classes * columns))
    for a in range(classes):
        for b in range(a, classes):
            part = (z * (p[:, a] * ((a == b) - p[:, b]))[:, None]).T @ z
            rows = slice(a * columns, (a + 1) * columns)
            others = slice(b * columns, (b + 1) * columns)
            hessian[rows, others] = part
            hessian[others, rows] = part.T
    hessian[np.diag_indices(len(hessian))] += np.tile(penalty, classes) + 1e-9
    return hessian


def to_integers(linear: Linear, worth: float) -> Table:
    """The table whose scores are `worth` times the model's; as fine as 16 bits allow."""
    weight, offset = linear.weight * worth * UNIT, linear.offset * worth * UNIT
    shift = 0
    while (
        shift < 24
        and np.abs(weight).max() * 2 ** (shift + 1) <= 32767
        and np.abs(offset).max() * 2 ** (shift + 1) < 2**31 - 1
    ):
        shift += 1
    # Half a unit, so that the shift rounds.
    rounded = np.rint(offset * 2**shift) + (2**shift // 2)
    return Table(
        np.rint(weight * 2**shift).astype(np.int16), rounded.astype(np.int32), shift
    )
