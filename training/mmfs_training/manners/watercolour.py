"""Watercolour: transparent washes, darker at their rims, granules in the paper, the lights left white."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, blur, floats, mix, smoothstep
from .lines import dark_lines
from .manner import Manner
from .paint import PAPER, lab_light, lightness, pigment, vivid
from .photo import Photo


def draw(p: Photo) -> Floats:
    wobble = p.noise.grain(7.0, 4)
    light = lightness(p.flat)
    # colour runs a little over the drawing, light does not
    color = vivid(lab_light(blur(p.flat, 3.5), floats(np.clip(0.1 + 0.93 * light, 0, 1))), 1.45)
    place = light + 0.014 * wobble
    density = np.full_like(light, 0.62)
    for level in (0.26, 0.42, 0.58, 0.72, 0.84):  # washes over one another, each with its own rim
        inside = smoothstep(place, level + 0.015, level - 0.015)
        density += 0.12 * inside + 0.9 * np.clip(inside - blur(inside, 3.0), 0, 1)
    density += (0.17 * wobble + 0.09 * p.noise.grain(0.9)) * (1.1 - light)
    wash = pigment(color, density) * PAPER
    wash = mix(wash, PAPER, 0.8 * smoothstep(place, 0.84, 0.97))
    line = np.maximum(
        0.7 * dark_lines(p.fine_tone, p.flow, 1.0, 0.007, 20), 0.75 * dark_lines(p.fine_tone, p.flow, 2.0, 0.012, 18)
    )
    return floats(np.clip(wash * (1 - line[..., None] * np.array([0.66, 0.74, 0.70], np.float32)), 0, 1))


MANNER = Manner(
    "watercolour", "painting", "Transparent washes with dark rims, lights left white", "watercolor painting", draw
)
