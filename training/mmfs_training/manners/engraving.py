"""Steel engraving: lines that swell with the dark, crossed where it is darker, never over the lights."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, floats, ramp, smoothstep
from .lines import dark_lines
from .manner import Manner
from .paint import screened
from .photo import Photo


def draw(p: Photo) -> Floats:
    shade = np.clip((0.95 - p.tone) / 0.88, 0, 1)
    clear = 1 - 0.7 * p.detail  # eyes and mouth stay legible
    first = screened(p.noise.screen(24, 4.8, 7), 0.02 + 0.76 * shade * clear, 5)
    second = screened(p.noise.screen(-42, 5.0, 7), 0.6 * smoothstep(shade, 0.45, 1.0) * clear, 5)
    line = np.maximum(dark_lines(p.fine_tone, p.flow, 0.9, 0.005, 26), dark_lines(p.fine_tone, p.flow, 1.7, 0.011, 26))
    paper = (1 - 0.88 * first) * (1 - 0.85 * second) * (1 - 0.93 * line)
    paper = paper * (1 - 0.8 * smoothstep(p.tone, 0.24, 0.12))
    return ramp(floats(paper), [(0, (26, 30, 42)), (1, (247, 242, 229))])


MANNER = Manner(
    "engraving",
    "print",
    "Swelling engraved lines, crossed in the shadows",
    "black and white engraving with fine lines",
    draw,
)
