"""Where the styles of the art lie in z space: each in a cell of its own (`cells.py`), or at coordinates
(`coordinates.py`), of which there may be any number of styles."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn

from ..common.config import RunConfig, recorded_config
from ..networks.generator import Generator
from .cells import cell_directions, cell_of, draw_in_cell, shares_of
from .coordinates import nearness, place

DRAWS = 128


class StyleSpace(ABC):
    """directions [k, D]: what of z decides the style. vectors [styles, V]: what tells the styles apart."""

    directions: Tensor
    vectors: Tensor

    @abstractmethod
    def shares(self, z: Tensor, styles: Tensor | None = None) -> Tensor:
        """How much of each style (or of those chosen by index) a z [N, D] is: rows sum to 1."""

    @abstractmethod
    def draw(self, style: int, count: int, seed: int) -> Tensor:
        """Unit-normal z of a style: [count, D]."""

    @torch.no_grad()
    def code(self, mapping: nn.Module, style: int, seed: int) -> Tensor:
        """The mean w [D] of a style. (The w of its middle would not do: no random z is near it.)"""
        device = next(mapping.parameters()).device
        mean: Tensor = mapping(self.draw(style, DRAWS, seed).to(device)).mean(0)
        return mean


class Cells(StyleSpace):
    def __init__(self, width: int, count: int, sharpness: float, seed: int) -> None:
        self.directions = cell_directions(width, count, seed)
        self.vectors = torch.eye(count)
        self.sharpness = sharpness

    def shares(self, z: Tensor, styles: Tensor | None = None) -> Tensor:
        directions = self.directions.to(z.device)
        return shares_of(z, directions if styles is None else directions[styles], self.sharpness)

    def draw(self, style: int, count: int, seed: int) -> Tensor:
        return draw_in_cell(style, self.directions, count, seed)

    def style_of(self, z: Tensor) -> Tensor:
        return cell_of(z, self.directions)


class Coordinates(StyleSpace):
    def __init__(self, width: int, coordinates: Tensor, sharpness: float, seed: int) -> None:
        """coordinates [styles, k]"""
        self.directions = cell_directions(width, coordinates.shape[1], seed)
        self.vectors = coordinates
        self.sharpness = sharpness

    def shares(self, z: Tensor, styles: Tensor | None = None) -> Tensor:
        vectors = self.vectors if styles is None else self.vectors[styles]
        return nearness(z, vectors.to(z.device), self.directions.to(z.device), self.sharpness)

    def draw(self, style: int, count: int, seed: int) -> Tensor:
        z = torch.randn(count, self.directions.shape[1], generator=torch.Generator().manual_seed(seed))
        return self.placed(z, torch.full((count,), style))

    def placed(self, z: Tensor, styles: Tensor) -> Tensor:
        """z [N, D] moved to the styles [N]."""
        return place(z, self.vectors[styles], self.directions)


def style_space(config: RunConfig, styles: list[str], coordinates: Tensor | None) -> Cells | Coordinates:
    """The space of a run with `base.paired`, from the configuration and what its checkpoint keeps."""
    assert config.base.paired is not None
    width, sharpness = config.network.style_dim, config.base.paired.sharpness
    if coordinates is not None:
        return Coordinates(width, coordinates, sharpness, config.seed)
    return Cells(width, len(styles), sharpness, config.seed)


def style_codes(state: dict[str, Any], generator: Generator) -> dict[str, Tensor]:
    """The w [D] of every style that the phase 2 of a checkpoint gave a place in z space."""
    config, extra = recorded_config(state["mmfs"]["config"]), state["mmfs"]["extra"]
    if config.base.paired is None:
        return {}
    space = style_space(config, list(extra["styles"]), extra.get("coordinates"))
    return {style: space.code(generator.mapping_z, i, config.seed) for i, style in enumerate(extra["styles"])}
