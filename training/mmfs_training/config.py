"""The configuration of a training run, read from YAML and checked once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

PHOTO = "photo"


@dataclass(frozen=True)
class Stage:
    """Until the share `until` of the budget: squares of `side` (range, pixels of the source) resampled to `size`.

    The squares lie anywhere in the picture, or, with `spread` below 1, so much nearer to its middle, where the face is.
    `photo` is the share of samples whose target is the photo itself; `eyes` and `mouth` say how many times as much as
    the rest of the picture a pixel there counts in the pixel and Laplacian losses.
    """

    until: float
    size: int
    side: tuple[int, int]
    batch: int
    photo: float
    eyes: float = 1.0
    mouth: float = 1.0
    spread: float = 1.0


@dataclass(frozen=True)
class Style:
    """A preset: what users call it, and what it looks like."""

    name: str
    description: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class TrainingConfig:
    base_width: int
    style_dim: int
    seed: int
    budget_minutes: float
    held_out: int
    stages: tuple[Stage, ...]
    learning_rate: float
    final_learning_rate: float
    ema: float
    code_noise: float
    samples: dict[str, float]
    losses: dict[str, float]
    growth: tuple[float, ...]
    settling: float
    adversarial_from: float
    adversarial_ratio: float
    thin: dict[str, int]
    styles: dict[str, Style]

    def stage_at(self, progress: float) -> Stage:
        return next((stage for stage in self.stages if progress < stage.until), self.stages[-1])


def parse_config(values: dict[str, Any]) -> TrainingConfig:
    expected = {field.name for field in fields(TrainingConfig)}
    if set(values) != expected:
        raise ValueError(f"missing: {sorted(expected - set(values))}, unknown: {sorted(set(values) - expected)}")
    stages = tuple(Stage(**{**stage, "side": (stage["side"][0], stage["side"][1])}) for stage in values["stages"])
    for stage in stages:
        if stage.size % 16:
            raise ValueError(f"the size of a stage must be a multiple of 16, not {stage.size}")
    styles = {key: Style(s["name"], s["description"], tuple(s["tags"])) for key, s in values["styles"].items()}
    names = [style.name for style in styles.values()]
    if len(set(names)) < len(names) or PHOTO in names:
        raise ValueError(f"the names of styles must differ from one another and from {PHOTO!r}")
    return TrainingConfig(**{**values, "growth": tuple(values["growth"]), "stages": stages, "styles": styles})


def read_config(path: Path) -> TrainingConfig:
    return parse_config(yaml.safe_load(path.read_text()))
