"""Prepares face photos for training: square, one size, with a face; and a smoothed copy of each for the teacher.

    python -m mmfs_training photos --faces DIR --detector yunet.onnx --out DIR [--size 256]

DIR holds aligned `*.jpg` crops. `OUT/photos/*.png` are what the network sees, `OUT/smooth/*.jpg` what the style
transfer network redraws: it makes cracks of skin texture and JPEG blocks, which an edge-preserving filter lessens.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..common.errors import command

Picture = NDArray[np.uint8]


def read_picture(path: Path) -> Picture:
    picture: Picture | None = cv2.imread(str(path))
    if picture is None:
        raise ValueError(f"{path} is no picture that OpenCV can read")
    return picture


def square(picture: Picture, size: int) -> Picture:
    """The middle square of a picture, resampled to `size`."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = picture[top : top + side, left : left + side]
    return cv2.resize(middle, (size, size), interpolation=cv2.INTER_AREA if side > size else cv2.INTER_CUBIC)


def smoothed(picture: Picture) -> Picture:
    """Skin texture and compression noise flattened, contours kept."""
    for colour_range in (28, 20):
        picture = cv2.bilateralFilter(picture, 7, colour_range, 5)
    return picture


def face_score(detector: Any, picture: Picture) -> float:
    """YuNet's score of the surest face, 0 without one."""
    detector.setInputSize((picture.shape[1], picture.shape[0]))
    faces = detector.detect(picture)[1]
    return 0.0 if faces is None else float(faces[:, -1].max())


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m mmfs_training photos",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--faces", type=Path, required=True, help="folder of aligned face crops")
    parser.add_argument("--detector", type=Path, required=True, help="YuNet ONNX file")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--min-score", type=float, default=0.6)
    args = parser.parse_args(arguments)

    detector = cv2.FaceDetectorYN.create(str(args.detector), "", (args.size, args.size), 0.3)
    for folder in ("photos", "smooth"):
        (args.out / folder).mkdir(parents=True, exist_ok=True)
    kept = 0
    for path in tqdm(sorted(args.faces.glob("*.jpg"))):
        picture = square(read_picture(path), args.size)
        if face_score(detector, picture) < args.min_score:
            print(f"no face in {path.name}, left out")
            continue
        cv2.imwrite(str(args.out / "photos" / f"{path.stem}.png"), picture)
        cv2.imwrite(str(args.out / "smooth" / f"{path.stem}.jpg"), smoothed(picture), [cv2.IMWRITE_JPEG_QUALITY, 97])
        kept += 1
    print(f"{kept} photos in {args.out}")
