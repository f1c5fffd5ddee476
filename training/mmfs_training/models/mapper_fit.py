"""The mapper's start: fitted to the codes of the art's styles, before any picture is made with them.

A regression needs no decoder, so that a second of it shows the mapper a hundred times as many pictures and captions as
a second of phase 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from ..data.folders import Artwork
from ..data.pictures import nchw, read_square, scaled
from ..networks.generator import repeat_w
from ..towers.interface import Towers
from ..words.captions import vary
from ..words.color_words import color_words

AT_ONCE = 64
WORDINGS = 4
PER_STYLE = 100


@torch.no_grad()
def embed_works(towers: Towers, works: Sequence[Artwork], size: int, device: torch.device) -> Tensor:
    """Embeddings [works, E] of pictures, which are read at `size` pixels."""
    parts = []
    for start in range(0, len(works), AT_ONCE):
        squares = np.stack([read_square(work.path, size) for work in works[start : start + AT_ONCE]])
        parts.append(towers.embed_images(nchw(scaled(squares)).to(device)))
    return torch.cat(parts)


def measured_colors(work: Artwork) -> list[str] | None:
    """The colours of an artist's work. A style's own caption knows them better than a measurement does."""
    return color_words(read_square(work.path, 64)) if work.artist else None


def caption_of(work: Artwork, colors: list[str] | None, rng: np.random.Generator) -> str:
    """One of many wordings for a work (`captions.py`)."""
    return vary(work.caption, rng, colors, work.artist, work.movement)


@torch.no_grad()
def embed_captions(towers: Towers, works: Sequence[Artwork], wordings: int, seed: int, device: torch.device) -> Tensor:
    """Embeddings [works · wordings, E] of so many captions of each of the works, one work after the other."""
    rng = np.random.default_rng(seed)
    texts = []
    for work in works:
        colors = measured_colors(work)
        texts += [caption_of(work, colors, rng) for _ in range(wordings)]
    parts = [texts[i : i + AT_ONCE] for i in range(0, len(texts), AT_ONCE)]
    return torch.cat([towers.embed_texts(part).to(device) for part in parts])


def fit_mapper(
    map_embedding: nn.Module | Callable[[Tensor], Tensor],
    parameters: Sequence[nn.Parameter],
    sources: Sequence[tuple[Tensor, Tensor]],
    rate: float,
    steps: int,
    batch: int,
    seed: int,
) -> float:
    """Changes `parameters` so that embeddings [N, E] give the w+ [N, 10, D] that goes with them, or one with every row
    equal to a w [N, D]. sources: pairs of embeddings and codes; a batch takes as many of each. Adam; `rate` falls as a
    cosine.

    Returns the squared error of the last tenth of the steps, relative to the variance of the codes.
    """
    rng = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(parameters, rate, betas=(0.9, 0.99))
    variance = torch.cat([codes for _, codes in sources]).var(0).mean()
    errors = []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * step / steps))
        picked = [torch.randint(len(codes), (max(1, batch // len(sources)),), generator=rng) for _, codes in sources]
        embeddings = torch.cat([e[i.to(e.device)] for (e, _), i in zip(sources, picked, strict=True)])
        codes = torch.cat([c[i.to(c.device)] for (_, c), i in zip(sources, picked, strict=True)])
        wanted = repeat_w(codes) if codes.ndim == 2 else codes
        error = (map_embedding(embeddings) - wanted).square().mean() / variance
        optimizer.zero_grad(set_to_none=True)
        error.backward()
        optimizer.step()
        if step >= 0.9 * steps:
            errors.append(error.item())
    return float(np.mean(errors))
