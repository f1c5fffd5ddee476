"""Cel-shaded cartoon: even bright colour, one step of shade, thin dark contours in the colour of what they bound."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, floats, smoothstep
from .lines import dark_lines, light_lines
from .manner import Manner
from .paint import lab_light, lightness, vivid
from .photo import Photo
from .smoothing import flattened, guided


def draw(p: Photo) -> Floats:
    flat = p.wide_flow.along(flattened(p.flat, 2, 7, 0.10), 3.0)
    light = lightness(flat)
    broad = guided(light, light, 18, 0.003)
    shadow = smoothstep(light - broad, -0.015, -0.045)
    even = np.clip(0.35 * light + 0.65 * broad + 0.05, 0, 1) * (1 - 0.16 * shadow)
    small = smoothstep(p.detail, 0.35, 0.9)
    even = floats(even * (1 - small) + lightness(p.calm) * small)
    color = vivid(lab_light(flat * (1 - small[..., None]) + p.calm * small[..., None], even), 1.4)
    line = np.maximum(
        dark_lines(p.fine_tone, p.flow, 0.95, 0.010, 45), dark_lines(p.fine_tone, p.flow, 1.7, 0.014, 45, 4)
    )
    shine = 0.7 * light_lines(p.fine_tone, p.flow, 1.5, 0.03, 40)
    ink = color * np.array([0.22, 0.16, 0.2], np.float32)
    out = color + (1 - color) * shine[..., None] * (1 - line[..., None])
    return floats(np.clip(out * (1 - line[..., None]) + ink * line[..., None], 0, 1))


MANNER = Manner(
    "cartoon", "graphic", "Cel shading: even bright colour and thin contours", "colorful cartoon drawing", draw
)
