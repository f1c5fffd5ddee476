"""What the phases have in common: modules and optimizers by their published names, a step, a sheet."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from .. import fast
from ..augment import DRAWS, AdaptiveProbability, augment
from ..config import AdversarialConfig, OptimizerConfig, RunConfig
from ..data import Pictures
from ..errors import TrainingError
from ..losses import discriminator_loss, generator_loss, r1_penalty
from ..place import Draws, Place
from ..prior import GROUP, Discriminator


class Phase(ABC):
    """One phase of one run. `step` must depend on its arguments and on what `state` holds, and on nothing else."""

    name: ClassVar[str]
    number: ClassVar[int]
    columns: ClassVar[tuple[str, ...]]
    optimizer_config: OptimizerConfig
    steps: int
    batch: int
    modules: dict[str, nn.Module]
    optimizers: dict[str, torch.optim.Optimizer]

    def __init__(self, config: RunConfig, place: Place) -> None:
        self.config = config
        self.place = place
        torch.manual_seed(config.seed)

    @abstractmethod
    def make_batch(self, step: int) -> Any:
        """What a step reads from files: this process's share, on the CPU."""

    @abstractmethod
    def step(self, step: int, batch: Any) -> dict[str, float]:
        """Changes the modules; returns the losses under the names of `columns`."""

    @abstractmethod
    def sheet(self) -> Pictures:
        """A picture to look at."""

    def extra_state(self) -> dict[str, Any]:
        """Numbers and tensors beside modules and optimizers."""
        return {}

    def load_extra_state(self, state: dict[str, Any]) -> None:  # noqa: B027 a phase may have none
        """The inverse of `extra_state`."""

    def migrate(self, state: dict[str, Any]) -> None:  # noqa: B027 most phases never change
        """Makes a checkpoint of this phase fit what the phase has become since, before it is loaded."""

    def draws(self, step: int, stream: int = 0) -> Draws:
        return Draws(self.place, self.config.seed, self.number + 100 * stream, step)

    def set_rates(self, step: int) -> float:
        """Sets every parameter group to the step's learning rate, times the group's `factor`."""
        rate = self.optimizer_config.rate(step, self.steps)
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = rate * group.get("factor", 1.0)
        return rate

    def adam(self, parameters: Any, lazy: float = 1.0) -> torch.optim.Adam:
        """Adam as configured; `lazy` is the share that lazy regularisation leaves of rate and memory."""
        config = self.optimizer_config
        betas = (config.beta1**lazy, config.beta2**lazy)
        optimizer = torch.optim.Adam(parameters, config.learning_rate, betas, fused=True)
        for group in optimizer.param_groups:
            group["factor"] = group.get("factor", 1.0) * lazy
        return optimizer

    def update(self, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.place.mean_gradients(p for group in optimizer.param_groups for p in group["params"])
        optimizer.step()


@torch.no_grad()
def move_average(average: nn.Module, module: nn.Module, decay: float, step: int) -> None:
    """The exponential moving average; it forgets sooner while there is little to remember."""
    decay = min(decay, (1 + step) / (10 + step))
    averages: list[Tensor] = list(average.parameters())
    torch._foreach_lerp_(averages, list(module.parameters()), 1 - decay)


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
