"""python -m mmfs_training manners OUT PHOTO...: one sheet, a row a photo, the photo and then every manner.

With --model the drawings are those of a network that learnt the manners, from the same noise.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np

from ..common.errors import TrainingError, command
from ..data.picture_files import fitted, read_picture
from ..data.pictures import Pictures
from ..manners import MANNERS, Noise, Photo, folder_of, seed_of
from ..models.model_folder import read_model
from ..runs.sheets import picture_grid, write_picture
from .manner_figures import drawn_by


def drawn(picture: Pictures, name: str, manners: list[str]) -> list[Pictures]:
    """A picture of bytes [H, W, 3], sides multiples of 4, in each of the manners."""
    photo = Photo(np.float32(picture) / 255, Noise.draw(picture.shape[0], picture.shape[1], seed_of(name)))
    return [to_bytes(MANNERS[manner].draw(photo)) for manner in manners]


def to_bytes(picture: np.ndarray) -> Pictures:
    return (picture.clip(0, 1) * 255).round().astype(np.uint8)


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mmfs_training manners", description=__doc__)
    parser.add_argument("out", type=Path, help="the sheet, PNG or JPEG")
    parser.add_argument("photos", type=Path, nargs="+", metavar="PHOTO")
    parser.add_argument("--model", type=Path, help="a folder as `export --phase teach` writes it; default the teacher")
    parser.add_argument("--no-photo", action="store_true", help="the drawings alone")
    parser.add_argument("--manners", nargs="+", metavar="NAME", help=f"of {', '.join(MANNERS)}; by default all")
    parser.add_argument("--columns", type=int, help="pictures in a row; by default all of one photo")
    parser.add_argument("--cell", type=int, default=512, help="pixels of a picture on the sheet (default 512)")
    parser.add_argument("--size", type=int, default=512, help="longer side to which photos are scaled (default 512)")
    parser.add_argument("--times", action="store_true", help="print the seconds of each manner on the first photo")
    options = parser.parse_args(arguments)
    model = read_model(options.model) if options.model else None
    known = [name for name in MANNERS if model is None or folder_of(name) in {p.style for p in model.presets}]
    manners = options.manners or known
    unknown = [name for name in manners if name not in known]
    if unknown:
        raise TrainingError("MANNER_UNKNOWN", f"There is no manner {', '.join(unknown)}; there are {', '.join(known)}.")
    if options.times:
        picture = fitted(read_picture(options.photos[0]), options.size)
        photo = Photo(np.float32(picture) / 255, Noise.draw(picture.shape[0], picture.shape[1], 0))
        for name in manners:
            start = time.perf_counter()
            MANNERS[name].draw(photo)
            print(f"{name}: {time.perf_counter() - start:.2f} s")
    cells: list[Pictures] = []
    for path in options.photos:
        picture = fitted(read_picture(path), options.size)
        if model:
            presets = drawn_by(model, picture, path.stem)[1]
            drawings = [presets[name] for name in manners]
        else:
            drawings = drawn(picture, path.stem, manners)
        row = drawings if options.no_photo else [picture, *drawings]
        cells += [cell_of(c, options.cell) for c in row]
    write_picture(picture_grid(cells, options.columns or len(row)), options.out)


def cell_of(picture: Pictures, side: int) -> Pictures:
    """The middle of a picture scaled to a square of `side`."""
    height, width = picture.shape[:2]
    scale = side / min(height, width)
    if scale != 1:
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        picture = cv2.resize(
            picture, (max(side, round(width * scale)), max(side, round(height * scale))), interpolation=method
        )
    top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
    return np.asarray(picture[top : top + side, left : left + side], np.uint8)
