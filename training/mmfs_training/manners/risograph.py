"""Risograph in two spot inks, blue and fluorescent pink, each with its own grain; their overprint is the dark."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, blur, floats, ink, smoothstep
from .lines import dark_lines
from .manner import Manner
from .paint import hatched
from .photo import Photo

PAPER, PINK, BLUE = ink(250, 247, 238), ink(255, 92, 120), ink(38, 92, 168)


def draw(p: Photo) -> Floats:
    tone = blur(p.tone, 0.6)
    pink = np.clip((0.97 - p.flat_tone) / 0.55, 0, 1) * 0.9
    pink = pink * (1 + 0.10 * np.tanh(p.noise.grain(0.7)))
    shade = np.clip((0.74 - tone) / 0.58, 0, 1) ** 1.15
    blue = 0.35 * shade + 0.65 * hatched(p.noise.dots(4.4), shade, 3)
    line = np.maximum.reduce([
        dark_lines(p.fine_tone, p.flow, 1.1, 0.008, 30),
        dark_lines(p.fine_tone, p.flow, 2.0, 0.013, 26, 4),
        smoothstep(tone, 0.24, 0.16),
    ])  # fmt: skip
    blue = np.maximum(blue, 0.95 * line)
    out = PAPER[None, None] * (1 - pink[..., None] * (1 - PINK)) * (1 - 0.95 * blue[..., None] * (1 - BLUE))
    return floats(np.clip(out, 0, 1))


MANNER = Manner(
    "risograph", "print", "Two spot inks, pink and blue, with grain", "risograph print in pink and blue", draw
)
