"""Differentiable augmentation: what makes a discriminator live on a thousand pictures.

Operations of Zhao et al. 2020 (arXiv 2006.10738), each done to a picture with a probability that Karras et al. 2020
(arXiv 2006.06676) adapt: real and made pictures go through the same operations, drawn anew for each, and gradients
flow through, so the generator does not learn the augmentation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..common.config import AugmentConfig

TRANSLATION = 1 / 8
CUTOUT = 1 / 2


DRAWS = 10


def augment(pictures: Tensor, policy: Sequence[str], probability: float, draws: Tensor) -> Tensor:
    """Pictures [N, 3, S, S] in [-1, 1] to the same shape. `draws` [10, N], uniform in [0, 1), decides what is done."""
    if probability <= 0:
        return pictures
    n, size = len(pictures), pictures.shape[-1]
    chosen, numbers = draws[:3] < probability, draws[3:]

    def per_picture(values: Tensor, apply: Tensor, neutral: float) -> Tensor:
        return torch.where(apply, values, torch.full_like(values, neutral)).to(pictures.dtype)[:, None, None, None]

    x = pictures
    if "color" in policy:
        x = x + per_picture(numbers[0] - 0.5, chosen[0], 0.0)
        gray = x.mean(1, keepdim=True)
        x = gray + (x - gray) * per_picture(2 * numbers[1], chosen[0], 1.0)
        middle = x.mean((1, 2, 3), keepdim=True)
        x = middle + (x - middle) * per_picture(numbers[2] + 0.5, chosen[0], 1.0)
    if "translation" in policy:
        reach = round(size * TRANSLATION)
        offsets = (torch.floor(numbers[3:5] * (2 * reach + 1)) - reach).long() * chosen[1]
        padded = F.pad(x, (reach,) * 4)
        steps = torch.arange(size, device=x.device)
        rows = (steps + reach + offsets[0][:, None])[:, :, None]
        columns = (steps + reach + offsets[1][:, None])[:, None, :]
        batch = torch.arange(n, device=x.device)[:, None, None]
        x = padded.permute(0, 2, 3, 1)[batch, rows, columns].permute(0, 3, 1, 2)
    if "cutout" in policy:
        side = size * CUTOUT
        steps = torch.arange(size, device=x.device) + 0.5
        away = [(steps - numbers[5 + i][:, None] * size).abs() > side / 2 for i in range(2)]
        kept = away[0][:, :, None] | away[1][:, None, :] | ~chosen[2][:, None, None]
        x = x * kept[:, None].to(x.dtype)
    return x


class AdaptiveProbability:
    """Rises while the discriminator is too sure of real pictures: the mean sign of their scores above the target."""

    def __init__(self, config: AugmentConfig) -> None:
        self.config = config
        self.value = config.start

    def update(self, sign: float, pictures: int) -> None:
        """sign: mean sign of the scores of `pictures` real pictures."""
        if self.config.adaptive:
            step = np.sign(sign - self.config.target) * pictures / self.config.adjustment_pictures
            self.value = float(min(max(self.value + step, 0.0), self.config.maximum))
