"""Random small towers for a vocabulary of a few words, as a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mmfs_training.towers.small_towers import SmallTowers, StaticText, StyleCnn, Tokens

WORDS = ("[UNK]", "[SEP]", "a", "picture", "negative", "ruddy", "blue", "red", "photo")


def write_small_towers(folder: Path, width: int, side: int = 32) -> Path:
    tokenizers = pytest.importorskip("tokenizers", reason="the optional extra towers is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing("$A [SEP]", special_tokens=[("[SEP]", 1)])
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    table = torch.randint(-127, 128, (len(WORDS), 6), dtype=torch.int8)
    text = StaticText(table, torch.full((len(WORDS),), 0.01), 1, width, 8)
    SmallTowers(text, StyleCnn(width, 8, (4, 6, 8)), Tokens(folder / "tokenizer.json"), side).eval().save(folder)
    return folder
