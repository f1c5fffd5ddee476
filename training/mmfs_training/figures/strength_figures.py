"""What becomes of the photo as a style's strength rises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..data.pictures import Pictures
from ..models.model_folder import Model, Preset, results
from .metrics import gradient_correlation, psnr

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25)


def strength_figures(model: Model, presets: Sequence[Preset], photos: Sequence[Pictures]) -> list[dict[str, Any]]:
    """A row a strength s, the code being photo code + s · (preset - photo code); means over presets and photos.

    psnr: to the photo, in dB. psnrToReconstruction: to what the photo code gives, infinite for strength 0. structure:
    correlation of gradients with the photo. presets: psnr and structure of each by name.
    """
    found: dict[float, dict[str, list[tuple[float, float, float]]]] = {
        strength: {preset.name: [] for preset in presets} for strength in STRENGTHS
    }
    for photo in photos:
        [back] = results(model.generator, photo, [model.photo])
        for preset in presets:
            codes = [model.photo + strength * (preset.code - model.photo) for strength in STRENGTHS]
            for strength, made in zip(STRENGTHS, results(model.generator, photo, codes), strict=True):
                row = (psnr(photo, made), psnr(back, made), gradient_correlation(photo, made))
                found[strength][preset.name].append(row)
    rows = []
    for strength, by_preset in found.items():
        means = {name: np.mean(values, axis=0).tolist() for name, values in by_preset.items()}
        all_psnr, all_back, all_structure = np.mean(list(means.values()), axis=0).tolist()
        rows.append({
            "strength": strength,
            "psnr": all_psnr,
            "psnrToReconstruction": all_back,
            "structure": all_structure,
            "presets": {name: {"psnr": value[0], "structure": value[2]} for name, value in means.items()},
        })  # fmt: skip
    return rows
