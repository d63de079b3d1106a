"""Quaternions and rotation vectors for whole motions, as NumPy arrays.

A quaternion is (w, x, y, z) in the last axis and turns vectors of the body into the earth frame
(earth<-body).  All functions broadcast over the leading axes.
"""

from __future__ import annotations

import numpy as np

IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])


def multiply(p, q):
    """The product p*q: first q, then p."""
    p, q = np.asarray(p, float), np.asarray(q, float)
    pw, px, py, pz = p[..., 0], p[..., 1], p[..., 2], p[..., 3]
    qw, qx, qy, qz = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    return np.stack(
        [
            pw * qw - px * qx - py * qy - pz * qz,
            pw * qx + px * qw + py * qz - pz * qy,
            pw * qy - px * qz + py * qw + pz * qx,
            pw * qz + px * qy - py * qx + pz * qw,
        ],
        axis=-1,
    )


def inverse(q):
    """The inverse of unit quaternions."""
    return np.asarray(q, float) * np.array([1.0, -1.0, -1.0, -1.0])


def turn(q, v):
    """Vectors v of the body in the earth frame."""
    q, v = np.asarray(q, float), np.asarray(v, float)
    axis = q[..., 1:]
    t = 2.0 * np.cross(axis, v)
    return v + q[..., :1] * t + np.cross(axis, t)


def exp(vector):
    """The rotation about `vector` by its length in radians."""
    vector = np.asarray(vector, float)
    half = 0.5 * np.linalg.norm(vector, axis=-1, keepdims=True)
    return np.concatenate([np.cos(half), 0.5 * np.sinc(half / np.pi) * vector], axis=-1)


def log(q):
    """The rotation vector, shorter than pi, of unit quaternions."""
    q = np.asarray(q, float)
    q = np.where(q[..., :1] < 0, -q, q)
    sine = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(sine, q[..., :1])
    scale = np.where(sine > 1e-12, angle / np.maximum(sine, 1e-300), 2.0)
    return scale * q[..., 1:]


def slerp(p, q, part):
    """From p (part 0) to q (part 1) along the shortest way; `part` has a trailing axis of 1."""
    return multiply(p, exp(part * log(multiply(inverse(p), q))))


def about(axis: str, degrees):
    """The rotation about the x, y or z axis."""
    degrees = np.asarray(degrees, float)
    vector = np.zeros((*degrees.shape, 3))
    vector[..., "xyz".index(axis)] = np.radians(degrees)
    return exp(vector)


def anatomical(flexion, lateral=0.0, axial=0.0):
    """A segment turned by axial rotation to the left, then flexion forward, then bending to the
    right, in degrees (docs/architecture.md, frames)."""
    turned = multiply(about("z", axial), about("y", flexion))
    return multiply(turned, about("x", lateral))


def from_matrix(matrix):
    """The quaternion of one rotation matrix."""
    m = np.asarray(matrix, float)
    # Of the four squares the largest is the safe divisor.
    squares = np.array(
        [
            1 + m[0, 0] + m[1, 1] + m[2, 2],
            1 + m[0, 0] - m[1, 1] - m[2, 2],
            1 - m[0, 0] + m[1, 1] - m[2, 2],
            1 - m[0, 0] - m[1, 1] + m[2, 2],
        ]
    )
    k = int(np.argmax(squares))
    rows = {
        0: [squares[0], m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]],
        1: [m[2, 1] - m[1, 2], squares[1], m[0, 1] + m[1, 0], m[0, 2] + m[2, 0]],
        2: [m[0, 2] - m[2, 0], m[0, 1] + m[1, 0], squares[2], m[1, 2] + m[2, 1]],
        3: [m[1, 0] - m[0, 1], m[0, 2] + m[2, 0], m[1, 2] + m[2, 1], squares[3]],
    }
    q = np.array(rows[k])
    return q / np.linalg.norm(q)


def inclination(q):
    """(flexion, lateral) in degrees: how far a segment's z axis leans towards its own front and
    to its own right, from -180 to 180; 90 to -90 for the lateral."""
    down = turn(inverse(q), np.array([0.0, 0.0, -1.0]))
    x, y, z = down[..., 0], down[..., 1], down[..., 2]
    return np.degrees(np.arctan2(x, -z)), np.degrees(np.arctan2(-y, np.hypot(x, z)))
