"""Phase 1."""

from __future__ import annotations

from dataclasses import dataclass, field

from .checks import at_least_one, shares
from .optimizer import OptimizerConfig


@dataclass(frozen=True)
class EncoderConfig:
    steps: int = 50_000
    batch: int = 8
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    pixel: float = 1.0  # λ of the L1 to the input
    features: float = 4.0  # λ of the L1 between the frozen discriminator's features
    # share of a batch that are photographs under the prior's mean w, beside samples of the prior with their w
    photos: float = 0.0
    start_from: str | None = None  # a generator's checkpoint whose encoder this one starts as
    eyes: float = 1.0  # how many times as much a pixel in the middle of an eye counts
    mouth: float = 1.0  # the same of the mouth

    def __post_init__(self) -> None:
        at_least_one(self, "batch")
        shares(self, "photos")
