"""Checkpoints of runs: the published keys and, under `mmfs`, what going on needs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from .. import __version__
from ..common.config import RunConfig, config_values
from ..common.errors import TrainingError
from ..common.files import write_atomically, writing
from .phase import Phase

FORMAT = 1


@dataclass
class Counters:
    step: int = 0
    seconds: float = 0.0
    pending: list[dict[str, float]] = field(default_factory=list)


def save_checkpoint(path: Path, phase: Phase, counters: Counters) -> None:
    """Writes a checkpoint, unless its weights are no longer numbers: one could not go on from it."""
    broken = [name for name, m in phase.modules.items() if not all(p.isfinite().all() for p in m.parameters())]
    if broken:
        raise TrainingError(
            "LOSS_NOT_FINITE",
            f"At step {counters.step} weights of {', '.join(broken)} are no numbers: lower the learning rate and run "
            "the command again; the last checkpoint is from before.",
        )
    state: dict[str, Any] = {name: module.state_dict() for name, module in phase.modules.items()}
    state |= {name: optimizer.state_dict() for name, optimizer in phase.optimizers.items()}
    state["total_iters"] = counters.step
    state["mmfs"] = {
        "format": FORMAT,
        "phase": phase.name,
        "version": __version__,
        "config": config_values(phase.config),
        "seconds": counters.seconds,
        "pending": counters.pending,
        "extra": phase.extra_state(),
    }
    needed = sum(t.numel() * t.element_size() for t in _tensors(state))
    free = shutil.disk_usage(path.parent).free
    if free < 1.1 * needed:
        raise TrainingError(
            "DISK_FULL",
            f"A checkpoint needs {needed / 1e6:.0f} MB and {path.parent} has {free / 1e6:.0f} MB left: make room and "
            "run the command again. The last checkpoint is whole.",
        )
    with writing(path):
        write_atomically(path, lambda p: torch.save(state, p))


def _tensors(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        return [t for v in value.values() for t in _tensors(v)]
    if isinstance(value, list | tuple):
        return [t for v in value for t in _tensors(v)]
    return []


def read_checkpoint(path: Path, phase: str) -> dict[str, Any]:
    """A checkpoint of one of our runs, which must be of `phase`."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise TrainingError(
            "CHECKPOINT_MISSING",
            f"There is no {path}: run the phase `{phase}` first (python -m mmfs_training {phase}).",
        ) from error
    except Exception as error:
        raise TrainingError("CHECKPOINT_UNREADABLE", f"{path} is damaged or no checkpoint: {error}") from error
    if not isinstance(state, dict) or "mmfs" not in state:
        raise TrainingError("CHECKPOINT_FOREIGN", f"{path} is not a checkpoint of this training.")
    found = state["mmfs"]["phase"]
    if found != phase:
        raise TrainingError("CHECKPOINT_PHASE", f"{path} is of the phase {found}, where one of {phase} is needed.")
    return state


def check_network(state: dict[str, Any], config: RunConfig, path: Path) -> None:
    """The networks of a checkpoint and of a configuration must be the same size."""
    found, wanted = {"detail": False, **state["mmfs"]["config"]["network"]}, config_values(config)["network"]
    if "clip_mapper.position_embedding" not in state.get("G_model", {}):
        # before phase 3 there is no mapper, whatever was planned for it
        found["mapper_feedforward"] = wanted["mapper_feedforward"]
    if found != wanted:
        raise TrainingError(
            "CHECKPOINT_MISMATCH",
            f"{path} is of a network with {found}, the configuration says {wanted}: "
            "change the configuration or the run.",
        )


def load_checkpoint(path: Path, phase: Phase) -> Counters:
    state = read_checkpoint(path, phase.name)
    check_network(state, phase.config, path)
    phase.migrate(state)
    for name, module in phase.modules.items():
        module.load_state_dict(state[name])
    for name, optimizer in phase.optimizers.items():
        factors = [group.get("factor", 1.0) for group in optimizer.param_groups]
        optimizer.load_state_dict(state[name])
        for group, factor in zip(optimizer.param_groups, factors, strict=True):
            group["factor"] = factor
    ours = state["mmfs"]
    phase.load_extra_state(ours["extra"])
    return Counters(state["total_iters"], ours["seconds"], ours["pending"])
