"""Faces in photographs, cut out upright by the squares that a table gives."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..common.errors import TrainingError
from ..common.evenly_spread import evenly_spread
from ..data.pictures import Pictures
from ..prepare.photos import read_picture

CROP = ("crop_center_x", "crop_center_y", "crop_side", "crop_angle_degrees")


@dataclass(frozen=True)
class Face:
    """The square of `side` pixels around (x, y) in a picture, turned by `degrees`."""

    path: Path
    x: float
    y: float
    side: float
    degrees: float


def find_faces(folder: Path, landmarks: Path, limit: int | None = None) -> list[Face]:
    """The pictures of `folder` that the CSV names, in its order; `limit` of them, evenly spread.

    Raises `TrainingError` LANDMARKS_UNREADABLE or FACES_MISSING.
    """
    faces = []
    try:
        with landmarks.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            lacking = {"file", *CROP} - set(rows.fieldnames or ())
            if lacking:
                raise ValueError(f"it lacks the column {', '.join(sorted(lacking))}")
            for row in rows:
                place = Path(row["file"] or "")
                path = folder / place.name
                if place.parent.name not in ("", folder.resolve().name) or not path.is_file():
                    continue
                x, y, side, degrees = (float(row[name] or "nan") for name in CROP)
                if not (math.isfinite(x + y + side + degrees) and side > 0):
                    raise ValueError(f"line {rows.line_num} gives no square")
                faces.append(Face(path, x, y, side, degrees))
    except (OSError, ValueError, csv.Error) as error:
        raise TrainingError("LANDMARKS_UNREADABLE", f"{landmarks} cannot be used: {error}.") from error
    if not faces:
        raise TrainingError(
            "FACES_MISSING", f"{landmarks} names no picture in {folder}: give the folder that it is of."
        )
    return evenly_spread(faces, limit or len(faces))


def aligned_square(picture: Pictures, x: float, y: float, side: float, degrees: float, size: int) -> Pictures:
    """The square of `side` pixels around (x, y), turned by `degrees`, at `size` pixels."""
    scale = size / side
    matrix = cv2.getRotationMatrix2D((x, y), degrees, scale)
    matrix[:, 2] += size / 2 - np.array([x, y])
    if scale < 1:  # warpAffine does not average, so smooth first
        picture = cv2.GaussianBlur(picture, (0, 0), 0.4 / scale)
    return cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)


def read_face(face: Face, size: int) -> Pictures:
    """RGB bytes [size, size, 3]."""
    try:
        picture = cv2.cvtColor(read_picture(face.path), cv2.COLOR_BGR2RGB)
    except ValueError as error:
        raise TrainingError("PICTURE_UNREADABLE", f"{error}: mend or remove it.") from error
    return aligned_square(picture, face.x, face.y, face.side, face.degrees, size)
