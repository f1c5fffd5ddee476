"""The configuration of a run: its shapes by phase, and their reader."""

from .adversarial import AdversarialConfig, AugmentConfig
from .base import BaseConfig, PairedConfig, StructureConfig
from .encoder import EncoderConfig
from .few_shot import FewShotConfig
from .mapper import MapperConfig
from .network import NetworkConfig
from .optimizer import OptimizerConfig
from .prior import PriorConfig, StartConfig
from .read import config_values, parse_config, read_config, recorded_config
from .run import PHOTO, PresetConfig, RunConfig
from .teach import TeachConfig
from .towers import SmallTowersConfig, TowersConfig

__all__ = [
    "PHOTO",
    "AdversarialConfig",
    "AugmentConfig",
    "BaseConfig",
    "EncoderConfig",
    "FewShotConfig",
    "MapperConfig",
    "NetworkConfig",
    "OptimizerConfig",
    "PairedConfig",
    "PresetConfig",
    "PriorConfig",
    "RunConfig",
    "SmallTowersConfig",
    "StartConfig",
    "StructureConfig",
    "TeachConfig",
    "TowersConfig",
    "config_values",
    "parse_config",
    "read_config",
    "recorded_config",
]
