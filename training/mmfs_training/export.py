"""Writes the model that ships from a run: averaged weights as float16, the codes of the presets, their names.

    python -m mmfs_training export RUN --out DIR

DIR/mmfs-mini.safetensors has the published generator keys; DIR/presets.safetensors a float32 w+ [10, D] for each
preset and for the photo; DIR/presets.json says what they are. A preset is the middle of its style's cell, or a seed.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor

from .cells import cell_directions, middle_of
from .checkpoint import save_safetensors, write_atomically
from .config import PHOTO, PresetConfig, RunConfig, parse_config
from .engine import read_checkpoint
from .errors import TrainingError
from .networks import Generator, GeneratorConfig, repeat_w


def preset_z(preset: PresetConfig, config: RunConfig, styles: list[str]) -> Tensor:
    """The z [D] that a preset names."""
    width = config.network.style_dim
    if preset.seed is not None:
        return torch.randn(width, generator=torch.Generator().manual_seed(preset.seed))
    if preset.cell not in styles:
        raise TrainingError(
            "PRESET_UNKNOWN",
            f"The preset {preset.name} is of the style {preset.cell}; the run knows {', '.join(styles) or 'none'}.",
        )
    return middle_of(styles.index(preset.cell), cell_directions(width, len(styles), config.seed))


def export(run: Path, out: Path, presets_from: RunConfig | None = None) -> Path:
    """Returns the path of the weights. `presets_from`: a configuration whose presets replace the run's."""
    state = read_checkpoint(run / "base" / "checkpoint.pt", "base")
    config = parse_config(state["mmfs"]["config"])
    presets = (presets_from or config).presets
    network, styles = config.network, list(state["mmfs"]["extra"]["styles"])
    generator = Generator(GeneratorConfig(network.base_width, network.style_dim)).requires_grad_(False)
    generator.load_state_dict(state["G_ema_model"])
    codes = {PHOTO: state["photo_code_ema"]["w"]}
    with torch.no_grad():
        for preset in presets:
            codes[preset.name] = generator.map_z(preset_z(preset, config, styles)[None])[0]
    table = {
        "format": 1,
        "size": network.size,
        "baseWidth": network.base_width,
        "styleDim": network.style_dim,
        "photo": PHOTO,
        "presets": [
            {
                "name": p.name,
                "description": p.description,
                "tags": list(p.tags),
                **({"style": p.cell} if p.cell else {}),
            }
            for p in presets
        ],
    }
    path = out / "mmfs-mini.safetensors"
    save_safetensors({key: value.half() for key, value in generator.state_dict().items()}, path)
    save_safetensors({name: repeat_w(code[None])[0] for name, code in codes.items()}, out / "presets.safetensors")
    write_atomically(out / "presets.json", lambda p: p.write_text(json.dumps(table, indent=2) + "\n"))
    return path
