"""Impasto in blues and yellows after Van Gogh: light decides the hue, strokes run along the form."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, blur, floats, ramp
from .lines import dark_lines
from .manner import Manner
from .paint import lightness, relief
from .photo import Photo


def draw(p: Photo) -> Floats:
    flow = p.wide_flow
    light = 0.5 * flow.along(lightness(p.calm), 6) + 0.5 * flow.along(p.tone, 3)
    bristles = 0.75 * p.noise.strokes(flow, 1.7, 10) + 0.45 * p.noise.strokes(flow, 0.8, 9, 2)
    calm = 1 - 0.55 * p.detail
    place = np.clip(light + 0.035 * bristles * calm, 0, 1)
    palette = ramp(place, [
        (0, (14, 20, 60)), (0.22, (22, 58, 118)), (0.42, (48, 112, 154)), (0.58, (126, 156, 138)),
        (0.70, (214, 168, 84)), (0.84, (246, 212, 116)), (1, (254, 246, 206)),
    ])  # fmt: skip
    color = 0.74 * palette + 0.26 * flow.along(p.calm, 4)
    line = 0.5 * dark_lines(p.fine_tone, p.flow, 1.5, 0.010, 16)
    out = color * (1 - line[..., None]) + relief(blur(bristles * calm, 0.6), 0.16)[..., None]
    return floats(np.clip(out, 0, 1))


MANNER = Manner(
    "night oil",
    "painting",
    "Thick strokes of blue and yellow along the form",
    "night oil painting in blue and yellow with thick strokes",
    draw,
)
