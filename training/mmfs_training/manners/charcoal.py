"""Charcoal on rough paper: smudged tone, broken edges, an eraser's lights."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, blur, ramp, smoothstep
from .lines import dark_lines, light_lines
from .manner import Manner
from .paint import hatched
from .photo import Photo


def draw(p: Photo) -> Floats:
    tooth = 0.45 * p.noise.grain(0.9, 2) + 0.9 * p.noise.grain(0.6)
    soft = 0.5 * p.tone + 0.5 * blur(p.tone, 2.5)
    shade = np.clip((0.95 - soft) / 0.87, 0, 1)
    smudge = 0.74 * shade**1.1
    dust = hatched(tooth, np.clip(0.7 * shade**1.9, 0, 1), 1.6)
    strokes = p.noise.strokes(p.wide_flow, 1.4, 10)
    broad = dark_lines(p.fine_tone, p.flow, 2.4, 0.008, 18, 5)
    fine = dark_lines(p.fine_tone, p.flow, 1.2, 0.007, 20)
    line = np.clip(np.maximum(broad, 0.8 * fine) * (0.92 + 0.22 * tooth), 0, 1)
    dark = smudge + (1 - smudge) * 0.38 * dust + 0.10 * np.tanh(strokes) * np.sqrt(shade) * (1 - shade)
    dark = 1 - (1 - np.clip(dark, 0, 1)) * (1 - 0.9 * line)
    dark = dark * (1 - 0.5 * light_lines(p.fine_tone, p.flow, 1.6, 0.018, 14))
    dark = dark + 0.35 * smoothstep(p.tone, 0.3, 0.1) * (1 - dark)
    return ramp(np.clip(1 - dark, 0, 1), [(0, (22, 21, 22)), (0.5, (124, 120, 116)), (1, (246, 242, 233))])


MANNER = Manner("charcoal", "drawing", "Smudged charcoal on rough paper with erased lights", "charcoal drawing", draw)
