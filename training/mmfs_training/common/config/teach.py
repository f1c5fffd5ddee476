"""The phase `teach`: known pairs of photo and art, no part of the paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .checks import at_least_one, shares
from .optimizer import OptimizerConfig


@dataclass(frozen=True)
class TeachConfig:
    generator: str = ""  # the weights that it starts from
    presets: str = ""  # the presets.safetensors that it starts from
    train: Literal["all", "decoder"] = "all"  # the decoder alone, as a style pack needs
    steps: int = 20_000
    batch: int = 4
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(learning_rate=4e-4, ema=0.998))
    photo_share: float = 0.125  # share of a batch whose goal is the photo itself, under the photo code
    mirror: bool = True  # whether pairs are mirrored at random, but for those with noise of their own
    jitter: float = 0.25  # how much the light of the photo varies (1: as in phase 2)
    code_rate: float = 10.0  # learning rate of codes, relative to the others'
    # least strength with which the maps that drawings are made from come into the decoder at first; where noise is
    # silent, nothing teaches what to do with it
    noise_start: float = 0.2
    noise_rate: float = 0.1  # learning rate of the strengths of noise, relative to the others'
    detail_rate: float = 4.0  # of the detail path
    judge_rate: float = 0.5  # of the judge
    pixel: float = 2.0  # weight of the L1
    tone: float = 2.0  # weight of the L1 of means over 8 x 8 pixels
    # weight of the features of a discriminator of patches that knows photo and style (`pair_judge.py`)
    matching: float = 1.0
    judge: float = 0.1  # weight of its hinge loss
    judge_width: int = 32  # its channels
    energy: float = 0.1  # weight of the strength of strokes, wherever they lie (`energy_loss`)
    # weight of what is left of the photo's texture where the drawing has none (`texture_loss`)
    flat: float = 0.0
    perceptual: float = 0.0  # weight of features of EfficientNet-Lite0 (`lite_features.py`)
    # how often a style is drawn, relative to what the number of its pairs gives; 1 where nothing is said
    shares: dict[str, float] = field(default_factory=dict)
    sheet_faces: int = 3  # held-out photos on a sheet
    sheet_columns: int = 8  # pictures in a row of a sheet
    # a folder of pairs in the styles of many artworks (`gallery_pairs.py`), whose w+ the CLIP mapper gives; empty: the
    # run has no mapper, and the generator's is not used
    gallery: str = ""
    towers: str = ""  # a folder of small towers, from whose embeddings the mapper gives w+
    gallery_share: float = 0.25  # share of a batch that is in the gallery's styles
    mapped_share: float = 0.25  # share of what is drawn in a manner that is drawn under the mapper's w+
    # share of it that is drawn under the mean row of the manner's code, from which a z's w may be learnt
    mean_share: float = 0.2
    # weight of the squared error of the mapper's w+ for pictures of the manners, relative to the variance of their
    # codes
    mapper: float = 0.1
    mapper_rate: float = 0.5  # the mapper's learning rate, relative to the others'

    def __post_init__(self) -> None:
        at_least_one(self, "batch", "judge_width", "sheet_faces", "sheet_columns")
        shares(self, "photo_share", "jitter", "gallery_share", "mapped_share", "mean_share")
        if self.photo_share + self.gallery_share > 1 or self.mapped_share + self.mean_share > 1:
            raise ValueError("photo_share and gallery_share, and mapped_share and mean_share, sum to 1 at most")
        if self.gallery and not self.towers:
            raise ValueError("gallery needs towers, a folder of small towers")
