"""Art nouveau poster: sinuous brown contours that swell, cream skin, muted gold and olive."""

from __future__ import annotations

import cv2
import numpy as np

from .arrays import Floats, blur, floats, ink, mix, posterised
from .lines import dark_lines
from .manner import Manner
from .paint import lightness
from .photo import Photo

LINE = ink(74, 42, 26)


def draw(p: Photo) -> Floats:
    flat = p.wide_flow.along(p.flat, 4.0)
    level = posterised(blur(lightness(flat), 1.2), (0.24, 0.42, 0.58, 0.74, 0.87), 0.02)
    light = np.interp(level, range(6), [0.24, 0.42, 0.58, 0.73, 0.86, 0.95]).astype(np.float32)
    lab = cv2.cvtColor(flat, cv2.COLOR_RGB2LAB)
    lab[..., 0] = 100 * light
    lab[..., 1] = 0.62 * lab[..., 1] + 2.0
    lab[..., 2] = 0.62 * lab[..., 2] + 17.0 * (0.35 + 0.65 * np.sin(np.pi * np.clip(light, 0, 1)))
    color = floats(np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1))
    color = color * (1 + 0.022 * p.noise.grain(0.8))[..., None]
    line = np.maximum.reduce([
        dark_lines(p.fine_tone, p.wide_flow, 2.6, 0.016, 40, 7),
        dark_lines(p.fine_tone, p.flow, 1.5, 0.010, 40, 5),
        0.9 * dark_lines(p.fine_tone, p.flow, 0.95, 0.008, 40, 4),
    ])  # fmt: skip
    return mix(floats(np.clip(color, 0, 1)), LINE, 0.95 * line)


MANNER = Manner(
    "art nouveau",
    "graphic",
    "Swelling brown contours, cream, gold and olive",
    "art nouveau poster in cream, gold and olive",
    draw,
)
