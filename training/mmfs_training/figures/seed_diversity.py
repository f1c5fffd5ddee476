"""How much the styles of random z differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor

from ..common.evenly_spread import evenly_spread
from ..data.pictures import Pictures
from ..models.model_folder import Model, results
from ..networks.generator import repeat_w
from .art_set import Extractor
from .metrics import mean_cosine_distance

SEEDS = 12
SEED_FACES = 4


def diversity(model: Model, photos: Sequence[Pictures], extract: Extractor) -> dict[str, float]:
    """Mean cosine distance of the features: of a face under `SEEDS` random z, and of the faces under one z.

    Averaged over `SEED_FACES` faces and z. photos: at least 2.
    """
    with torch.no_grad():
        codes = repeat_w(model.generator.map_z(random_z(model)))

    def mean(groups: Iterable[Iterable[tuple[Pictures, Tensor]]]) -> float:
        distances = []
        for group in groups:
            rows = [extract(made) for photo, code in group for made in results(model.generator, photo, [code])]
            distances.append(mean_cosine_distance(np.stack(rows)))
        return float(np.mean(distances))

    return {
        "seeds": mean([(photo, code) for code in codes] for photo in evenly_spread(photos, SEED_FACES)),
        "faces": mean([(photo, code) for photo in photos] for code in codes[:SEED_FACES]),
    }


def random_z(model: Model) -> Tensor:
    return torch.randn(SEEDS, model.generator.config.style_dim, generator=torch.Generator().manual_seed(0))
