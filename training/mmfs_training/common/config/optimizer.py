"""Adam, and its learning rate by step."""

from __future__ import annotations

from dataclasses import dataclass

from .checks import shares


@dataclass(frozen=True)
class OptimizerConfig:
    learning_rate: float = 1e-3
    beta1: float = 0.0
    beta2: float = 0.99
    ema: float = 0.999  # decay of the moving average of the weights
    warm_up: int = 0  # steps over which the rate rises
    cooldown: float = (
        0.0  # share of the steps, the last ones, over which the rate falls linearly (0: none, as published)
    )

    def __post_init__(self) -> None:
        if self.learning_rate <= 0:
            raise ValueError("learning_rate must be positive")
        for name in ("beta1", "beta2", "ema"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must lie in [0, 1)")
        shares(self, "cooldown")

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of a step (from 0)."""
        rising = min(1.0, (step + 1) / self.warm_up) if self.warm_up else 1.0
        left = (steps - step) / (self.cooldown * steps) if self.cooldown else 1.0
        return self.learning_rate * rising * min(1.0, left)
