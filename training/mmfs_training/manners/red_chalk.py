"""Sanguine on buff paper, with a little white chalk in the lights."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, floats, ink, mix, smoothstep
from .lines import dark_lines
from .manner import Manner
from .paint import hatched
from .photo import Photo

PAPER, CHALK, DEEP, WHITE = ink(232, 214, 186), ink(164, 66, 40), ink(104, 34, 24), ink(252, 246, 234)


def draw(p: Photo) -> Floats:
    tone = p.tone
    strokes = 0.8 * p.noise.hatching(42, 5.4, 6) + 0.6 * p.noise.grain(0.8)
    shade = np.clip((0.9 - tone) / 0.8, 0, 1)
    rubbed = 0.5 * shade  # what the finger smears into the paper
    chalk = rubbed + (1 - rubbed) * hatched(strokes, 0.8 * shade**1.3, 2.2)
    fine = dark_lines(p.fine_tone, p.flow, 1.1, 0.006, 16)
    broad = dark_lines(p.fine_tone, p.flow, 2.2, 0.012, 14)
    line = np.maximum(fine, broad) * (0.8 + 0.2 * np.tanh(p.noise.grain(0.9)))
    out = mix(PAPER, CHALK, np.clip(0.92 * chalk, 0, 1))
    out = mix(out, DEEP, np.clip(0.8 * line + 0.6 * smoothstep(tone, 0.34, 0.12), 0, 0.95))
    return mix(out, WHITE, 0.75 * smoothstep(floats(tone + 0.03 * strokes), 0.86, 0.97))


MANNER = Manner(
    "red chalk", "drawing", "Sanguine on buff paper, rubbed and hatched, white in the lights", "red chalk drawing", draw
)
