"""Linocut in two inks on cream: a flat ochre for the half light and a black block with carved strokes."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, blur, ink, mix, smoothstep
from .lines import dark_lines, light_lines
from .manner import Manner
from .paint import hatched
from .photo import Photo

PAPER, OCHRE, BLACK = ink(246, 236, 214), ink(222, 150, 84), ink(30, 26, 30)


def draw(p: Photo) -> Floats:
    tone = blur(p.tone, 1.0)
    carved = p.noise.strokes(p.wide_flow, 2.0, 14)
    shade = smoothstep(tone, 0.66, 0.24)
    black = hatched(carved, shade, 7)
    line = np.maximum(dark_lines(tone, p.flow, 2.2, 0.012, 60, 5), dark_lines(tone, p.flow, 1.3, 0.012, 60, 4))
    light = light_lines(tone, p.flow, 1.6, 0.014, 50, 4)
    black = np.clip(np.maximum(black, line) - light * (1 - line), 0, 1)
    ochre = smoothstep(blur(p.flat_tone, 1.5), 0.79, 0.76) * (1 - 0.8 * light)
    worn = 1 - 0.5 * smoothstep(p.noise.grain(0.8), 2.1, 2.6)
    return mix(mix(PAPER, OCHRE, ochre * worn), BLACK, black * worn)


MANNER = Manner(
    "linocut", "print", "A black block and an ochre one, carved strokes", "linocut in black and ochre", draw
)
