"""What the towers see in pictures of styles, as the mapper of a run is shown it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .data import nchw, read_square, scaled
from .evenly_spread import evenly_spread
from .small_towers import SmallTowers

AT_ONCE = 64
SEEN_AT_ONCE = (1, 4, 24)


@torch.no_grad()
def embed_files(towers: SmallTowers, paths: Sequence[Path]) -> Tensor:
    """Embeddings [paths, E] of the middle squares of pictures."""
    parts = []
    for start in range(0, len(paths), AT_ONCE):
        squares = np.stack([read_square(path, 2 * towers.side) for path in paths[start : start + AT_ONCE]])
        parts.append(towers.embed_images(nchw(scaled(squares))))
    return torch.cat(parts)


class StyleEmbeddings:
    """Embeddings of at most `most` pictures of each style."""

    def __init__(self, towers: SmallTowers, by_style: Sequence[Sequence[Path]], most: int = 24) -> None:
        chosen = [evenly_spread(paths, most) for paths in by_style]
        every = embed_files(towers, [path for paths in chosen for path in paths])
        self.of_style = list(torch.split(every, [len(paths) for paths in chosen]))

    def draw(self, style: int, rng: np.random.Generator) -> Tensor:
        """One picture's embedding [E], or the mean of some, as a text's is that of the styles it names."""
        known = self.of_style[style]
        count = int(rng.choice(SEEN_AT_ONCE))
        picked = rng.choice(len(known), min(count, len(known)), replace=False)
        return F.normalize(known[torch.from_numpy(picked)].mean(0), dim=0)
