"""Sheets of pictures for looking at: a row a face, a column a style."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..data.pictures import Pictures, nchw, scaled


def to_bytes(picture: Tensor) -> Pictures:
    """[3, H, W] in [-1, 1] to H×W×3 bytes, rounded."""
    values: NDArray[np.float32] = picture.clamp(-1, 1).permute(1, 2, 0).float().cpu().contiguous().numpy()
    return ((values * 0.5 + 0.5) * 255).round().astype(np.uint8)


@torch.no_grad()
def style_sheet(photos: Pictures, wplus: Sequence[Tensor], stylise: Callable[[Tensor, Tensor], Tensor]) -> Pictures:
    """`photos` [N, S, S, 3]; column 0 is the photo, then one column per w+ [10, D]."""
    images = nchw(scaled(photos))
    columns = [np.concatenate(list(photos))]
    for code in wplus:
        made = stylise(images, code.expand(len(photos), -1, -1))
        columns.append(np.concatenate([to_bytes(picture) for picture in made]))
    return np.concatenate(columns, 1)


def write_picture(picture: Pictures, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


def picture_grid(pictures: Sequence[Pictures], columns: int) -> Pictures:
    """Pictures of one size, row by row; missing ones at the end are white."""
    blank = np.full_like(pictures[0], 255)
    padded = [*pictures, *[blank] * (-len(pictures) % columns)]
    rows = [np.concatenate(padded[i : i + columns], 1) for i in range(0, len(padded), columns)]
    return np.concatenate(rows)
