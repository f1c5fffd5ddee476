"""The MMFS generator in the published checkpoint layout, written plainly.

The network of "Multi-Modal Face Stylization with a Generative Prior" (Pacific Graphics 2023, arXiv 2305.18009):
a residual encoder to features at S/16, and the blocks of a StyleGAN2 synthesis network above S/16 as the decoder.
Parameter names, shapes and buffers are those of the published `G_ema_model`, so a state dict goes both ways.
This module is the reference that exported graphs are compared with; `fast.py` computes the same, quicker, for training.

Tensors are float32 NCHW; pictures are RGB in [-1, 1]; w+ is `[N, 10, D]`, one row a styled layer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

UP_BLOCKS = 4
STYLE_TOKENS = 2 * UP_BLOCKS + 2
NOISE_COUNT = 2 * UP_BLOCKS + 1
BLUR_TAPS = (1.0, 3.0, 3.0, 1.0)
DETAIL_BLOCKS = (1, 2)  # of the decoder: S/8 and S/4


@dataclass(frozen=True)
class GeneratorConfig:
    """Sizes of a generator.

    base_width: channels at full resolution (`ngf`, 64 as published); the features have 8 times as many.
    style_dim: width `D` of z, w and the rows of w+ (512 as published).
    clip_mapper: whether the mapper from CLIP embeddings (of width D) to w+ is present, as in phases 3 and 4.
    mapper_feedforward: width of its feed-forward layers.
    detail: whether the decoder also reads the encoder's features at S/8 and S/4 (not in the paper, see `Generator`).
    """

    base_width: int = 64
    style_dim: int = 512
    clip_mapper: bool = False
    mapper_feedforward: int = 2048
    detail: bool = False

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of the decoder at S/16, S/8, S/4, S/2 and S."""
        n = self.base_width
        return (8 * n, 8 * n, 4 * n, 2 * n, n)


def blur_kernel(gain: float = 1.0) -> Tensor:
    """Outer product of [1, 3, 3, 1], summing to `gain`. Shape [4, 4]."""
    taps = torch.tensor(BLUR_TAPS)
    kernel = torch.outer(taps, taps)
    return kernel / kernel.sum() * gain


def depthwise(x: Tensor, kernel: Tensor, padding: tuple[int, int]) -> Tensor:
    """Convolves every channel with the same kernel; padding is (before, after) on both axes."""
    channels = x.shape[1]
    # a convolution flips its kernel, F.conv2d does not
    weight = kernel.flip(0, 1).to(x.dtype).expand(channels, 1, *kernel.shape)
    return F.conv2d(F.pad(x, (*padding, *padding)), weight, groups=channels)


def biased_activation(x: Tensor, bias: Tensor) -> Tensor:
    """Leaky ReLU (slope 0.2) of x + bias along axis 1, times sqrt(2) to keep the variance."""
    return F.leaky_relu(x + bias.to(x.dtype).view(1, -1, *[1] * (x.ndim - 2)), 0.2) * math.sqrt(2)


class PixelNorm(nn.Module):
    """x / sqrt(mean(x²) + 1e-8) over channels."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)


class Blur(nn.Module):
    """Smoothing by [1, 3, 3, 1] in both directions. `gain` is 4 after an up-sampling by zero insertion, otherwise 1."""

    kernel: Tensor

    def __init__(self, padding: tuple[int, int], gain: float = 1.0) -> None:
        super().__init__()
        self.padding = padding
        self.register_buffer("kernel", blur_kernel(gain))

    def forward(self, x: Tensor) -> Tensor:
        return depthwise(x, self.kernel, self.padding)


class Upsample(nn.Module):
    """Doubles a picture's sides: zeros between pixels, then the blur."""

    kernel: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kernel", blur_kernel(4.0))

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        spread = x.new_zeros(n, c, h, 2, w, 2)
        spread[:, :, :, 0, :, 0] = x
        return depthwise(spread.view(n, c, 2 * h, 2 * w), self.kernel, (2, 1))


class EqualConv2d(nn.Module):
    """Convolution without bias whose stored weight is multiplied by 1/sqrt(c_in·k²)."""

    def __init__(self, c_in: int, c_out: int, kernel_size: int, stride: int = 1, padding: int = 0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(c_out, c_in, kernel_size, kernel_size))
        self.scale = 1 / math.sqrt(c_in * kernel_size**2)
        self.stride = stride
        self.padding = padding

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight * self.scale, stride=self.stride, padding=self.padding)


class EqualLinear(nn.Module):
    """Linear layer: stored weight times lr_mul/sqrt(d_in), stored bias times lr_mul; optionally with the activation."""

    def __init__(
        self, d_in: int, d_out: int, bias_init: float = 0.0, lr_mul: float = 1.0, activate: bool = False
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(d_out, d_in) / lr_mul)
        self.bias = nn.Parameter(torch.full((d_out,), bias_init))
        self.scale = lr_mul / math.sqrt(d_in)
        self.lr_mul = lr_mul
        self.activate = activate

    def forward(self, x: Tensor) -> Tensor:
        if not self.activate:
            return F.linear(x, self.weight * self.scale, self.bias * self.lr_mul)
        return biased_activation(F.linear(x, self.weight * self.scale), self.bias * self.lr_mul)


class BiasedActivation(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        return biased_activation(x, self.bias)


def conv_layer(c_in: int, c_out: int, kernel_size: int) -> nn.Sequential:
    """Convolution of the same size, then the activation."""
    return nn.Sequential(EqualConv2d(c_in, c_out, kernel_size, padding=kernel_size // 2), BiasedActivation(c_out))


class ResidualBlock(nn.Module):
    """[N, a, H, W] to [N, b, H/2, W/2]: (main + skip)/sqrt(2)."""

    conv1: Any
    conv2: Any
    skip: Any

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.conv1 = conv_layer(c_in, c_in, 3)
        self.conv2 = nn.Sequential(Blur((2, 2)), EqualConv2d(c_in, c_out, 3, stride=2), BiasedActivation(c_out))
        self.skip = nn.Sequential(Blur((1, 1)), EqualConv2d(c_in, c_out, 1, stride=2))

    def forward(self, x: Tensor) -> Tensor:
        return (self.conv2(self.conv1(x)) + self.skip(x)) / math.sqrt(2)


class ModulatedConv2d(nn.Module):
    """Convolution whose input channels a style scales, with demodulation unless `demodulate` is False.

    The weight is the same for every picture: scaling the input by the style and the output by the demodulation equals
    convolving each picture with its own modulated weight.
    """

    def __init__(
        self, c_in: int, c_out: int, kernel_size: int, style_dim: int, demodulate: bool = True, upsample: bool = False
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, c_out, c_in, kernel_size, kernel_size))
        self.modulation = EqualLinear(style_dim, c_in, bias_init=1.0)
        self.scale = 1 / math.sqrt(c_in * kernel_size**2)
        self.padding = kernel_size // 2
        self.demodulate = demodulate
        self.blur = Blur((1, 1), gain=4.0) if upsample else None

    def styles(self, w: Tensor) -> tuple[Tensor, Tensor | None]:
        """Scales of the input channels [N, c_in], and of the output channels [N, c_out] (None without demodulation)."""
        s = self.modulation(w)
        if not self.demodulate:
            return s, None
        energy = (self.weight[0] * self.scale).square().sum((2, 3))
        return s, torch.rsqrt(s.square() @ energy.t() + 1e-8)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        s, demodulation = self.styles(w)
        weight = self.weight[0] * self.scale
        x = x * s.to(x.dtype)[:, :, None, None]
        if self.blur is None:
            x = F.conv2d(x, weight, padding=self.padding)
        else:
            x = self.blur(F.conv_transpose2d(x, weight.transpose(0, 1), stride=2))
        return x if demodulation is None else x * demodulation.to(x.dtype)[:, :, None, None]


class NoiseInjection(nn.Module):
    """Adds a learned multiple of a one-channel map to all channels."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, noise: Tensor) -> Tensor:
        return x + self.weight.to(x.dtype) * noise.to(x.dtype)


class StyledConv(nn.Module):
    """Modulated 3×3 convolution, noise, activation; doubles the sides when `upsample`."""

    def __init__(self, c_in: int, c_out: int, style_dim: int, upsample: bool = False) -> None:
        super().__init__()
        self.conv = ModulatedConv2d(c_in, c_out, 3, style_dim, upsample=upsample)
        self.noise = NoiseInjection()
        self.activate = BiasedActivation(c_out)

    def forward(self, x: Tensor, w: Tensor, noise: Tensor) -> Tensor:
        return self.activate(self.noise(self.conv(x, w), noise))


class ToRGB(nn.Module):
    """Modulated 1×1 convolution to three channels, added to the picture of the block below, enlarged."""

    def __init__(self, c_in: int, style_dim: int, upsample: bool = True) -> None:
        super().__init__()
        self.conv = ModulatedConv2d(c_in, 3, 1, style_dim, demodulate=False)
        self.bias = nn.Parameter(torch.zeros(1, 3, 1, 1))
        self.upsample = Upsample() if upsample else None

    def forward(self, x: Tensor, w: Tensor, below: Tensor | None = None) -> Tensor:
        rgb = self.conv(x, w) + self.bias.to(x.dtype)
        if self.upsample is None or below is None:
            return rgb
        return rgb + self.upsample(below)


class ClipMapper(nn.Module):
    """A CLIP embedding [N, D], L2-normalised, to w+ [N, 10, D]."""

    def __init__(self, style_dim: int, layers: int = 4, heads: int = 8, feedforward: int = 2048) -> None:
        super().__init__()
        self.position_embedding = nn.Parameter(torch.randn(STYLE_TOKENS, style_dim) / math.sqrt(style_dim))
        layer = nn.TransformerEncoderLayer(
            style_dim, heads, feedforward, dropout=0.0, activation="relu", batch_first=True, norm_first=True
        )
        self.transformer = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)

    def forward(self, embedding: Tensor) -> Tensor:
        tokens = embedding[:, None, :] + self.position_embedding
        return F.leaky_relu(self.transformer(tokens), 0.2)


@dataclass(frozen=True)
class Encoded:
    """What the encoder tells the decoder of a picture.

    features: [N, 8·ngf, S/16, S/16]. details: nothing, or with the detail path the encoder's features at S/8
    [N, 4·ngf, S/8, S/8] and at S/4 [N, 2·ngf, S/4, S/4].
    """

    features: Tensor
    details: tuple[Tensor, ...] = ()

    def rows(self, which: Any) -> Encoded:
        """Some of the pictures, by whatever indexes the first axis of a tensor."""
        return Encoded(self.features[which], tuple(detail[which] for detail in self.details))


class Generator(nn.Module):
    """Encoder, mapping, decoder and, if configured, the CLIP mapper; `state_dict()` has the published keys.

    The detail path (`config.detail`) is not in the paper, and published checkpoints have none. Two convolutions 1×1
    without bias, equalised (the stored weight times 1/sqrt(c_in)) and zero at the start, belong to the decoder:

    - `detail1.weight` [8·ngf, 4·ngf, 1, 1] reads the output of `encoder.3` (the residual block that ends at S/8; the
      true result, (main + skip)/sqrt(2)) and is added to the output of `decoder1a`, after its activation and so before
      the modulation of `decoder1b`: `x = decoder1b(decoder1a(x) + detail1(e8))`. `to_rgb1` sees it through `decoder1b`.
    - `detail2.weight` [4·ngf, 2·ngf, 1, 1] likewise from the output of `encoder.2` (S/4), between `decoder2a` and
      `decoder2b`.
    """

    encoder: Any
    mapping_z: Any

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        n, d = config.base_width, config.style_dim
        self.encoder = nn.Sequential(
            conv_layer(3, n, 3),
            ResidualBlock(n, n),
            ResidualBlock(n, 2 * n),
            ResidualBlock(2 * n, 4 * n),
            ResidualBlock(4 * n, 8 * n),
            conv_layer(8 * n, 8 * n, 3),
        )
        self.mapping_z = nn.Sequential(PixelNorm(), *(EqualLinear(d, d, lr_mul=0.01, activate=True) for _ in range(8)))
        widths = config.widths
        self.decoder0 = StyledConv(widths[0], widths[0], d)
        self.to_rgb0 = ToRGB(widths[0], d, upsample=False)
        for i in range(1, UP_BLOCKS + 1):
            self.add_module(f"decoder{i}a", StyledConv(widths[i - 1], widths[i], d, upsample=True))
            self.add_module(f"decoder{i}b", StyledConv(widths[i], widths[i], d))
            self.add_module(f"to_rgb{i}", ToRGB(widths[i], d))
        if config.clip_mapper:
            self.clip_mapper = ClipMapper(d, feedforward=config.mapper_feedforward)
        if config.detail:
            for i in DETAIL_BLOCKS:
                layer = EqualConv2d(widths[i] // 2, widths[i], 1)
                nn.init.zeros_(layer.weight)
                self.add_module(f"detail{i}", layer)

    def encode(self, image: Tensor) -> Encoded:
        """Picture [N, 3, S, S] in [-1, 1], S a multiple of 16."""
        x, seen = image, []
        for layer in self.encoder:
            x = layer(x)
            seen.append(x)
        return Encoded(x, tuple(seen[UP_BLOCKS - i] for i in DETAIL_BLOCKS) if self.config.detail else ())

    def map_z(self, z: Tensor) -> Tensor:
        """z [N, D] to w [N, D]; repeat it with `repeat_w` for a w+."""
        w: Tensor = self.mapping_z(z)
        return w

    def map_embedding(self, embedding: Tensor) -> Tensor:
        """L2-normalised CLIP embedding [N, D] to w+ [N, 10, D]."""
        wplus: Tensor = self.clip_mapper(embedding)
        return wplus

    def decode(self, encoded: Encoded, wplus: Tensor, noises: Sequence[Tensor]) -> Tensor:
        """Features, w+ [N, 10, D] and the nine noise maps of `noise_shapes` to a picture [N, 3, S, S] in [-1, 1]."""
        return self.decode_unclamped(encoded, wplus, noises).clamp(-1, 1)

    def decode_unclamped(self, encoded: Encoded, wplus: Tensor, noises: Sequence[Tensor]) -> Tensor:
        rows = wplus.unbind(1)
        details = dict(zip(DETAIL_BLOCKS, encoded.details, strict=True)) if self.config.detail else {}
        x = self.decoder0(encoded.features, rows[0], noises[0])
        rgb: Tensor = self.to_rgb0(x, rows[1])
        for i in range(1, UP_BLOCKS + 1):
            x = self.get_submodule(f"decoder{i}a")(x, rows[2 * i - 1], noises[2 * i - 1])
            if i in details:
                x = x + self.get_submodule(f"detail{i}")(details[i])
            x = self.get_submodule(f"decoder{i}b")(x, rows[2 * i], noises[2 * i])
            rgb = self.get_submodule(f"to_rgb{i}")(x, rows[2 * i + 1], rgb)
        return rgb

    def forward(self, image: Tensor, wplus: Tensor, noises: Sequence[Tensor]) -> Tensor:
        return self.decode(self.encode(image), wplus, noises)


def repeat_w(w: Tensor) -> Tensor:
    """One w [N, D] for every row: w+ [N, 10, D]."""
    return w[:, None, :].repeat(1, STYLE_TOKENS, 1)


def noise_shapes(size: int, batch: int = 1) -> list[tuple[int, int, int, int]]:
    """Shapes of the nine noise maps for pictures of side `size`: one at S/16, then two at each of S/8, S/4, S/2, S."""
    if size % 16:
        raise ValueError(f"the side of a picture must be a multiple of 16, not {size}")
    sides = [size // 16] + [size // 16 * 2**i for i in range(1, UP_BLOCKS + 1) for _ in range(2)]
    return [(batch, 1, side, side) for side in sides]


def draw_noises(size: int, generator: torch.Generator, batch: int = 1) -> list[Tensor]:
    """The nine unit-normal noise maps, in decoder order, drawn from `generator`."""
    return [torch.randn(shape, generator=generator) for shape in noise_shapes(size, batch)]
