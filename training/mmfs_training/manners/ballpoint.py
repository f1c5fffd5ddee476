"""Ballpoint: thin blue lines, shade built from crossing strokes, a few of them strayed."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, ramp, smoothstep
from .lines import dark_lines
from .manner import Manner
from .paint import screened
from .photo import Photo


def draw(p: Photo) -> Floats:
    shade = np.clip((0.94 - p.tone) / 0.86, 0, 1)
    clear = 1 - 0.6 * p.detail
    layers = (
        (35, 4.4, 0.85 * shade * clear),
        (-30, 4.8, 0.75 * smoothstep(shade, 0.3, 0.85) * clear),
        (80, 4.6, 0.8 * smoothstep(shade, 0.55, 1.0)),
    )
    paper = np.ones_like(shade)
    for degrees, period, coverage in layers:
        paper = paper * (1 - 0.6 * screened(p.noise.screen(degrees, period, 7), coverage, 4))
    line = np.maximum(
        0.85 * dark_lines(p.fine_tone, p.flow, 0.9, 0.005, 26), 0.8 * dark_lines(p.fine_tone, p.flow, 1.6, 0.010, 22)
    )
    paper = paper * (1 - 0.85 * line) * (1 - 0.6 * smoothstep(p.tone, 0.26, 0.12))
    return ramp(paper, [(0, (22, 30, 92)), (0.5, (84, 104, 178)), (1, (250, 249, 245))])


MANNER = Manner(
    "ballpoint pen", "drawing", "Thin blue lines, shade in crossing strokes", "blue ballpoint pen drawing", draw
)
