"""The structure loss of phase 2: what makes the result the same face, whatever its colours and strokes.

Tokens of a fixed feature extractor, their cosine self-similarity as a matrix, and the mean squared difference of the
matrices of two pictures (Tumanyan et al. 2022, arXiv 2201.00424). The extractor is DINO ViT-B/8 as in the paper, whose
weights the user brings, or the encoder that phase 1 trained.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..common.config import StructureConfig
from ..common.errors import TrainingError
from ..networks import fast
from ..networks.generator import Generator

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class StructureFeatures(Protocol):
    """Pictures [N, 3, S, S] in [-1, 1] to tokens [N, T, C]; gradients flow to the pictures."""

    def __call__(self, pictures: Tensor) -> Tensor: ...


class EncoderFeatures(nn.Module):
    """The features at S/16 of a copy of the encoder, frozen: (S/16)² tokens of 8·ngf numbers, centred on their mean."""

    def __init__(self, generator: Generator, dtype: torch.dtype) -> None:
        super().__init__()
        self.generator = copy.deepcopy(generator).requires_grad_(False)
        self.dtype = dtype

    def forward(self, pictures: Tensor) -> Tensor:
        tokens = fast.encode(self.generator, pictures, self.dtype).features.float().flatten(2).transpose(1, 2)
        # activations are all on one side, so that without centring every cosine is near 1
        return tokens - tokens.mean(1, keepdim=True)


class DinoFeatures(nn.Module):
    """Keys of one attention layer of a DINO vision transformer, in the format of `transformers`' `ViTModel`.

    path: a folder with config.json and the weights (`facebook/dino-vitb8`). Needs `pip install transformers`.
    """

    def __init__(self, path: str, layer: int, size: int) -> None:
        super().__init__()
        try:
            from transformers import ViTModel
        except ImportError as error:
            raise TrainingError(
                "DINO_UNAVAILABLE", "The DINO structure loss needs the package transformers: pip install transformers."
            ) from error
        if not (Path(path) / "config.json").exists():
            raise TrainingError("DINO_MISSING", f"{path} holds no config.json: download facebook/dino-vitb8 to it.")
        model: Any = ViTModel.from_pretrained(path, add_pooling_layer=False)
        self.model = model.eval().requires_grad_(False)
        self.size = size
        keys = [module for name, module in self.model.named_modules() if name.endswith((".key", ".k_proj"))]
        if not 1 <= layer <= len(keys):
            raise TrainingError("DINO_LAYER", f"The model in {path} has layers 1 to {len(keys)}, not {layer}.")
        self.keys: Tensor | None = None
        keys[layer - 1].register_forward_hook(self._keep)
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD)[:, None, None], persistent=False)

    def _keep(self, _module: nn.Module, _inputs: Any, output: Tensor) -> None:
        self.keys = output

    def forward(self, pictures: Tensor) -> Tensor:
        pictures = F.interpolate(
            pictures.float(), size=(self.size, self.size), mode="bicubic", align_corners=False, antialias=True
        )
        pixels = ((pictures + 1) / 2 - self.get_buffer("mean")) / self.get_buffer("std")
        self.model(pixels, interpolate_pos_encoding=True)
        assert self.keys is not None
        keys, self.keys = self.keys, None
        return keys.float()


def self_similarity(tokens: Tensor) -> Tensor:
    """Tokens [N, T, C] to cosines [N, T, T]."""
    tokens = F.normalize(tokens, dim=2)
    return tokens @ tokens.transpose(1, 2)


def structure_loss(features: StructureFeatures, pictures: Tensor, photos: Tensor) -> Tensor:
    """Mean squared difference of self-similarities; no gradient flows to the photos."""
    with torch.no_grad():
        wanted = self_similarity(features(photos))
    return F.mse_loss(self_similarity(features(pictures)), wanted)


def structure_features(config: StructureConfig, generator: Generator, dtype: torch.dtype) -> nn.Module:
    """The extractor that a configuration names; `generator` is phase 1's."""
    if config.features == "dino":
        assert config.path is not None
        return DinoFeatures(config.path, config.layer, config.size)
    return EncoderFeatures(generator, dtype)
