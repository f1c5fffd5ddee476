"""Coloured pencil: light strokes of pure colour laid side by side, white paper between them."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, floats
from .lines import dark_lines
from .manner import Manner
from .paint import PAPER, hatched, vivid
from .photo import Photo


def draw(p: Photo) -> Floats:
    color = vivid(p.flow.along(p.calm, 3), 1.35)
    depth = np.clip(1.12 - p.tone, 0.12, 1)
    first = 0.85 * p.noise.hatching(54, 4.8, 7) + 0.5 * p.noise.grain(0.6)
    second = 0.85 * p.noise.hatching(-10, 5.2, 7) + 0.5 * p.noise.grain(0.6)
    coverage = np.clip(0.52 + 0.5 * depth + 0.25 * p.detail, 0, 0.97)
    laid = 0.62 * hatched(first, coverage, 1.8) + 0.38 * hatched(second, coverage, 1.8)
    laid = laid + (1 - laid) * 0.75 * depth**2
    waxy = floats(np.clip(color * (1.06 - 0.10 * laid[..., None]), 0, 1))
    out = PAPER * (1 - laid[..., None]) + waxy * laid[..., None]
    line = np.maximum(
        0.6 * dark_lines(p.fine_tone, p.flow, 0.9, 0.006, 20), 0.6 * dark_lines(p.fine_tone, p.flow, 1.8, 0.012, 16)
    )
    return floats(np.clip(out * (1 - line[..., None] * np.array([0.8, 0.85, 0.85], np.float32)), 0, 1))


MANNER = Manner(
    "colored pencil",
    "drawing",
    "Strokes of pure colour side by side on white paper",
    "colored pencil drawing on white paper",
    draw,
)
