"""What paint, ink and light do."""

from __future__ import annotations

import cv2
import numpy as np

from .arrays import Floats, floats

PAPER = np.array([0.985, 0.975, 0.945], np.float32)


def lab_light(rgb: Floats, light: Floats) -> Floats:
    """The picture with another lightness [H, W] in [0, 1] (CIE L*/100)."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    lab[..., 0] = light * 100
    return floats(np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1))


def lightness(rgb: Floats) -> Floats:
    """CIE L*/100."""
    return floats(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[..., 0] / 100)


def vivid(rgb: Floats, factor: float) -> Floats:
    """Chroma times `factor`, in Lab."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    lab[..., 1:] *= factor
    return floats(np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1))


def pigment(color: Floats, density: Floats) -> Floats:
    """Colour under more (density > 1) or less pigment: c - (c - c²)(d - 1) (Bousseau et al. 2006)."""
    return floats(np.clip(color - (color - color * color) * (density - 1)[..., None], 0, 1))


def relief(height: Floats, amount: float) -> Floats:
    """Light from the upper left on a height map [H, W], to be added to a picture."""
    x, y = (cv2.Sobel(height, cv2.CV_32F, *d, scale=0.125) for d in ((1, 0), (0, 1)))
    return floats(-amount * (x + y))


def hatched(field: Floats, coverage: Floats, hardness: float = 4.0) -> Floats:
    """Ink [H, W] in [0, 1] from strokes: a field of unit normal distribution is inked where it lies under the quantile
    of the coverage [H, W] in [0, 1], so that the mean of the ink is the coverage and light stays in order."""
    c = np.clip(coverage, 1e-3, 1 - 1e-3)
    # logistic approximation of the normal quantile
    quantile = np.log(c / (1 - c)) / 1.702
    shown = 1 / (1 + np.exp(-np.clip(hardness * (quantile - field), -40, 40)))
    return floats(shown * np.clip(coverage / 0.03, 0, 1) * 1.0 + (1 - shown) * np.clip((coverage - 0.97) / 0.03, 0, 1))


def multiply(*layers: Floats) -> Floats:
    """Layers of transparent ink, each what it leaves of the light."""
    out = layers[0]
    for layer in layers[1:]:
        out = out * layer
    return floats(out)


def screened(field: Floats, coverage: Floats, hardness: float = 5.0) -> Floats:
    """As `hatched`, for a field in [-1, 1] that is the cosine of a phase (`Noise.screen`): the share of a period that
    is inked is the coverage."""
    quantile = -np.cos(np.pi * np.clip(coverage, 0, 1))
    shown = 1 / (1 + np.exp(-hardness * (quantile - field)))
    return floats(shown * np.clip(coverage / 0.06, 0, 1))
