"""Colour woodblock print after ukiyo-e: flat muted colour, blue-black contours, the grain of the block."""

from __future__ import annotations

import cv2
import numpy as np

from .arrays import Floats, blur, floats, ink, mix, posterised, smoothstep
from .lines import dark_lines
from .manner import Manner
from .paint import lightness
from .photo import Photo

LINE = ink(32, 36, 58)


def draw(p: Photo) -> Floats:
    flat = p.flat
    level = posterised(blur(lightness(flat), 1.0), (0.20, 0.36, 0.52, 0.66, 0.80), 0.015)
    light = np.interp(level, range(6), [0.20, 0.36, 0.52, 0.67, 0.80, 0.92]).astype(np.float32)
    light = 0.75 * light + 0.25 * blur(lightness(flat), 6)  # bokashi: a tone wiped into the next
    lab = cv2.cvtColor(blur(flat, 1.5), cv2.COLOR_RGB2LAB)
    lab[..., 0] = 100 * light
    # vegetable inks: indigo, safflower, ochre, and paper that shows through
    lab[..., 1] = 0.72 * lab[..., 1] + 1.5
    lab[..., 2] = 0.72 * lab[..., 2] + 7.0
    color = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1)
    grain = p.noise.hatching(0, 5.0, 12)
    color = color * (1 + 0.03 * grain * (1.1 - light))[..., None]
    line = np.maximum.reduce([
        dark_lines(p.fine_tone, p.flow, 1.1, 0.008, 40, 4),
        dark_lines(p.fine_tone, p.flow, 2.0, 0.014, 40, 5),
        smoothstep(p.fine_tone, 0.22, 0.15),
    ])  # fmt: skip
    return mix(floats(np.clip(color, 0, 1)), LINE, 0.95 * line)


MANNER = Manner(
    "ukiyo-e",
    "print",
    "Flat muted colour, blue-black contours, wood grain",
    "ukiyo-e print with flat shapes",
    draw,
)
