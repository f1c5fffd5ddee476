"""Cells of z space: each style of the art owns the z nearest to its direction, so that a seed is a style.

The directions are orthonormal and fixed by a seed. `fit_mapping` regresses the mapping network so that a z gives the
code of its cell, mixed with its neighbours' only near the borders.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def cell_directions(width: int, cells: int, seed: int) -> Tensor:
    """Orthonormal directions of z, [cells, width]; the same for the same seed. `cells` is at most `width`."""
    if cells > width:
        raise ValueError(f"{cells} styles do not fit into a style_dim of {width}")
    return torch.linalg.qr(torch.randn(width, cells, generator=torch.Generator().manual_seed(seed))).Q.t().contiguous()


def cell_of(z: Tensor, directions: Tensor) -> Tensor:
    """The cell that each z [N, D] lies in: [N] integers."""
    return (z @ directions.t()).argmax(1)


def shares_of(z: Tensor, directions: Tensor, sharpness: float) -> Tensor:
    """How much of each cell a z is: [N, cells], rows sum to 1. A softmax of the normalised z along the directions."""
    return torch.softmax(sharpness * math.sqrt(z.shape[1]) * F.normalize(z) @ directions.t(), 1)


def draw_in_cell(cell: int, directions: Tensor, count: int, seed: int) -> Tensor:
    """Unit-normal z that lie in a cell: [count, D]. Components along two directions change places where needed."""
    z = torch.randn(count, directions.shape[1], generator=torch.Generator().manual_seed(seed))
    along = z @ directions.t()
    best = along.argmax(1)
    surplus = along.gather(1, best[:, None]) - along[:, cell : cell + 1]
    return z + surplus * (directions[cell] - directions[best])


def fit_mapping(
    mapping: nn.Sequential,
    directions: Tensor,
    wanted: Callable[[Tensor], Tensor],
    seed: int,
    steps: int,
    batch: int = 256,
) -> float:
    """Changes `mapping` so that z [N, D] gives w = wanted(z) [N, D].

    directions [k, D]: what of z decides w. Returns the share of variance explained on fresh z (R²).
    """
    rng = torch.Generator().manual_seed(seed)
    layers: list[Any] = list(mapping)[1:]
    device = layers[0].weight.device
    directions = directions.to(device)
    width = directions.shape[1]
    lr_mul = layers[0].lr_mul
    with torch.no_grad():
        for layer in layers:
            layer.weight.copy_(torch.randn(layer.weight.shape, generator=rng) / lr_mul)
            layer.bias.zero_()
        # the first layer starts with eyes for nothing but what decides the shares, which saves most of the steps
        seen = torch.randn(len(layers[0].weight), len(directions), generator=rng).to(device) @ directions
        layers[0].weight.copy_(seen * math.sqrt(seen.shape[1] / len(directions)) / lr_mul)
        middle = wanted(torch.randn(4096, width, generator=rng).to(device)).mean(0)
        layers[-1].bias.copy_(middle / lr_mul)

    def draw(count: int) -> tuple[Tensor, Tensor]:
        z = torch.randn(count, width, generator=rng).to(device)
        return z, wanted(z)

    rate = 0.03 / lr_mul
    wanted_gradients = [p.requires_grad for p in mapping.parameters()]
    mapping.requires_grad_(True)
    optimizer = torch.optim.Adam(mapping.parameters(), rate, betas=(0.9, 0.99))
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * 0.5 * (1 + math.cos(math.pi * step / steps))
        z, w = draw(batch)
        loss = F.mse_loss(mapping(z), w)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    for parameter, learns in zip(mapping.parameters(), wanted_gradients, strict=True):
        parameter.requires_grad_(learns).grad = None
    with torch.no_grad():
        z, w = draw(4096)
        return 1 - (F.mse_loss(mapping(z), w) / F.mse_loss(w.mean(0).expand_as(w), w)).item()
