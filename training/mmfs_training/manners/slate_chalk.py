"""White chalk on slate: light is drawn, the board is the shade."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, floats, ink, mix, smoothstep
from .lines import dark_lines, light_lines
from .manner import Manner
from .paint import hatched
from .photo import Photo

SLATE, CHALK = ink(38, 46, 48), ink(240, 240, 232)


def draw(p: Photo) -> Floats:
    strokes = 0.75 * p.noise.hatching(48, 5.6, 7) + 0.65 * p.noise.grain(0.7)
    light = smoothstep(p.tone, 0.16, 1.0)
    rubbed = 0.5 * light**1.3
    chalk = rubbed + (1 - rubbed) * 0.75 * hatched(-strokes, light**1.5, 2.2)
    edge = np.maximum(
        light_lines(p.fine_tone, p.flow, 1.3, 0.010, 18), 0.9 * light_lines(p.fine_tone, p.flow, 2.4, 0.016, 16, 5)
    )
    chalk = 1 - (1 - chalk) * (1 - 0.75 * edge * (0.9 + 0.15 * np.tanh(strokes)))
    gap = np.maximum(dark_lines(p.fine_tone, p.flow, 1.0, 0.006, 20), dark_lines(p.fine_tone, p.flow, 2.0, 0.012, 18))
    chalk = floats(np.clip(chalk * (1 - 0.85 * gap), 0, 1))
    board = SLATE[None, None] * (1 + 0.05 * p.noise.grain(6.0, 4))[..., None]
    return mix(floats(board), CHALK, chalk)


MANNER = Manner("chalk on slate", "drawing", "White chalk on a dark board", "white chalk drawing on a blackboard", draw)
