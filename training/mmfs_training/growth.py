"""Growing the network from the outside in, so that detail finds its way through the features at S/16.

Trained whole from random weights, the network gives blurs for thousands of steps. So it starts as a shallow one: the
first residual block, an adapter, the last up-block. At every further level one residual block and one up-block are put
between; the new up-block has to give the features that the adapter of the level before gave, and all the picture.
At level 5 the closing and opening convolutions are in, no adapter is left, and the network is the published one.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import fast
from .losses import feature_matching_loss
from .networks import UP_BLOCKS, Generator

WHOLE = UP_BLOCKS + 1


class Adapters(nn.Module):
    """For levels 1 to 4: the encoder's features at S/2^level as the decoder's at the same side."""

    levels: Any

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        n = generator.config.base_width
        sources = (n, 2 * n, 4 * n, 8 * n)
        targets = (2 * n, 4 * n, 8 * n, 8 * n)
        self.levels = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in zip(sources, targets, strict=True))
        for level in self.levels:
            nn.init.orthogonal_(level.weight)

    def forward(self, features: Tensor, level: int) -> Tensor:
        layer = self.levels[level - 1]
        weight, bias = (p.to(features.dtype) for p in (layer.weight, layer.bias))
        return F.leaky_relu(F.conv2d(features, weight, bias), 0.2)


def start_small(generator: Generator) -> None:
    """Pictures of blocks that have yet to be put between are nothing; the last block's are small."""
    with torch.no_grad():
        for i in range(UP_BLOCKS):
            generator.get_parameter(f"to_rgb{i}.conv.weight").zero_()
        generator.get_parameter(f"to_rgb{UP_BLOCKS}.conv.weight").mul_(0.3)


def level_at(progress: float, growth: tuple[float, ...]) -> int:
    """1 at the start, one more after each share of the budget in `growth`."""
    return 1 + sum(progress >= share for share in growth)


def partial_forward(
    generator: Generator, adapters: Adapters, image: Tensor, wplus: Tensor, level: int
) -> tuple[Tensor, Tensor]:
    """The picture of the network grown to `level`, and the loss of the newest part's features (0 at level 1)."""
    features = fast.encode_levels(generator, image, min(level, UP_BLOCKS))
    if level < WHOLE:
        start = adapters(features[-1], level)
        picture, newest = fast.decode_blocks(generator, start, None, wplus, first=WHOLE - level)
    else:
        newest = fast.decode_first(generator, fast.encode_last(generator, features[-1]), wplus[:, 0])
        rgb = fast.to_rgb(newest, generator.to_rgb0, wplus[:, 1], None)
        picture, _ = fast.decode_blocks(generator, newest, rgb, wplus)
    if level == 1:
        return picture, picture.new_zeros(())
    with torch.no_grad():
        wanted = adapters(features[level - 2], level - 1)
    return picture, feature_matching_loss([newest], [wanted])
