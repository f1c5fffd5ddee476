"""Cells of z space, and a mapping fitted to them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from mmfs_training.networks.generator import Generator, GeneratorConfig
from mmfs_training.styles.cells import cell_directions, cell_of, draw_in_cell, fit_mapping, shares_of
from mmfs_training.styles.style_space import DRAWS, Cells


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_directions_are_orthonormal_and_fixed_by_their_seed() -> None:
    directions = cell_directions(16, 5, seed=3)
    np.testing.assert_allclose(directions.double().numpy() @ directions.double().numpy().T, np.eye(5), atol=1e-6)
    assert torch.equal(directions, cell_directions(16, 5, seed=3))
    assert not torch.allclose(directions, cell_directions(16, 5, seed=4))
    with pytest.raises(ValueError, match="17 styles"):
        cell_directions(16, 17, seed=0)


def test_every_z_lies_in_the_cell_of_its_largest_share() -> None:
    directions, z = cell_directions(16, 5, seed=3), random(2000, 16)
    cells, shares = cell_of(z, directions), shares_of(z, directions, 6.0)
    normalised = z.double().numpy() / np.linalg.norm(z.double().numpy(), axis=1, keepdims=True)
    logits = 6.0 * 4 * normalised @ directions.double().numpy().T
    expected = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    np.testing.assert_allclose(shares.numpy(), expected, atol=1e-4)
    np.testing.assert_array_equal(cells.numpy(), expected.argmax(1))
    # orthonormal directions make cells of the same probability: 400 of 2000, standard deviation 18
    assert all(abs(count - 400) < 80 for count in np.bincount(cells.numpy(), minlength=5))
    assert torch.equal(cell_of(7 * z, directions), cells)


def test_draws_in_a_cell_lie_in_it_and_are_as_normal_as_any() -> None:
    directions = cell_directions(16, 5, seed=3)
    for cell in range(5):
        z = draw_in_cell(cell, directions, 400, seed=cell)
        assert cell_of(z, directions).tolist() == [cell] * 400
        # changing places of two components leaves the length as it was
        torch.testing.assert_close(z.norm(dim=1), random(400, 16, seed=cell).norm(dim=1))
    drawn = torch.cat([draw_in_cell(cell, directions, 2000, seed=9) for cell in range(5)]).double().numpy()
    np.testing.assert_allclose(np.cov(drawn.T), np.eye(16), atol=0.15)


def test_the_code_of_a_cell_is_the_mean_over_it() -> None:
    space, mapping = Cells(16, 3, 6.0, seed=1), torch.nn.Linear(16, 4)
    weight, bias = (p.detach().double().numpy() for p in mapping.parameters())
    for cell in range(3):
        z = draw_in_cell(cell, cell_directions(16, 3, seed=1), DRAWS, seed=2).double().numpy()
        np.testing.assert_allclose(space.code(mapping, cell, seed=2).numpy(), (z @ weight.T + bias).mean(0), atol=1e-5)


def test_the_mapping_is_fitted_to_the_codes() -> None:
    torch.manual_seed(0)
    mapping = Generator(GeneratorConfig(1, 32)).requires_grad_(False).mapping_z
    directions, codes = cell_directions(32, 4, seed=1), random(4, 32, seed=5)
    explained = fit_mapping(mapping, directions, lambda z: shares_of(z, directions, 4.0) @ codes, seed=2, steps=150)
    assert explained > 0.7
    assert not any(p.requires_grad for p in mapping.parameters())
    assert all(p.grad is None for p in mapping.parameters())
    z = random(1000, 32, seed=77)
    wanted = (shares_of(z, directions, 4.0) @ codes).double().numpy()
    error = ((mapping(z).double().numpy() - wanted) ** 2).mean()
    # R² of z that the fit did not see
    assert 1 - error / ((wanted - wanted.mean(0)) ** 2).mean() == pytest.approx(explained, abs=0.05)
