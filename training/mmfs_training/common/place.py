"""Where a run computes: device, number format, its share of the processes, and the random numbers of each step."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.distributed as distributed
from numpy.typing import NDArray
from torch import Tensor

from .errors import TrainingError


@dataclass(frozen=True)
class Place:
    """dtype: of convolutions; weights, losses and the optimizer stay float32.

    Each of `world` processes takes every `world`-th picture of the batch, starting at `rank`, and gradients are
    averaged, so that a step is the same step whatever the number of processes.
    """

    device: torch.device
    dtype: torch.dtype
    rank: int = 0
    world: int = 1

    def mine(self, values: NDArray[np.generic] | Sequence[int]) -> NDArray[np.generic]:
        return np.asarray(values)[self.rank :: self.world]

    def check_batch(self, name: str, count: int) -> None:
        if count % self.world:
            raise TrainingError(
                "BATCH_INDIVISIBLE", f"{name} is {count}, which {self.world} processes cannot share evenly."
            )

    def mean_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Averages `.grad` over the processes, in one message."""
        if self.world == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([g.flatten() for g in gradients])
        distributed.all_reduce(flat)
        flat /= self.world
        for gradient, part in zip(gradients, torch.split(flat, [g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    def share(self, module: torch.nn.Module) -> None:
        """Gives every process the weights of the first, which fits and draws may have left a rounding apart."""
        if self.world > 1:
            for tensor in module.state_dict().values():
                distributed.broadcast(tensor, 0)

    def mean(self, value: Tensor) -> float:
        value = value.detach().float().clone()
        if self.world > 1:
            distributed.all_reduce(value)
            value /= self.world
        return value.item()

    def close(self) -> None:
        if distributed.is_initialized():
            distributed.destroy_process_group()


def find_place(device: str = "auto", precision: str = "auto") -> Place:
    """`auto`: a CUDA GPU if there is one, and bfloat16. Joins the group of processes under `torchrun`."""
    world, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise TrainingError("DEVICE_MISSING", "PyTorch sees no CUDA GPU: leave --device out, or say --device cpu.")
    where = torch.device(device, int(os.environ.get("LOCAL_RANK", "0"))) if device == "cuda" else torch.device(device)
    if device == "cuda":
        torch.cuda.set_device(where)
    if world > 1 and not distributed.is_initialized():
        distributed.init_process_group("nccl" if device == "cuda" else "gloo")
    return Place(where, torch.float32 if precision == "float32" else torch.bfloat16, rank, world)


class Draws:
    """The random numbers of one step of one phase: the same for the same seed, whatever was drawn before the step.

    Everything is drawn for the whole batch and then cut to this process's share.
    """

    def __init__(self, place: Place, seed: int, phase: int, step: int) -> None:
        self.place = place
        self.numpy = np.random.default_rng((seed, phase, step))
        self.torch = torch.Generator(place.device).manual_seed(int(self.numpy.integers(2**62)))

    def _share(self, values: Tensor, axis: int) -> Tensor:
        index = torch.arange(self.place.rank, values.shape[axis], self.place.world, device=values.device)
        return values if self.place.world == 1 else values.index_select(axis, index)

    def z(self, count: int, width: int) -> Tensor:
        """[share of count, width], unit normal."""
        values = torch.from_numpy(self.numpy.standard_normal((count, width)).astype(np.float32))
        return self._share(values.to(self.place.device), 0)

    def uniform(self, rows: int, count: int) -> Tensor:
        """[rows, share of count], in [0, 1)."""
        values = torch.from_numpy(self.numpy.random((rows, count)).astype(np.float32))
        return self._share(values.to(self.place.device), 1)

    def normal(self, shape: Sequence[int]) -> Tensor:
        """Unit normal, the first axis cut."""
        return self._share(torch.randn(*shape, generator=self.torch, device=self.place.device), 0)

    def noises(self, shapes: Sequence[Sequence[int]]) -> list[Tensor]:
        return [self.normal(shape) for shape in shapes]
