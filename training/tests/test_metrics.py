"""The figures against closed forms and against double loops over their definitions."""

import math

import numpy as np
import pytest
import torch
from formulas import convolve
from numpy.typing import NDArray

from mmfs_training.figures import metrics
from mmfs_training.figures.metrics import (
    Gaussian,
    fit_gaussian,
    frechet_distance,
    gradient_correlation,
    kid,
    mean_cosine_distance,
    psnr,
)

Array = NDArray[np.float64]


def random_picture(seed: int, side: int = 24) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)


def gaussian(mean: Array, covariance: Array) -> Gaussian:
    return Gaussian(torch.from_numpy(mean), torch.from_numpy(covariance))


def test_psnr() -> None:
    a = np.zeros((4, 4, 3), np.uint8)
    assert psnr(a, a + np.uint8(10)) == pytest.approx(20 * math.log10(25.5))
    assert psnr(a + np.uint8(200), a) == pytest.approx(20 * math.log10(255 / 200))  # no overflow of bytes
    assert psnr(a, a) == math.inf


def test_gradient_correlation_is_that_of_its_formula() -> None:
    def magnitudes(picture: NDArray[np.uint8]) -> Array:
        luma = picture @ np.array([0.299, 0.587, 0.114])
        t = np.arange(-8, 9)
        taps = np.exp(-(t**2) / (2 * 2.0**2))
        kernel = np.outer(taps, taps) / taps.sum() ** 2
        smooth = convolve(np.pad(luma, 8, mode="reflect")[None], kernel[None, None])
        sobel = np.outer([1, 2, 1], [-1, 0, 1])
        around = np.pad(smooth[0], 1, mode="reflect")[None]
        gradient = convolve(around, np.stack([sobel, sobel.T])[:, None])
        return np.sqrt((gradient**2).sum(0)).ravel()

    a, b = random_picture(1), random_picture(2)
    expected = np.corrcoef(magnitudes(a), magnitudes(b))[0, 1]
    assert gradient_correlation(a, b) == pytest.approx(expected, abs=1e-5)


def test_gradient_correlation_sees_edges_and_not_colours() -> None:
    picture = np.kron(random_picture(3, 8), np.ones((8, 8, 1), np.uint8))
    assert gradient_correlation(picture, 255 - picture) == pytest.approx(1)
    assert gradient_correlation(picture, picture // 2 + np.uint8(40)) > 0.99
    assert gradient_correlation(picture, np.roll(picture, 4, axis=1)) < 0.5
    assert abs(gradient_correlation(picture, np.full_like(picture, 90))) == 0


def test_frechet_distance_of_diagonal_gaussians() -> None:
    rng = np.random.default_rng(0)
    m, n = rng.normal(size=(2, 6))
    a, b = rng.uniform(0.1, 3, (2, 6))
    expected = ((m - n) ** 2).sum() + ((np.sqrt(a) - np.sqrt(b)) ** 2).sum()
    assert frechet_distance(gaussian(m, np.diag(a)), gaussian(n, np.diag(b))) == pytest.approx(expected)


def test_frechet_distance_where_covariances_do_not_commute() -> None:
    zero = np.zeros(2)
    a, b = np.array([[2.0, 0.9], [0.9, 0.5]]), np.array([[1.0, -0.3], [-0.3, 3.0]])
    # the root of a 2×2 matrix M with positive eigenvalues has the trace sqrt(tr M + 2 sqrt(det M))
    root = math.sqrt(np.trace(a @ b) + 2 * math.sqrt(np.linalg.det(a @ b)))
    expected = np.trace(a) + np.trace(b) - 2 * root
    assert frechet_distance(gaussian(zero, a), gaussian(zero, b)) == pytest.approx(expected)
    assert frechet_distance(gaussian(zero, b), gaussian(zero, a)) == pytest.approx(expected)


def test_frechet_distance_of_singular_covariances() -> None:
    u, v = np.array([1.0, 2.0, 2.0]), np.array([3.0, 0.0, 4.0])
    a, b = gaussian(np.zeros(3), np.outer(u, u)), gaussian(np.zeros(3), np.outer(v, v))
    # tr (uuᵀvvᵀ)^½ = |u·v| = 11
    assert frechet_distance(a, b) == pytest.approx(9 + 25 - 2 * 11)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("rows", "columns"), [(9, 20), (200, 5)])
def test_covariance_is_shrunk_as_ledoit_and_wolf_say(rows: int, columns: int) -> None:
    x = np.random.default_rng(rows).normal(2, np.arange(1, columns + 1), (rows, columns))
    centred = x - x.mean(0)
    sample = centred.T @ centred / rows
    scale = np.trace(sample) / columns
    spread = np.linalg.norm(sample - scale * np.eye(columns)) ** 2
    error = sum(np.linalg.norm(np.outer(row, row) - sample) ** 2 for row in centred) / rows**2
    weight = min(error, spread) / spread
    fitted = fit_gaussian(x)
    np.testing.assert_allclose(fitted.mean, x.mean(0))
    expected = weight * scale * np.eye(columns) + (1 - weight) * sample
    np.testing.assert_allclose(fitted.covariance, expected, atol=1e-9)
    assert np.linalg.eigvalsh(fitted.covariance.numpy()).min() > 0


def kernel(a: Array, b: Array) -> float:
    return float((a @ b / len(a) + 1) ** 3)


def test_kid_is_that_of_its_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(17, 5)), rng.normal(0.3, 1.2, size=(11, 5))
    within_x = np.mean([kernel(x[i], x[j]) for i in range(17) for j in range(17) if i != j])
    within_y = np.mean([kernel(y[i], y[j]) for i in range(11) for j in range(11) if i != j])
    expected = within_x + within_y - 2 * np.mean([kernel(a, b) for a in x for b in y])
    assert kid(x, y) == pytest.approx(expected)
    monkeypatch.setattr(metrics, "KERNEL_ROWS", 4)
    assert kid(x, y) == pytest.approx(expected)
    with pytest.raises(ValueError, match="two pictures"):
        kid(x, y[:1])


def test_kid_is_zero_on_average_for_one_distribution() -> None:
    rng = np.random.default_rng(5)
    same = np.array([kid(*(rng.normal(0.5, 1, (n, 8)) for n in (5, 40))) for _ in range(400)])
    assert abs(same.mean()) < 3 * same.std() / math.sqrt(len(same))
    assert same.min() < 0
    other = np.array([kid(rng.normal(0.5, 1, (5, 8)), rng.normal(0, 1, (40, 8))) for _ in range(400)])
    assert other.mean() > 10 * same.std() / math.sqrt(len(same))


def test_mean_cosine_distance() -> None:
    x = np.random.default_rng(6).normal(0.4, 1, (7, 5))
    pairs = [1 - x[i] @ x[j] / (np.linalg.norm(x[i]) * np.linalg.norm(x[j])) for i in range(7) for j in range(i + 1, 7)]
    assert mean_cosine_distance(x) == pytest.approx(np.mean(pairs))
