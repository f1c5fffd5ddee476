"""Colour words of pictures whose colours are known."""

import numpy as np
import pytest

from mmfs_training.common.errors import TrainingError
from mmfs_training.words.color_words import color_words, oklab


def two(first: tuple[int, int, int], second: tuple[int, int, int]) -> np.ndarray:
    picture = np.zeros((32, 48, 3), np.uint8)
    picture[:, :24], picture[:, 24:] = first, second
    return picture


def test_oklab_of_the_primaries() -> None:
    # published values of sRGB's red and white
    got = oklab(np.array([[255, 0, 0], [255, 255, 255]], np.uint8))
    assert np.abs(got - [[0.62796, 0.22486, 0.12585], [1, 0, 0]]).max() < 1e-4


def test_dominant_colors_are_named() -> None:
    assert set(color_words(two((240, 130, 20), (30, 80, 200)))[:2]) == {"orange", "blue"}
    assert color_words(two((210, 30, 30), (200, 40, 40))) == ["red", "monochrome", "vivid"]


def test_tones_are_named() -> None:
    ramp = np.repeat(np.arange(0, 256, 4, dtype=np.uint8)[None, :, None], 3, 2).repeat(32, 0)
    assert color_words(ramp) == ["black and white"]
    assert "dark" in color_words(ramp // 3)
    assert "light" in color_words(255 - ramp // 3)
    assert color_words(two((225, 205, 175), (120, 95, 70)))[:2] == ["sepia", "monochrome"]
    assert "muted" in color_words(two((120, 130, 125), (140, 120, 140)))


def test_other_arrays_are_refused() -> None:
    with pytest.raises(TrainingError) as error:
        color_words(np.zeros((4, 4), np.uint8))
    assert error.value.code == "PICTURE_UNSUITABLE"
