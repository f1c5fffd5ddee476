import pytest
import torch

from mmfs_training.growth import WHOLE, Adapters, level_at, partial_forward, start_small
from mmfs_training.networks import GeneratorConfig
from mmfs_training.reference import random_generator


def test_levels_follow_the_budget() -> None:
    growth = (0.1, 0.2, 0.3, 0.4)
    assert [level_at(p, growth) for p in (0, 0.1, 0.25, 0.3, 0.9)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_level_trains_its_own_blocks_only(level: int) -> None:
    network = random_generator(GeneratorConfig(4, 16), seed=0).requires_grad_(True)
    adapters = Adapters(network)
    picture, inner = partial_forward(network, adapters, torch.randn(2, 3, 32, 32), torch.randn(2, 10, 16), level)
    assert picture.shape == (2, 3, 32, 32)
    (picture.square().sum() + inner).backward()
    trained = {key for key, p in network.named_parameters() if p.grad is not None}
    for block in range(1, 5):
        assert any(key.startswith(f"encoder.{block}.") for key in trained) == (block <= level)
        assert any(key.startswith(f"decoder{block}a.") for key in trained) == (block >= WHOLE - level)
    assert adapters.levels[level - 1].weight.grad is not None


def test_the_last_level_is_the_whole_network() -> None:
    network = random_generator(GeneratorConfig(4, 16), seed=0)
    rng = torch.Generator().manual_seed(1)
    image, wplus = torch.randn(2, 3, 32, 32, generator=rng), torch.randn(2, 10, 16, generator=rng)
    picture, inner = partial_forward(network, Adapters(network), image, wplus, WHOLE)
    silent = [torch.zeros(1, 1, 1, 1)] * 9
    expected = network.decode_unclamped(network.encode(image), wplus, silent)
    assert (picture - expected).abs().mean() < 0.01 * expected.std()  # bfloat16
    assert inner > 0


def test_blocks_to_come_add_nothing_to_the_picture() -> None:
    network = random_generator(GeneratorConfig(4, 16), seed=0)
    start_small(network)
    assert all(not network.get_parameter(f"to_rgb{i}.conv.weight").any() for i in range(4))
    assert network.get_parameter("to_rgb4.conv.weight").any()
