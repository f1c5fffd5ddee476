"""Losses against NumPy and against what they should and should not see."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from mmfs_training.losses.terms import (
    direction_loss,
    discriminator_loss,
    energy_loss,
    feature_loss,
    generator_loss,
    laplacian_loss,
    pixel_loss,
    r1_penalty,
    texture_loss,
)


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_pixel_loss_is_the_weighed_mean() -> None:
    a, b, weight = random(2, 3, 8, 8), random(2, 3, 8, 8, seed=1), random(1, 1, 8, 8, seed=2).abs()
    expected = np.mean(np.abs(a.double().numpy() - b.double().numpy()) * weight.double().numpy())
    assert pixel_loss(a, b, weight).item() == pytest.approx(expected, rel=1e-5)


def test_laplacian_loss_equals_the_formula() -> None:
    a, b = random(1, 3, 16, 16), random(1, 3, 16, 16, seed=1)
    weight = random(1, 1, 16, 16, seed=2).abs()
    difference, w = (a - b)[0].double().numpy(), weight[0, 0].double().numpy()
    expected = 0.0
    for _ in range(3):
        side = difference.shape[1] // 2
        coarse = difference.reshape(3, side, 2, side, 2).mean((2, 4))
        expected += np.mean(np.abs(difference - np.kron(coarse, np.ones((1, 2, 2)))) * w)
        difference, w = coarse, w.reshape(side, 2, side, 2).mean((1, 3))
    assert laplacian_loss(a, b, weight).item() == pytest.approx(expected, rel=1e-5)


def test_laplacian_loss_counts_edges_not_light() -> None:
    x = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    even = torch.full((1, 1, 32, 32), 7.0)
    assert laplacian_loss(x + 0.3, x, even).item() == pytest.approx(0, abs=1e-5)
    checks = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(16, 16)
    # all of a checkerboard lies in the finest band
    assert laplacian_loss(x + 0.25 * checks, x, even / 7).item() == pytest.approx(0.25, abs=1e-5)


def test_losses_count_a_place_as_its_weight_says() -> None:
    x = torch.zeros(1, 3, 32, 32)
    weight = torch.full((1, 1, 32, 32), 0.5)
    weight[..., :16] = 1.5
    checks = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(16, 8)
    left, right = x.clone(), x.clone()
    left[..., :16] += checks
    right[..., 16:] += checks
    for loss in (pixel_loss, laplacian_loss):
        assert loss(left, x, weight).item() == pytest.approx(0.75, abs=1e-5)
        assert loss(right, x, weight).item() == pytest.approx(0.25, abs=1e-5)


def test_energy_loss_equals_the_formula() -> None:
    a, b = random(2, 3, 32, 32), 0.4 * random(2, 3, 32, 32, seed=1)
    axes = np.array([[0.299, 0.587, 0.114], [0.5, -0.5, 0], [-0.25, -0.25, 0.5]])

    def energies(picture: Tensor) -> list[float]:
        found = []
        level = np.einsum("ac,chw->ahw", axes, picture.double().numpy())
        for _ in range(4):
            side = level.shape[1] // 2
            coarse = level.reshape(3, side, 2, side, 2).mean((2, 4))
            band = level - np.kron(coarse, np.ones((1, 2, 2)))
            found += [np.log(np.sqrt(np.mean(axis**2) + 0.01**2)) for axis in band]
            level = coarse
        return found

    expected = np.mean([np.abs(np.subtract(energies(x), energies(y))) for x, y in zip(a, b, strict=True)])
    assert energy_loss(a, b).item() == pytest.approx(expected, rel=1e-4)


def test_energy_loss_counts_how_strong_strokes_are_not_where() -> None:
    x = random(1, 3, 64, 64)
    moved = x.roll((16, 32), (2, 3))
    assert energy_loss(moved, x).item() == pytest.approx(0, abs=1e-5)
    assert pixel_loss(moved, x, torch.ones(1, 1, 64, 64)).item() > 1
    assert energy_loss(x, x / 2).item() == pytest.approx(np.log(2), rel=0.02)


def test_texture_loss_counts_texture_that_the_drawing_lacks() -> None:
    drawing = torch.zeros(1, 3, 32, 32)
    drawing[..., 16:] = 1  # one contour
    assert texture_loss(drawing, drawing).item() == 0
    assert texture_loss(torch.zeros_like(drawing), drawing).item() == 0, "what is missing is not texture"
    assert texture_loss(drawing.roll(2, 3)[..., 4:], drawing[..., 4:]).item() == 0, "nor is a contour two pixels away"
    stripes = torch.zeros(1, 3, 32, 32)
    stripes[..., ::2] = 0.5
    assert texture_loss(stripes, torch.zeros_like(stripes)).item() == pytest.approx(0.25)
    assert texture_loss(0.5 * stripes, stripes).item() == 0


def test_feature_loss_gives_every_layer_the_same_say() -> None:
    a, b = [random(2, 3, 4, 4), random(2, 5, 2, 2)], [random(2, 3, 4, 4, seed=1), random(2, 5, 2, 2, seed=2)]
    expected = np.mean([np.mean(np.abs(x.double().numpy() - y.double().numpy())) for x, y in zip(a, b, strict=True)])
    assert feature_loss(a, b).item() == pytest.approx(expected, rel=1e-5)
    first = np.mean([np.mean(np.abs((x[0] - y[0]).double().numpy())) for x, y in zip(a, b, strict=True)])
    assert feature_loss(a, b, torch.tensor([1.0, 0.0])).item() == pytest.approx(first / 2, rel=1e-5)


def test_direction_loss_is_the_angle_between_two_ways() -> None:
    made, photos, direction = random(3, 6), random(3, 6, seed=1), random(6, seed=2)
    ways, way = (made - photos).double().numpy(), direction.double().numpy()
    cosines = [(row @ way) / np.sqrt((row @ row) * (way @ way)) for row in ways]
    assert direction_loss(made, photos, direction).item() == pytest.approx(1 - np.mean(cosines), rel=1e-5)
    assert direction_loss(photos + 3 * direction, photos, direction).item() == pytest.approx(0, abs=1e-6)
    assert direction_loss(photos - 2 * direction, photos, direction).item() == pytest.approx(2, abs=1e-6)


def test_adversarial_losses_equal_their_formulas() -> None:
    real, fake = random(6), random(6, seed=1)
    r, g = real.double().numpy(), fake.double().numpy()
    # Goodfellow et al. 2014 in logits: -log sigmoid(real) - log(1 - sigmoid(fake)), and -log sigmoid(fake)
    expected = np.mean(np.log1p(np.exp(-r))) + np.mean(np.log1p(np.exp(g)))
    assert discriminator_loss(real, fake, "non-saturating").item() == pytest.approx(expected, rel=1e-5)
    assert generator_loss(fake, "non-saturating").item() == pytest.approx(np.mean(np.log1p(np.exp(-g))), rel=1e-5)
    assert discriminator_loss(real, fake, "wasserstein").item() == pytest.approx(g.mean() - r.mean(), rel=1e-5)
    assert generator_loss(fake, "wasserstein").item() == pytest.approx(-g.mean(), rel=1e-5)


def test_r1_is_half_the_squared_slope() -> None:
    slopes = random(3, 3, 4, 4)
    real = random(3, 3, 4, 4, seed=1).requires_grad_()
    scale = torch.tensor(2.0, requires_grad=True)
    penalty = r1_penalty(scale * (real * slopes).sum((1, 2, 3)), real)
    squared = (slopes.double().numpy() ** 2).sum((1, 2, 3)).mean()
    assert penalty.item() == pytest.approx(0.5 * 4 * squared, rel=1e-5)
    penalty.backward()  # type: ignore[no-untyped-call]
    assert scale.grad is not None
    assert scale.grad.item() == pytest.approx(2 * squared, rel=1e-5)
