"""Phase 0."""

from __future__ import annotations

from dataclasses import dataclass, field

from .adversarial import AdversarialConfig
from .checks import at_least_one, shares
from .optimizer import OptimizerConfig


@dataclass(frozen=True)
class StartConfig:
    """A generator that phase 0 starts from: its decoder becomes the prior's upper blocks, and the blocks below are
    fitted to draws from the Gaussian of its features (`feature_fit.py`)."""

    generator: str  # its checkpoint
    presets: str  # the safetensors that hold its `photo` code
    rate: float = 0.1  # of the upper blocks, as a share of the learning rate
    components: int = 128  # of the Gaussian
    scale: float = 0.8  # of the Gaussian
    fit_steps: int = 3000
    fit_batch: int = 16
    fit_rate: float = 0.02


@dataclass(frozen=True)
class PriorConfig:
    steps: int = 200_000
    batch: int = 8
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(learning_rate=2e-3, beta1=0.0))
    adversarial: AdversarialConfig = field(default_factory=AdversarialConfig)
    mixing: float = 0.9  # probability of style mixing
    path_length: float = 0.0  # weight of the path length regularisation (0: off)
    path_length_every: int = 4  # steps between two of these
    start: StartConfig | None = None  # a generator to start from; without it all starts random

    def __post_init__(self) -> None:
        at_least_one(self, "batch", "path_length_every")
        shares(self, "mixing")
