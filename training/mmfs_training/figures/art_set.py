"""Art as features of a fixed network, and how far from it a set of pictures is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..common.errors import TrainingError
from ..data.folders import ArtFolder, Artwork
from ..data.pictures import Pictures, read_square
from .metrics import fit_gaussian, frechet_distance, kid

Extractor = Callable[[Pictures], NDArray[np.float32]]
Features = NDArray[np.float32]


class ArtSet:
    """Art as features, and how far from it a set of pictures is."""

    def __init__(self, works: Sequence[Artwork], features: Features, name: str) -> None:
        """features [N, C], a row a work."""
        self.works = works
        self.features = features
        self.name = name
        self.gaussian = fit_gaussian(features)

    def distance(self, features: Features) -> dict[str, float]:
        return {
            "kid": kid(features, self.features),
            "frechet": frechet_distance(self.gaussian, fit_gaussian(features)),
        }

    def halves(self) -> dict[str, float]:
        """The distance between two random halves that share no photograph, if it is known what they were made from."""
        origins = [work.photo or str(work.path) for work in self.works]
        known = sorted(set(origins))
        first = {known[i] for i in np.random.default_rng(0).permutation(len(known))[: len(known) // 2]}
        inside = np.array([origin in first for origin in origins])
        if min(inside.sum(), (~inside).sum()) < 2:
            raise TrainingError("ART_TOO_FEW", f"{self.name} has too few pictures for two halves: give more.")
        a, b = self.features[inside], self.features[~inside]
        return {"kid": kid(a, b), "frechet": frechet_distance(fit_gaussian(a), fit_gaussian(b))}


def read_art(art: ArtFolder, styles: Iterable[str | None], size: int, extract: Extractor) -> dict[str | None, ArtSet]:
    """The art of each style, and all of it under None.

    Raises `TrainingError` STYLE_UNKNOWN for a style that there is no art of, ART_TOO_FEW.
    """
    folder = art.folder
    unknown = sorted({style for style in styles if style is not None} - set(art.styles))
    if unknown:
        raise TrainingError("STYLE_UNKNOWN", f"{folder} has no style {', '.join(unknown)}, which presets.json names.")
    works = tqdm(art.works, desc="art", leave=False)
    features = np.stack([extract(read_square(work.path, size)) for work in works])
    sets = {}
    for style in {None: None, **dict.fromkeys(styles)}:
        chosen = [i for i, work in enumerate(art.works) if style in (None, work.style)]
        name = f"{folder}" if style is None else f"{folder}, style {style},"
        if len(chosen) < 4:
            raise TrainingError("ART_TOO_FEW", f"{name} has {len(chosen)} pictures: at least 4 are needed.")
        sets[style] = ArtSet([art.works[i] for i in chosen], features[chosen], name)
    return sets
