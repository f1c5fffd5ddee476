"""Folders of photographs and of captioned art, checked before a run starts, and the batches drawn from them.

Pictures are read from their files as they are needed, ahead of the step, so a data set may be larger than the memory.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .errors import TrainingError

Pictures = NDArray[np.uint8]
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def decode_picture(path: Path) -> Pictures:
    """BGR bytes [H, W, 3] of a file, as OpenCV decodes them; `TrainingError` PICTURE_UNREADABLE."""
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    except OSError as error:
        raise TrainingError("PICTURE_UNREADABLE", f"{path} cannot be read ({error}): mend or remove it.") from error
    except cv2.error:
        picture = None
    if picture is None or _cut_jpeg(data.tobytes()):
        raise TrainingError(
            "PICTURE_UNREADABLE", f"{path} is not a whole picture that can be decoded: mend or remove it."
        )
    return np.asarray(picture, np.uint8)


def read_square(path: Path, size: int) -> Pictures:
    """The middle square of a picture, resampled to `size`: RGB bytes [size, size, 3]."""
    picture = decode_picture(path)
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    picture = picture[top : top + side, left : left + side]
    if side != size:
        smaller = side > size
        picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def _cut_jpeg(data: bytes) -> bool:
    """Whether a JPEG lacks its end, which decoders fill with grey: no end marker after its last start of a scan."""
    return data.startswith(b"\xff\xd8") and data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda")


def _check(paths: Sequence[Path]) -> list[str]:
    """Decodes every file once and returns the SHA-256 of each; the first that cannot be decoded is an error."""

    def one(path: Path) -> str:
        read_square(path, 16)
        return hashlib.sha256(path.read_bytes()).hexdigest()

    with ThreadPoolExecutor() as pool:
        return list(pool.map(one, paths))


def _digest(entries: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(entries).encode()).hexdigest()


class PhotoFolder:
    """Every picture of a folder, by name; `held_out` of them, chosen by `seed`, are kept from training."""

    def __init__(self, folder: Path, held_out: int, seed: int) -> None:
        if not folder.is_dir():
            raise TrainingError("DATA_MISSING", f"There is no folder {folder}: name the folder of the photographs.")
        self.folder = folder
        self.paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        if not self.paths:
            raise TrainingError(
                "DATA_EMPTY", f"{folder} holds no picture ({', '.join(sorted(SUFFIXES))}): put photographs into it."
            )
        if len(self.paths) <= held_out:
            raise TrainingError(
                "DATA_TOO_FEW", f"{folder} holds {len(self.paths)} pictures, and held_out is {held_out}: none is left."
            )
        self.digest = _digest(f"{p.name} {h}" for p, h in zip(self.paths, _check(self.paths), strict=True))
        order = np.random.default_rng(seed).permutation(len(self.paths))
        self.held_out = [self.paths[j] for j in sorted(order[:held_out])]
        self.training = [self.paths[j] for j in sorted(order[held_out:])]


@dataclass(frozen=True)
class Artwork:
    """photo: stem of the photograph that it was made from; artist, movement: of the artwork; where they are known."""

    path: Path
    style: str
    caption: str
    photo: str | None
    artist: str | None = None
    movement: str | None = None


class ArtFolder:
    """Captioned art: `art.csv` with the columns file, style, caption and perhaps photo, artist and movement, paths
    relative to the folder.

    Without the CSV every subfolder is a style, its name the caption, and a file's stem that of its photo.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise TrainingError("DATA_MISSING", f"There is no folder {folder}: name the folder of the art.")
        self.folder = folder
        table = folder / "art.csv"
        try:
            self.works = list(self._read_table(table) if table.exists() else self._read_folders())
        except (UnicodeDecodeError, csv.Error) as error:
            raise TrainingError(
                "CAPTIONS_INVALID", f"{table} is not CSV in UTF-8 ({error}): save it as that."
            ) from error
        if not self.works:
            raise TrainingError("DATA_EMPTY", f"{folder} holds no art: an art.csv that names it, or a folder a style.")
        hashes = _check([work.path for work in self.works])
        self.digest = _digest(
            f"{w.path.relative_to(folder)} {w.style} {w.caption} {h}" for w, h in zip(self.works, hashes, strict=True)
        )
        self.styles = sorted({work.style for work in self.works})

    def _read_folders(self) -> Iterable[Artwork]:
        for style in sorted(path for path in self.folder.iterdir() if path.is_dir()):
            for path in sorted(style.iterdir()):
                if path.suffix.lower() in SUFFIXES:
                    yield Artwork(path, style.name, style.name.replace("-", " ").replace("_", " "), path.stem)

    def _read_table(self, table: Path) -> Iterable[Artwork]:
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            lacking = {"file", "style", "caption"} - set(rows.fieldnames or ())
            if lacking:
                raise TrainingError("CAPTIONS_INVALID", f"{table} lacks the column {', '.join(sorted(lacking))}.")
            for number, row in enumerate(rows, 2):
                path = self.folder / (row["file"] or "")
                if not path.is_file():
                    raise TrainingError(
                        "CAPTION_WITHOUT_FILE", f"{table}, line {number}, names {row['file']}, which does not exist."
                    )
                if not row["caption"] or not row["style"]:
                    raise TrainingError("CAPTIONS_INVALID", f"{table}, line {number}, has no style or no caption.")
                photo = row.get("photo") or None
                artist, movement = row.get("artist") or None, row.get("movement") or None
                yield Artwork(path, row["style"], row["caption"], Path(photo).stem if photo else None, artist, movement)


class Pairs:
    """For every style, the training photos that it has art of; `every_style`: a style without is an error."""

    def __init__(self, photos: PhotoFolder, art: ArtFolder, every_style: bool = True) -> None:
        stems = {path.stem: path for path in photos.training}
        found: dict[str, list[tuple[Path, Path]]] = {style: [] for style in art.styles}
        for work in art.works:
            if work.photo in stems:
                found[work.style].append((stems[work.photo], work.path))
        if not every_style:
            found = {style: pairs for style, pairs in found.items() if pairs}
        self.styles, self.by_style = list(found), list(found.values())
        empty = [style for style, pairs in found.items() if not pairs]
        if empty:
            raise TrainingError(
                "PAIRS_MISSING",
                f"No art of {', '.join(empty)} names one of the photos: leave base.paired out, or give art with pairs.",
            )


def training_art(art: ArtFolder, photos: PhotoFolder) -> list[Artwork]:
    """The art that was not made from a held-out photo."""
    held_out = {path.stem for path in photos.held_out}
    return [work for work in art.works if work.photo not in held_out]


def mirrored(picture: NDArray[Any], mirror: bool) -> NDArray[Any]:
    return picture[:, ::-1] if mirror else picture


# Middle and standard deviation (x, y) of what is weighed, as parts of the side of an FFHQ crop, which fixes the eyes.
EYES = (((0.375, 0.475), (0.05, 0.035)), ((0.625, 0.475), (0.05, 0.035)))
MOUTH = ((0.5, 0.72), (0.09, 0.04))


def face_weights(side: int, eyes: float, mouth: float) -> NDArray[np.float32]:
    """How much each pixel of an aligned face counts: `eyes` and `mouth` in their middles, falling to 1 around them.

    [side, side], divided by its mean.
    """
    y, x = (np.mgrid[:side, :side] + 0.5) / side

    def spot(place: tuple[tuple[float, float], tuple[float, float]]) -> NDArray[Any]:
        (center_x, center_y), (width, height) = place
        return np.exp(-0.5 * (((x - center_x) / width) ** 2 + ((y - center_y) / height) ** 2))

    weights = 1 + (eyes - 1) * (spot(EYES[0]) + spot(EYES[1])) + (mouth - 1) * spot(MOUTH)
    return np.asarray(weights / weights.mean(), np.float32)


def scaled(picture: Pictures) -> NDArray[np.float32]:
    """Bytes to [-1, 1]."""
    return picture.astype(np.float32) / np.float32(127.5) - np.float32(1)


def jittered(picture: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Another exposure, contrast and white balance; the art keeps its own light, whatever the photo's."""
    gain = rng.normal(1, 0.08) * rng.normal(1, 0.03, 3)
    offset = rng.normal(0, 0.05)
    return np.clip(picture * gain.astype(np.float32) + np.float32(offset), -1, 1)


def nchw(pictures: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


class Ahead:
    """Makes the batches of the next steps while this one computes, on half the cores. A batch depends on its step."""

    def __init__(self, make: Callable[[int], Any]) -> None:
        self.make = make
        self.depth = max(1, (os.cpu_count() or 1) // 2)
        self.pool = ThreadPoolExecutor(self.depth)
        self.coming: dict[int, Future[Any]] = {}

    def get(self, step: int) -> Any:
        for coming in range(step, step + self.depth + 1):
            if coming not in self.coming:
                self.coming[coming] = self.pool.submit(self.make, coming)
        return self.coming.pop(step).result()

    def close(self) -> None:
        self.pool.shutdown(cancel_futures=True)
