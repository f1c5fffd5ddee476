"""The towers that a configuration names."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch

from ..common.config import TowersConfig
from ..common.errors import TrainingError
from .clip import ClipTowers
from .interface import Towers
from .small_towers import SmallTowers


def load_towers(settings: TowersConfig | None, device: torch.device) -> Towers:
    """The towers of a configuration's section `towers`, frozen.

    Raises `TrainingError`: TOWERS_MISSING without that section or its files, and the errors of the kinds of towers.
    """
    if settings is None:
        raise TrainingError(
            "TOWERS_MISSING",
            "The configuration names no two-tower model: add towers: { kind: clip, path: FOLDER } with a downloaded "
            "openai/clip-vit-base-patch32, or kind: small.",
        )
    if settings.kind == "clip":
        return ClipTowers(settings.path).to(device)
    if not Path(settings.path).is_dir():
        raise TrainingError(
            "TOWERS_MISSING", f"There is no folder {settings.path}: name that of towers.safetensors and tokenizer.json."
        )
    return SmallTowers.load(Path(settings.path)).to(device).requires_grad_(False)


def towers_digest(settings: TowersConfig) -> str:
    """SHA-256 of the weights and the tokenizer, which says whether two phases saw the same towers."""
    patterns = ("towers.safetensors",) if settings.kind == "small" else ("config.json", "*.safetensors", "*.bin")
    folder, digest = Path(settings.path), hashlib.sha256()
    for path in sorted(path for pattern in (*patterns, "tokenizer.json") for path in folder.glob(pattern)):
        digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
