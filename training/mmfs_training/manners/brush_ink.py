"""Brush and ink: swelling black lines and two pale washes (sumi-e)."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, blur, posterised, ramp, smoothstep
from .lines import dark_lines
from .manner import Manner
from .photo import Photo


def draw(p: Photo) -> Floats:
    wide = dark_lines(p.fine_tone, p.wide_flow, 3.0, 0.016, 26, 6)
    middle = dark_lines(p.fine_tone, p.flow, 1.7, 0.011, 26, 4)
    fine = dark_lines(p.fine_tone, p.flow, 0.95, 0.009, 30)
    black = smoothstep(p.fine_tone, 0.25, 0.16)
    line = np.maximum.reduce([wide, middle, 0.85 * fine, black])
    dry = p.noise.strokes(p.wide_flow, 0.9, 12, 2)
    line = line * (1 - 0.55 * smoothstep(dry, 1.0, 1.8) * (1 - fine))
    bleed = 0.012 * p.noise.grain(6.0, 4)
    level = posterised(blur(p.flat_tone, 2.5) + bleed, (0.34, 0.50, 0.66, 0.80), 0.02)
    wash = np.interp(level, [0, 1, 2, 3, 4], [0.36, 0.52, 0.68, 0.84, 1.0]).astype(np.float32)
    rim = np.clip(blur(wash, 2.0) - wash, 0, 1) * 0.5  # pigment dries at the edge of a wash
    granules = 1 + 0.025 * p.noise.grain(0.9) * (1 - wash) * 2
    paper = np.clip((wash - rim) * granules, 0, 1)
    return ramp(
        np.clip(paper * (1 - 0.96 * line), 0, 1), [(0, (16, 17, 22)), (0.6, (146, 146, 148)), (1, (250, 247, 238))]
    )


MANNER = Manner("brush ink", "drawing", "Swelling black brush lines over pale washes", "black brush ink drawing", draw)
