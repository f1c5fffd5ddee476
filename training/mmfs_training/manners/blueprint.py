"""Blueprint: white lines on Prussian blue, paler where there is light."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, blur, floats, posterised, ramp
from .lines import dark_lines
from .manner import Manner
from .photo import Photo


def draw(p: Photo) -> Floats:
    level = posterised(blur(p.flat_tone, 1.2), (0.22, 0.38, 0.54, 0.70, 0.84), 0.015)
    ground = ramp(floats(level / 5), [(0, (12, 36, 98)), (0.5, (34, 78, 156)), (1, (98, 146, 204))])
    line = np.maximum(
        dark_lines(p.fine_tone, p.flow, 1.0, 0.007, 40), dark_lines(p.fine_tone, p.flow, 1.9, 0.013, 40, 4)
    )
    fiber = 1 + 0.03 * p.noise.grain(0.8) + 0.02 * p.noise.grain(5.0, 4)
    paper = ground * fiber[..., None]
    return floats(np.clip(paper + (np.array([0.94, 0.97, 1.0], np.float32) - paper) * 0.95 * line[..., None], 0, 1))


MANNER = Manner(
    "blueprint", "graphic", "White lines on blue, paler in the light", "blueprint with white lines on blue", draw
)
