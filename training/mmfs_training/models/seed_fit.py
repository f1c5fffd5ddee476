"""Fits the mapping network to the presets, so that a seed is one of them or lies between two.

    python -m mmfs_training fit-seeds MODEL --out FOLDER

The phase `teach` leaves the mapping network as it was, speaking of an older decoder. Every preset owns a cell of z
space (`cells.py`), and a z of it is mapped to the mean row of the preset's w+, under which `teach` draws as well
(`teach.mean_share`). MODEL is a folder that `export` wrote; FOLDER, which may be the same, gets mmfs-mini.safetensors.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

from ..common.errors import TrainingError, command
from ..styles.cells import fit_mapping
from ..styles.style_space import Cells
from .model_folder import WEIGHTS, Model, read_model, replace_part

STEPS = 6000
SHARPNESS = 12.0


def fit_seeds(model: Model, steps: int, sharpness: float, seed: int = 0) -> float:
    """Changes the model's mapping network; returns the share of variance explained on fresh z."""
    if not model.presets:
        raise TrainingError("PRESETS_MISSING", "The model has no presets that a seed could be: export it with some.")
    generator = model.generator
    codes = torch.stack([preset.code.mean(0) for preset in model.presets])
    cells = Cells(generator.config.style_dim, len(codes), sharpness, seed)

    def wanted(z: Tensor) -> Tensor:
        return cells.shares(z) @ codes

    return fit_mapping(generator.mapping_z, cells.directions, wanted, seed, steps)


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mmfs_training fit-seeds", description=__doc__.split("\n\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--out", type=Path, required=True, help=f"folder for {WEIGHTS}")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"default {STEPS}")
    parser.add_argument("--sharpness", type=float, default=SHARPNESS, help=f"of cells' borders (default {SHARPNESS:g})")
    options = parser.parse_args(arguments)
    model = read_model(options.model)
    explained = fit_seeds(model, options.steps, options.sharpness)
    path = replace_part(options.model, options.out, "mapping_z", model.generator.mapping_z)
    print(f"{path}: seeds explain {explained:.3f} of the presets' variance")
