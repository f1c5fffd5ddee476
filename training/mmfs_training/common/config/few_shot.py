"""Phase 4."""

from __future__ import annotations

from dataclasses import dataclass, field

from .base import StructureConfig
from .checks import at_least_one
from .optimizer import OptimizerConfig


@dataclass(frozen=True)
class FewShotConfig:
    """`keep` and `start` are no part of the paper, and off by default."""

    steps: int = 200
    batch: int = 8
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(learning_rate=2e-4, beta1=0.9, ema=0.99))
    structure: StructureConfig = field(default_factory=StructureConfig)  # as in phase 2
    direction: float = 1.0  # λ of the CLIP direction
    # λ of the distance from the span of a reference's tokens (`projection.py`); without a reference there is none
    projection: float = 100.0
    source: str = "photo"  # what a photo is called where a prompt is the style
    # weight of the L1 to what phase 3 makes of the same photo, which holds on to colours and strokes where photos are
    # few
    keep: float = 0.0
    # a safetensors file with a `code` (a w+ [10, D], as in a pack) that takes the place of the mapper's
    start: str | None = None

    def __post_init__(self) -> None:
        at_least_one(self, "batch")
        if not self.source.strip():
            raise ValueError("source is empty: name what a photo is, such as photo")
