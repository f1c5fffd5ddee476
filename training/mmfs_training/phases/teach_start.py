"""What `teach` starts from: a generator that is there, and first codes of the styles."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from ..common.config import PHOTO, RunConfig
from ..common.errors import TrainingError
from ..common.place import Place
from ..data.picture_pairs import Pair, crop_pair
from ..data.pictures import nchw, scaled
from ..manners import folder_of
from ..manners.noise import DECODER_PLACES
from ..models.mapper_fit import fit_mapper
from ..networks import fast
from ..networks.checkpoint import load_state_dict
from ..networks.generator import STYLE_TOKENS, Generator, GeneratorConfig, NoiseInjection
from ..towers.style_embeddings import StyleEmbeddings

NAME_WIDTH = 64
CHOICE_PAIRS, CHOICE_SHRINK = 3, 4
FIT_STEPS, FIT_BATCH, FIT_RATE, FIT_DRAWS = 300, 64, 3e-4, 32


class Codes(nn.Module):
    """A w+ for every style: [styles, 10, D]."""

    def __init__(self, wplus: Tensor) -> None:
        super().__init__()
        self.wplus = nn.Parameter(wplus.clone())


def name_vector(name: str) -> Tensor:
    """What tells the judge a style: unit normal numbers that its name decides, so that styles may be added."""
    return torch.randn(NAME_WIDTH, generator=torch.Generator().manual_seed(zlib.crc32(name.encode())))


def load_start(config: RunConfig) -> tuple[Generator, dict[str, Tensor]]:
    """The generator that `teach` starts from, and its codes by name, w+ [10, D]; with a CLIP mapper, an untrained one
    where the checkpoint has none, if there is a gallery."""
    settings, network = config.teach, config.network
    mapped = bool(settings.gallery)
    state = load_state_dict(Path(settings.generator))
    sizes = GeneratorConfig(network.base_width, network.style_dim, mapped, network.mapper_feedforward, network.detail)
    generator = Generator(sizes)
    own = {k: v for k, v in generator.state_dict().items() if k.startswith("clip_mapper.")}
    state = {k: v for k, v in state.items() if mapped or not k.startswith("clip_mapper.")}
    state = {**own, **state}
    try:
        missing, unexpected = generator.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise TrainingError(
            "CHECKPOINT_MISMATCH", f"{settings.generator} is of another network than the configuration's: {error}"
        ) from error
    if unexpected or any(not key.startswith("detail") for key in missing):
        raise TrainingError(
            "CHECKPOINT_MISMATCH", f"{settings.generator} lacks {missing} or has more than a generator: {unexpected}."
        )
    try:
        codes = {name: code.float() for name, code in load_file(settings.presets).items()}
    except Exception as error:
        raise TrainingError(
            "CODES_UNREADABLE", f"{settings.presets} holds no codes ({error}): name a presets.safetensors."
        ) from error
    wanted = (STYLE_TOKENS, network.style_dim)
    if PHOTO not in codes or any(code.shape != wanted for code in codes.values()):
        raise TrainingError("CODES_UNREADABLE", f"{settings.presets} needs codes of {wanted}, one of them `{PHOTO}`.")
    return generator, codes


def noise_layer(generator: Generator, number: int) -> NoiseInjection:
    """Where the decoder adds the map of this place among the nine."""
    layer: NoiseInjection = generator.get_submodule(f"decoder{(number + 1) // 2}{'ab'[(number + 1) % 2]}.noise")  # type: ignore[assignment]
    return layer


def raise_noises(generator: Generator, least: float) -> None:
    """Gives the maps that drawings are made from a strength of at least `least`."""
    for number in DECODER_PLACES.values():
        layer = noise_layer(generator, number)
        if layer.weight.abs() < least:
            nn.init.constant_(layer.weight, least)


@torch.no_grad()
def first_code(
    style: str, known: dict[str, Tensor], pairs: Sequence[Pair], generator: Generator, size: int, place: Place
) -> Tensor:
    """The first code of a style: the preset of that name, or the one whose results are nearest to its pairs in tone."""
    named = {folder_of(name): code for name, code in known.items()}.get(style)
    if named is not None:
        return named
    presets = {name: code for name, code in known.items() if name != PHOTO}
    if not presets:
        return known[PHOTO]
    rng = np.random.default_rng(zlib.crc32(style.encode()))
    crops = [crop_pair(pairs[int(rng.integers(len(pairs)))], size, rng, False) for _ in range(CHOICE_PAIRS)]
    photos, targets = (
        F.avg_pool2d(nchw(np.stack([scaled(getattr(c, side)) for c in crops])), CHOICE_SHRINK).to(place.device)
        for side in ("photo", "art")
    )
    encoded = fast.encode(generator, photos, place.dtype)
    distances = {}
    for name, code in presets.items():
        made = fast.decode(generator, encoded, code.to(photos.device).expand(len(photos), -1, -1))
        distances[name] = (F.avg_pool2d(made - targets, 2)).abs().mean().item()
    return presets[min(distances, key=lambda name: distances[name])]


def fit_to_manners(generator: Generator, codes: Tensor, views: StyleEmbeddings, seed: int) -> None:
    """Brings the mapper to the codes [styles + 1, 10, D] of the manners before it draws a picture."""
    rng = np.random.default_rng(seed)
    rows = [(i, views.draw(i, rng)) for i in range(len(codes) - 1) for _ in range(FIT_DRAWS)]
    embeddings = torch.stack([e for _, e in rows]).to(codes.device)
    wanted = codes[[1 + i for i, _ in rows]]
    mapper = generator.clip_mapper.requires_grad_(True)
    fit_mapper(mapper, list(mapper.parameters()), [(embeddings, wanted)], FIT_RATE, FIT_STEPS, FIT_BATCH, seed)


def add_mapper(state: dict[str, Any], generator: Generator, optimizer: torch.optim.Optimizer) -> None:
    """Gives a checkpoint the mapper that there is since."""
    own = {k: v for k, v in generator.state_dict().items() if k.startswith("clip_mapper.")}
    for name in ("G_model", "G_ema_model"):
        state[name] |= {key: value.clone() for key, value in own.items()}
    state["mapper_optimizer"] = optimizer.state_dict()


def add_codes(state: dict[str, Any], wplus: nn.Parameter, optimizer: torch.optim.Optimizer) -> None:
    """Gives a checkpoint rows for the styles that were added: their first codes, and no memory of steps."""
    added = len(wplus) - len(state["codes"]["wplus"])
    if not added:
        return
    rows = wplus.detach().cpu()[-added:]
    for name in ("codes", "codes_ema"):
        state[name]["wplus"] = torch.cat([state[name]["wplus"], rows])
    place = next(i for i, p in enumerate(p for group in optimizer.param_groups for p in group["params"]) if p is wplus)
    memory = state["optimizer_0"]["state"].get(place)
    if memory is not None:
        for key in ("exp_avg", "exp_avg_sq"):
            # as much as the others have seen in the mean, so that a first step is no leap
            mean = memory[key].mean(0, keepdim=True) if key == "exp_avg_sq" else torch.zeros_like(memory[key][:1])
            memory[key] = torch.cat([memory[key], mean.expand(added, -1, -1)])
