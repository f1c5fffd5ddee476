"""Soft pastel on grey-brown paper: powdery colour in broad strokes, the paper in between."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, floats, ink, mix
from .lines import dark_lines
from .manner import Manner
from .paint import hatched, vivid
from .photo import Photo

PAPER = ink(150, 136, 124)


def draw(p: Photo) -> Floats:
    color = vivid(p.flow.along(p.calm, 5), 1.35)
    strokes = 0.7 * p.noise.hatching(55, 7.0, 8) + 0.55 * p.noise.grain(0.7) + 0.3 * p.noise.grain(1.2, 2)
    covered = hatched(-strokes, np.clip(0.80 + 0.16 * p.detail, 0, 1), 2.0)
    chalky = floats(np.clip(color * 0.93 + 0.05 + 0.025 * strokes[..., None], 0, 1))
    out = mix(floats(0.45 * PAPER[None, None] + 0.55 * chalky), chalky, covered)
    line = np.maximum(
        0.5 * dark_lines(p.fine_tone, p.flow, 1.2, 0.008, 16), 0.5 * dark_lines(p.fine_tone, p.flow, 2.2, 0.012, 14)
    )
    return floats(np.clip(out * (1 - line[..., None]), 0, 1))


MANNER = Manner("soft pastel", "painting", "Powdery strokes of colour on grey-brown paper", "soft pastel drawing", draw)
