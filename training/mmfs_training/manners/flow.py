"""The direction of edges, and averages along it."""

from __future__ import annotations

import math

import cv2
import numpy as np

from .arrays import Floats, blur, floats


def structure_tensor(rgb: Floats, sigma: float) -> tuple[Floats, Floats, Floats]:
    """Smoothed E, F, G of the colour gradients (Di Zenzo 1986)."""
    calm = blur(rgb, 1.0)
    gx = cv2.Sobel(calm, cv2.CV_32F, 1, 0, scale=0.25)
    gy = cv2.Sobel(calm, cv2.CV_32F, 0, 1, scale=0.25)
    e, f, g = ((a * b).sum(2) for a, b in ((gx, gx), (gx, gy), (gy, gy)))
    return blur(e, sigma), blur(f, sigma), blur(g, sigma)


class Flow:
    """Edge tangent flow (Kang et al. 2007; from the structure tensor as in Kyprianidis & Kang 2011), and line integral
    convolution along it (Cabral & Leedom 1993).

    Where a picture is flat its own direction is noise and strokes would squirm; so a weak tensor whose strokes all lie
    in the direction `rest` (degrees, counter-clockwise) is added, as a hand falls back to its habit.
    """

    def __init__(self, rgb: Floats, sigma: float, rest: float = 40.0, resting: float = 2e-5) -> None:
        e, f, g = structure_tensor(rgb, sigma)
        a = math.radians(rest)
        # the gradient that has strokes in the direction of rest: y points down
        nx, ny = math.sin(a), math.cos(a)
        e, f, g = e + resting * nx * nx, f + resting * nx * ny, g + resting * ny * ny
        d = np.sqrt((e - g) ** 2 + 4 * f * f)
        angle = 0.5 * np.arctan2(2 * f, e - g) + np.float32(math.pi / 2)
        self.tx, self.ty = floats(np.cos(angle)), floats(np.sin(angle))
        self.strength = floats(np.sqrt(0.5 * (e + g + d)))
        self.anisotropy = floats(d / (e + g + 1e-9))
        self._steps: list[tuple[tuple[Floats, Floats], ...]] = []

    def _paths(self, count: int) -> list[tuple[tuple[Floats, Floats], ...]]:
        """Sampling maps of the first `count` pixels both ways from every pixel; kept for the next filter."""
        h, w = self.tx.shape
        while len(self._steps) < count:
            if not self._steps:
                y, x = np.mgrid[:h, :w].astype(np.float32)
                self._ends = [(x, y, self.tx, self.ty), (x, y, -self.tx, -self.ty)]
            ends, maps = [], []
            for x, y, vx, vy in self._ends:
                x, y = floats(x + vx), floats(y + vy)
                nx = cv2.remap(self.tx, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT_101)
                ny = cv2.remap(self.ty, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT_101)
                sign = np.where(nx * vx + ny * vy < 0, np.float32(-1), np.float32(1))
                ends.append((x, y, nx * sign, ny * sign))
                maps.append(cv2.convertMaps(x, y, cv2.CV_16SC2))
            self._ends = ends
            self._steps.append(tuple(maps))
        return self._steps[:count]

    def along(self, a: Floats, sigma: float) -> Floats:
        """Gaussian mean of a [H, W] or [H, W, 3] along the flow; sigma in pixels."""
        total, weight = a.copy(), 1.0
        for i, both in enumerate(self._paths(math.ceil(2 * sigma)), 1):
            k = math.exp(-0.5 * (i / sigma) ** 2)
            for x, y in both:
                total += np.float32(k) * cv2.remap(a, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
            weight += 2 * k
        return floats(total / weight)
