"""The two-tower model of phases 3 and 4, and the small one that is trained here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .checks import at_least_one, shares
from .optimizer import OptimizerConfig


@dataclass(frozen=True)
class TowersConfig:
    kind: Literal["clip", "small"]
    # clip: a folder with a downloaded `openai/clip-vit-base-patch32`; small: one with towers.safetensors and
    # tokenizer.json (`small_towers.py`)
    path: str


@dataclass(frozen=True)
class SmallTowersConfig:
    static_text: str = "static-text"  # the folder that `static-text` wrote
    side: int = 128  # of the pictures it looks at
    widths: tuple[int, ...] = (24, 48, 96, 128, 160)  # channels of its levels
    hidden: int = 320  # width of both towers' hidden layer
    steps: int = 20_000
    batch: int = 64  # styles, two pictures each
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(beta1=0.9, warm_up=100, cooldown=0.5))
    photos: float = 0.08  # share of a batch that is photographs
    styles: float = 1.0  # weight of the contrast between pictures, beside that between pictures and captions
    coordinates: int = 24  # numbers of a style that its pictures' embeddings have to tell
    coordinate_weight: float = 0.5  # weight of their squared error
    drop: float = 0.1  # share of a caption's tokens that are left out
    noise: float = 0.04  # standard deviation of what is added to the pooled tokens
    start_from: str | None = (
        None  # another run, or a folder with towers.safetensors, whose image tower is the first one
    )

    def __post_init__(self) -> None:
        at_least_one(self, "side", "hidden", "batch")
        shares(self, "photos", "drop")
        if len(self.widths) < 3 or min(self.widths) < 1:
            raise ValueError("widths needs three levels or more, each of at least 1 channel")
