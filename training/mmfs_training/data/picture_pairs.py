"""Folders of pairs for the phase `teach`: photographs, and what art makes of them, at the scale of 512 px faces.

A folder has `photos/STEM.jpg` and `art/STYLE/STEM.jpg`, or `art/STEM.jpg` where it holds one style, which is then
called as the folder. A drawing has the shape of its photo. `noise.json`, if it is there, lists the styles whose
drawings were made from the noise that belongs to their photo's name (`manners/noise.py`).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..common.errors import TrainingError
from ..manners.noise import DECODER_PLACES, Noise, seed_of
from .picture_files import read_picture
from .pictures import SUFFIXES, Pictures

ALIGNED = 16  # crops begin at multiples of it, so that every feature and noise map can be cropped with them
SHAPES = 0.02  # how much the proportions of photo and drawing may differ


@dataclass(frozen=True)
class Pair:
    """art: the drawing, or None where the photo is its own goal. from_noise: see `noise.json`."""

    photo: Path
    art: Path | None
    from_noise: bool = False


@dataclass(frozen=True)
class Crop:
    """photo, art: bytes [S, S, 3]; noises: maps of the decoder by place, [S/k, S/k], where the drawing has its own."""

    photo: Pictures
    art: Pictures
    noises: dict[int, NDArray[np.float32]]


class PicturePairs:
    """styles: names by folder, in order. pairs: those of each style that train. held_out: stems that do not.

    The held-out photos are `count` with the lowest checksums of their names, or those `known` from before, so that a
    folder may grow while its held-out photos stay. Raises `TrainingError` PAIRS_MISSING, PAIRS_TOO_FEW.
    """

    def __init__(self, folders: Sequence[Path], count: int, known: Sequence[str] | None = None) -> None:
        self.photos: dict[str, Path] = {}
        found: dict[str, dict[str, Pair]] = {}
        for folder in folders:
            for style, stem, pair in _read(folder):
                self.photos[stem] = pair.photo
                found.setdefault(style, {})[stem] = pair
        order = sorted(self.photos, key=lambda stem: zlib.crc32(stem.encode()))
        self.held_out = list(known) if known is not None else order[:count]
        hidden = set(self.held_out)
        self.styles = list(found)
        self.by_style = [
            [pair for stem, pair in sorted(pairs.items()) if stem not in hidden] for pairs in found.values()
        ]
        self.shown = [{stem: pair for stem, pair in pairs.items() if stem in hidden} for pairs in found.values()]
        self.training = [Pair(path, None) for stem, path in sorted(self.photos.items()) if stem not in hidden]
        empty = [style for style, pairs in zip(self.styles, self.by_style, strict=True) if not pairs]
        if empty:
            raise TrainingError(
                "PAIRS_TOO_FEW",
                f"Of {', '.join(empty)} no pair is left when {len(self.held_out)} photos are held out: "
                "give more pairs.",
            )

    def check(self, side: int) -> None:
        """Decodes every pair once; `TrainingError` PICTURE_UNREADABLE, PAIR_SHAPES, PICTURE_SMALL."""
        for pairs in self.by_style:
            for pair in pairs:
                load_pair(pair, side)


def _pictures(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES}


def _read(folder: Path) -> Iterator[tuple[str, str, Pair]]:
    """Style, stem and pair of all that a folder holds."""
    photos, art, table = folder / "photos", folder / "art", folder / "noise.json"
    for needed in (photos, art):
        if not needed.is_dir():
            raise TrainingError(
                "PAIRS_MISSING", f"There is no folder {needed}: put the photographs into photos and the art into art."
            )
    try:
        noisy = set(json.loads(table.read_text(encoding="utf-8"))) if table.exists() else set()
    except (ValueError, TypeError) as error:
        raise TrainingError("PAIRS_INVALID", f"{table} is no list of styles in JSON ({error}).") from error
    known = _pictures(photos)
    styles = {path.name: _pictures(path) for path in sorted(art.iterdir()) if path.is_dir()}
    loose = _pictures(art)
    if loose:
        styles[folder.resolve().name] = loose
    any_pair = False
    for style, drawings in styles.items():
        for stem, path in drawings.items():
            if stem in known:
                any_pair = True
                yield style, stem, Pair(known[stem], path, style in noisy)
    if not any_pair:
        raise TrainingError(
            "PAIRS_MISSING", f"No file in {art} is named as one in {photos}: a drawing has the name of its photo."
        )


def load_pair(pair: Pair, side: int) -> tuple[Pictures, Pictures]:
    """Photo and drawing, bytes [H, W, 3]; a drawing of another size is scaled to its photo's."""
    photo = read_picture(pair.photo)
    height, width = photo.shape[:2]
    if min(height, width) < side:
        raise TrainingError(
            "PICTURE_SMALL", f"{pair.photo} is {width} x {height}: at least {side} px are needed on both sides."
        )
    if pair.art is None:
        return photo, photo
    art = read_picture(pair.art)
    if art.shape != photo.shape:
        if abs(art.shape[0] / art.shape[1] * width / height - 1) > SHAPES:
            raise TrainingError(
                "PAIR_SHAPES",
                f"{pair.art} is {art.shape[1]} x {art.shape[0]} and its photo {width} x {height}: "
                "a drawing must show the whole photo and no more.",
            )
        shrink = art.shape[0] > height
        art = np.asarray(
            cv2.resize(art, (width, height), interpolation=cv2.INTER_AREA if shrink else cv2.INTER_CUBIC), np.uint8
        )
    return photo, art


def crop_pair(pair: Pair, side: int, rng: np.random.Generator, mirror: bool) -> Crop:
    """A random square of both, mirrored at random where `mirror` says so and the drawing has no noise of its own (a
    mirrored stroke is a stroke of another direction)."""
    photo, art = load_pair(pair, side)
    height, width = photo.shape[:2]
    top, left = (int(rng.integers((n - side) // ALIGNED + 1)) * ALIGNED for n in (height, width))
    window = np.s_[top : top + side, left : left + side]
    noises = {}
    if pair.from_noise:
        maps = Noise.draw(height, width, seed_of(pair.photo.stem)).maps()
        for scale, place in DECODER_PLACES.items():
            t, s, n = top // scale, left // scale, side // scale
            noises[place] = maps[place][t : t + n, s : s + n]
    flip = bool(rng.random() < 0.5) and mirror and not pair.from_noise
    cut, drawn = photo[window], art[window]
    return Crop(cut[:, ::-1], drawn[:, ::-1], noises) if flip else Crop(cut, drawn, noises)


def gallery_pictures(folder: Path, pairs: PicturePairs) -> list[list[Path]]:
    """For each style of a folder of `gallery_pairs.py`, the artwork itself and what was drawn after it."""
    shown = []
    for style, known in zip(pairs.styles, pairs.by_style, strict=True):
        work = folder / "works" / f"{style}.jpg"
        shown.append([*([work] if work.is_file() else []), *(pair.art for pair in known if pair.art)])
    return shown
