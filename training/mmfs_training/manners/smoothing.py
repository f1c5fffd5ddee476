"""Filters that make a picture calm and keep its edges."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np

from .arrays import Floats, blur, floats

SECTORS = 8


def guided(guide: Floats, a: Floats, radius: int, epsilon: float) -> Floats:
    """Guided filter (He, Sun, Tang 2013) of a [H, W] by a grey guide: a mean over `radius` pixels that stops at edges
    of more than sqrt(epsilon)."""

    def mean(x: Floats) -> Floats:
        return floats(cv2.blur(x, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT_101))

    mean_guide, mean_a = mean(guide), mean(a)
    slope = (mean(guide * a) - mean_guide * mean_a) / (mean(guide * guide) - mean_guide**2 + epsilon)
    return floats(mean(slope) * guide + mean(mean_a - slope * mean_guide))


@lru_cache
def _sectors(radius: int) -> tuple[Floats, ...]:
    """Weights of the eight overlapping sectors of a disc, under a Gaussian."""
    reach = radius + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    distance, angle = np.hypot(x, y), np.arctan2(y, x)
    bell = np.exp(-0.5 * (distance / (0.5 * radius)) ** 2) * (distance <= radius + 0.5)
    kernels = []
    for k in range(SECTORS):
        off = np.angle(np.exp(1j * (angle - 2 * math.pi * k / SECTORS)))
        share = np.clip(np.cos(off * SECTORS / 4), 0, 1) ** 2 * (np.abs(off) < 2 * math.pi / SECTORS)
        share = np.where(distance == 0, 1 / SECTORS, share)
        kernels.append(floats(blur(floats(share * bell), 0.5) / (share * bell).sum()))
    return tuple(kernels)


def kuwahara(rgb: Floats, radius: int, sharpness: float = 8.0) -> Floats:
    """Generalised Kuwahara filter (Papari, Petkov, Campisi 2007): of eight sectors around a pixel the calm
    ones count."""
    total, weight = np.zeros_like(rgb), np.zeros(rgb.shape[:2], np.float32)
    stack = np.dstack([rgb, (rgb * rgb).sum(2)])
    for kernel in _sectors(radius):
        means = cv2.filter2D(stack, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT_101)
        mean = means[..., :3]
        variance = np.clip(means[..., 3] - (mean * mean).sum(2), 0, None)
        calm = (1 + 2e4 * variance) ** (-sharpness / 2)
        total += mean * calm[..., None]
        weight += calm
    return floats(np.clip(total / weight[..., None], 0, 1))


def flattened(rgb: Floats, passes: int, spatial: int, tonal: float) -> Floats:
    """Repeated bilateral filtering (Tomasi & Manduchi 1998; Winnemöller, Olsen, Gooch 2006): areas become even.

    spatial: deviation in pixels; tonal: in [0, 1].
    """
    out = rgb
    for _ in range(passes):
        out = cv2.bilateralFilter(out, 2 * spatial + 1, tonal, spatial, borderType=cv2.BORDER_REFLECT_101)
    return floats(out)


def flattened_tone(tone: Floats) -> Floats:
    """As `flattened`, of a tone [H, W]."""
    return flattened(tone, 3, 5, 0.08)
