"""Losses between pictures [N, 3, S, S] in [-1, 1], between features, between embeddings, and of scores [N]."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def pixel_loss(picture: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Mean absolute difference under `weight` (broadcast to the pictures), whose mean should be 1."""
    return ((picture - target).abs() * weight).mean()


def laplacian_loss(picture: Tensor, target: Tensor, weight: Tensor, levels: int = 3) -> Tensor:
    """Mean absolute difference of the bands of a Laplacian pyramid: strokes count at every scale, flat areas little.

    `weight` [N or 1, 1, S, S], whose mean should be 1.
    """
    difference = picture - target
    total = difference.new_zeros(())
    for _ in range(levels):
        coarse = F.avg_pool2d(difference, 2)
        band = difference - F.interpolate(coarse, scale_factor=2, mode="nearest")
        total = total + (band.abs() * weight).mean()
        difference, weight = coarse, F.avg_pool2d(weight, 2)
    return total


# luma and two opponent axes of RGB, whose contrasts differ by far more than those of R, G and B
OPPONENT = ((0.299, 0.587, 0.114), (0.5, -0.5, 0.0), (-0.25, -0.25, 0.5))
ENERGY_FLOOR = 0.01


def energy_loss(picture: Tensor, target: Tensor, levels: int = 4) -> Tensor:
    """Mean absolute difference of the logarithms of the root mean squares of the bands of a Laplacian pyramid, of luma
    and two opponent axes: how strong strokes and grain are, wherever they lie (Heeger & Bergen 1995)."""
    axes = torch.tensor(OPPONENT, device=picture.device)
    x = torch.einsum("ac,nchw->nahw", axes, torch.cat([picture, target]).float())
    total = x.new_zeros(())
    for _ in range(levels):
        coarse = F.avg_pool2d(x, 2)
        band = x - F.interpolate(coarse, scale_factor=2, mode="nearest")
        made, wanted = (band.square().mean((2, 3)) + ENERGY_FLOOR**2).log().mul(0.5).chunk(2)
        total = total + (made - wanted).abs().mean()
        x = coarse
    return total / levels


# pixels around a stroke that texture is free in: where strokes lie cannot be known to the pixel
STROKE_REACH = 5


def texture_loss(picture: Tensor, target: Tensor) -> Tensor:
    """Mean of what the picture's gradients have more than the strongest of the target within 2 pixels: texture of the
    photo in areas that the drawing leaves flat. Strokes that are missing or lie elsewhere nearby cost nothing."""
    total = picture.new_zeros(())
    for axis in (2, 3):
        made, wanted = (x.diff(dim=axis).abs().mean(1, keepdim=True) for x in (picture, target))
        allowed = F.max_pool2d(wanted, STROKE_REACH, 1, STROKE_REACH // 2)
        total = total + F.relu(made - allowed).mean()
    return total / 2


# pixels of a tone, which is compared without its strokes, and how much the rest counts
TONE = 4
STROKES, STRENGTH = 0.3, 1.0


def redrawing_loss(picture: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """From a redrawing of the same photo: tones, strokes where they lie, and how strong strokes are.

    L1 alone would have strokes that lie elsewhere be left out. `weight` [1, 1, S, S], whose mean should be 1.
    """
    tones = pixel_loss(F.avg_pool2d(picture, TONE), F.avg_pool2d(target, TONE), F.avg_pool2d(weight, TONE))
    return tones + STROKES * laplacian_loss(picture, target, weight) + STRENGTH * energy_loss(picture, target)


def feature_loss(features: Sequence[Tensor], targets: Sequence[Tensor], weight: Tensor | None = None) -> Tensor:
    """Mean absolute difference of features [N, …], averaged over layers; `weight` [N] is of each picture."""
    terms = [(f.float() - t.float()).abs().flatten(1).mean(1) for f, t in zip(features, targets, strict=True)]
    each = torch.stack(terms).mean(0)
    return each.mean() if weight is None else (each * weight).mean()


def direction_loss(made: Tensor, photos: Tensor, direction: Tensor) -> Tensor:
    """1 - cosine between (made - photos), embeddings [N, E], and a direction [E] (StyleGAN-NADA, Gal et al. 2021)."""
    return 1 - F.cosine_similarity(made - photos, direction[None]).mean()


def discriminator_loss(real: Tensor, fake: Tensor, form: str) -> Tensor:
    """Of scores [N]: softplus(-real) + softplus(fake), or the Wasserstein form fake - real."""
    if form == "wasserstein":
        return fake.mean() - real.mean()
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def generator_loss(fake: Tensor, form: str) -> Tensor:
    """Of scores [N]: softplus(-fake), or -fake."""
    return -fake.mean() if form == "wasserstein" else F.softplus(-fake).mean()


def r1_penalty(score: Tensor, real: Tensor) -> Tensor:
    """Half the squared norm of the gradient of the scores on real pictures (Mescheder et al. 2018), mean over them."""
    (gradient,) = torch.autograd.grad(score.sum(), real, create_graph=True)
    return 0.5 * gradient.square().sum((1, 2, 3)).mean()
