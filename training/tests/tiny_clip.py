"""A random CLIP of a few thousand weights, saved as `openai/clip-vit-base-patch32` is."""

from __future__ import annotations

import json
from pathlib import Path

import torch

SIDE, HIDDEN, BLOCKS = 32, 24, 5


def write_tiny_clip(folder: Path, width: int, seed: int = 0, blocks: int = BLOCKS) -> Path:
    """`width`: numbers in an embedding. Needs transformers."""
    from transformers import CLIPConfig, CLIPModel, CLIPTextConfig, CLIPTokenizer, CLIPVisionConfig

    folder.mkdir(parents=True)
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    CLIPTokenizer.from_pretrained(folder).save_pretrained(folder)
    torch.manual_seed(seed)
    ends = {"bos_token_id": len(words) - 2, "eos_token_id": len(words) - 1, "pad_token_id": len(words) - 1}
    text = CLIPTextConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=20, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=12, **ends,
    )  # fmt: skip
    vision = CLIPVisionConfig(
        hidden_size=HIDDEN, intermediate_size=20, num_hidden_layers=blocks, num_attention_heads=2, image_size=SIDE,
        patch_size=8,
    )  # fmt: skip
    model = CLIPModel(CLIPConfig(text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=width))
    with torch.no_grad():
        for parameter in model.parameters():  # far from the small start, so that every part matters
            parameter.copy_(torch.randn(parameter.shape) * 0.3)
    model.save_pretrained(folder)
    return folder
