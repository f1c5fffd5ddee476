"""Comic book: flat lively colour in three steps of light, black contours, spotted blacks."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, blur, floats, posterised, smoothstep
from .lines import dark_lines
from .manner import Manner
from .paint import lab_light, lightness, vivid
from .photo import Photo


def draw(p: Photo) -> Floats:
    flat = p.flat
    light = blur(lightness(flat), 0.8)
    level = posterised(light, (0.26, 0.40, 0.54, 0.68, 0.84), 0.012)
    stepped = np.interp(level, range(6), [0.17, 0.35, 0.50, 0.65, 0.79, 0.93]).astype(np.float32)
    color = vivid(lab_light(blur(flat, 1.0), stepped), 1.3)
    line = np.maximum.reduce([
        dark_lines(p.fine_tone, p.flow, 1.0, 0.009, 40),
        dark_lines(p.fine_tone, p.flow, 1.9, 0.013, 40, 4),
        smoothstep(p.fine_tone, 0.23, 0.17),
    ])  # fmt: skip
    return floats(np.clip(color * (1 - 0.95 * line[..., None]), 0, 1))


MANNER = Manner(
    "comic book",
    "graphic",
    "Flat lively colour in steps of light with black contours",
    "colorful comic book drawing with bold outlines",
    draw,
)
