"""Line art of one weight, with one flat tint for form."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, blur, ink, mix, smoothstep
from .lines import dark_lines
from .manner import Manner
from .photo import Photo

PAPER, TINT, DARK, LINE = ink(252, 250, 246), ink(216, 204, 196), ink(150, 138, 136), ink(24, 26, 34)


def draw(p: Photo) -> Floats:
    tone = blur(p.fine_tone, 0.5)
    line = np.maximum(
        dark_lines(tone, p.flow, 1.15, 0.008, 60, 4), dark_lines(blur(tone, 1.2), p.flow, 1.6, 0.012, 60, 5)
    )
    pupil = smoothstep(p.fine_tone, 0.22, 0.16)
    soft = blur(p.flat_tone, 1.5)
    out = mix(PAPER, TINT, smoothstep(soft, 0.86, 0.52))
    out = mix(out, DARK, 0.9 * smoothstep(soft, 0.48, 0.28))
    return mix(out, LINE, np.maximum(line, pupil))


MANNER = Manner(
    "line art", "drawing", "Clean lines of one weight with a warm grey tint", "black and white line drawing", draw
)
