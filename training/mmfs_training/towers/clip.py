"""Two-tower models: pictures and texts to one space of embeddings, in which phases 3 and 4 look at styles.

CLIP (Radford et al. 2021, arXiv 2103.00020) as the user downloaded it, or a small model trained here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..common.errors import TrainingError

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
TOKEN_BLOCK = 4


class ClipTowers(nn.Module):
    """A CLIP with a vision transformer, in the format of `transformers`' `CLIPModel`.

    path: a folder with config.json, the weights and the tokenizer (`openai/clip-vit-base-patch32`). Pictures are
    resized to the model's side (224) by an antialiased bicubic filter; tokens are what block 4 of the image tower
    gives, the class token included. Needs `pip install transformers`.

    Raises `TrainingError`: TOWERS_UNAVAILABLE without that package, TOWERS_MISSING without the files,
    TOWERS_UNREADABLE where they hold no such model.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        try:
            from transformers import AutoTokenizer, CLIPModel
        except ImportError as error:
            raise TrainingError(
                "TOWERS_UNAVAILABLE", "CLIP needs the package transformers: pip install transformers."
            ) from error
        if not (Path(path) / "config.json").exists():
            raise TrainingError(
                "TOWERS_MISSING", f"{path} holds no config.json: download openai/clip-vit-base-patch32 to it."
            )
        try:
            model: Any = CLIPModel.from_pretrained(path, local_files_only=True)
            self.tokenizer: Any = AutoTokenizer.from_pretrained(path, local_files_only=True)
        except Exception as error:
            raise TrainingError(
                "TOWERS_UNREADABLE",
                f"{path} holds no whole CLIP ({error}): download config.json, the weights and tokenizer.json again.",
            ) from error
        self.model = model.float().eval().requires_grad_(False)
        vision = model.config.vision_config
        if vision.num_hidden_layers < TOKEN_BLOCK:
            raise TrainingError(
                "TOWERS_UNREADABLE",
                f"The image tower in {path} has {vision.num_hidden_layers} blocks, and the projection loss looks at "
                f"block {TOKEN_BLOCK}: name a deeper model.",
            )
        self.side: int = vision.image_size
        self.limit: int = model.config.text_config.max_position_embeddings
        self.register_buffer("mean", torch.tensor(CLIP_MEAN)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(CLIP_STD)[:, None, None], persistent=False)

    @property
    def width(self) -> int:
        return int(self.model.config.projection_dim)

    def _pixels(self, pictures: Tensor) -> Tensor:
        size = (self.side, self.side)
        resized = F.interpolate(pictures.float(), size=size, mode="bicubic", align_corners=False, antialias=True)
        return ((resized + 1) / 2 - self.get_buffer("mean")) / self.get_buffer("std")

    def embed_images(self, pictures: Tensor) -> Tensor:
        pooled = self.model.vision_model(pixel_values=self._pixels(pictures)).pooler_output
        return F.normalize(self.model.visual_projection(pooled))

    @torch.no_grad()
    def embed_texts(self, texts: list[str]) -> Tensor:
        tokens = self.tokenizer(texts, padding=True, truncation=True, max_length=self.limit, return_tensors="pt")
        device = self.get_buffer("mean").device
        found = self.model.text_model(
            input_ids=tokens["input_ids"].to(device), attention_mask=tokens["attention_mask"].to(device)
        )
        return F.normalize(self.model.text_projection(found.pooler_output))

    def tokens(self, pictures: Tensor) -> Tensor:
        found = self.model.vision_model(pixel_values=self._pixels(pictures), output_hidden_states=True)
        tokens: Tensor = found.hidden_states[TOKEN_BLOCK]
        return tokens
