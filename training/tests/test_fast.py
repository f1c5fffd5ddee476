"""The training formulation computes the pictures and gradients of the plain one."""

import pytest
import torch

from mmfs_training.networks import fast
from mmfs_training.networks.generator import Generator, GeneratorConfig, draw_noises
from mmfs_training.networks.reference import random_generator


@pytest.fixture(params=[False, True], ids=["published", "detail"])
def network(request: pytest.FixtureRequest) -> Generator:
    return random_generator(GeneratorConfig(4, 16, detail=request.param), seed=1).requires_grad_(True)


def inputs() -> tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]:
    rng = torch.Generator().manual_seed(2)
    return torch.randn(2, 3, 48, 32, generator=rng), torch.randn(2, 10, 16, generator=rng), []


def square_noises() -> list[torch.Tensor]:
    return draw_noises(32, torch.Generator().manual_seed(4), 2)


def test_pictures_are_equal(network: Generator) -> None:
    image, wplus, _ = inputs()
    image, noises = image[:, :, :32], square_noises()
    plain = network.decode_unclamped(network.encode(image), wplus, noises)
    quick = fast.decode(network, fast.encode(network, image, torch.float32), wplus, noises)
    torch.testing.assert_close(quick, plain, rtol=1e-4, atol=1e-5)


def test_gradients_are_equal(network: Generator) -> None:
    image, wplus, _ = inputs()
    image, noises = image[:, :, :32], square_noises()
    target = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(5))
    gradients = []
    for quick in (False, True):
        network.zero_grad()
        if quick:
            made = fast.decode(network, fast.encode(network, image, torch.float32), wplus, noises)
        else:
            made = network.decode_unclamped(network.encode(image), wplus, noises)
        (made - target).square().sum().backward()
        gradients.append({k: p.grad.clone() for k, p in network.named_parameters() if p.grad is not None})
    plain, quick_ones = gradients
    assert plain.keys() == quick_ones.keys()
    assert {k for k, _ in network.named_parameters()} - plain.keys() == {
        f"mapping_z.{i}.{part}" for i in range(1, 9) for part in ("weight", "bias")
    }
    for key, gradient in plain.items():
        torch.testing.assert_close(
            quick_ones[key], gradient, rtol=2e-3, atol=2e-4 * float(gradient.abs().max()), msg=key
        )


def test_bfloat16_stays_close(network: Generator) -> None:
    image, wplus, _ = inputs()
    with torch.no_grad():
        plain = fast.decode(network, fast.encode(network, image, torch.float32), wplus)
        rounded = fast.decode(network, fast.encode(network, image), wplus)
    assert rounded.dtype == torch.float32
    assert (rounded - plain).abs().mean() < 0.01 * plain.std()
