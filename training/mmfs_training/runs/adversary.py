"""The adversarial side of phases 0 and 2."""

from __future__ import annotations

import torch
from torch import Tensor

from ..common.config import AdversarialConfig
from ..common.errors import TrainingError
from ..common.place import Draws
from ..losses.terms import discriminator_loss, generator_loss, r1_penalty
from ..networks import fast
from ..networks.augment import DRAWS, AdaptiveProbability, augment
from ..networks.prior import GROUP, Discriminator
from .phase import Phase


class Adversary:
    """The discriminator's side of phases 0 and 2, and its judgement for the generator."""

    def __init__(self, phase: Phase, discriminator: Discriminator, config: AdversarialConfig) -> None:
        self.phase, self.discriminator, self.config = phase, discriminator, config
        self.probability = AdaptiveProbability(config.augment)
        share = phase.batch // phase.place.world
        if share > GROUP and share % GROUP:
            raise TrainingError(
                "BATCH_GROUPS",
                f"{phase.name}.batch gives each process {share} pictures: the discriminator compares {GROUP} with one "
                f"another, so that it must be at most {GROUP} or a multiple of it.",
            )

    def optimizer(self) -> torch.optim.Adam:
        lazy = self.config.r1_every / (self.config.r1_every + 1) if self.config.r1 else 1.0
        return self.phase.adam(self.discriminator.parameters(), lazy)

    def _augmented(self, pictures: Tensor, draws: Draws) -> Tensor:
        numbers = draws.uniform(DRAWS, len(pictures) * self.phase.place.world)
        return augment(pictures, self.config.augment.policy, self.probability.value, numbers)

    def judge(self, made: Tensor, draws: Draws) -> Tensor:
        """The generator's loss; gradients flow to `made` only."""
        self.discriminator.requires_grad_(False)
        score = fast.discriminate(self.discriminator, self._augmented(made, draws), self.phase.place.dtype)
        self.discriminator.requires_grad_(True)
        return generator_loss(score, self.config.loss)

    def learn(
        self, optimizer: torch.optim.Optimizer, step: int, real: Tensor, made: Tensor, draws: Draws
    ) -> dict[str, float]:
        place = self.phase.place
        made = self._augmented(made.detach(), draws)
        shown = self._augmented(real, draws)
        real_score = fast.discriminate(self.discriminator, shown, place.dtype)
        made_score = fast.discriminate(self.discriminator, made, place.dtype)
        loss = discriminator_loss(real_score, made_score, self.config.loss)
        self.phase.update(optimizer, loss)
        sign = place.mean(real_score.sign().mean())
        self.probability.update(sign, len(real) * place.world)
        report = {"discriminator": place.mean(loss), "augment": self.probability.value}
        if self.config.r1 and step % self.config.r1_every == 0:
            report["r1"] = self._penalise(optimizer, shown.detach())
        return report

    def _penalise(self, optimizer: torch.optim.Optimizer, real: Tensor) -> float:
        real = real.clone().requires_grad_()
        # second derivatives: in float32, by the plain modules
        penalty = r1_penalty(self.discriminator(real), real)
        self.phase.update(optimizer, self.config.r1 * self.config.r1_every * penalty)
        return self.phase.place.mean(penalty)
