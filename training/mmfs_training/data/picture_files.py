"""Pictures of any shape from files, and fitted to the sides that the networks take."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from .pictures import Pictures, decode_picture

MULTIPLE = 16


def read_picture(path: Path) -> Pictures:
    """RGB bytes [H, W, 3]; `TrainingError` PICTURE_UNREADABLE."""
    return np.asarray(cv2.cvtColor(decode_picture(path), cv2.COLOR_BGR2RGB), np.uint8)


def fitted(picture: Pictures, longer: int | None) -> Pictures:
    """Scaled so that the longer side is `longer` (None: as it is), then cut about its middle to multiples of 16."""
    height, width = picture.shape[:2]
    if longer is not None and max(height, width) != longer:
        scale = longer / max(height, width)
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        picture = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=method)
        height, width = picture.shape[:2]
    tall, broad = height - height % MULTIPLE, width - width % MULTIPLE
    top, left = (height - tall) // 2, (width - broad) // 2
    return np.ascontiguousarray(picture[top : top + tall, left : left + broad])
