"""Pop print: four flat inks by light, stippled half tones, drawn contours."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, blur, ink, mix, smoothstep
from .lines import dark_lines
from .manner import Manner
from .paint import hatched
from .photo import Photo

NIGHT, RED, ORANGE, CREAM = ink(34, 28, 84), ink(226, 48, 92), ink(255, 160, 74), ink(255, 238, 176)


def draw(p: Photo) -> Floats:
    tone = blur(p.flat_tone, 1.2)
    dots = p.noise.dots(5.5)
    out = mix(
        CREAM, ORANGE, np.maximum(smoothstep(tone, 0.69, 0.675), hatched(dots, smoothstep(tone, 0.80, 0.69) * 0.42, 6))
    )
    out = mix(out, RED, np.maximum(smoothstep(tone, 0.46, 0.445), hatched(dots, smoothstep(tone, 0.60, 0.46) * 0.4, 6)))
    line = np.maximum(
        dark_lines(p.fine_tone, p.flow, 1.2, 0.009, 45), dark_lines(p.fine_tone, p.flow, 2.1, 0.014, 40, 4)
    )
    return mix(out, NIGHT, np.maximum(line, smoothstep(blur(p.tone, 0.8), 0.28, 0.26)))


MANNER = Manner(
    "pop print",
    "print",
    "Four flat inks, stippled half tones and contours",
    "pop art screen print in orange, pink and dark blue",
    draw,
)
