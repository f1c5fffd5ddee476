"""The judge, trained on tiny art whose styles are plain to see."""

import os
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mmfs_training.common.errors import TrainingError
from mmfs_training.data.folders import Artwork
from mmfs_training.data.pictures import read_square
from mmfs_training.figures.style_judge import (
    colour_statistics,
    held_out_photos,
    softened,
    texture_statistics,
    train_style_judge,
)

DATA = Path(os.environ.get("MMFS_DATA", Path(__file__).parents[3] / "shared" / "data"))
SIDE, PHOTOS = 64, 20


def in_style(photo: NDArray[np.uint8], style: str) -> NDArray[np.uint8]:
    """smooth and grainy have the same colours, ruddy the same strokes as smooth."""
    if style == "ruddy":
        return (photo * np.array([1, 0.3, 0.2])).astype(np.uint8)
    if style == "grainy":
        noise = np.random.default_rng(int(photo.sum())).normal(0, 30, (SIDE, SIDE, 1))
        return np.clip(photo + noise, 0, 255).astype(np.uint8)
    return photo


def photo_of(seed: int) -> NDArray[np.uint8]:
    small = np.random.default_rng(seed).integers(60, 200, (5, 5, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> list[Artwork]:
    root = tmp_path_factory.mktemp("art")
    made = []
    for i in range(PHOTOS):
        for style in ("smooth", "grainy", "ruddy", "other"):
            path = root / f"{style}-{i}.png"
            cv2.imwrite(str(path), np.ascontiguousarray(in_style(photo_of(i), style)[:, :, ::-1]))
            made.append(Artwork(path, style, style, f"face-{i}"))
    return made


STYLES = ("ruddy", "smooth", "grainy")


def test_judge_knows_new_pictures_by_colour_and_by_stroke(works: list[Artwork]) -> None:
    judge = train_style_judge(works, STYLES, SIDE)
    assert judge.styles == ("grainy", "ruddy", "smooth")
    assert (judge.trained, judge.held_out) == (3 * 16, 3 * 4)
    assert judge.accuracy == 1
    seeds = range(100, 110)
    right = [judge(in_style(photo_of(seed), style)) == style for seed in seeds for style in STYLES]
    assert np.mean(right) >= 0.9
    soft = [softened(in_style(photo_of(seed), "ruddy"), np.random.default_rng(seed)) for seed in seeds]
    assert [judge(picture) for picture in soft] == ["ruddy"] * len(seeds)


def test_same_art_same_judge(works: list[Artwork]) -> None:
    a, b = (train_style_judge(works, STYLES, SIDE) for _ in range(2))
    np.testing.assert_array_equal(a.classifier[-1].coef_, b.classifier[-1].coef_)


def test_photos_are_on_one_side_of_the_split(works: list[Artwork]) -> None:
    aside = held_out_photos(works)
    photos = {side: {w.photo for w, out in zip(works, aside, strict=True) if out == side} for side in (True, False)}
    assert len(photos[True]) == 4
    assert not photos[True] & photos[False]


def test_accuracy_is_of_pictures_that_were_not_learned(works: list[Artwork]) -> None:
    """Which of two names a picture has can be learned by heart and not told from the picture."""
    smooth = [w for w in works if w.style == "smooth"]
    named = [Artwork(w.path, "ab"[i % 2], "", w.photo) for i, w in enumerate(smooth)]
    assert train_style_judge(named, ["a", "b"], SIDE).accuracy < 0.9


def test_statistics_of_known_pictures() -> None:
    grey = np.full((SIDE, SIDE, 3), 119, np.uint8)
    colour = colour_statistics(grey)
    # sRGB 119 is linear 0.1845, OKLab's L of a grey its cube root
    np.testing.assert_allclose(colour[:28].reshape(7, 4), [[0.1845 ** (1 / 3), 0, 0, 0]] * 7, atol=1e-3)
    red = colour_statistics(np.full((SIDE, SIDE, 3), (255, 0, 0), np.uint8))
    # Ottosson's table: a 0.225, b 0.126, so a chroma of 0.258 at 29.2°, between the first two of twelve hues
    hues = red[-12:] * 0.05
    assert hues.sum() == pytest.approx(0.258, abs=2e-3)
    assert hues[0] / hues.sum() == pytest.approx(1 - 29.2 / 30, abs=0.01)

    x = np.arange(SIDE)
    wave = np.repeat(np.tile(128 + 50 * np.sin(2 * np.pi * x / 8), (SIDE, 1))[:, :, None], 3, 2).astype(np.uint8)
    upright, lying = (texture_statistics(p).reshape(5, 11) for p in (wave, wave.transpose(1, 0, 2).copy()))
    assert upright[0, 3] > 0.99  # gradients along x
    assert lying[0, 3 + 4] > 0.99  # and along y, a half of the half circle further
    np.testing.assert_allclose(upright[:, :3], lying[:, :3], atol=1e-6)


def test_art_that_does_not_do(works: list[Artwork], monkeypatch: pytest.MonkeyPatch) -> None:
    few = [w for w in works if w.style != "ruddy"] + [w for w in works if w.style == "ruddy"][:1]
    for given, styles, code in (
        (works, ("ruddy", "blue"), "STYLE_UNKNOWN"),
        (works, ("ruddy", "ruddy"), "JUDGE_STYLES"),
        (few, STYLES, "ART_TOO_FEW"),
    ):
        with pytest.raises(TrainingError) as caught:
            train_style_judge(given, styles, SIDE)
        assert caught.value.code == code
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(TrainingError) as caught:
        train_style_judge(works, STYLES, SIDE)
    assert caught.value.code == "EXTRA_MISSING"


def test_real_art_is_told_apart() -> None:
    art = DATA / "art"
    if not (art / "charcoal").is_dir():
        pytest.skip(f"there is no {art} (MMFS_DATA names another folder)")
    styles = ("charcoal", "sepia-pencil", "rose-pastel")
    works = [
        Artwork(path, style, style, path.stem) for style in styles for path in sorted((art / style).iterdir())[:20]
    ]
    judge = train_style_judge(works, styles, 128)
    unseen = {style: sorted((art / style).iterdir())[-3:] for style in styles}
    assert all(judge(read_square(path, 128)) == style for style, paths in unseen.items() for path in paths)
