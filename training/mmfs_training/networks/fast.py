"""The forward passes of the generator, the prior and the discriminator, reformulated for training; the parameters are
the modules' own.

Same function as the plain modules (a test compares pictures and gradients), quicker because:
- the blurs are autograd functions whose backward is again a forward depthwise convolution (the kernel is symmetric);
  the library's own backward of depthwise convolutions is many times slower;
- convolutions and activations run in bfloat16, channels last; style arithmetic and the RGB sum stay in float32;
- biases go into the convolutions, demodulation and bias are one operation, and the activation's constant factor is
  folded into the weights or styles that follow;
- the skip path of a residual block blurs and subsamples at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .generator import (
    DETAIL_BLOCKS,
    UP_BLOCKS,
    Encoded,
    EqualConv2d,
    Generator,
    ModulatedConv2d,
    ResidualBlock,
    StyledConv,
    ToRGB,
    blur_kernel,
)
from .prior import Discriminator, Prior, append_deviation


@lru_cache
def _kernel(gain: float, device: torch.device, dtype: torch.dtype) -> Tensor:
    return blur_kernel(gain).to(device, dtype)


def _depthwise(x: Tensor, gain: float, before: int, after: int, stride: int = 1) -> Tensor:
    channels = x.shape[1]
    kernel = _kernel(gain, x.device, x.dtype).expand(channels, 1, 4, 4).contiguous()
    if before == after:
        return F.conv2d(x, kernel, padding=before, stride=stride, groups=channels)
    return F.conv2d(F.pad(x, (before, after, before, after)), kernel, stride=stride, groups=channels)


class _Blur(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, gain: float, padding: int) -> Tensor:
        ctx.gain, ctx.padding = gain, padding
        return _depthwise(x, gain, padding, padding)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        padding = 3 - ctx.padding
        return _depthwise(grads[0], ctx.gain, padding, padding), None, None


class _BlurHalve(torch.autograd.Function):
    """Blur with padding (1, 1), then every second pixel."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return _depthwise(x, 1.0, 1, 1, stride=2)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        grad = grads[0]
        n, c, h, w = grad.shape
        spread = F.pad(grad[:, :, :, None, :, None], (0, 1, 0, 0, 0, 1)).view(n, c, 2 * h, 2 * w)
        return _depthwise(spread.contiguous(memory_format=torch.channels_last), 1.0, 2, 1)


def blur(x: Tensor, gain: float, padding: int) -> Tensor:
    out: Tensor = _Blur.apply(x, gain, padding)  # type: ignore[no-untyped-call]
    return out


def blur_halve(x: Tensor) -> Tensor:
    out: Tensor = _BlurHalve.apply(x)  # type: ignore[no-untyped-call]
    return out


def _conv(
    x: Tensor, layer: EqualConv2d, gain: float = 1.0, bias: Tensor | None = None, stride: int = 1, padding: int = 0
) -> Tensor:
    weight = (layer.weight * (layer.scale * gain)).to(x.dtype)
    return F.conv2d(x, weight, None if bias is None else bias.to(x.dtype), stride, padding)


# The activation's factor sqrt(2) is left out of every activation here and put into whatever reads it.
GAIN = math.sqrt(2)


def _residual(x: Tensor, block: ResidualBlock, gain: float) -> Tensor:
    """Reads x / gain, returns the true result."""
    main = F.leaky_relu(_conv(x, block.conv1[0], gain, block.conv1[1].bias, padding=1), 0.2)
    main = F.leaky_relu(_conv(blur(main, GAIN, 2), block.conv2[1], 1.0, block.conv2[2].bias, stride=2), 0.2)
    return main + _conv(blur_halve(x), block.skip[1], gain / GAIN)


def _modulated(x: Tensor, conv: ModulatedConv2d, w: Tensor, gain: float) -> tuple[Tensor, Tensor | None]:
    """The convolution before demodulation, and the demodulation [N, c_out]; reads x / gain."""
    s, demodulation = conv.styles(w)
    weight = (conv.weight[0] * conv.scale).to(x.dtype)
    x = x * (s * gain).to(x.dtype)[:, :, None, None]
    if conv.blur is None:
        return F.conv2d(x, weight, padding=conv.padding), demodulation
    return blur(F.conv_transpose2d(x, weight.transpose(0, 1), stride=2), 4.0, 1), demodulation


def _styled(x: Tensor, layer: StyledConv, w: Tensor, noise: Tensor | None, gain: float = GAIN) -> Tensor:
    x, demodulation = _modulated(x, layer.conv, w, gain)
    assert demodulation is not None
    bias = layer.activate.bias.to(x.dtype)[None, :, None, None]
    x = torch.addcmul(bias, x, demodulation.to(x.dtype)[:, :, None, None])
    if noise is not None:
        x = x + (layer.noise.weight * noise).to(x.dtype)
    return F.leaky_relu(x, 0.2)


def to_rgb(x: Tensor, layer: ToRGB, w: Tensor, below: Tensor | None) -> Tensor:
    rgb = _modulated(x, layer.conv, w, GAIN)[0].float() + layer.bias
    return rgb if below is None or layer.upsample is None else rgb + layer.upsample(below)


def encode(generator: Generator, image: Tensor, dtype: torch.dtype = torch.bfloat16) -> Encoded:
    """As `Generator.encode`; in `dtype`."""
    first, *blocks, last = generator.encoder
    x = image.to(dtype, memory_format=torch.channels_last)
    x = F.leaky_relu(_conv(x, first[0], 1.0, first[1].bias, padding=1), 0.2)
    seen = []
    for i, block in enumerate(blocks):
        x = _residual(x, block, GAIN if i == 0 else 1.0)
        seen.append(x)
    details = tuple(seen[UP_BLOCKS - 1 - i] for i in DETAIL_BLOCKS) if generator.config.detail else ()
    features = F.leaky_relu(_conv(x, last[0], 1.0, last[1].bias, padding=1), 0.2) * GAIN
    return Encoded(features, details)


def decode_first(generator: Generator, features: Tensor, w: Tensor, noise: Tensor | None = None) -> Tensor:
    """The decoder's opening convolution; what it returns lacks the factor GAIN, as between all its convolutions."""
    return _styled(features, generator.decoder0, w, noise, gain=1.0)


def decode_blocks(
    generator: Generator,
    x: Tensor,
    rgb: Tensor,
    wplus: Tensor,
    noises: Sequence[Tensor] | None = None,
    details: Sequence[Tensor] = (),
) -> Tensor:
    """The up-blocks: what `decode_first` and the first to-RGB gave to the picture."""
    added = dict(zip(DETAIL_BLOCKS, details, strict=True)) if generator.config.detail else {}
    maps: Sequence[Tensor | None] = noises if noises is not None else [None] * (2 * UP_BLOCKS + 1)
    rows = wplus.unbind(1)
    for i in range(1, UP_BLOCKS + 1):
        x = _styled(x, getattr(generator, f"decoder{i}a"), rows[2 * i - 1], maps[2 * i - 1])
        if i in added:
            x = x + _conv(added[i], getattr(generator, f"detail{i}"), 1 / GAIN)
        x = _styled(x, getattr(generator, f"decoder{i}b"), rows[2 * i], maps[2 * i])
        rgb = to_rgb(x, getattr(generator, f"to_rgb{i}"), rows[2 * i + 1], rgb)
    return rgb


def decode(generator: Generator, encoded: Encoded, wplus: Tensor, noises: Sequence[Tensor] | None = None) -> Tensor:
    """As `Generator.decode_unclamped`, in the type of the features; without noises their part is left out."""
    x = decode_first(generator, encoded.features, wplus[:, 0], None if noises is None else noises[0])
    rgb = to_rgb(x, generator.to_rgb0, wplus[:, 1], None)
    return decode_blocks(generator, x, rgb, wplus, noises, encoded.details)


def synthesize_to(
    prior: Prior, blocks: int, wplus: Tensor, noises: Sequence[Tensor], dtype: torch.dtype = torch.bfloat16
) -> tuple[Tensor, Tensor]:
    """Features (without the factor GAIN) and picture after so many doublings of the constant's 4 px."""
    rows = wplus.unbind(1)
    x = prior.input.input.to(dtype, memory_format=torch.channels_last).expand(len(wplus), -1, -1, -1)
    x = _styled(x, prior.conv1, rows[0], noises[0], gain=1.0)
    rgb = to_rgb(x, prior.to_rgb1, rows[1], None)
    for i, layer in enumerate(list(prior.to_rgbs)[:blocks]):
        x = _styled(x, prior.convs[2 * i], rows[2 * i + 1], noises[2 * i + 1])  # type: ignore[arg-type]
        x = _styled(x, prior.convs[2 * i + 1], rows[2 * i + 2], noises[2 * i + 2])  # type: ignore[arg-type]
        rgb = to_rgb(x, layer, rows[2 * i + 3], rgb)  # type: ignore[arg-type]
    return x, rgb


def synthesize(prior: Prior, wplus: Tensor, noises: Sequence[Tensor], dtype: torch.dtype = torch.bfloat16) -> Tensor:
    """As `Prior.forward`."""
    return synthesize_to(prior, len(prior.to_rgbs), wplus, noises, dtype)[1]


def discriminator_features(
    discriminator: Discriminator, image: Tensor, dtype: torch.dtype = torch.bfloat16
) -> list[Tensor]:
    """As `Discriminator.features`, in `dtype`."""
    first = discriminator.convs[0]
    x = image.to(dtype, memory_format=torch.channels_last)
    x = F.leaky_relu(_conv(x, first[0], 1.0, first[1].bias), 0.2)
    outputs = []
    for i, block in enumerate(discriminator.convs[1:]):
        x = _residual(x, block, GAIN if i == 0 else 1.0)
        outputs.append(x)
    return outputs


def discriminate(discriminator: Discriminator, image: Tensor, dtype: torch.dtype = torch.bfloat16) -> Tensor:
    """As `Discriminator.forward`."""
    last = append_deviation(discriminator_features(discriminator, image, dtype)[-1])
    final = discriminator.final_conv
    x = F.leaky_relu(_conv(last, final[0], 1.0, final[1].bias, padding=1), 0.2) * GAIN
    scores: Tensor = discriminator.final_linear(x.contiguous().flatten(1).float())
    return scores[:, 0]
