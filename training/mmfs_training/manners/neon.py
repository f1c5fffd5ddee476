"""Neon: glowing tubes along the contours, before a dark wall that keeps the light of the face."""

from __future__ import annotations

import cv2
import numpy as np

from .arrays import Floats, blur, floats, ramp
from .lines import dark_lines
from .manner import Manner
from .photo import Photo


def draw(p: Photo) -> Floats:
    tube = np.maximum(
        dark_lines(p.fine_tone, p.flow, 1.3, 0.007, 34, 5), 0.9 * dark_lines(p.fine_tone, p.flow, 2.2, 0.014, 26, 5)
    )
    # cyan in the light, magenta in the dark
    hue = np.clip(300 - 130 * blur(p.broad, 8), 160, 310)
    glow = cv2.cvtColor(floats(np.stack([hue, np.full_like(hue, 0.82), np.ones_like(hue)], -1)), cv2.COLOR_HSV2RGB)
    wall = ramp(p.tone, [(0, (7, 4, 22)), (0.4, (28, 15, 58)), (0.7, (58, 28, 92)), (1, (104, 58, 134))])
    halo = 0.9 * blur(tube, 8) + 0.6 * blur(tube, 2.5)
    return floats(np.clip(wall + glow * halo[..., None] + tube[..., None] * (0.25 + 0.75 * glow), 0, 1))


MANNER = Manner(
    "neon",
    "graphic",
    "Glowing tubes along the contours before a violet wall",
    "glowing neon lines in violet and blue with a dark background",
    draw,
)
