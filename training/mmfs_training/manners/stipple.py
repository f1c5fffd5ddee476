"""Stipple: dots of a fine pen, closer in the dark, and contours of the same pen."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, ramp, smoothstep
from .lines import dark_lines
from .manner import Manner
from .paint import hatched
from .photo import Photo


def draw(p: Photo) -> Floats:
    shade = np.clip((0.93 - p.tone) / 0.84, 0, 1)
    dots = hatched(p.noise.dots(4.4), 0.7 * shade**1.35, 5)
    grain = hatched(p.noise.grain(0.8), 0.5 * smoothstep(shade, 0.5, 1.0), 3)
    line = np.maximum(
        0.9 * dark_lines(p.fine_tone, p.flow, 0.9, 0.006, 26), 0.9 * dark_lines(p.fine_tone, p.flow, 1.7, 0.012, 24)
    )
    paper = (1 - 0.93 * dots) * (1 - 0.8 * grain) * (1 - 0.92 * line) * (1 - 0.85 * smoothstep(p.tone, 0.22, 0.12))
    return ramp(paper, [(0, (24, 22, 26)), (1, (250, 247, 240))])


MANNER = Manner(
    "stipple", "drawing", "Dots of a fine pen, closer in the shadows", "black and white stipple drawing", draw
)
