"""Figures of prompts: is what they make of the style that they name?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from ..common.errors import TrainingError
from ..data.pictures import Pictures, nchw, scaled
from ..losses.terms import direction_loss
from ..models.model_folder import Model, results_by_code
from ..networks.generator import Generator
from ..towers.interface import Towers
from ..words.prompts import Prompt
from .art_set import ArtSet, Extractor
from .hit_rates import Judged, confusion, hit_rates
from .metrics import gradient_correlation, mean_cosine_distance
from .style_judge import StyleJudge

SOURCE = "photo"


def check_mapper(generator: Generator, towers: Towers) -> None:
    """Raises `TrainingError` MAPPER_MISSING, TOWERS_WIDTH."""
    if not generator.config.clip_mapper:
        raise TrainingError(
            "MAPPER_MISSING",
            "The model has no mapper, so no prompt or reference can be tried: export it with --phase mapper.",
        )
    if towers.width != generator.config.style_dim:
        raise TrainingError(
            "TOWERS_WIDTH",
            f"The towers' embeddings have {towers.width} numbers and the mapper takes {generator.config.style_dim}: "
            "give the towers that it was trained with.",
        )


@torch.no_grad()
def embed_pictures(towers: Towers, pictures: Sequence[Pictures]) -> Tensor:
    """RGB bytes [S, S, 3] each to embeddings [N, E], L2-normalised."""
    return towers.embed_images(nchw(scaled(np.stack(pictures))))


def direction_agreement(towers: Towers, made: Sequence[Pictures], before: Tensor, direction: Tensor) -> float:
    """Mean cosine between (result - photo) and a direction [E] in the towers' space; before: photos' embeddings [N, E].

    In [-1, 1]; the directional CLIP loss of StyleGAN-NADA (Gal et al. 2021, arXiv 2108.00946) is 1 less it.
    """
    return 1 - float(direction_loss(embed_pictures(towers, made), before, direction))


def structure_kept(photos: Sequence[Pictures], made: Sequence[Pictures]) -> float:
    """Mean correlation of gradients of photos and results, pair by pair."""
    return float(np.mean([gradient_correlation(a, b) for a, b in zip(photos, made, strict=True)]))


def judge_all(judge: StyleJudge, styles: Sequence[str], made: Sequence[Sequence[Pictures]]) -> list[Judged]:
    """styles: what each group of results should be of."""
    groups = tqdm(list(zip(styles, made, strict=True)), desc="judge", leave=False)
    return [Judged(style, [judge(picture) for picture in group]) for style, group in groups]


def preset_hits(model: Model, photos: Sequence[Pictures], judge: StyleJudge) -> dict[str, Any]:
    """What the judge says of the presets that are of its styles: prompts cannot be expected to do better.

    Empty where there are none.
    """
    known = [preset for preset in model.presets if preset.style in judge.styles]
    if not known:
        return {}
    made = results_by_code(model.generator, photos, [preset.code for preset in known])
    judged = judge_all(judge, [preset.style or "" for preset in known], made)
    return {
        **hit_rates(judged),
        "confusion": confusion(judged, judge.styles),
        "each": {
            preset.name: {"style": each.style, "hitRate": each.hit_rate, "majority": each.majority}
            for preset, each in zip(known, judged, strict=True)
        },
    }


def feature_figures(
    made: Sequence[Sequence[Pictures]], photos: Sequence[Pictures], extract: Extractor, art: ArtSet | None
) -> dict[str, Any]:
    """Distance of all results to art, with the photos' own; and diversity, the mean cosine distance of features.

    diversity.codes: of one face under all codes, diversity.faces: of the faces under one code; null for one of them.
    """
    features = np.stack([
        np.stack([extract(picture) for picture in group]) for group in tqdm(made, desc="features", leave=False)
    ])  # fmt: skip

    def mean(groups: NDArray[np.float32]) -> float | None:
        return float(np.mean([mean_cosine_distance(group) for group in groups])) if len(groups[0]) > 1 else None

    figures: dict[str, Any] = {"diversity": {"codes": mean(features.swapaxes(0, 1)), "faces": mean(features)}}
    if art is None:
        return figures
    return {
        **figures,
        **art.distance(features.reshape(-1, features.shape[-1])),
        "photos": art.distance(np.stack([extract(photo) for photo in photos])) if len(photos) > 1 else None,
        "artHalves": art.halves(),
        "art": len(art.works),
    }


def prompt_figures(
    model: Model,
    towers: Towers,
    prompts: Sequence[Prompt],
    photos: Sequence[Pictures],
    judge: StyleJudge,
    extract: Extractor | None = None,
    art: ArtSet | None = None,
) -> dict[str, Any]:
    """Every prompt through text tower and mapper on every photo.

    hitRate counts a prompt by the share of its faces that the judge puts right, majority by whether the right style is
    seen most; over all prompts, and apart for those that captions in training may have held (seen) and the others
    (heldOut). direction: agreement with (prompt - "photo"). Of `extract` and `art` what `feature_figures` says.

    Raises `TrainingError` MAPPER_MISSING, TOWERS_WIDTH, and PROMPT_IS_SOURCE for a prompt that embeds as "photo" does.
    """
    check_mapper(model.generator, towers)
    with torch.no_grad():
        embeddings = towers.embed_texts([prompt.prompt for prompt in prompts])
        directions = embeddings - towers.embed_texts([SOURCE])
        codes = model.generator.map_embedding(embeddings)
    for prompt, direction in zip(prompts, directions, strict=True):
        if direction.norm() < 1e-6:
            raise TrainingError(
                "PROMPT_IS_SOURCE", f"The prompt {prompt.prompt!r} says no more than {SOURCE!r} to the towers: drop it."
            )
    made = results_by_code(model.generator, photos, list(codes))
    judged = judge_all(judge, [prompt.style for prompt in prompts], made)
    before = embed_pictures(towers, photos)
    each = [
        {
            "style": prompt.style,
            "prompt": prompt.prompt,
            "seen": prompt.seen,
            "hitRate": verdict.hit_rate,
            "majority": verdict.majority,
            "direction": direction_agreement(towers, group, before, direction),
            "structure": structure_kept(photos, group),
        }
        for prompt, verdict, group, direction in zip(prompts, judged, made, directions, strict=True)
    ]
    figures = {
        "faces": len(photos),
        **hit_rates(judged),
        "direction": float(np.mean([row["direction"] for row in each])),
        "structure": float(np.mean([row["structure"] for row in each])),
    }
    for name, seen in (("seen", True), ("heldOut", False)):
        part = [verdict for prompt, verdict in zip(prompts, judged, strict=True) if prompt.seen == seen]
        if part:
            figures[name] = hit_rates(part)
    if extract is not None:
        figures |= feature_figures(made, photos, extract, art)
    return {**figures, "confusion": confusion(judged, judge.styles), "each": each}
