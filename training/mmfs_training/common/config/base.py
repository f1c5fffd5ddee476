"""Phase 2."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .adversarial import AdversarialConfig
from .checks import at_least_one, shares
from .optimizer import OptimizerConfig


@dataclass(frozen=True)
class PairedConfig:
    """What known pairs of photo and art add to phase 2 (no part of the paper). Every style of the art has its place in
    z space; a picture made with a z from there is compared with the art of that style made from the same photo."""

    coordinates: int = 0  # how many numbers say where a style lies (`coordinates.py`); 0: every style owns a cell
    pixel: float = 1.0  # weight of the L1
    laplacian: float = 1.0  # weight of the L1 of Laplacian bands
    # pictures beside the batch, which the discriminator does not see: a photo given back under the photo code, or one
    # whose code lies between photo and style, and whose target does too
    extras: int = 1
    photo_share: float = 0.6  # probability that an extra is a photo given back
    sharpness: float = 6.0  # how quickly one style gives way to the next
    fit_steps: int = 1500  # steps of the mapping's fit to the styles' first codes before the first step
    # a presets.safetensors whose codes the styles start from; without it, where the prior's mapping puts one z of each
    start_from: str | None = None
    eyes: float = 1.0  # as in phase 1
    mouth: float = 1.0  # as in phase 1
    jitter: bool = True  # whether the photo's light and white balance vary
    # strength of a discriminator of patches that knows photo and style (`pair_judge.py`): the norm of its gradient on
    # the pictures, relative to that of the L1 terms (0: none)
    judge: float = 0.0
    judge_rate: float = 0.1  # its learning rate, relative to the others'

    def __post_init__(self) -> None:
        shares(self, "photo_share")


@dataclass(frozen=True)
class StructureConfig:
    weight: float = 0.5
    # the frozen encoder of phase 1, or DINO ViT-B/8, `facebook/dino-vitb8` as downloaded
    features: Literal["encoder", "dino"] = "encoder"
    path: str | None = None  # another checkpoint's encoder, or the folder with the weights of DINO
    layer: int = 11  # of DINO
    size: int = 224  # of the pictures that DINO sees

    def __post_init__(self) -> None:
        if self.features == "dino" and not self.path:
            raise ValueError("features: dino needs path, a folder with config.json and model.safetensors")


@dataclass(frozen=True)
class BaseConfig:
    # the phase whose weights it starts from: from `prior` the encoder is random, which is the ablation of the paper's
    # claim; `base` goes on from the finished phase 2 of another run
    start: Literal["encoder", "prior", "base"] = "encoder"
    start_from: str | None = None  # the folder of that other run
    steps: int = 90_000
    batch: int = 8
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(beta1=0.1, ema=0.999))
    adversarial: AdversarialConfig = field(default_factory=AdversarialConfig)
    structure: StructureConfig = field(default_factory=StructureConfig)
    mixing: float = 0.5  # probability of style mixing
    paired: PairedConfig | None = None  # nothing, or what known pairs add

    def __post_init__(self) -> None:
        at_least_one(self, "batch")
        shares(self, "mixing")
        if (self.start == "base") != (self.start_from is not None):
            raise ValueError("start: base and start_from, the folder of the run to go on from, belong together")
