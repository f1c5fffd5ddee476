"""StyleGAN2 (Karras et al. 2020, arXiv 1912.04958): the generator of phase 0, and the discriminator of phases 0 to 2.

Keys and shapes are those of the widely used `g`, `d` layout (`style.*`, `convs.{i}.*`, `to_rgbs.{i}.*`), without the
stored noise buffers, since noise is an input here. Widths are those of the MMFS decoder, whose blocks above S/16 are
the prior's own: `decoder_blocks` says which is which.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from .generator import UP_BLOCKS, EqualLinear, Generator, PixelNorm, ResidualBlock, StyledConv, ToRGB, conv_layer

CONSTANT_SIDE = 4


def width_at(side: int, size: int, base_width: int) -> int:
    """Channels at a resolution: `base_width` at full size, doubling as sides halve, at most 8 times as many."""
    return base_width * min(8, size // side)


class ConstantInput(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.input = nn.Parameter(torch.randn(1, channels, CONSTANT_SIDE, CONSTANT_SIDE))


class Prior(nn.Module):
    """z [N, D] to w by `style`; rows of w, one a styled layer, and noise maps to a picture [N, 3, S, S] in [-1, 1]."""

    style: Any

    def __init__(self, size: int, base_width: int, style_dim: int) -> None:
        super().__init__()
        self.size, self.base_width, self.style_dim = size, base_width, style_dim
        self.style = nn.Sequential(
            PixelNorm(), *(EqualLinear(style_dim, style_dim, lr_mul=0.01, activate=True) for _ in range(8))
        )
        sides = [CONSTANT_SIDE * 2**i for i in range(1, int(math.log2(size // CONSTANT_SIDE)) + 1)]
        c = width_at(CONSTANT_SIDE, size, base_width)
        self.input = ConstantInput(c)
        self.conv1 = StyledConv(c, c, style_dim)
        self.to_rgb1 = ToRGB(c, style_dim, upsample=False)
        convs, to_rgbs = [], []
        for side in sides:
            out = width_at(side, size, base_width)
            convs += [StyledConv(c, out, style_dim, upsample=True), StyledConv(out, out, style_dim)]
            to_rgbs.append(ToRGB(out, style_dim))
            c = out
        self.convs = nn.ModuleList(convs)
        self.to_rgbs = nn.ModuleList(to_rgbs)

    @property
    def rows(self) -> int:
        """Rows of w+: 14 at 256 px, 16 at 512 px."""
        return len(self.convs) + 2

    def map_z(self, z: Tensor) -> Tensor:
        """z [N, D] to w [N, D]."""
        w: Tensor = self.style(z)
        return w

    def noise_shapes(self, batch: int) -> list[tuple[int, int, int, int]]:
        """One map at 4 px, then two at every resolution."""
        sides = [CONSTANT_SIDE] + [CONSTANT_SIDE * 2 ** (i // 2 + 1) for i in range(len(self.convs))]
        return [(batch, 1, side, side) for side in sides]

    def forward(self, wplus: Tensor, noises: list[Tensor]) -> Tensor:
        """w+ [N, rows, D] and the maps of `noise_shapes` to a picture, not clamped."""
        rows = wplus.unbind(1)
        x = self.input.input.expand(len(wplus), -1, -1, -1)
        x = self.conv1(x, rows[0], noises[0])
        rgb: Tensor = self.to_rgb1(x, rows[1])
        for i, layer in enumerate(self.to_rgbs):
            x = self.convs[2 * i](x, rows[2 * i + 1], noises[2 * i + 1])
            x = self.convs[2 * i + 1](x, rows[2 * i + 2], noises[2 * i + 2])
            rgb = layer(x, rows[2 * i + 3], rgb)
        return rgb


def decoder_blocks(prior: Prior) -> dict[str, nn.Module]:
    """The prior's module for each of the generator's: the last styled conv at S/16 and all above, and the mapping."""
    pairs = int(math.log2(prior.size // 16 // CONSTANT_SIDE))  # resolutions up to S/16 above 4 px
    blocks: dict[str, nn.Module] = {"mapping_z": prior.style}
    blocks["decoder0"] = prior.convs[2 * pairs - 1] if pairs else prior.conv1
    blocks["to_rgb0"] = prior.to_rgbs[pairs - 1] if pairs else prior.to_rgb1
    for i in range(1, UP_BLOCKS + 1):
        blocks[f"decoder{i}a"] = prior.convs[2 * (pairs + i - 1)]
        blocks[f"decoder{i}b"] = prior.convs[2 * (pairs + i - 1) + 1]
        blocks[f"to_rgb{i}"] = prior.to_rgbs[pairs + i - 1]
    return blocks


def prior_to_generator(prior: Prior, generator: Generator) -> None:
    """Copies the mapping and the blocks from S/16 up; the encoder keeps what it has."""
    for name, block in decoder_blocks(prior).items():
        target = generator.get_submodule(name)
        state = {key: value for key, value in block.state_dict().items() if key in target.state_dict()}
        target.load_state_dict(state)  # to_rgb0 has no up-sampling


def generator_to_prior(generator: Generator, prior: Prior) -> list[str]:
    """Copies the decoder's blocks above S/16 into the prior. Returns their prefixes in the prior's keys."""
    modules = {id(module): name for name, module in prior.named_modules()}
    prefixes = []
    for name, block in decoder_blocks(prior).items():
        if name in ("mapping_z", "decoder0", "to_rgb0"):
            continue
        block.load_state_dict(generator.get_submodule(name).state_dict())
        prefixes.append(modules[id(block)] + ".")
    return prefixes


GROUP = 4


def append_deviation(x: Tensor) -> Tensor:
    """One more channel: the mean standard deviation within each group of (at most) four pictures, `i, i+N/4, …`."""
    n, c, h, w = x.shape
    group = min(n, GROUP)
    deviation = x.float().view(group, -1, c, h, w).var(0, correction=0).add(1e-8).sqrt().mean((1, 2, 3))
    return torch.cat([x, deviation.to(x.dtype).repeat(group).view(n, 1, 1, 1).expand(n, 1, h, w)], 1)


class Discriminator(nn.Module):
    """A picture [N, 3, S, S] to a score [N]: residual blocks down to 4 px, the deviation of groups, two linear layers.

    N is at most four or a multiple of it.
    """

    convs: Any
    final_conv: Any
    final_linear: Any

    def __init__(self, size: int, base_width: int) -> None:
        super().__init__()
        self.size, self.base_width = size, base_width
        sides = [size // 2**i for i in range(int(math.log2(size // CONSTANT_SIDE)) + 1)]
        widths = [width_at(side, size, base_width) for side in sides]
        blocks = [ResidualBlock(a, b) for a, b in pairwise(widths)]
        self.convs = nn.Sequential(conv_layer(3, widths[0], 1), *blocks)
        self.final_conv = conv_layer(widths[-1] + 1, widths[-1], 3)
        self.final_linear = nn.Sequential(
            EqualLinear(widths[-1] * CONSTANT_SIDE**2, widths[-1], activate=True), EqualLinear(widths[-1], 1)
        )

    def features(self, image: Tensor) -> list[Tensor]:
        """Outputs of the residual blocks, at S/2 down to 4 px."""
        x = self.convs[0](image)
        outputs = []
        for block in self.convs[1:]:
            x = block(x)
            outputs.append(x)
        return outputs

    def score(self, last: Tensor) -> Tensor:
        """The last of `features` to a score [N]."""
        x = self.final_conv(append_deviation(last))
        scores: Tensor = self.final_linear(x.flatten(1).float())
        return scores[:, 0]

    def forward(self, image: Tensor) -> Tensor:
        return self.score(self.features(image)[-1])
