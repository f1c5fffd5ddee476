"""Phase 3."""

from __future__ import annotations

from dataclasses import dataclass, field

from .checks import at_least_one, shares
from .optimizer import OptimizerConfig


@dataclass(frozen=True)
class MapperConfig:
    """From `code` on no part of the paper, and off by default."""

    steps: int = 10_000
    batch: int = 8
    # the published learning rate is not known; this one is phase 4's
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(learning_rate=2e-4, beta1=0.9))
    pixel: float = 1.0  # λ of the L1 to the stylised picture
    features: float = 4.0  # λ of the L1 between the frozen discriminator's features
    # weight of the squared difference between the mapper's w+ and the true one, relative to the variance of w
    code: float = 0.0
    # probability that a known pair takes the place of a stylised picture: the mapper sees art of that style made from
    # another photo, the L1 is to the art that was made from this one, and the style's code, where phase 2 knows it, is
    # the true w+
    art: float = 0.0
    captions: float = 0.0  # probability that it sees the art's caption, in one of many wordings, in the place of art
    # steps of a regression from art and captions to the codes of their styles before the first step (`mapper_fit.py`)
    fit_steps: int = 0

    def __post_init__(self) -> None:
        at_least_one(self, "batch")
        shares(self, "art", "captions")
        if self.captions and not self.art:
            raise ValueError("captions is a share of art, which is 0")
        if self.fit_steps and not self.art:
            raise ValueError("fit_steps fits to the styles of the art, and art is 0")
