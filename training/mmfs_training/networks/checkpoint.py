"""Reading and writing checkpoints: published `.pth` dictionaries and plain `.safetensors`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from ..common.errors import TrainingError
from ..common.files import write_atomically
from .generator import Generator, GeneratorConfig


def load_state_dict(path: Path) -> dict[str, Tensor]:
    """The generator's state dict as float32, from a `.safetensors` or from a `.pth` that holds `G_ema_model`."""
    if path.suffix == ".safetensors":
        state = load_file(path)
    else:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
        state = loaded.get("G_ema_model", loaded)
    return {key: value.float() for key, value in state.items()}


def config_of(state: Mapping[str, Tensor]) -> GeneratorConfig:
    """Sizes of the generator whose state dict this is."""
    base_width = state["encoder.0.0.weight"].shape[0]
    style_dim = state["decoder0.conv.modulation.weight"].shape[1]
    detail = "detail1.weight" in state
    if "clip_mapper.position_embedding" not in state:
        return GeneratorConfig(base_width, style_dim, detail=detail)
    feedforward = state["clip_mapper.transformer.layers.0.linear1.weight"].shape[0]
    return GeneratorConfig(base_width, style_dim, True, feedforward, detail)


def load_generator(path: Path) -> Generator:
    state = load_state_dict(path)
    generator = Generator(config_of(state)).eval().requires_grad_(False)
    generator.load_state_dict(state)
    return generator


def encoder_digest(state: Mapping[str, Tensor]) -> str:
    """SHA-256 of the encoder's tensors as little-endian float16, joined in the order of their keys: the same for a
    checkpoint and what was exported from it."""
    digest = hashlib.sha256()
    for key in sorted(key for key in state if key.startswith("encoder.")):
        digest.update(state[key].detach().cpu().half().numpy().astype("<f2").tobytes())
    return digest.hexdigest()


def load_codes(path: Path) -> dict[str, Tensor]:
    """The w [D] of every preset in a presets.safetensors, which holds them as w+ [10, D]: the mean of the rows."""
    try:
        tensors = load_file(path)
        return {name: tensor.float().mean(0) for name, tensor in tensors.items()}
    except Exception as error:
        raise TrainingError(
            "CODES_UNREADABLE", f"{path} holds no codes ({error}): name a presets.safetensors that export wrote."
        ) from error


def save_safetensors(tensors: Mapping[str, Tensor], path: Path, metadata: dict[str, str] | None = None) -> None:
    # clones: safetensors refuses tensors that share memory
    copies = {key: value.detach().clone().contiguous() for key, value in tensors.items()}
    write_atomically(path, lambda p: save_file(copies, p, metadata))


def save_pth(checkpoint: Mapping[str, Any], path: Path, legacy: bool = False) -> None:
    """A PyTorch archive; `legacy` is the format of PyTorch before 1.6, a row of pickles without a zip around it."""
    write_atomically(path, lambda p: torch.save(dict(checkpoint), p, _use_new_zipfile_serialization=not legacy))
