"""The noise that belongs to the name of a photo, as the decoder takes it."""

from __future__ import annotations

import torch
from torch import Tensor

from ..manners import Noise, seed_of
from ..networks.generator import noise_shapes


def noise_of(stem: str, shape: tuple[int, int], device: torch.device) -> list[Tensor]:
    """The decoder's nine maps for a picture [H, W]: those that belong to its name, and random ones."""
    height, width = shape
    rng = torch.Generator().manual_seed(seed_of(stem))
    maps = [
        torch.randn(1, 1, height * side // 256, width * side // 256, generator=rng)
        for side in (shape[-1] for shape in noise_shapes(256))
    ]
    for place, noise in Noise.draw(height, width, seed_of(stem)).maps().items():
        maps[place] = torch.from_numpy(noise)[None, None]
    return [m.to(device) for m in maps]
