"""Tunes the mapper to pairs of photo and art: another picture of a style, or words, should give the art of this photo.

    python -m mmfs_training tune-mapper MODEL --photos PHOTOS --art ART --out FOLDER

Phase 3 asks for pictures and codes that phase 2 knows; where phase 2 draws a style too pale, so does the mapper. Here
the art itself is asked for, and words go through the text tower as it ships. MODEL is a folder that `export` wrote,
with small towers; FOLDER, which may be the same, gets mmfs-mini.safetensors. Only `clip_mapper` is changed.
"""

from __future__ import annotations

import argparse
import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import trange

from ..common.errors import TrainingError, command
from ..common.threads import SharedCores
from ..data.face_weights import face_weights
from ..data.folders import ArtFolder, PhotoFolder
from ..data.known_art import KnownArt
from ..data.pictures import mirrored, nchw, read_square, scaled
from ..losses.terms import redrawing_loss
from ..networks import fast
from ..networks.generator import Generator, draw_noises
from ..runs.ahead import Ahead
from ..runs.phase import move_average
from ..towers.small_towers import SmallTowers
from .mapper_fit import caption_of, measured_colors
from .model_folder import WEIGHTS, read_model, replace_part

RATE = 2e-4
WARM_UP = 20
AVERAGE = 0.98
EYES, MOUTH = 8.0, 3.0


@dataclass(frozen=True)
class TuneBatch:
    """photos, targets, shown: [N, 3, S, S]. captions: the words that take the place of `shown`, or None."""

    photos: Tensor
    targets: Tensor
    shown: Tensor
    captions: list[str | None]


def make_batch(known: KnownArt, size: int, count: int, captions: float, seed: int, step: int) -> TuneBatch:
    rng = np.random.default_rng((seed, step))
    photos, targets, shown = [], [], []
    said: list[str | None] = []
    for i in rng.integers(len(known.works), size=count):
        work, mirror = known.works[i], bool(rng.random() < 0.5)
        other = known.another(work, rng.random())
        photos.append(scaled(mirrored(read_square(known.photos[i], size), mirror)))
        targets.append(scaled(mirrored(read_square(work.path, size), mirror)))
        shown.append(scaled(read_square(other.path, size)))
        said.append(caption_of(work, measured_colors(work), rng) if rng.random() < captions else None)
    return TuneBatch(nchw(np.stack(photos)), nchw(np.stack(targets)), nchw(np.stack(shown)), said)


@torch.no_grad()
def embed(towers: SmallTowers, batch: TuneBatch) -> Tensor:
    embedding = towers.embed_images(batch.shown)
    for row, caption in enumerate(batch.captions):
        if caption is not None:
            embedding[row] = towers.embed_texts([caption])[0]
    return embedding


def tune(
    generator: Generator, towers: SmallTowers, known: KnownArt, size: int, steps: int, count: int, captions: float,
    rate: float = RATE, seed: int = 0,
) -> tuple[float, float]:  # fmt: skip
    """Changes the mapper; returns the loss on the first and on the last tenth of the steps."""
    mapper = generator.clip_mapper.requires_grad_(True)
    average = copy.deepcopy(mapper).requires_grad_(False)
    optimizer = torch.optim.Adam(mapper.parameters(), rate, betas=(0.9, 0.99))
    weight = torch.from_numpy(face_weights(size, EYES, MOUTH))[None, None]
    cores, losses = SharedCores(torch.get_num_threads()), []
    ahead = Ahead(lambda step: make_batch(known, size, count, captions, seed, step))
    try:
        for step in (bar := trange(steps, desc="mapper", leave=False, disable=None)):
            torch.set_num_threads(cores.choose())
            batch = ahead.get(step)
            for group in optimizer.param_groups:
                group["lr"] = rate * min(1.0, (step + 1) / WARM_UP) * (1 - step / steps)
            with torch.no_grad():
                features = fast.encode(generator, batch.photos)
            noises = draw_noises(size, torch.Generator().manual_seed(seed + step), count)
            made = fast.decode(generator, features, generator.map_embedding(embed(towers, batch)), noises).float()
            loss = redrawing_loss(made, batch.targets, weight)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            move_average(average, mapper, AVERAGE, step)
            losses.append(loss.item())
            bar.set_postfix(loss=f"{np.mean(losses[-20:]):.4f}")
    finally:
        ahead.close()
    mapper.load_state_dict(average.state_dict())
    mapper.requires_grad_(False)
    tenth = max(1, steps // 10)
    return float(np.mean(losses[:tenth])), float(np.mean(losses[-tenth:]))


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mmfs_training tune-mapper", description=__doc__.split("\n\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--art", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help=f"folder for {WEIGHTS}")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--captions", type=float, default=0.5, help="share of words in place of pictures (default 0.5)")
    parser.add_argument("--rate", type=float, default=RATE, help=f"learning rate (default {RATE:g})")
    options = parser.parse_args(arguments)
    model = read_model(options.model)
    if not model.generator.config.clip_mapper:
        raise TrainingError("MAPPER_MISSING", f"{options.model} has no mapper: export the run's phase mapper.")
    towers = SmallTowers.load(options.model)
    known = KnownArt(ArtFolder(options.art), PhotoFolder(options.photos, 0, 0))
    before, after = tune(model.generator, towers, known, model.size, options.steps, options.batch, options.captions)
    path = replace_part(options.model, options.out, "clip_mapper", model.generator.clip_mapper)
    print(f"{path}: loss {before:.4f} -> {after:.4f}")
