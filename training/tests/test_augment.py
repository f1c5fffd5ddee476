"""What the discriminator sees: which operation is done to which picture, and that gradients find the way back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from mmfs_training.common.config import AugmentConfig
from mmfs_training.networks.augment import DRAWS, AdaptiveProbability, augment

POLICIES = ["color", "translation", "cutout"]


def pictures(count: int = 4, size: int = 16) -> Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(0)) * 2 - 1


def draws(chosen: Sequence[float], numbers: Sequence[float], count: int = 4) -> Tensor:
    return torch.tensor([*chosen, *numbers])[:, None].repeat(1, count)


MIDDLE = [0.5] * (DRAWS - 3)


def test_without_probability_nothing_is_done() -> None:
    x = pictures()
    assert torch.equal(augment(x, POLICIES, 0.0, torch.zeros(DRAWS, 4)), x)


@pytest.mark.parametrize(("row", "policy"), list(enumerate(POLICIES)))
def test_each_operation_is_chosen_picture_by_picture(row: int, policy: str) -> None:
    x = pictures()
    numbers = torch.rand(DRAWS, 4, generator=torch.Generator().manual_seed(1))
    numbers[:3] = 0.9
    numbers[row] = torch.tensor([0.1, 0.9, 0.3, 0.5])  # below the probability: the first and the third
    out = augment(x, POLICIES, 0.4, numbers)
    changed = [not torch.allclose(a, b, atol=1e-5) for a, b in zip(out, x, strict=True)]
    assert changed == [True, False, True, False]
    torch.testing.assert_close(augment(x, [p for p in POLICIES if p != policy], 0.4, numbers), x)


def test_colours_equal_the_formula() -> None:
    x = pictures()
    out = augment(x, ["color"], 1.0, draws([0, 0, 0], [0.7, 0.25, 0.9, 0, 0, 0, 0]))
    expected = x.double().numpy() + 0.2
    gray = expected.mean(1, keepdims=True)
    expected = gray + (expected - gray) * 0.5
    middle = expected.mean((1, 2, 3), keepdims=True)
    np.testing.assert_allclose(out.numpy(), middle + (expected - middle) * 1.4, atol=1e-5)


@pytest.mark.parametrize(("number", "shift"), [(0.0, -2), (0.5, 0), (0.999, 2)])
def test_translation_moves_by_at_most_an_eighth(number: float, shift: int) -> None:
    x = pictures()
    out = augment(x, ["translation"], 1.0, draws([0, 0, 0], [0.5, 0.5, 0.5, number, 0.5, 0.5, 0.5]))
    expected = np.zeros((4, 3, 16, 16), np.float32)
    for row in range(16):
        if 0 <= row + shift < 16:
            expected[:, :, row] = x[:, :, row + shift].numpy()
    np.testing.assert_array_equal(out.numpy(), expected)
    turned = augment(x.transpose(2, 3), ["translation"], 1.0, draws([0, 0, 0], [0.5, 0.5, 0.5, 0.5, number, 0.5, 0.5]))
    np.testing.assert_array_equal(turned.transpose(2, 3).numpy(), expected)


@pytest.mark.parametrize(("center", "rows"), [(0.5, range(4, 12)), (0.0, range(0, 4)), (0.999, range(12, 16))])
def test_cutout_blanks_a_square_of_half_the_side(center: float, rows: range) -> None:
    x = pictures()
    out = augment(x, ["cutout"], 1.0, draws([0, 0, 0], [0.5, 0.5, 0.5, 0.5, 0.5, center, 0.5]))
    expected = x.clone()
    expected[:, :, rows.start : rows.stop, 4:12] = 0
    assert torch.equal(out, expected)


def test_gradients_flow_through_all_operations() -> None:
    rng = torch.Generator().manual_seed(2)
    x = pictures(2, 8).double().requires_grad_()
    numbers = torch.rand(DRAWS, 2, generator=rng)
    assert torch.autograd.gradcheck(lambda p: augment(p, POLICIES, 1.0, numbers), (x,))
    augment(x, POLICIES, 1.0, numbers).square().sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    assert x.grad.any()


def test_probability_rises_while_the_discriminator_is_too_sure() -> None:
    config = AugmentConfig(start=0.2, target=0.6, adjustment_pictures=1000, maximum=0.25)
    probability = AdaptiveProbability(config)
    probability.update(0.9, 20)
    assert probability.value == pytest.approx(0.22)
    probability.update(0.3, 10)
    assert probability.value == pytest.approx(0.21)
    for _ in range(10):
        probability.update(1.0, 20)
    assert probability.value == 0.25
    for _ in range(20):
        probability.update(-1.0, 20)
    assert probability.value == 0
    fixed = AdaptiveProbability(AugmentConfig(start=0.2, adaptive=False))
    fixed.update(1.0, 10**6)
    assert fixed.value == 0.2
