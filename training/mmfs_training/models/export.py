"""Writes the model that ships from a run: averaged weights as float16, the codes of the presets, their names.

    python -m mmfs_training export RUN --out DIR [--phase encoder|mapper]

DIR/mmfs-mini.safetensors has the published generator keys; DIR/presets.safetensors a float32 w+ [10, D] for each
preset and for the photo; DIR/presets.json says what they are. A preset is a style's cell, or a seed. Of phase 3 the
weights have the mapper, and small towers are copied beside them: DIR/towers.safetensors and DIR/tokenizer.json.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..common.config import PHOTO, PresetConfig, RunConfig, read_config, recorded_config
from ..common.errors import TrainingError, command
from ..common.files import write_atomically
from ..manners import MANNERS, folder_of, name_of
from ..networks.checkpoint import config_of, save_safetensors
from ..networks.generator import Generator, repeat_w
from ..runs.checkpoints import read_checkpoint
from ..styles.style_space import style_space
from ..towers.small_towers import TOKENIZER, SmallTowers, StaticText, StyleCnn, Tokens


def preset_code(
    preset: PresetConfig, generator: Generator, config: RunConfig, styles: list[str], coordinates: Tensor | None = None
) -> Tensor:
    """The w [D] of a preset: the mean of its style, or that of its seed."""
    width = config.network.style_dim
    if preset.seed is not None:
        z = torch.randn(1, width, generator=torch.Generator().manual_seed(preset.seed))
        return generator.map_z(z)[0]
    if preset.cell not in styles:
        raise TrainingError(
            "PRESET_UNKNOWN",
            f"The preset {preset.name} is of the style {preset.cell}; the run has cells of "
            f"{', '.join(styles) or 'no style, since base.paired was not set: give the preset a seed instead'}.",
        )
    space = style_space(config, styles, coordinates)
    return space.code(generator.mapping_z, styles.index(preset.cell), config.seed)


def copy_towers(folder: Path, out: Path) -> None:
    """towers.safetensors and tokenizer.json from one folder to another, which may be the same."""
    for name in ("towers.safetensors", "tokenizer.json"):
        try:
            data = (folder / name).read_bytes()
        except OSError as error:
            raise TrainingError(
                "TOWERS_MISSING", f"{folder / name} cannot be read ({error}): put the towers of phase 3 there."
            ) from error

        def write(path: Path, data: bytes = data) -> None:
            path.write_bytes(data)

        write_atomically(out / name, write)


def export_towers(state: dict[str, Tensor], config: RunConfig, out: Path) -> Path:
    """Writes towers.safetensors and tokenizer.json."""
    settings, source = config.small_towers, Path(config.small_towers.static_text) / TOKENIZER
    tokens = Tokens(source)
    width = config.network.style_dim
    text = StaticText(state["text.table"], state["text.scale"], tokens.end, width, settings.hidden)
    norms = any(key.startswith("image.norms.") for key in state)  # none where the run went on from exported towers
    image = StyleCnn(width, settings.hidden, settings.widths, norms)
    towers = SmallTowers(text, image, tokens, settings.side)
    towers.load_state_dict(state)
    write_atomically(out / TOKENIZER, lambda p: p.write_bytes(source.read_bytes()))
    return towers.eval().save(out)


def export_taught(state: dict[str, Any], config: RunConfig, out: Path) -> Path:
    """Of `teach`: the averaged generator and a code for every style, which is named as its folder with spaces.

    What a preset is said to be comes from the configuration's presets, or from the manner of that name. Where the
    configuration has presets, they alone are exported, in their order; a preset's cell is a style's folder. With a
    gallery, the towers that the run looked through come along.
    """
    styles = state["mmfs"]["extra"]["styles"]
    wplus = state["codes_ema"]["wplus"].float()
    known = {style: code for style, code in zip(styles, wplus[1:], strict=True)}
    manners = {
        folder_of(m.name): PresetConfig(m.name, m.description, (m.group,), folder_of(m.name)) for m in MANNERS.values()
    }
    chosen = config.presets or [
        manners.get(style, PresetConfig(name_of(style), name_of(style), cell=style)) for style in styles
    ]
    unknown = [preset.name for preset in chosen if preset.cell not in known]
    if unknown:
        raise TrainingError(
            "PRESET_UNKNOWN", f"The run has learnt no style for {', '.join(unknown)}; it has {', '.join(styles)}."
        )
    photo = wplus[0]
    codes = {PHOTO: photo, **{p.name: photo + p.emphasis * (known[p.cell or ""] - photo) for p in chosen}}
    network = config.network
    table = {
        "format": 1,
        "size": network.size,
        "baseWidth": network.base_width,
        "styleDim": network.style_dim,
        "photo": PHOTO,
        "presets": [
            {"name": p.name, "description": p.description, "tags": list(p.tags), "style": p.cell} for p in chosen
        ],
    }
    if config.teach.gallery:
        copy_towers(Path(config.teach.towers), out)
    path = out / "mmfs-mini.safetensors"
    save_safetensors({k: v.half() for k, v in state["G_ema_model"].items()}, path, {"mmfs.size": str(network.size)})
    save_safetensors(codes, out / "presets.safetensors")
    write_atomically(out / "presets.json", lambda p: p.write_text(json.dumps(table, indent=2) + "\n"))
    return path


def export(run: Path, out: Path, presets_from: RunConfig | None = None, phase: str = "base") -> Path:
    """Returns the path of the weights. `presets_from`: a configuration whose presets replace the run's.

    Of phase 1 (`encoder`) there is the photo code alone, to measure its reconstruction; of `towers` nothing but them.
    """
    state = read_checkpoint(run / phase / "checkpoint.pt", phase)
    config = recorded_config(state["mmfs"]["config"])
    if phase == "towers":
        return export_towers(state["towers"], config, out)
    network, extra = config.network, state["mmfs"]["extra"]
    presets = (presets_from or config).presets if phase != "encoder" else ()
    styles = list(extra.get("styles", ())) if config.base.paired else []  # without pairs no style owns a cell
    if phase == "teach":
        return export_taught(state, replace(config, presets=presets), out)
    generator = Generator(config_of(state["G_ema_model"])).requires_grad_(False)
    generator.load_state_dict(state["G_ema_model"])
    codes = {PHOTO: state["photo_code_ema"]["w"] if phase == "base" else extra["photo_w"]}
    with torch.no_grad():
        for preset in presets:
            codes[preset.name] = preset_code(preset, generator, config, styles, extra.get("coordinates"))
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
    if phase == "mapper" and config.towers is not None and config.towers.kind == "small":
        copy_towers(Path(config.towers.path), out)
    path = out / "mmfs-mini.safetensors"
    weights = {key: value.half() for key, value in generator.state_dict().items()}
    save_safetensors(weights, path, {"mmfs.size": str(network.size)})
    save_safetensors({name: repeat_w(code[None])[0] for name, code in codes.items()}, out / "presets.safetensors")
    write_atomically(out / "presets.json", lambda p: p.write_text(json.dumps(table, indent=2) + "\n"))
    return path


def parser() -> argparse.ArgumentParser:
    main = argparse.ArgumentParser(prog="python -m mmfs_training export", description=__doc__.split("\n\n")[0])
    main.add_argument("run", type=Path)
    main.add_argument("--out", type=Path, required=True)
    main.add_argument(
        "--phase", default="base", choices=["encoder", "base", "towers", "mapper", "teach"],
        help="encoder: to measure phase 1; towers: the small ones alone; mapper: with what prompts and references need",
    )  # fmt: skip
    main.add_argument("--config", type=Path, help="take the presets from this file instead of the run's configuration")
    return main


@command
def main(arguments: list[str] | None) -> None:
    args = parser().parse_args(arguments)
    path = export(args.run, args.out, read_config(args.config) if args.config else None, args.phase)
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
