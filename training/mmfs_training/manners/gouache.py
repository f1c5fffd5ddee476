"""Gouache: flat opaque shapes with clean edges, matte and a little warm; no lines."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, blur, floats, mix, posterised, smoothstep
from .manner import Manner
from .paint import lab_light, lightness, vivid
from .photo import Photo
from .smoothing import flattened


def draw(p: Photo) -> Floats:
    flat = p.wide_flow.along(flattened(p.flat, 2, 6, 0.08), 3.0)
    small = smoothstep(p.detail, 0.3, 0.9)
    flat = mix(flat, p.calm, small)
    light = blur(lightness(flat), 0.8)
    edges = np.arange(0.17, 0.97, 0.085)
    level = posterised(light, tuple(edges), 0.012)
    stepped = 0.13 + 0.085 * level
    color = vivid(lab_light(flat, floats(np.clip(stepped, 0, 0.97))), 1.3)
    warm = color * np.array([1.03, 1.0, 0.95], np.float32) + np.array([0.015, 0.01, 0.02], np.float32)
    return floats(np.clip(warm + 0.008 * p.noise.grain(0.7)[..., None], 0, 1))


MANNER = Manner("gouache", "painting", "Flat opaque shapes, matte and warm", "gouache painting with flat shapes", draw)
