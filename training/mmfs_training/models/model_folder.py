"""A model as `export` writes it, and pictures made with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn
from tqdm import tqdm

from ..common.errors import TrainingError
from ..data.pictures import Pictures, nchw, scaled
from ..networks import fast
from ..networks.checkpoint import load_generator, load_state_dict, save_safetensors
from ..networks.generator import STYLE_TOKENS, Generator, draw_noises
from ..runs.sheets import to_bytes

WEIGHTS = "mmfs-mini.safetensors"


@dataclass(frozen=True)
class Preset:
    """style: the art's style that the preset was trained on, if it says; code: w+ [10, D]."""

    name: str
    style: str | None
    code: Tensor


@dataclass(frozen=True)
class Model:
    """size: side of the pictures in pixels; photo: the w+ [10, D] that gives photos back."""

    generator: Generator
    size: int
    photo: Tensor
    presets: list[Preset]


def read_model(folder: Path) -> Model:
    """Raises `TrainingError` MODEL_MISSING or MODEL_INVALID."""
    weights, codes, table = (folder / n for n in (WEIGHTS, "presets.safetensors", "presets.json"))
    missing = [path.name for path in (weights, codes, table) if not path.is_file()]
    if missing:
        raise TrainingError("MODEL_MISSING", f"{folder} has no {', '.join(missing)}: name the folder of a model.")
    try:
        generator = load_generator(weights)
        vectors = load_file(codes)
        presets = json.loads(table.read_text(encoding="utf-8"))
        size = int(presets["size"])
        draw_noises(size, torch.Generator())
        shape = (STYLE_TOKENS, generator.config.style_dim)

        def code(name: str) -> Tensor:
            if vectors[name].shape != shape:
                raise ValueError(f"the code of {name} is {list(vectors[name].shape)}, not {list(shape)}")
            return vectors[name].float()

        named = [Preset(preset["name"], preset.get("style"), code(preset["name"])) for preset in presets["presets"]]
        return Model(generator, size, code(presets["photo"]), named)
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        raise TrainingError("MODEL_INVALID", f"{folder} is no model ({error!r}): export it again.") from error


def replace_part(folder: Path, out: Path, name: str, part: nn.Module) -> Path:
    """Writes the weights in `folder` to `out`, which may be the same, with the part of that name replaced."""
    state = load_state_dict(folder / WEIGHTS)
    state |= {f"{name}.{key}": value for key, value in part.state_dict().items()}
    with safe_open(folder / WEIGHTS, "pt") as file:
        metadata = file.metadata()
    path = out / WEIGHTS
    save_safetensors({key: value.half() for key, value in state.items()}, path, metadata)
    return path


@torch.no_grad()
def stylise(generator: Generator, images: Tensor, wplus: Tensor) -> Tensor:
    """Pictures [N, 3, S, S] and w+ [N, 10, D] to pictures, with the same noise each time; float32."""
    noises = draw_noises(images.shape[-1], torch.Generator().manual_seed(0), len(images))
    return fast.decode(generator, fast.encode(generator, images, torch.float32), wplus, noises).clamp(-1, 1)


@torch.no_grad()
def results(generator: Generator, photo: Pictures, codes: Iterable[Tensor]) -> Iterable[Pictures]:
    """One photo under each of the codes [10, D], encoded once; in float32, as other runtimes compute."""
    noises = draw_noises(len(photo), torch.Generator().manual_seed(0))
    features = fast.encode(generator, nchw(scaled(photo[None])), torch.float32)
    for code in codes:
        yield to_bytes(fast.decode(generator, features, code[None], noises)[0])


def results_by_code(generator: Generator, photos: Sequence[Pictures], codes: Sequence[Tensor]) -> list[list[Pictures]]:
    """For each of the codes [10, D] the results of all photos."""
    by_photo = [list(results(generator, photo, codes)) for photo in tqdm(photos, desc="results", leave=False)]
    return [list(made) for made in zip(*by_photo, strict=True)]
