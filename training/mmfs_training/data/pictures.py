"""Pictures from files, as bytes and as what networks take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..common.errors import TrainingError

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


def mirrored(picture: NDArray[Any], mirror: bool) -> NDArray[Any]:
    return picture[:, ::-1] if mirror else picture


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
