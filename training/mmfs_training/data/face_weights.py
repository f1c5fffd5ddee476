"""Where eyes and mouth of an aligned face are, and how much more they count."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Middle and standard deviation (x, y) of what is weighed, as parts of the side of an FFHQ crop, which fixes the eyes.
EYES = (((0.375, 0.475), (0.05, 0.035)), ((0.625, 0.475), (0.05, 0.035)))


MOUTH = ((0.5, 0.72), (0.09, 0.04))


def face_weights(side: int, eyes: float, mouth: float) -> NDArray[np.float32]:
    """How much each pixel of an aligned face counts: `eyes` and `mouth` in their middles, falling to 1 around them.

    [side, side], divided by its mean.
    """
    y, x = (np.mgrid[:side, :side] + 0.5) / side

    def spot(place: tuple[tuple[float, float], tuple[float, float]]) -> NDArray[Any]:
        (center_x, center_y), (width, height) = place
        return np.exp(-0.5 * (((x - center_x) / width) ** 2 + ((y - center_y) / height) ** 2))

    weights = 1 + (eyes - 1) * (spot(EYES[0]) + spot(EYES[1])) + (mouth - 1) * spot(MOUTH)
    return np.asarray(weights / weights.mean(), np.float32)
