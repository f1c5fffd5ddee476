"""Sepia wash with pen: brown ink lines and three transparent washes on laid paper."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, blur, ramp, smoothstep
from .lines import dark_lines
from .manner import Manner
from .photo import Photo


def draw(p: Photo) -> Floats:
    wobble = 0.012 * p.noise.grain(6.0, 4)
    place = blur(p.flat_tone, 1.0) + wobble
    wash = np.ones_like(place)
    for level, depth in ((0.80, 0.13), (0.62, 0.20), (0.44, 0.30), (0.28, 0.40)):
        inside = smoothstep(place, level + 0.03, level - 0.03)
        rim = np.clip(inside - blur(inside, 2.5), 0, 1)
        wash = wash * (1 - depth * inside - 0.35 * depth * rim)
    wash = wash * (1 + (0.03 * p.noise.grain(0.9) + 0.8 * wobble) * (1.1 - wash))
    dry = 1 - 0.35 * smoothstep(p.noise.grain(0.8), 1.2, 2.0)
    line = np.maximum(
        0.9 * dark_lines(p.fine_tone, p.flow, 1.0, 0.006, 28), 0.9 * dark_lines(p.fine_tone, p.flow, 1.8, 0.012, 26, 4)
    )
    paper = np.clip(wash, 0, 1) * (1 - 0.9 * line * dry)
    return ramp(paper, [(0, (46, 26, 14)), (0.35, (124, 82, 50)), (0.7, (206, 172, 130)), (1, (249, 241, 224))])


MANNER = Manner("sepia ink wash", "drawing", "Brown pen lines and transparent washes", "sepia ink wash drawing", draw)
