"""Fits `mapping_z`, so that a random z gives a w among the learned styles.

A fixed random projection of the normalised z, sharpened, gives shares of the style codes; the w wanted is their
mixture, one or two styles for the most part. The published mapping, eight layers, is regressed on that.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .networks import Generator


def style_directions(dim: int, styles: int, seed: int) -> Tensor:
    """Orthonormal directions of z [D, styles]; the same for the same seed."""
    return torch.linalg.qr(torch.randn(dim, styles, generator=torch.Generator().manual_seed(seed))).Q


def mixture_of_z(z: Tensor, directions: Tensor, sharpness: float = 3.0) -> Tensor:
    """z [N, D] to shares [N, styles]."""
    return torch.softmax(sharpness * math.sqrt(z.shape[1]) * F.normalize(z) @ directions, 1)


def fit_mapping(generator: Generator, codes: Tensor, seed: int, steps: int = 1500, batch: int = 256) -> float:
    """Changes `generator.mapping_z`; codes [styles, D]. Returns the share of variance explained on fresh z (R²)."""
    rng = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    mapping = generator.mapping_z
    lr_mul = mapping[1].lr_mul
    directions = style_directions(codes.shape[1], len(codes), seed)
    with torch.no_grad():
        for layer in list(mapping)[1:]:
            layer.weight.normal_(0, 1 / lr_mul)
            layer.bias.zero_()
        # the first layer starts with eyes for nothing but what decides the shares, which saves most of the steps
        seen = torch.randn(len(mapping[1].weight), len(codes)) @ directions.t()
        mapping[1].weight.copy_(seen * math.sqrt(seen.shape[1] / len(codes)) / lr_mul)
        mapping[-1].bias.copy_(codes.mean(0) / lr_mul)

    def draw(count: int) -> tuple[Tensor, Tensor]:
        z = torch.randn(count, codes.shape[1], generator=rng)
        return z, mixture_of_z(z, directions) @ codes

    rate = 0.03 / lr_mul
    optimizer = torch.optim.Adam(mapping.parameters(), rate, betas=(0.9, 0.99))
    with torch.enable_grad():
        mapping.requires_grad_(True)
        for step in range(steps):
            for group in optimizer.param_groups:
                group["lr"] = rate * 0.5 * (1 + math.cos(math.pi * step / steps))
            z, w = draw(batch)
            loss = F.mse_loss(mapping(z), w)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        mapping.requires_grad_(False)
    with torch.no_grad():
        z, w = draw(4096)
        return 1 - (F.mse_loss(mapping(z), w) / F.mse_loss(w.mean(0).expand_as(w), w)).item()
