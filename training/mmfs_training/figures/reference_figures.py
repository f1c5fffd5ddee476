"""Figures of reference pictures: is what they make nearest in style to the reference that it was made after?"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from ..common.errors import TrainingError
from ..data.pictures import SUFFIXES, Pictures, read_square
from ..models.model_folder import Model, results_by_code
from ..networks.checkpoint import encoder_digest
from ..networks.generator import STYLE_TOKENS, Generator
from ..styles.style_pack import DECODER
from ..towers.interface import Towers
from .prompt_figures import check_mapper, direction_agreement, embed_pictures, structure_kept
from .style_distance import style_distances, style_of


@dataclass(frozen=True)
class Reference:
    """name: the file's without its suffix. picture: RGB bytes [S, S, 3]."""

    name: str
    picture: Pictures


@dataclass(frozen=True)
class Stylised:
    """A reference's w+ [10, D] and the results of all photos with it."""

    code: Tensor
    made: list[Pictures]


def read_references(folder: Path, size: int) -> list[Reference]:
    """The pictures of a folder by name, their middle squares at `size` pixels.

    Raises `TrainingError` REFERENCES_MISSING for fewer than two, REFERENCES_ALIKE where two have one name,
    PICTURE_UNREADABLE.
    """
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES) if folder.is_dir() else []
    if len(paths) < 2:
        raise TrainingError(
            "REFERENCES_MISSING", f"{folder} has {len(paths)} pictures: give a folder with at least two references."
        )
    if len({path.stem for path in paths}) < len(paths):
        raise TrainingError("REFERENCES_ALIKE", f"Two pictures in {folder} have one name: rename one of them.")
    return [Reference(path.stem, read_square(path, size)) for path in paths]


def read_pack(path: Path, generator: Generator) -> tuple[Generator, Tensor]:
    """The generator with a pack's decoder in place of its own, and the pack's w+ [10, D].

    Raises `TrainingError` PACK_MISSING, PACK_INVALID, and PACK_OTHER where it was tuned from another model.
    """
    if not path.is_file():
        raise TrainingError("PACK_MISSING", f"There is no {path}: tune a pack of that name to the reference.")
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors: dict[str, Tensor] = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 no mapping
        code = tensors["code"].float()
        decoder = {key: tensors[key].float() for key, _ in generator.named_parameters() if key.startswith(DECODER)}
        if code.shape != (STYLE_TOKENS, generator.config.style_dim):
            raise ValueError(f"its code is {list(code.shape)}")
        tuned = copy.deepcopy(generator)
        tuned.load_state_dict(decoder, strict=False)
    except (OSError, KeyError, ValueError, RuntimeError, SafetensorError) as error:
        raise TrainingError("PACK_INVALID", f"{path} is no pack of this model ({error}): tune it again.") from error
    if metadata.get("base") != encoder_digest(generator.state_dict()):
        raise TrainingError("PACK_OTHER", f"{path} was tuned from another model: name the packs of this one.")
    return tuned, code


@torch.no_grad()
def with_mapper(
    model: Model, towers: Towers, references: Sequence[Reference], photos: Sequence[Pictures]
) -> list[Stylised]:
    """Every reference through image tower and mapper. Raises `TrainingError` MAPPER_MISSING, TOWERS_WIDTH."""
    check_mapper(model.generator, towers)
    codes = model.generator.map_embedding(embed_pictures(towers, [reference.picture for reference in references]))
    made = results_by_code(model.generator, photos, list(codes))
    return [Stylised(code, group) for code, group in zip(codes, made, strict=True)]


def with_packs(
    model: Model, packs: Path, references: Sequence[Reference], photos: Sequence[Pictures]
) -> list[Stylised]:
    """Every reference by the pack in PACKS/NAME, NAME being the reference's. Raises as `read_pack` does."""
    stylised = []
    for reference in references:
        tuned, code = read_pack(packs / reference.name / "pack.safetensors", model.generator)
        [made] = results_by_code(tuned, photos, [code])
        stylised.append(Stylised(code, made))
    return stylised


def reference_figures(
    towers: Towers, references: Sequence[Reference], stylised: Sequence[Stylised], photos: Sequence[Pictures]
) -> dict[str, Any]:
    """stylised: in the order of the references.

    nearest: the share of results whose nearest reference, by `style_distance.py`, is the one that they were made after;
    nearestOfMean: the share of references for which that holds of the distances averaged over faces; meanRank: the mean
    place of the own reference among all for one result, 1 being the nearest. distances: averaged over faces, from the
    results with a reference (outer name) to each reference (inner name). direction: agreement with (reference - mean
    photo) in the towers' space. structure: correlation of gradients with the photo.
    """
    count, faces = len(references), len(photos)
    table = style_distances(
        [style_of(picture) for each in stylised for picture in each.made],
        [style_of(reference.picture) for reference in references],
    ).reshape(count, faces, count)
    own = table[np.arange(count), :, np.arange(count)]
    ranks = 1 + (table < own[:, :, None]).sum(2)
    mean = table.mean(1)
    nearest_of_mean = mean.argmin(1) == np.arange(count)
    before = embed_pictures(towers, photos)
    directions = embed_pictures(towers, [reference.picture for reference in references]) - before.mean(0)
    each = {
        reference.name: {
            "nearest": float((ranks[i] == 1).mean()),
            "nearestOfMean": bool(nearest_of_mean[i]),
            "meanRank": float(ranks[i].mean()),
            "direction": direction_agreement(towers, stylised[i].made, before, directions[i]),
            "structure": structure_kept(photos, stylised[i].made),
        }
        for i, reference in enumerate(references)
    }
    return {
        "references": count,
        "faces": faces,
        "nearest": float((ranks == 1).mean()),
        "nearestOfMean": float(nearest_of_mean.mean()),
        "meanRank": float(ranks.mean()),
        "direction": float(np.mean([row["direction"] for row in each.values()])),
        "structure": float(np.mean([row["structure"] for row in each.values()])),
        "each": each,
        "distances": {
            row.name: {column.name: float(mean[i, j]) for j, column in enumerate(references)}
            for i, row in enumerate(references)
        },
    }


def reference_sheet(references: Sequence[Reference], *stylised: Sequence[Stylised]) -> Pictures:
    """A row a reference: the reference, then its results, of the mapper and behind them of the packs."""
    return np.concatenate([
        np.concatenate([reference.picture, *(picture for kind in stylised for picture in kind[i].made)], 1)
        for i, reference in enumerate(references)
    ])  # fmt: skip
