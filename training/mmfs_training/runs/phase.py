"""What the phases have in common: name and needs, modules and optimizers by their published names, a step, a sheet."""

from __future__ import annotations

import argparse
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from ..common.config import OptimizerConfig, RunConfig
from ..common.place import Draws, Place
from ..data.pictures import Pictures

Need = Literal["photos", "art", "pairs", "towers"]


class Phase(ABC):
    """One phase of one run. `step` must depend on its arguments and on what `state` holds, and on nothing else."""

    name: ClassVar[str]
    """Of the command, and of the phase's folder in the run."""
    number: ClassVar[int]
    """Of the paper's phases; it takes part in every random draw."""
    help: ClassVar[str]
    needs: ClassVar[tuple[Need, ...]]
    """What it cannot do without: folders on the command line, towers in the configuration."""
    section: ClassVar[str]
    """Of the configuration."""
    columns: ClassVar[tuple[str, ...]]
    """Names of the losses, in the order of losses.csv."""
    optimizer_config: OptimizerConfig
    steps: int
    batch: int
    modules: dict[str, nn.Module]
    optimizers: dict[str, torch.optim.Optimizer]
    digests: dict[str, str]
    """What run.json says of the data, by name: SHA-256, or a prompt."""

    def __init__(self, config: RunConfig, place: Place) -> None:
        self.config = config
        self.place = place
        self.digests = {}
        torch.manual_seed(config.seed)

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        """The options that not every phase has."""
        if "photos" in cls.needs:
            parser.add_argument("--photos", type=Path, required=True, help="folder of aligned photographs of faces")
        if "art" in cls.needs:
            parser.add_argument("--art", type=Path, required=True, help="folder with art.csv, or a folder a style")
        if "pairs" in cls.needs:
            parser.add_argument("--pairs", type=Path, nargs="+", required=True, help="folders with photos and art")

    @classmethod
    @abstractmethod
    def open(cls, args: argparse.Namespace, config: RunConfig, place: Place) -> Phase:
        """The phase of the run `args.run`, with the data that the options name."""

    def folder(self, run: Path) -> Path:
        return run / self.name

    def finish(self, folder: Path) -> Path | None:
        """Writes what users take away from `folder`, after the last step; returns the path of that, if there is any."""
        return None

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
