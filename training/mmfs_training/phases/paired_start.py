"""Where the styles of known pairs lie in z space, and the mapping's fit to their first codes."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from ..common.config import PHOTO, PairedConfig, RunConfig
from ..common.errors import TrainingError
from ..data.folders import Pairs
from ..networks.checkpoint import load_codes
from ..networks.generator import Generator, ModulatedConv2d
from ..runs.checkpoints import read_checkpoint
from ..styles.cells import fit_mapping
from ..styles.coordinates import describe_styles, free_directions, whitened
from ..styles.style_space import StyleSpace


def find_coordinates(started: Path, pairs: Pairs, styles: list[str], count: int) -> Tensor:
    """The coordinates [styles, count] of the checkpoint of phase 2, or new ones."""
    if started.exists():
        kept: Tensor | None = read_checkpoint(started, "base")["mmfs"]["extra"].get("coordinates")
        if kept is None or kept.shape != (len(styles), count):
            raise TrainingError(
                "CHECKPOINT_STYLES",
                f"{started} was not trained on {len(styles)} styles with {count} coordinates: change the "
                "configuration or the run.",
            )
        return kept
    try:
        return whitened(describe_styles(pairs.by_style), count)
    except ValueError as error:
        raise TrainingError("TOO_FEW_STYLES", f"base.paired.coordinates is {count}: {error}.") from error


def codes_of_presets(
    config: RunConfig, path: Path, styles: list[str], some: bool, photo_w: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Which styles [K] have a code in a presets.safetensors, these codes [K, D], and the photo code [D].

    some: whether it is enough that some have."""
    presets = load_codes(path)
    names = {preset.cell: preset.name for preset in config.presets}
    found = {i: presets.get(names.get(style, style)) for i, style in enumerate(styles)}
    missing = [styles[i] for i, code in found.items() if code is None]
    if missing and (not some or len(missing) == len(styles)):
        raise TrainingError("CODES_MISSING", f"{path} has no code for the style {', '.join(missing)}.")
    known = {i: code for i, code in found.items() if code is not None}
    return torch.tensor(list(known)), torch.stack(list(known.values())), presets.get(PHOTO, photo_w)


def start_styles(
    generator: Generator,
    config: RunConfig,
    paired: PairedConfig,
    styles: list[str],
    space: StyleSpace,
    photo_w: Tensor,
    coordinates: Tensor | None,
) -> Tensor:
    """Fits the mapping to the first codes of the styles; returns the photo code that belongs to them.

    With coordinates a style that has no code starts between those that lie nearest, and w also holds the coordinates
    themselves, along directions that the decoder does not listen to yet: the mapping learns a hundred times more
    slowly than the decoder, and what it left out would stay out.
    """
    seed = config.seed
    chosen = torch.arange(len(styles))
    if paired.start_from:
        path = Path(paired.start_from)
        chosen, codes, photo_w = codes_of_presets(config, path, styles, coordinates is not None, photo_w)
    elif coordinates is not None:
        return photo_w  # as good a place for a style as any other, and similar styles lie together in it
    else:
        with torch.no_grad():
            codes = generator.map_z(torch.cat([space.draw(i, 1, seed + i) for i in range(len(styles))]))

    def wanted(z: Tensor) -> Tensor:
        w = space.shares(z, chosen) @ codes
        return w if free is None else w + spread * (z @ space.directions.t()) @ free

    free, spread = None, 0.0
    if coordinates is not None:
        count = coordinates.shape[1]
        free = free_directions(torch.cat([codes, photo_w[None]]), count, seed)
        spread = ((codes - codes.mean(0)).square().sum(1).mean() / count).sqrt().item()
        with torch.no_grad():
            for layer in generator.modules():
                if isinstance(layer, ModulatedConv2d):
                    weight = layer.modulation.weight
                    weight.sub_((weight @ free.t()) @ free)
    fit_mapping(generator.mapping_z, space.directions, wanted, seed, paired.fit_steps)
    return photo_w
