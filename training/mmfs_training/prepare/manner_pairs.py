"""Pairs of photo and drawing for training, at the scale at which a face is about 512 px.

    python -m mmfs_training pairs --faces DIR [--photos DIR] [--detector yunet.onnx] --out OUT [--each 6]

--faces: aligned crops (FFHQ convention), made 512 px. --photos: whole pictures, scaled so that the aligned crop of
their largest face would be 512 px. Both without a face are left out; without `--detector`, which --photos needs, every
crop is taken to have one. OUT/photos/STEM.jpg is what the network sees,
OUT/art/MANNER/STEM.jpg its drawing, and OUT/noise.json names the manners whose drawings were made from the noise of
their photo's name (`noise.py`). What is there already is kept, so the command goes on where it was stopped, and the
same command with a larger --each, or after more manners were written, adds to it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from ..common.errors import TrainingError, command
from ..common.files import write_atomically
from ..data.picture_files import fitted, read_picture
from ..data.pictures import SUFFIXES, Pictures
from ..manners import MANNERS, Noise, Photo, folder_of, seed_of

SIDE = 512
SMALLEST, LARGEST = 320, 1024
ENLARGED = 1.5
QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 93]


@lru_cache
def detector_of(path: str) -> Any:
    return cv2.FaceDetectorYN.create(path, "", (SIDE, SIDE), 0.3)


def crop_side(detector: Any, picture: Pictures, least: float = 0.6) -> float | None:
    """Side in pixels of the FFHQ crop of the largest face, None where there is no face that is sure enough."""
    detector.setInputSize((picture.shape[1], picture.shape[0]))
    faces = detector.detect(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1]
    if faces is None:
        return None
    sure = faces[faces[:, -1] >= least]
    if not len(sure):
        return None
    points = sure[(sure[:, 2] * sure[:, 3]).argmax(), 4:14].reshape(5, 2)
    eyes, mouth = points[1] - points[0], (points[3] + points[4] - points[0] - points[1]) / 2
    x = eyes + np.array([mouth[1], -mouth[0]])
    return 2 * max(2.0 * float(np.hypot(*eyes)), 1.8 * float(np.hypot(*mouth))) if np.any(x) else None


def prepared(path: Path, detector: Any | None, whole: bool) -> Pictures | None:
    """A picture at the scale of training, None without a face. Without a detector a crop has one."""
    picture = read_picture(path)
    if not whole:
        side = min(picture.shape[:2])
        top, left = ((n - side) // 2 for n in picture.shape[:2])
        picture = fitted(picture[top : top + side, left : left + side], SIDE)
        return picture if detector is None or crop_side(detector, picture) else None
    found = crop_side(detector, picture)
    if found is None:
        return None
    longer = min(max(picture.shape[:2]) * min(SIDE / found, ENLARGED), LARGEST)
    out = fitted(picture, round(longer))
    return out if min(out.shape[:2]) >= SMALLEST else None


def save_picture(picture: Pictures, path: Path) -> None:
    data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), QUALITY)[1].tobytes()
    write_atomically(path, lambda p: p.write_bytes(data))


def make(job: tuple[Path, bool, str | None, Path, int, tuple[str, ...]]) -> int:
    """Prepares one photo and draws it in `each` manners, by chance but always the same ones; how many are new."""
    source, whole, detector, out, each, manners = job
    cv2.setNumThreads(1)
    stem = source.stem if not whole else f"whole-{source.stem}"
    target, none = out / "photos" / f"{stem}.jpg", out / "no-face" / stem
    if none.exists():
        return 0
    chosen = sorted(manners, key=lambda name: seed_of(f"{stem} {name}"))[:each]
    missing = [name for name in chosen if not (out / "art" / folder_of(name) / f"{stem}.jpg").exists()]
    if not missing and target.exists():
        return 0
    if not target.exists():
        picture = prepared(source, detector_of(detector) if detector else None, whole)
        if picture is None:
            none.parent.mkdir(parents=True, exist_ok=True)
            none.touch()
            return 0
        save_picture(picture, target)
    picture = read_picture(target)  # as the network will see it
    photo = Photo(np.float32(picture) / 255, Noise.draw(picture.shape[0], picture.shape[1], seed_of(stem)))
    for name in missing:
        drawing = (MANNERS[name].draw(photo).clip(0, 1) * 255).round().astype(np.uint8)
        save_picture(drawing, out / "art" / folder_of(name) / f"{stem}.jpg")
    return len(missing)


def sources(folders: Iterable[tuple[Path, bool]], prefixes: tuple[str, ...] | None) -> list[tuple[Path, bool]]:
    found: list[tuple[Path, bool]] = []
    for folder, whole in folders:
        if not folder.is_dir():
            raise TrainingError("DATA_MISSING", f"There is no folder {folder}: name a folder of photographs.")
        found += [(path, whole) for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES]
    if prefixes:
        found = [(path, whole) for path, whole in found if path.name.startswith(prefixes)]
    order = np.random.default_rng(0).permutation(len(found))  # stopped early, every source has its share
    return [found[i] for i in order]


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m mmfs_training pairs",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--faces", type=Path, required=True)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--detector", help="YuNet ONNX file")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--each", type=int, default=6, help="manners per photo, by chance (default 6)")
    parser.add_argument("--manners", nargs="+", default=list(MANNERS), metavar="NAME")
    parser.add_argument("--prefixes", nargs="+", help="only files whose names begin so")
    parser.add_argument("--limit", type=int, help="photos, of an order that is always the same (default all)")
    parser.add_argument("--workers", type=int, default=1, help="processes, of one thread each (default 1)")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.manners if name not in MANNERS]
    if unknown:
        raise TrainingError(
            "MANNER_UNKNOWN", f"There is no manner {', '.join(unknown)}; there are {', '.join(MANNERS)}."
        )
    if options.photos and not options.detector:
        raise TrainingError("DETECTOR_NEEDED", "Whole photographs are scaled by their faces: give --detector, YuNet.")
    folders = [(options.faces, False), *([(options.photos, True)] if options.photos else [])]
    found = sources(folders, tuple(options.prefixes) if options.prefixes else None)
    found = found[: options.limit]
    names = tuple(options.manners)
    jobs = [(path, whole, options.detector, options.out, options.each, names) for path, whole in found]
    table = options.out / "noise.json"
    known = set(json.loads(table.read_text())) if table.exists() else set()
    text = json.dumps(sorted(known | {folder_of(name) for name in names}), indent=2) + "\n"
    write_atomically(table, lambda p: p.write_text(text))
    # a fork would inherit the locks of OpenCV's and PyTorch's threads, and may wait for ever
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        made = sum(tqdm(pool.map(make, jobs, chunksize=2), total=len(jobs), disable=None))
    print(f"{made} new drawings in {options.out}")
