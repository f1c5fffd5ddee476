"""Folders of photographs and of captioned art, checked before a run starts.

Pictures are read from their files as they are needed, ahead of the step, so a data set may be larger than the memory.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..common.errors import TrainingError
from .pictures import SUFFIXES, read_square


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
