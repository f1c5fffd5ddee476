"""The sizes of the networks."""

from __future__ import annotations

from dataclasses import dataclass

from .checks import at_least_one


@dataclass(frozen=True)
class NetworkConfig:
    size: int = 512  # side of the pictures in pixels, a power of two from 64
    base_width: int = 64  # `ngf`
    style_dim: int = 512  # `D`
    # the discriminator's channels at full resolution; they double as sides halve, up to 8 times
    discriminator_width: int = 64
    mapper_feedforward: int = 2048  # width of the feed-forward layers of the CLIP mapper, which phase 3 adds
    detail: bool = False  # whether there is the detail path (`networks.generator.Generator`; not in the paper)

    def __post_init__(self) -> None:
        if self.size < 64 or self.size & (self.size - 1):
            raise ValueError(f"size must be a power of two from 64, not {self.size}")
        at_least_one(self, "base_width", "style_dim", "discriminator_width", "mapper_feedforward")
