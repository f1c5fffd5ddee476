"""The discriminator of whole pictures, and the augmentation of what it sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .checks import at_least_one, shares


@dataclass(frozen=True)
class AugmentConfig:
    """Differentiable augmentation of what the discriminator sees (Zhao et al. 2020), with the adaptive probability of
    Karras et al. 2020."""

    policy: tuple[Literal["color", "translation", "cutout"], ...] = ("color", "translation", "cutout")
    adaptive: bool = True
    start: float = 0.0  # the probability at the first step
    target: float = 0.6  # it rises while the share of real pictures with a positive score is above this
    adjustment_pictures: int = 100_000  # pictures after which it has moved by 1 at most
    maximum: float = 0.8

    def __post_init__(self) -> None:
        shares(self, "start", "target", "maximum")
        at_least_one(self, "adjustment_pictures")


@dataclass(frozen=True)
class AdversarialConfig:
    loss: Literal["non-saturating", "wasserstein"] = "non-saturating"  # StyleGAN2's, or the Wasserstein form
    weight: float = 1.0  # λ
    r1: float = 10.0  # weight of the gradient penalty on real pictures
    r1_every: int = 16  # steps between two penalties, by which each is multiplied
    augment: AugmentConfig = field(default_factory=AugmentConfig)

    def __post_init__(self) -> None:
        at_least_one(self, "r1_every")
