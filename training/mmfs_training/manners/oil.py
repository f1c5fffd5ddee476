"""Oil: loaded strokes along the form, lit from the left."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, floats
from .lines import dark_lines
from .manner import Manner
from .paint import relief, vivid
from .photo import Photo


def draw(p: Photo) -> Floats:
    flow = p.wide_flow
    color = vivid(flow.along(p.calm, 6), 1.3)
    fine = vivid(p.calm, 1.25)
    detail = p.detail[..., None]  # a small brush for eyes and mouth
    color = color * (1 - detail) + fine * detail
    bristles = 0.65 * p.noise.strokes(flow, 1.6, 8) + 0.5 * p.noise.strokes(flow, 0.7, 8, 2)
    calmness = 1 - 0.6 * detail[..., 0]
    paint = color * (1 + 0.04 * calmness * bristles)[..., None] + relief(bristles * calmness, 0.10)[..., None]
    line = 0.45 * dark_lines(p.fine_tone, p.flow, 1.4, 0.01, 14)
    return floats(np.clip(paint * (1 - line)[..., None], 0, 1))


MANNER = Manner("oil painting", "painting", "Loaded brush strokes along the form", "oil painting", draw)
