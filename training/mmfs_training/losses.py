"""Losses between pictures [N, 3, S, S] in [-1, 1]."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor


def pixel_loss(picture: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Mean absolute difference under `weight` [N, 1, S, S], which is divided by its mean."""
    return ((picture - target).abs() * (weight / weight.mean())).mean()


def laplacian_loss(picture: Tensor, target: Tensor, weight: Tensor, levels: int = 3) -> Tensor:
    """Mean absolute difference of the bands of a Laplacian pyramid: strokes count at every scale, flat areas little.

    `weight` [N, 1, S, S] is divided by its mean.
    """
    difference = picture - target
    weight = weight / weight.mean()
    total = difference.new_zeros(())
    for _ in range(levels):
        coarse = F.avg_pool2d(difference, 2)
        band = difference - F.interpolate(coarse, scale_factor=2, mode="nearest")
        total = total + (band.abs() * weight).mean()
        difference, weight = coarse, F.avg_pool2d(weight, 2)
    return total


def feature_matching_loss(features: Sequence[Tensor], targets: Sequence[Tensor]) -> Tensor:
    """Mean absolute difference of features, relative to the target's mean magnitude, averaged over layers."""
    terms = [
        (f.float() - t.float()).abs().mean() / (t.float().abs().mean() + 1e-6)
        for f, t in zip(features, targets, strict=True)
    ]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total / len(terms)


def hinge_loss(real: Tensor, fake: Tensor) -> Tensor:
    """The discriminator's loss: scores of real pictures above 1, of made ones below -1."""
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
