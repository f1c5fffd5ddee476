"""Brings the mapper of a taught model to the codes of its styles, and leaves the gallery's where they are.

    python -m mmfs_training refit-mapper MODEL --pairs PAIRS … --gallery GALLERY --out FOLDER

In `teach` the codes move on while the mapper learns; here they stay. What the mapper says of the gallery before is what
it has to say afterwards. MODEL is a folder that `export --phase teach` wrote, with towers; FOLDER, which may be the
same, gets mmfs-mini.safetensors. Only `clip_mapper` is changed; no picture is drawn.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..common.errors import TrainingError, command
from ..data.picture_pairs import PicturePairs, gallery_pictures
from ..towers.small_towers import SmallTowers
from ..towers.style_embeddings import StyleEmbeddings
from .mapper_fit import fit_mapper
from .model_folder import WEIGHTS, Model, read_model, replace_part

STEPS, BATCH, RATE = 1500, 96, 3e-4
DRAWS, GALLERY_DRAWS = 48, 3


def drawn(views: StyleEmbeddings, draws: int, seed: int) -> tuple[Tensor, Tensor]:
    """Embeddings [N, E] of styles, and the style of each [N]."""
    rng = np.random.default_rng(seed)
    styles = [style for style in range(len(views.of_style)) for _ in range(draws)]
    return torch.stack([views.draw(style, rng) for style in styles]), torch.tensor(styles)


def refit(model: Model, views: StyleEmbeddings, gallery: StyleEmbeddings | None, steps: int, seed: int = 0) -> float:
    """Changes the mapper; returns the error that is left, relative to the codes' variance. views: of the model's
    presets, in their order."""
    embeddings, styles = drawn(views, DRAWS, seed)
    codes = torch.stack([preset.code for preset in model.presets])[styles]
    sources = [(embeddings, codes)]
    mapper = model.generator.clip_mapper
    if gallery is not None:
        seen = drawn(gallery, GALLERY_DRAWS, seed)[0]
        with torch.no_grad():
            sources.append((seen, torch.cat([mapper(part) for part in torch.split(seen, 256)])))
    mapper.requires_grad_(True)
    error = fit_mapper(mapper, list(mapper.parameters()), sources, RATE, steps, BATCH, seed)
    mapper.requires_grad_(False)
    return error


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mmfs_training refit-mapper", description=__doc__.split("\n\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--pairs", type=Path, nargs="+", required=True, help="folders of pairs that it was taught")
    parser.add_argument("--gallery", type=Path, help="folder of gallery_pairs.py")
    parser.add_argument("--out", type=Path, required=True, help=f"folder for {WEIGHTS}")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"default {STEPS}")
    options = parser.parse_args(arguments)
    model, towers = read_model(options.model), SmallTowers.load(options.model)
    if not model.generator.config.clip_mapper:
        raise TrainingError("MAPPER_MISSING", f"{options.model} has no mapper: teach it with a gallery.")
    pairs = PicturePairs(options.pairs, 0)
    arts = {
        style: [pair.art for pair in known if pair.art]
        for style, known in zip(pairs.styles, pairs.by_style, strict=True)
    }
    missing = [preset.name for preset in model.presets if preset.style not in arts]
    if missing:
        raise TrainingError("PAIRS_MISSING", f"There are no pairs of {', '.join(missing)}: name their folder as well.")
    names = [preset.style or "" for preset in model.presets]
    views = StyleEmbeddings(towers, [arts[name] for name in names], names)
    gallery = None
    if options.gallery:
        works = PicturePairs([options.gallery], 0)
        gallery = StyleEmbeddings(towers, gallery_pictures(options.gallery, works))
    error = refit(model, views, gallery, options.steps)
    path = replace_part(options.model, options.out, "clip_mapper", model.generator.clip_mapper)
    print(f"{path}: {error:.3f} of the codes' variance is left")
