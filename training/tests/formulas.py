"""The formulas of the network in NumPy, float64; written from the papers, not from the code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BLUR = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64.0


def convolve(x: Array, weight: Array, stride: int = 1, padding: tuple[int, int] = (0, 0)) -> Array:
    """Cross-correlation of x [C, H, W] with weight [O, C, k, k], as neural networks call convolution."""
    x = np.pad(x, ((0, 0), padding, padding))
    k = weight.shape[-1]
    height, width = ((side - k) // stride + 1 for side in x.shape[1:])
    out = np.zeros((len(weight), height, width))
    for i in range(height):
        for j in range(width):
            patch = x[:, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, i, j] = np.tensordot(weight, patch, 3)
    return out


def transposed(x: Array, weight: Array) -> Array:
    """Every pixel of x [C, H, W] stamps weight [O, C, 3, 3] on a grid of stride 2."""
    _, height, width = x.shape
    out = np.zeros((len(weight), 2 * height + 1, 2 * width + 1))
    for i in range(height):
        for j in range(width):
            out[:, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3] += np.einsum("ockl,c->okl", weight, x[:, i, j])
    return out


def blur(x: Array, padding: tuple[int, int], gain: float = 1.0) -> Array:
    return np.concatenate([convolve(c[None], gain * BLUR[None, None], padding=padding) for c in x])


def upsample(x: Array) -> Array:
    spread = np.zeros((x.shape[0], 2 * x.shape[1], 2 * x.shape[2]))
    spread[:, ::2, ::2] = x
    return blur(spread, (2, 1), 4.0)


def leaky(x: Array, slope: float = 0.2) -> Array:
    return np.where(x >= 0, x, slope * x)


def activation(x: Array, bias: Array) -> Array:
    return leaky(x + bias.reshape(-1, *[1] * (x.ndim - 1))) * np.sqrt(2)


def equalised(weight: Array) -> Array:
    return weight / np.sqrt(np.prod(weight.shape[1:]))


def modulated_weight(weight: Array, style: Array, demodulate: bool) -> Array:
    """StyleGAN2, equations 1 and 3: the weight [O, C, k, k] of one picture."""
    weight = equalised(weight) * style[None, :, None, None]
    if demodulate:
        weight = weight / np.sqrt((weight**2).sum((1, 2, 3), keepdims=True) + 1e-8)
    return weight


def affine(x: Array, weight: Array, bias: Array, lr_mul: float = 1.0) -> Array:
    return weight @ x * lr_mul / np.sqrt(weight.shape[1]) + bias * lr_mul


def pixel_norm(x: Array) -> Array:
    return x / np.sqrt((x**2).mean() + 1e-8)


def layer_norm(x: Array, weight: Array, bias: Array) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * weight + bias


def attention(x: Array, w_in: Array, b_in: Array, w_out: Array, b_out: Array, heads: int) -> Array:
    """Multi-head self-attention of tokens [L, D]."""
    queries, keys, values = np.split(x @ w_in.T + b_in, 3, axis=1)
    size = x.shape[1] // heads
    out = np.zeros_like(x)
    for h in range(heads):
        part = slice(h * size, (h + 1) * size)
        scores = queries[:, part] @ keys[:, part].T / np.sqrt(size)
        shares = np.exp(scores - scores.max(1, keepdims=True))
        out[:, part] = shares / shares.sum(1, keepdims=True) @ values[:, part]
    return out @ w_out.T + b_out
