"""What the towers see in pictures of styles, as the mapper of a run is shown it.

Some styles look so much alike at the towers' size that words for them would come to lie in one place (watercolour and
gouache, a comic and a cartoon). So a style with a name has an anchor too: the mean of its pictures, leant into a
direction that is its own. Words are fitted to anchors (`text_fit.py`), pictures are left where they are, and the mapper
learns both.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..common.evenly_spread import evenly_spread
from ..data.pictures import nchw, read_square, scaled
from .small_towers import SmallTowers

AT_ONCE = 64
SEEN_AT_ONCE = (1, 4, 24)
LEAN = 0.6
ANCHORED = 0.35


def anchor(center: Tensor, style: str) -> Tensor:
    """Where words for a style lie [E], L2-normalised. center: the mean embedding [E] of its pictures, L2-normalised."""
    rng = torch.Generator().manual_seed(zlib.crc32(style.encode()))
    own = F.normalize(torch.randn(len(center), generator=rng), dim=0).to(center)
    return F.normalize(center + LEAN * own, dim=0)


@torch.no_grad()
def embed_files(towers: SmallTowers, paths: Sequence[Path]) -> Tensor:
    """Embeddings [paths, E] of the middle squares of pictures."""
    parts = []
    for start in range(0, len(paths), AT_ONCE):
        squares = np.stack([read_square(path, 2 * towers.side) for path in paths[start : start + AT_ONCE]])
        parts.append(towers.embed_images(nchw(scaled(squares))))
    return torch.cat(parts)


class StyleEmbeddings:
    """Embeddings of at most `most` pictures of each style, and anchors of those that have names."""

    def __init__(
        self, towers: SmallTowers, by_style: Sequence[Sequence[Path]], names: Sequence[str] = (), most: int = 24
    ) -> None:
        chosen = [evenly_spread(paths, most) for paths in by_style]
        every = embed_files(towers, [path for paths in chosen for path in paths])
        self.of_style = list(torch.split(every, [len(paths) for paths in chosen]))
        centers = [F.normalize(known.mean(0), dim=0) for known in self.of_style[: len(names)]]
        self.anchors = [anchor(center, name) for center, name in zip(centers, names, strict=True)]

    def draw(self, style: int, rng: np.random.Generator) -> Tensor:
        """One picture's embedding [E], the mean of some, or the anchor."""
        if self.anchors and rng.random() < ANCHORED:
            return self.anchors[style]
        known = self.of_style[style]
        count = int(rng.choice(SEEN_AT_ONCE))
        picked = rng.choice(len(known), min(count, len(known)), replace=False)
        return F.normalize(known[torch.from_numpy(picked)].mean(0), dim=0)
