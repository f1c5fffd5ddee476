"""Fits the text tower of small towers to the pictures, whose tower stays as it is: words get the mean embedding of the
pictures that they are said of, and those means are the tower's memory (`StaticText.recall`).

    python -m mmfs_training fit-text TOWERS --static FOLDER --art DIR --out FOLDER

The contrast of phase `towers` only puts the right pictures first; a mapper needs texts where pictures are. TOWERS is
a folder that `export --phase towers` wrote, FOLDER one of `static_text.py`. Minutes on one core, as pictures are looked
at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from ..common.errors import command
from ..common.evenly_spread import evenly_spread
from ..common.files import write_atomically
from ..data.folders import ArtFolder, Artwork
from ..towers.small_towers import TOKENIZER, SmallTowers, StaticText, Tokens
from ..towers.style_embeddings import anchor
from .mapper_fit import caption_of, embed_works, measured_colors

PER_STYLE = 24
BATCH = 512
SCALE = 15.0
SHARPNESS = 20.0
# people say more, less and other things than the captions' rules do
DROPPED = 0.15
STRANGERS = 2


def style_centers(towers: SmallTowers, by_style: Sequence[Sequence[Artwork]], size: int) -> Tensor:
    """The mean embedding [styles, E] of at most 24 pictures of each style, L2-normalised."""
    chosen = [evenly_spread(works, PER_STYLE) for works in by_style]
    embeddings = embed_works(towers, [work for works in chosen for work in works], size, torch.device("cpu"))
    styles = torch.tensor([i for i, works in enumerate(chosen) for _ in works])
    return F.normalize(torch.zeros(len(chosen), embeddings.shape[1]).index_add(0, styles, embeddings))


def wordings(by_style: Sequence[Sequence[Artwork]], count: int, seed: int) -> tuple[list[str], Tensor]:
    """About `count` captions, as many for each work, and the style of each [N]."""
    rng = np.random.default_rng(seed)
    total = sum(map(len, by_style))
    texts, styles = [], []
    for style, works in enumerate(by_style):
        said = max(1, round(count * len(works) / total))
        # the works of a style have one caption; an artist's have their own colours
        some = works if works[0].artist else works[:1]
        colors = [measured_colors(work) for work in some]
        for n in range(said):
            texts.append(caption_of(some[n % len(some)], colors[n % len(some)], rng))
            styles.append(style)
    return texts, torch.tensor(styles)


def fit_text(
    text: StaticText, ids: Tensor, styles: Tensor, centers: Tensor, steps: int, noise: float, seed: int
) -> float:
    """Changes `text` so that token ids [N, T] get the centers [S, E] of their styles [N]: cross-entropy over all
    centers and distance from the right one. noise: standard deviation added to the pooled tokens.

    A caption loses 15 % of its words, and up to two of the whole vocabulary come in, each for half of the captions.

    Returns the mean cosine to the right center at the end, of the captions as they are and before the memory."""
    rng = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(text.parameters(), 2e-3)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * (1 - step / steps)
        index = torch.randint(len(ids), (BATCH,), generator=rng)
        said = text.rows(ids[index])
        said = said * (torch.rand(said.shape[:2], generator=rng) >= DROPPED)[:, :, None]
        strangers = torch.randint(len(text.table), (BATCH, STRANGERS), generator=rng)
        come = torch.rand(strangers.shape, generator=rng) < 0.5
        x = F.normalize(said.sum(1) + (text.rows(strangers) * come[:, :, None]).sum(1)) - text.mean
        x = x + noise * torch.randn(x.shape, generator=rng)
        wanted = styles[index]
        cosines = text.embed(x) @ centers.t()
        near = cosines.gather(1, wanted[:, None]).mean()
        loss = F.cross_entropy(SCALE * cosines, wanted) + 2 * (1 - near)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    with torch.no_grad():
        parts = zip(torch.split(ids, BATCH), torch.split(styles, BATCH), strict=True)
        cosines = torch.cat([(text.embed(pool(text, i) - text.mean) * centers[s]).sum(1) for i, s in parts])
        return cosines.mean().item()


def pool(text: StaticText, ids: Tensor) -> Tensor:
    """Token ids [N, T] to the directions of the sums of their rows [N, K]."""
    return F.normalize(text.rows(ids).sum(1))


def fit(
    towers: SmallTowers,
    static: Path,
    art: ArtFolder,
    count: int,
    steps: int,
    noise: float,
    seed: int = 0,
    anchors: bool = False,
) -> float:
    """Gives the towers a new text tower over the table in `static`, fitted to about `count` captions, with the centers
    of the styles as its memory; returns the mean cosine of captions to those.

    anchors: styles that are not an artist's have their anchors (`style_embeddings.py`) in place of their centers."""
    tokens = Tokens(static / TOKENIZER)
    table = load_file(static / "static.safetensors")
    text = StaticText(
        table["text.table"], table["text.scale"], tokens.end, towers.width, towers.text.hidden.out_features
    )
    by_style: dict[str, list[Artwork]] = {}
    for work in art.works:
        by_style.setdefault(work.style, []).append(work)
    groups = list(by_style.values())
    centers = style_centers(towers, groups, towers.side)
    if anchors:
        centers = torch.stack([
            center if works[0].artist else anchor(center, works[0].style)
            for center, works in zip(centers, groups, strict=True)
        ])  # fmt: skip
    texts, styles = wordings(groups, count, seed)
    ids = tokens(texts)
    with torch.no_grad():
        text.mean.copy_(torch.cat([pool(text, part) for part in torch.split(ids, BATCH)]).mean(0))
    found = fit_text(text, ids, styles, centers, steps, noise, seed)
    text.remember(centers, SHARPNESS)
    towers.text, towers.tokenizer = text.eval(), tokens
    return found


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mmfs_training fit-text", description=__doc__.split("\n\n")[0])
    parser.add_argument("towers", type=Path)
    parser.add_argument("--static", type=Path, required=True, help="folder of static_text.py")
    parser.add_argument("--art", type=Path, required=True, help="folder with art.csv")
    parser.add_argument("--out", type=Path, required=True, help="folder for towers.safetensors and tokenizer.json")
    parser.add_argument("--wordings", type=int, default=120_000, help="captions to fit to, in all (default 120,000)")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--noise", type=float, default=0.03, help="added to the pooled tokens (default 0.03)")
    parser.add_argument("--anchors", action="store_true", help="for a mapper that `teach` trained with a gallery")
    options = parser.parse_args(arguments)
    towers = SmallTowers.load(options.towers)
    art, noise = ArtFolder(options.art), options.noise
    near = fit(towers, options.static, art, options.wordings, options.steps, noise, anchors=options.anchors)
    source = options.static / TOKENIZER
    write_atomically(options.out / TOKENIZER, lambda p: p.write_bytes(source.read_bytes()))
    print(f"{towers.save(options.out)}: mean cosine of captions to their pictures {near:.3f}")
