"""Words for the colours of a picture, measured in OKLab."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..common.errors import TrainingError

# colours as people name them, sRGB
COLORS: dict[str, tuple[int, int, int]] = {
    "red": (205, 40, 35),
    "dark red": (120, 25, 30),
    "pink": (240, 160, 185),
    "rose": (215, 110, 125),
    "orange": (235, 130, 35),
    "peach": (245, 195, 160),
    "brown": (115, 70, 40),
    "tan": (190, 150, 110),
    "ochre": (195, 140, 45),
    "gold": (220, 180, 60),
    "yellow": (245, 220, 60),
    "lemon yellow": (245, 240, 140),
    "cream": (245, 235, 210),
    "olive": (115, 115, 45),
    "green": (55, 140, 60),
    "light green": (155, 210, 135),
    "dark green": (30, 70, 45),
    "turquoise": (60, 185, 180),
    "teal": (20, 110, 115),
    "pale blue": (175, 210, 235),
    "blue": (50, 95, 190),
    "dark blue": (25, 35, 95),
    "gray blue": (110, 135, 160),
    "violet": (110, 55, 155),
    "lilac": (190, 160, 215),
    "purple": (130, 40, 110),
    "white": (248, 248, 248),
    "gray": (135, 135, 135),
    "black": (18, 18, 18),
}

NEUTRAL = ("white", "gray", "black")
TONES = ("black and white", "sepia", "monochrome", "dark", "light", "vivid", "muted")

MATRIX_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
MATRIX_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """sRGB bytes [..., 3] to OKLab [..., 3]: lightness 0 to 1, a and b about -0.4 to 0.4.

    Source: Björn Ottosson, "A perceptual color space for image processing" (2020).
    """
    s = picture / 255
    linear = np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear @ MATRIX_LMS.T) @ MATRIX_LAB.T)


NAMES = tuple(COLORS)
CENTRES = oklab(np.array(list(COLORS.values()), np.uint8))


def color_words(picture: NDArray[np.uint8]) -> list[str]:
    """RGB bytes [H, W, 3] of any size to at most three names of COLORS, the most prominent first, then names of TONES.

    Without colour it is "black and white" alone, with one faint hue "sepia" (brownish) or "monochrome" and the hue.
    Throws TrainingError PICTURE_UNSUITABLE for anything else than RGB bytes.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or picture.size == 0:
        raise TrainingError("PICTURE_UNSUITABLE", f"Give RGB bytes [H, W, 3], not {picture.dtype} {picture.shape}.")
    if max(picture.shape) > 64:  # single pixels hold noise and the grain of paper
        picture = np.asarray(cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA), np.uint8)
    lab = oklab(picture).reshape(-1, 3)
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    tone = [word for word, holds in (("dark", lightness.mean() < 0.42), ("light", lightness.mean() > 0.78)) if holds]
    if np.percentile(chroma, 90) < 0.02:
        return ["black and white", *tone]

    # a little strong colour is noticed sooner than much of a faint one
    prominence = 0.03 + chroma
    nearest = ((lab[:, None] - CENTRES) ** 2).sum(2).argmin(1)
    share = np.bincount(nearest, prominence, len(NAMES)) / prominence.sum()
    names = [NAMES[i] for i in np.argsort(-share, kind="stable")[:3] if share[i] > 0.09]

    mean = (lab[:, 1:] * chroma[:, None]).sum(0) / chroma.sum()
    one_hue = np.hypot(*mean) > 0.97 * (chroma**2).sum() / chroma.sum()
    if one_hue:
        hue = np.degrees(np.arctan2(mean[1], mean[0]))
        if 35 < hue < 100 and np.percentile(chroma, 90) < 0.09:
            return ["sepia", "monochrome", *tone]
        tone.insert(0, "monochrome")
    if chroma.mean() > 0.12:
        tone.append("vivid")
    elif chroma.mean() < 0.045:
        tone.append("muted")
    return [*(names or [NAMES[int(share.argmax())]]), *tone]
