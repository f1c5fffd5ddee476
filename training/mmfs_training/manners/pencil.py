"""Graphite: fine contours, tone in slanted hatching that follows one hand."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, ramp, smoothstep
from .lines import dark_lines
from .manner import Manner
from .photo import Photo


def draw(p: Photo) -> Floats:
    shade = np.clip((0.93 - p.tone) / 0.85, 0, 1)
    hatch = p.noise.hatching(52, 4.6, 6)
    second = p.noise.hatching(-20, 5.2, 6)
    stroke = np.tanh(0.9 * hatch) * shade * (1 - 0.55 * shade) + 0.5 * np.tanh(second) * smoothstep(
        shade, 0.45, 0.8
    ) * (1 - shade)
    grain = 0.05 * p.noise.grain(0.6) * np.sqrt(shade)
    line = np.maximum(
        0.85 * dark_lines(p.fine_tone, p.flow, 0.9, 0.005, 22), 0.9 * dark_lines(p.fine_tone, p.flow, 1.8, 0.012, 16)
    )
    dark = 0.84 * shade**1.25 + 0.5 * stroke + grain
    dark = 1 - (1 - np.clip(dark, 0, 1)) * (1 - 0.82 * line)
    return ramp(np.clip(1 - dark, 0, 1), [(0, (36, 36, 42)), (1, (251, 249, 244))])


MANNER = Manner("pencil", "drawing", "Graphite with fine contours and slanted hatching", "gray pencil drawing", draw)
