"""Pen and ink: contours, and shade in three crossed layers of strokes, each begun at a deeper tone."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, ramp, smoothstep
from .lines import dark_lines
from .manner import Manner
from .paint import screened
from .photo import Photo


def draw(p: Photo) -> Floats:
    tone = p.tone
    clear = 1 - 0.6 * p.detail
    layers = (
        (48, 6.4, 0.38 * smoothstep(tone, 0.80, 0.55)),
        (-38, 6.4, 0.42 * smoothstep(tone, 0.60, 0.36)),
        (4, 6.0, 0.50 * smoothstep(tone, 0.42, 0.20)),
    )
    paper = np.ones_like(tone)
    for degrees, period, coverage in layers:
        paper = paper * (1 - 0.9 * screened(p.noise.screen(degrees, period, 9), coverage * clear, 8))
    line = np.maximum.reduce([
        dark_lines(p.fine_tone, p.flow, 1.0, 0.007, 36),
        dark_lines(p.fine_tone, p.flow, 1.8, 0.012, 36, 4),
        smoothstep(p.fine_tone, 0.20, 0.13),
    ])  # fmt: skip
    return ramp(paper * (1 - 0.95 * line), [(0, (20, 20, 24)), (1, (252, 250, 244))])


MANNER = Manner(
    "pen and ink",
    "drawing",
    "Contours and cross-hatching in black ink",
    "black and white pen and ink drawing with cross-hatching",
    draw,
)
