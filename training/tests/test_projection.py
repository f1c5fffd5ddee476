"""The projection loss and the span of a reference's tokens, against least squares."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from mmfs_training.losses.projection import projection_loss, token_span


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def least_squares_distance(tokens: np.ndarray, reference: np.ndarray) -> float:
    """Mean squared distance of unit tokens from the nearest mixture of the reference's."""
    distances = []
    for token in tokens.reshape(-1, tokens.shape[-1]):
        token = token / np.sqrt(token @ token)
        mixture, *_ = np.linalg.lstsq(reference.T, token, rcond=None)
        distances.append(((token - reference.T @ mixture) ** 2).sum())
    return float(np.mean(distances))


def test_the_loss_is_the_distance_from_the_nearest_mixture_of_the_references_tokens() -> None:
    reference, tokens = random(5, 12), random(2, 7, 12, seed=1)
    span = token_span(reference)
    assert span.shape == (5, 12)
    expected = least_squares_distance(tokens.double().numpy(), reference.double().numpy())
    assert projection_loss(tokens, span).item() == pytest.approx(expected, rel=1e-4)


def test_mixtures_of_the_reference_cost_nothing_and_what_is_across_it_costs_one() -> None:
    reference = random(5, 12)
    # neither a repeated token nor one of another length widens the span
    span = token_span(torch.cat([reference, 3 * reference[:2], reference[:1] - reference[1:2]]))
    assert len(span) == 5
    mixtures = (random(4, 5, seed=2) @ reference)[None]
    assert projection_loss(mixtures, span).item() == pytest.approx(0, abs=1e-6)
    across = torch.linalg.qr(reference.t(), mode="complete").Q[:, 5:].t()[None]
    assert projection_loss(across, span).item() == pytest.approx(1, abs=1e-5)


def test_tokens_that_fill_the_space_leave_something_to_lose() -> None:
    noisy = random(40, 2) @ random(2, 12, seed=1) + 1e-2 * random(40, 12, seed=2)
    span = token_span(noisy)
    assert span.shape == (2, 12)
    assert projection_loss(random(1, 40, 12, seed=3), span) > 0.5
    assert projection_loss(noisy[None], span) < 0.01
    assert token_span(random(40, 12)).shape == (6, 12)


def test_gradients_draw_tokens_into_the_span() -> None:
    span, tokens = token_span(random(5, 12)), random(1, 7, 12, seed=1).requires_grad_()
    before = projection_loss(tokens, span)
    before.backward()  # type: ignore[no-untyped-call]
    assert tokens.grad is not None
    assert projection_loss(tokens - 0.5 * tokens.grad, span) < before
