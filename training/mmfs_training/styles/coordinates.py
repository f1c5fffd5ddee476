"""Coordinates of styles in z space, for art of more styles than z has dimensions: styles that look alike lie together.

A style is described by what its art does to photographs (palette by the photo's luminance, energy of strokes by scale
and direction), and the descriptions are whitened by a principal component analysis to k numbers. These are the part of
z along k fixed orthonormal directions; the rest of z stays random and is nothing to the style. As the numbers have mean
0 and variance 1 over the styles, a random z is a style as well: a new one between those that were seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..common.evenly_spread import evenly_spread
from ..data.pictures import Pictures, read_square

SIDE = 128
TONES = 6
BANDS = 4
PER_STYLE = 16
LUMA = np.array((0.299, 0.587, 0.114), np.float32)


def describe(art: Pictures, photo: Pictures) -> NDArray[np.float32]:
    """What the art, RGB bytes [S, S, 3], makes of the photo it was made from: a vector of 41 numbers.

    Mean luma, red less luma and blue less luma where the photo's luma lies in each sixth of its range of ranks; the
    standard deviations of the three inside these sixths, averaged; the logarithm of the energy of Laplacian bands of
    luma and of colour; and of the luma's gradients in four directions at three scales, relative to their sum.
    """
    x, y = art.astype(np.float32) / 255, photo.astype(np.float32) / 255 @ LUMA
    luma = x @ LUMA
    planes = np.stack([luma, x[:, :, 0] - luma, x[:, :, 2] - luma])
    ranks = y.ravel().argsort(kind="stable").argsort(kind="stable") * TONES // y.size
    flat = planes.reshape(3, -1)
    tones = np.stack([flat[:, ranks == i].mean(1) for i in range(TONES)], 1)
    within = np.sqrt(np.mean([flat[:, ranks == i].var(1) for i in range(TONES)], 0))

    energies: list[float] = []
    directions: list[NDArray[np.float32]] = []
    level = planes
    for _ in range(BANDS):
        smaller = np.stack([cv2.pyrDown(plane) for plane in level])
        larger = np.stack([cv2.pyrUp(plane, dstsize=level.shape[:0:-1]) for plane in smaller])
        band = level - larger
        energies += [np.log(band[0].std() + 1e-3), np.log(np.hypot(*band[1:]).std() + 1e-3)]
        if len(directions) < 3:
            dx, dy = (cv2.Sobel(level[0], cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
            angle = np.arctan2(dy, dx) % math.pi
            weights = np.hypot(dx, dy)
            shares = [(weights * np.cos(angle - i * math.pi / 4) ** 4).sum() for i in range(4)]
            directions.append(np.array(shares) / (sum(shares) + 1e-6))
        level = smaller
    return np.concatenate([tones.ravel(), within, energies, *directions]).astype(np.float32)


def describe_styles(by_style: Sequence[Sequence[tuple[Path, Path]]]) -> NDArray[np.float32]:
    """The mean description of each style, [styles, C], over at most 16 of its pairs of photo and art."""

    def one(pairs: Sequence[tuple[Path, Path]]) -> NDArray[np.float32]:
        chosen = evenly_spread(pairs, PER_STYLE)
        found = [describe(read_square(art, SIDE), read_square(photo, SIDE)) for photo, art in chosen]
        return np.asarray(np.mean(found, 0), np.float32)

    with ThreadPoolExecutor() as pool:
        return np.stack(list(pool.map(one, by_style)))


def whitened(descriptions: NDArray[np.float32], count: int) -> Tensor:
    """Descriptions [styles, C] to coordinates [styles, count] of mean 0 and variance 1 that are not correlated.

    The largest principal components of the standardised descriptions, each with the sign that makes its skewness
    positive. Outliers beyond 3 are drawn in, softly: a random z would not find them.
    """
    x = torch.from_numpy(descriptions).double()
    x = (x - x.mean(0)) / (x.std(0) + 1e-6)
    values, vectors = torch.linalg.eigh(x.t() @ x / len(x))
    if count > min(len(x) - 1, x.shape[1]):
        raise ValueError(f"{len(x)} styles described by {x.shape[1]} numbers have no {count} coordinates")
    scores = (x @ vectors.flip(1)[:, :count]) / values.flip(0)[:count].clamp(min=1e-9).sqrt()
    scores = scores * torch.where(scores.pow(3).sum(0) < 0, -1.0, 1.0)
    scores = 3 * torch.tanh(scores / 3)
    return ((scores - scores.mean(0)) / scores.std(0, correction=0)).float()


def place(z: Tensor, coordinates: Tensor, basis: Tensor) -> Tensor:
    """z [N, D] with the coordinates [N, k] along the orthonormal basis [k, D], and unchanged across it."""
    return z + (coordinates - z @ basis.t()) @ basis


def nearness(z: Tensor, coordinates: Tensor, basis: Tensor, sharpness: float) -> Tensor:
    """How much of each style [styles, k] a z is: [N, styles], rows sum to 1.

    A softmax of -sharpness / k times the squared distance, which is 2k between two random styles.
    """
    distances = torch.cdist(z @ basis.t(), coordinates).square()
    return torch.softmax(-sharpness / coordinates.shape[1] * distances, 1)


def free_directions(codes: Tensor, count: int, seed: int) -> Tensor:
    """Orthonormal directions of w [count, D] across all the codes [N, D], for what the codes cannot say."""
    taken, size = torch.linalg.qr(codes.t()).Q, codes.shape[1]
    if count > size - taken.shape[1]:
        raise ValueError(f"a style_dim of {size} has no {count} directions beside those of {len(codes)} codes")
    drawn = torch.randn(size, count, generator=torch.Generator().manual_seed(seed))
    return torch.linalg.qr(drawn - taken @ (taken.t() @ drawn)).Q.t().contiguous()
