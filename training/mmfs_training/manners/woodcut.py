"""Woodcut in one ink: lines cut along the form, black where the block was left."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, blur, ramp, smoothstep
from .lines import dark_lines, light_lines
from .manner import Manner
from .paint import hatched
from .photo import Photo


def draw(p: Photo) -> Floats:
    tone = blur(p.tone, 0.8)
    shade = np.clip((0.84 - tone) / 0.68, 0, 1)
    cut = 0.4 * p.noise.strokes(p.wide_flow, 1.5, 9, 4) + 0.92 * p.noise.strokes(p.wide_flow, 0.9, 9, 2)
    black = hatched(cut, np.clip(shade**1.2 * (1 - 0.3 * p.detail), 0, 1), 6)
    line = np.maximum.reduce([
        dark_lines(tone, p.flow, 2.2, 0.016, 50, 5) * (1 - 0.7 * p.detail),
        dark_lines(tone, p.flow, 1.2, 0.009, 50, 4),
        smoothstep(tone, 0.2, 0.14),
    ])  # fmt: skip
    light = light_lines(tone, p.flow, 1.5, 0.014, 50, 4)
    black = np.maximum(np.clip(black - light, 0, 1), line)
    return ramp(1 - black, [(0, (28, 22, 20)), (1, (243, 230, 204))])


MANNER = Manner("woodcut", "print", "Cut lines along the form in one black ink", "black and white woodcut", draw)
