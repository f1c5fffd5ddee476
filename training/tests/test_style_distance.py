"""Distances of styles whose colours and strokes are known."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mmfs_training.data.pictures import read_square
from mmfs_training.figures.style_distance import (
    colour_distance,
    half_sphere,
    style_distances,
    style_of,
    texture_distance,
)

DATA = Path(os.environ.get("MMFS_DATA", Path(__file__).parents[3] / "shared" / "data"))
SIDE = 64


def plain(*rgb: int) -> NDArray[np.uint8]:
    return np.full((SIDE, SIDE, 3), rgb, np.uint8)


def stripes(angle: float, contrast: float = 60, period: float = 8) -> NDArray[np.uint8]:
    y, x = np.mgrid[:SIDE, :SIDE]
    wave = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period)
    return np.repeat((128 + contrast * wave)[:, :, None], 3, 2).round().astype(np.uint8)


def test_directions_cover_the_half_sphere_evenly() -> None:
    directions = half_sphere(512)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    # the mean of v vᵀ over a sphere is the identity divided by three
    np.testing.assert_allclose(directions.T @ directions / 512, np.eye(3) / 3, atol=0.01)


def test_plain_colours_are_as_far_apart_as_their_projections() -> None:
    # white is (1, 0, 0) in OKLab and black (0, 0, 0), so a projection differs by the direction's first number,
    # whose mean square over the sphere is a third
    assert colour_distance(style_of(plain(255, 255, 255)), style_of(plain(0, 0, 0))) == pytest.approx(
        np.sqrt(1 / 3),
        rel=0.02,  # 32 directions are not quite the sphere
    )
    # Ottosson's table: sRGB red is L 0.628, a 0.225, b 0.126
    distance = colour_distance(style_of(plain(255, 0, 0)), style_of(plain(255, 255, 255)))
    assert distance == pytest.approx(np.sqrt((0.372**2 + 0.225**2 + 0.126**2) / 3), rel=0.1)


def test_where_the_colours_are_does_not_count() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    moved = picture[np.random.default_rng(1).permutation(SIDE)]
    assert colour_distance(style_of(picture), style_of(moved)) == pytest.approx(0, abs=1e-9)
    assert (
        colour_distance(style_of(picture), style_of(picture[:, :, ::-1]))
        < 0.02
        < colour_distance(style_of(picture), style_of(picture // 2))
    )


def test_strokes_differ_by_direction_scale_and_contrast_not_by_place() -> None:
    upright = style_of(stripes(0))
    moved = style_of(np.roll(stripes(0), 3, 1))
    assert texture_distance(upright, moved) < 0.2  # the coarsest level has four pixels a side, and feels it
    for other in (stripes(np.pi / 2), stripes(0, period=16), stripes(0, contrast=20)):
        assert texture_distance(upright, style_of(other)) > 3 * texture_distance(upright, moved)


def test_doubled_contrast_is_log_two() -> None:
    noise = np.random.default_rng(0).normal(0, 1, (SIDE, SIDE, 1)) * 25
    once, twice = (style_of(np.clip(128 + np.repeat(k * noise, 3, 2), 0, 255).round().astype(np.uint8)) for k in (1, 2))
    gained = (twice.texture - once.texture).reshape(-1, 7)
    # OKLab's L is nearly linear in the bytes around the middle; a and b stay empty, and what is fine rises above FLOOR
    np.testing.assert_allclose(gained[0, [0, 3, 4, 5, 6]], np.log(2), atol=0.1)
    np.testing.assert_allclose(gained[:, 1:3], 0, atol=1e-3)


def test_table_is_scaled_and_added() -> None:
    pictures = [style_of(p) for p in (stripes(0), stripes(1, 20), plain(200, 30, 60))]
    table = style_distances(pictures[:2], pictures)
    expected = np.zeros((2, 3))
    for kind, power in (("colours", 2), ("texture", 2)):
        part = np.array(
            [[np.mean((getattr(a, kind) - getattr(b, kind)) ** power) ** 0.5 for b in pictures] for a in pictures[:2]]
        )
        expected += part / part.mean()
    np.testing.assert_allclose(table, expected)
    assert table.argmin(1).tolist() == [0, 1]
    assert style_distances(pictures[:1], pictures[:1]).item() == 0


def test_art_is_nearest_to_what_it_was_made_from() -> None:
    references = DATA / "art" / "references"
    if not references.is_dir():
        pytest.skip(f"there is no {references} (MMFS_DATA names another folder)")
    styles = ("charcoal", "sepia-pencil", "water-lilies", "psychedelic", "rose-pastel", "ink-etching")
    targets = [style_of(read_square(references / f"{style}.jpg", 256)) for style in styles]
    made = [
        style_of(read_square(path, 256)) for style in styles for path in sorted((DATA / "art" / style).iterdir())[:2]
    ]
    nearest = style_distances(made, targets).argmin(1)
    assert np.mean(nearest == np.repeat(np.arange(6), 2)) > 0.9


def test_size_is_of_any_picture() -> None:
    big = cv2.resize(stripes(0), (96, 96))
    assert style_of(big).colours.shape == style_of(stripes(0)).colours.shape
