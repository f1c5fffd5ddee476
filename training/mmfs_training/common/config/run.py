"""A whole run: a section for the network, one for each phase, and the presets of what is exported."""

from __future__ import annotations

from dataclasses import dataclass, field

from .base import BaseConfig
from .checks import at_least_one
from .encoder import EncoderConfig
from .few_shot import FewShotConfig
from .mapper import MapperConfig
from .network import NetworkConfig
from .prior import PriorConfig
from .teach import TeachConfig
from .towers import SmallTowersConfig, TowersConfig

PHOTO = "photo"  # the name of the code that gives a photo back


@dataclass(frozen=True)
class PresetConfig:
    """A preset of the exported model: what users call it, and where it comes from: a style's cell, or a seed."""

    name: str
    description: str
    tags: tuple[str, ...] = ()
    cell: str | None = None  # the style
    seed: int | None = None
    # how far its code lies from the photo's, along the line through the style's own, which is at 1: a network that
    # stays nearer to the photo than its teacher does draws such a style with emphasis above 1; of `teach` only
    emphasis: float = 1.0

    def __post_init__(self) -> None:
        if self.emphasis != 1 and self.cell is None:
            raise ValueError(f"{self.name}: emphasis is of a style's cell")
        if (self.cell is None) == (self.seed is None):
            raise ValueError(f"{self.name} needs either cell or seed")


@dataclass(frozen=True)
class RunConfig:
    network: NetworkConfig = field(default_factory=NetworkConfig)
    seed: int = 0
    held_out: int = 16  # photographs that no phase trains on; the sheets show them
    prior: PriorConfig = field(default_factory=PriorConfig)
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    base: BaseConfig = field(default_factory=BaseConfig)
    towers: TowersConfig | None = None  # needed from phase 3 on
    small_towers: SmallTowersConfig = field(default_factory=SmallTowersConfig)
    mapper: MapperConfig = field(default_factory=MapperConfig)
    few_shot: FewShotConfig = field(default_factory=FewShotConfig)
    teach: TeachConfig = field(default_factory=TeachConfig)
    presets: tuple[PresetConfig, ...] = ()

    def __post_init__(self) -> None:
        at_least_one(self, "held_out")
        names = [preset.name for preset in self.presets]
        if len(set(names)) < len(names) or PHOTO in names:
            raise ValueError(f"the names of presets must differ from one another and from {PHOTO!r}")
