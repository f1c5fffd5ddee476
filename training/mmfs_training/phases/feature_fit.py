"""A start for the prior when a generator is at hand: its features of real faces, drawn anew from a Gaussian.

A StyleGAN2 needs millions of pictures before it draws a face. The decoder of a generator that already paints needs only
features at S/16, and those of a thousand photographs span a space that one can sample: their mean and principal
components, as eigenfaces (Turk and Pentland 1991) do with pixels. The prior's blocks up to S/16 are regressed on such
samples, as functions of z; what they draw are soft faces, and the adversarial training starts from there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..networks import fast
from ..networks.generator import Generator, repeat_w
from ..networks.prior import CONSTANT_SIDE, Prior

SPREAD = 0.1  # standard deviation of w around its mean: as far as the decoder stays calm


@torch.no_grad()
def inner_features(generator: Generator, photos: Tensor, w: Tensor, dtype: torch.dtype) -> Tensor:
    """What the decoder's first styled conv and its to-RGB give for photos [N, 3, S, S]: [N, (8·ngf + 3)·(S/16)²]."""
    x = fast.encode(generator, photos, dtype).features
    wplus = repeat_w(w.expand(len(photos), -1))
    inner = fast.decode_first(generator, x, wplus[:, 0])
    rgb = fast.to_rgb(inner, generator.to_rgb0, wplus[:, 1], None)
    return torch.cat([inner.float(), rgb], 1).flatten(1)


class FeatureGaussian:
    """Mean and principal components of features [N, F]; `draw` turns z [M, D] into features [M, F]."""

    def __init__(self, features: Tensor, components: int, scale: float = 1.0) -> None:
        self.mean = features.mean(0)
        centered = features - self.mean
        values, vectors = torch.linalg.eigh(centered @ centered.t() / (len(features) - 1))
        kept = min(components, len(features) - 1)
        values, vectors = values[-kept:].clamp_min(1e-12), vectors[:, -kept:]
        axes = centered.t() @ vectors / (values * (len(features) - 1)).sqrt()
        self.axes = (axes * values.sqrt() * scale).t().contiguous()

    def draw(self, z: Tensor) -> Tensor:
        z = F.normalize(z) * math.sqrt(z.shape[1])  # as the mapping sees it
        return self.mean + z[:, : len(self.axes)] @ self.axes


def low_blocks(prior: Prior) -> int:
    """The prior's doublings up to S/16."""
    return int(math.log2(prior.size // 16 // CONSTANT_SIDE))


def low_modules(prior: Prior) -> list[Any]:
    """The styled convs up to S/16."""
    return [prior.conv1, *prior.convs[: 2 * low_blocks(prior)]]


def synthesize_low(prior: Prior, w: Tensor, noises: list[Tensor], dtype: torch.dtype) -> Tensor:
    """The prior up to S/16, laid out as `inner_features`."""
    wplus = w[:, None].expand(-1, prior.rows, -1)
    x, rgb = fast.synthesize_to(prior, low_blocks(prior), wplus, noises, dtype)
    return torch.cat([x.float(), rgb], 1).flatten(1)


@torch.no_grad()
def start_linear(prior: Prior, photo_w: Tensor) -> None:
    """Sets the mapping to w = photo_w + SPREAD · z (normalised): biases keep every activation on its linear side."""
    layers: list[Any] = list(prior.style)[1:]
    shift = 6.0  # no z of unit variance is below -6
    identity = torch.eye(prior.style_dim, device=photo_w.device)
    for i, layer in enumerate(layers[:-1]):
        layer.weight.copy_(identity / math.sqrt(2) / layer.scale)
        layer.bias.fill_((shift / math.sqrt(2) if i == 0 else 0.0) / layer.lr_mul)
    slope = torch.where(photo_w > 0, 1.0, 0.2) * math.sqrt(2)  # of the last activation, whose output has any sign
    last = layers[-1]
    last.weight.copy_(identity * (SPREAD / slope)[:, None] / last.scale)
    last.bias.copy_((photo_w - SPREAD * shift) / slope / last.lr_mul)


def fit_low_blocks(
    prior: Prior,
    gaussian: FeatureGaussian,
    photo_w: Tensor,
    dtype: torch.dtype,
    steps: int,
    batch: int,
    seed: int,
    learning_rate: float = 0.01,
    watch: Callable[[float], None] = lambda explained: None,
) -> float:
    """Changes the mapping and the blocks up to S/16. Returns the share of the features' variance explained (R²)."""
    rng = torch.Generator().manual_seed(seed)
    device = photo_w.device
    layers = low_modules(prior)
    readers = [layer.conv.modulation for layer in layers]
    painters: list[Any] = [prior.to_rgb1, *prior.to_rgbs[: low_blocks(prior)]]
    readers += [painter.conv.modulation for painter in painters]
    start_linear(prior, photo_w)
    with torch.no_grad():  # w is the photo's code and a little more, which these layers alone see enlarged
        for reader in readers:
            reader.weight.mul_(0.3 / SPREAD)
            reader.bias.sub_(photo_w @ (reader.weight * reader.scale).t() / reader.lr_mul)
    parameters = [p for layer in layers for p in layer.parameters()] + list(prior.input.parameters())
    parameters += [p for painter in painters for p in painter.parameters()]
    quiet = {id(layer.noise.weight) for layer in layers}
    optimizer = torch.optim.Adam(
        [{"params": [p for p in parameters if id(p) not in quiet]}], learning_rate, betas=(0.9, 0.99), fused=True
    )
    inner = prior.base_width * 8 * (prior.size // 16) ** 2
    scale = gaussian.axes.square().sum(0)
    weights = torch.cat([torch.full((inner,), 1.0), torch.full((len(scale) - inner,), 8.0)]).to(device)
    weights = weights / (
        torch.cat([scale[:inner].mean().expand(inner), scale[inner:].mean().expand(len(scale) - inner)])
    )
    explained = 0.0
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * min(1.0, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * step / steps))
        z = torch.randn(batch, prior.style_dim, generator=rng).to(device)
        noises = [torch.zeros(shape, device=device) for shape in prior.noise_shapes(batch)]
        made = synthesize_low(prior, prior.map_z(z), noises, dtype)
        error = (made - gaussian.draw(z)).square() * weights
        loss = error.mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        explained += (1 - error[:, :inner].mean().item() - explained) * max(0.02, 1 / (step + 1))
        watch(explained)
    return explained
