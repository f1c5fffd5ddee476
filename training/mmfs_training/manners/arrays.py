"""Small operations on pictures: float32 arrays [H, W] or [H, W, 3], values in [0, 1], RGB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
LUMA = (0.299, 0.587, 0.114)


def floats(a: Any) -> Floats:
    return np.ascontiguousarray(a, np.float32)


def luma(rgb: Floats) -> Floats:
    """ITU-R BT.601 luma of gamma-coded RGB."""
    return floats(rgb @ np.array(LUMA, np.float32))


def blur(a: Floats, sigma: float) -> Floats:
    """Gaussian blur; sigma in pixels."""
    return floats(cv2.GaussianBlur(a, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101))


def smoothstep(a: Floats, low: float, high: float) -> Floats:
    """0 below low, 1 above high (which may be the smaller), 3t² - 2t³ between."""
    t = np.clip((a - np.float32(low)) / np.float32(high - low), 0, 1)
    return floats(t * t * (3 - 2 * t))


def sigmoid(a: Floats) -> Floats:
    return floats(1 / (1 + np.exp(-np.clip(a, -60, 60))))


def mix(a: Floats, b: Floats, share: Floats) -> Floats:
    """a where share [H, W] is 0, b where it is 1; a and b are pictures or colours [3]."""
    m = share[..., None]
    return floats(a * (1 - m) + b * m)


def ink(red: int, green: int, blue: int) -> Floats:
    """A colour, from bytes."""
    return floats(np.array([red, green, blue], np.float32) / 255)


def ramp(t: Floats, stops: Sequence[tuple[float, tuple[int, int, int]]]) -> Floats:
    """Colours along t [H, W]; stops are (t, RGB bytes), t rising."""
    places = [stop[0] for stop in stops]
    colors = np.array([stop[1] for stop in stops], np.float32) / 255
    return floats(np.stack([np.interp(t, places, colors[:, i]) for i in range(3)], -1))


def posterised(t: Floats, edges: Sequence[float], softness: float = 0.02) -> Floats:
    """Which of the flat tones t lies in: 0 below the first edge, len(edges) above the last; edges are soft."""
    total = np.zeros_like(t)
    for edge in edges:
        total += smoothstep(t, edge - softness, edge + softness)
    return floats(total)
