"""Fits the w+ of each preset to the pairs of its style; the network stays as it is.

    python -m mmfs_training fit-presets MODEL --photos PHOTOS --art ART --out FOLDER

`export` gives a preset the mean w of its style, which the mapping network reaches only so well where it holds
thousands of styles. MODEL is a folder that `export` wrote; FOLDER, which may be the same, gets presets.safetensors with
the fitted codes, a row for each layer of its own. Presets without a style, and the photo's code, are kept.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor
from tqdm import tqdm

from ..common.errors import TrainingError, command
from ..common.threads import SharedCores
from ..data.face_weights import face_weights
from ..data.folders import ArtFolder, Pairs, PhotoFolder
from ..data.pictures import mirrored, nchw, read_square, scaled
from ..losses.terms import redrawing_loss
from ..networks import fast
from ..networks.checkpoint import save_safetensors
from ..networks.generator import Generator, draw_noises
from ..runs.ahead import Ahead
from .model_folder import read_model

BATCH = 4
RATE = 0.02
EYES, MOUTH = 8.0, 3.0


def fit_code(
    generator: Generator, code: Tensor, pairs: Sequence[tuple[Path, Path]], size: int, steps: int, seed: int
) -> tuple[Tensor, float, float]:
    """The fitted code [10, D], and the loss on the first and on the last tenth of the steps.

    The learning rate falls to zero, and the code that comes out is the mean of the last quarter's.
    """
    learnt = code.clone().requires_grad_()
    optimizer = torch.optim.Adam([learnt], RATE, betas=(0.9, 0.99))
    weight = torch.from_numpy(face_weights(size, EYES, MOUTH))[None, None]
    cores = SharedCores(torch.get_num_threads())
    mean, losses = torch.zeros_like(code), []
    last = steps - steps // 4

    def batch(step: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng((seed, step))
        chosen = [pairs[i] for i in rng.integers(len(pairs), size=BATCH)]
        mirrors = rng.random(BATCH) < 0.5
        photos, targets = (
            nchw(
                np.stack(
                    [scaled(mirrored(read_square(p[n], size), bool(m))) for p, m in zip(chosen, mirrors, strict=True)]
                )
            )
            for n in (0, 1)
        )
        return photos, targets

    ahead = Ahead(batch)
    try:
        for step in range(steps):
            torch.set_num_threads(cores.choose())
            photos, targets = ahead.get(step)
            for group in optimizer.param_groups:
                group["lr"] = RATE * (1 - step / steps)
            with torch.no_grad():
                features = fast.encode(generator, photos)
            noises = draw_noises(size, torch.Generator().manual_seed(seed + step), BATCH)
            made = fast.decode(generator, features, learnt.expand(BATCH, -1, -1), noises).float()
            loss = redrawing_loss(made, targets, weight)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses.append(loss.item())
            if step >= last:
                mean += learnt.detach() / (steps - last)
    finally:
        ahead.close()
    tenth = max(1, steps // 10)
    return mean, float(np.mean(losses[:tenth])), float(np.mean(losses[-tenth:]))


def fit_presets(model: Path, photos: PhotoFolder, art: ArtFolder, out: Path, steps: int, seed: int = 0) -> None:
    """Writes `out`/presets.safetensors, and says what became of each preset's loss."""
    read = read_model(model)
    generator = read.generator.requires_grad_(False)
    pairs = Pairs(photos, art, every_style=False)
    by_style = dict(zip(pairs.styles, pairs.by_style, strict=True))
    named = [preset for preset in read.presets if preset.style is not None]
    missing = sorted({preset.style for preset in named if preset.style} - set(by_style))
    if missing:
        raise TrainingError(
            "PAIRS_MISSING", f"{art.folder} has no art of {', '.join(missing)} with its photo: give some."
        )
    codes = load_file(model / "presets.safetensors")
    for preset in tqdm(named, desc="presets", leave=False, disable=None):
        assert preset.style is not None
        found = by_style[preset.style]
        codes[preset.name], before, after = fit_code(generator, preset.code, found, read.size, steps, seed)
        print(f"{preset.name}: {before:.4f} -> {after:.4f}", flush=True)
    save_safetensors(codes, out / "presets.safetensors")


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mmfs_training fit-presets", description=__doc__.split("\n\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--art", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for presets.safetensors")
    parser.add_argument("--steps", type=int, default=300, help=f"for each preset, of {BATCH} pairs (default 300)")
    options = parser.parse_args(arguments)
    photos = PhotoFolder(options.photos, 0, 0)
    fit_presets(options.model, photos, ArtFolder(options.art), options.out, options.steps)
