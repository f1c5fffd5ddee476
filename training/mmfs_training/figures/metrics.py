"""Figures that say how good a model is: of pictures, and of sets of feature vectors. All in float64."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Pictures = NDArray[np.uint8]
Features = NDArray[np.floating]

LUMA = (0.299, 0.587, 0.114)  # Rec. 601, of gamma-coded R, G and B
KERNEL_ROWS = 1024


def psnr(a: Pictures, b: Pictures) -> float:
    """Peak signal-to-noise ratio of two 8-bit pictures of one shape, in dB: 10·log10(255² / mean squared error).

    Infinite for equal pictures.
    """
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return float("inf") if error == 0 else 10 * float(np.log10(255**2 / error))


def gradient_magnitudes(picture: Pictures, sigma: float) -> NDArray[np.float64]:
    """RGB bytes [H, W, 3] to the lengths of the Sobel gradients of the luma, smoothed by a Gaussian: [H, W]."""
    luma = picture.astype(np.float64) @ np.array(LUMA)
    luma = cv2.GaussianBlur(luma, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101)
    x, y = (cv2.Sobel(luma, cv2.CV_64F, *order, borderType=cv2.BORDER_REFLECT_101) for order in ((1, 0), (0, 1)))
    return np.asarray(np.hypot(x, y), np.float64)


def gradient_correlation(a: Pictures, b: Pictures, sigma: float = 2.0) -> float:
    """How far two pictures have their edges in the same places, whatever their colours: in [-1, 1], 1 for the same.

    Pearson's correlation of the gradient magnitudes of the luma of two RGB pictures [H, W, 3], smoothed by a Gaussian
    of `sigma` pixels, so that strokes and grain count little. 0 if a picture has no gradient at all. The correlation
    of gradients as a measure of alignment: Penney et al. 1998, "A comparison of similarity measures for use in 2-D-3-D
    medical image registration"; magnitudes, because a style may turn dark to light.
    """
    x, y = (gradient_magnitudes(picture, sigma).ravel() for picture in (a, b))
    x, y = x - x.mean(), y - y.mean()
    energy = float(np.sqrt((x @ x) * (y @ y)))
    # a flat picture leaves rounding errors, not zeros
    return 0.0 if energy < 1e-9 * x.size else float(np.clip((x @ y) / energy, -1, 1))


def mean_cosine_distance(features: Features) -> float:
    """Mean over all pairs of rows of 1 - cosine; features [N, C], N at least 2, no row of zeros. In [0, 2]."""
    x = features.astype(np.float64)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    n = len(x)
    total = x.sum(0)  # |Σx|² is the sum of all cosines, n of them a row's with itself
    return float(1 - (total @ total - n) / (n * (n - 1)))


def kid(x: Features, y: Features) -> float:
    """Kernel distance of two sets of features [M, C] and [N, C], M and N at least 2: the unbiased squared MMD.

    Bińkowski et al. 2018, "Demystifying MMD GANs" (arXiv 1801.01401), kernel (x·y / C + 1)³; over the whole sets, not
    over subsets of them. Its expectation is 0 for sets from one distribution, whatever M and N, so it may be negative
    and figures from sets of different sizes can be compared.
    """
    if min(len(x), len(y)) < 2:
        raise ValueError("a kernel distance needs two pictures on each side")
    a, b = (torch.from_numpy(np.asarray(features, np.float64)) for features in (x, y))
    within = [(_kernel_sum(t, t) - _kernel((t * t).sum(1), t.shape[1])) / (len(t) * (len(t) - 1)) for t in (a, b)]
    return sum(within) - 2 * _kernel_sum(a, b) / (len(a) * len(b))


def _kernel(products: Tensor, dim: int) -> float:
    return (products / dim + 1).pow(3).sum().item()


def _kernel_sum(a: Tensor, b: Tensor) -> float:
    """In blocks of rows: the matrix of a large art folder would not fit into the memory."""
    blocks = range(0, len(a), KERNEL_ROWS)
    return sum(_kernel(a[start : start + KERNEL_ROWS] @ b.t(), a.shape[1]) for start in blocks)


@dataclass(frozen=True)
class Gaussian:
    """mean [C] and covariance [C, C], float64."""

    mean: Tensor
    covariance: Tensor


def fit_gaussian(features: Features) -> Gaussian:
    """The mean of features [N, C] and their covariance, shrunk as in Ledoit & Wolf 2004.

    "A well-conditioned estimator for large-dimensional covariance matrices", J. Multivariate Analysis 88: the sample
    covariance (divided by N) and the multiple of the identity with the same trace are mixed with the weight that
    minimises the expected squared error, estimated from the sample. So it has full rank for any N of at least 2.
    """
    x = torch.from_numpy(np.asarray(features, np.float64))
    n, dim = x.shape
    if n < 2:
        raise ValueError("a covariance needs two pictures")
    mean = x.mean(0)
    x = x - mean
    sample = x.t() @ x / n
    target = sample.trace() / dim * torch.eye(dim, dtype=sample.dtype)
    spread = (sample - target).square().sum()
    # Σ|xxᵀ - S|² over the rows x, multiplied out
    error = (x.square().sum(1).square().sum() - n * sample.square().sum()) / n**2
    weight = 0.0 if spread == 0 else (error / spread).clamp(0, 1).item()
    return Gaussian(mean, weight * target + (1 - weight) * sample)


def frechet_distance(a: Gaussian, b: Gaussian) -> float:
    """|m₁ - m₂|² + tr(C₁ + C₂ - 2 (C₁C₂)^½), at least 0: the squared 2-Wasserstein distance of two Gaussians.

    Dowson & Landau 1982; of features of networks, Heusel et al. 2017 (arXiv 1706.08500). The eigenvalues of C₁C₂ are
    those of the symmetric C₁^½ C₂ C₁^½, whose roots need no complex numbers. With features of a few dozen pictures it
    depends on how many there are: only figures from equal numbers can be compared. `kid` has no such bias.
    """
    values, vectors = torch.linalg.eigh(a.covariance)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.t()
    product = root @ b.covariance @ root
    overlap = torch.linalg.eigvalsh((product + product.t()) / 2).clamp(min=0).sqrt().sum()
    distance = (a.mean - b.mean).square().sum() + a.covariance.trace() + b.covariance.trace() - 2 * overlap
    return max(0.0, distance.item())
