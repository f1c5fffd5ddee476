"""What there is to see of `teach`: held-out photos and their art, and what is made of them; a pack's preview."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor

from ..common.place import Place
from ..data.picture_pairs import Pair, load_pair
from ..data.pictures import Pictures, nchw, scaled
from ..models.drawing_noise import noise_of
from ..networks import fast
from ..networks.generator import Generator
from ..runs.sheets import to_bytes
from .teach_batch import TeachData


def middle(picture: Pictures, side: int) -> Pictures:
    """The middle square of a picture, scaled to `side`."""
    least = min(picture.shape[:2])
    top, left = ((n - least) // 2 for n in picture.shape[:2])
    square = picture[top : top + least, left : left + least]
    return np.asarray(cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def sheet_cell(picture: Pictures, side: int = 320) -> Pictures:
    """A picture, its longer side scaled to `side`, on white."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    small = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    out = np.full((side, side, 3), 255, np.uint8)
    out[: small.shape[0], : small.shape[1]] = small
    return out


@torch.no_grad()
def pictures_of(generator: Generator, wplus: Tensor, photo: Pictures, stem: str, place: Place) -> list[Pictures]:
    """A photo [H, W, 3], sides multiples of 16, under each of the codes [N, 10, D], with the noise of its name."""
    encoded = fast.encode(generator, nchw(scaled(photo)[None]).to(place.device), place.dtype)
    maps = noise_of(stem, (photo.shape[0], photo.shape[1]), place.device)
    return [to_bytes(fast.decode(generator, encoded, code[None], maps)[0]) for code in wplus]


def preview(data: TeachData, generator: Generator, code: Tensor, place: Place) -> Pictures:
    """The middle of the first held-out photo under a code [10, D]."""
    size = data.config.network.size
    stem = data.pairs.held_out[0]
    photo = middle(load_pair(Pair(data.pairs.photos[stem], None), size)[0], size)
    return pictures_of(generator, code[None], photo, stem, place)[0]


def sheet_of(data: TeachData, generator: Generator, wplus: Tensor, place: Place) -> Pictures:
    """For each of some held-out photos: the photo and, where it exists, its art; under them what is made of it."""
    settings, size = data.settings, data.config.network.size
    rows: list[Pictures] = []
    for stem in data.pairs.held_out[: settings.sheet_faces]:
        photo = load_pair(Pair(data.pairs.photos[stem], None), size)[0]
        shape = photo.shape[0] // 16 * 16, photo.shape[1] // 16 * 16
        photo = photo[: shape[0], : shape[1]]
        blank = np.full_like(photo, 255)
        above, below = [photo], pictures_of(generator, wplus, photo, stem, place)
        for style in data.styles:
            pair = data.pairs.shown[data.place_of[style]].get(stem)
            art = load_pair(pair, size)[1] if pair else blank
            above.append(art[: shape[0], : shape[1]])
        for start in range(0, len(above), settings.sheet_columns):
            for line in (above, below):
                cells = [*line[start : start + settings.sheet_columns]]
                cells += [blank] * (settings.sheet_columns - len(cells))
                rows.append(np.concatenate([sheet_cell(cell) for cell in cells], 1))
    return np.concatenate(rows)
