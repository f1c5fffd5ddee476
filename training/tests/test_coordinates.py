"""Coordinates of styles in z space."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from mmfs_training.styles.cells import cell_directions
from mmfs_training.styles.coordinates import LUMA, describe, describe_styles, free_directions, nearness, place, whitened


def picture(seed: int, side: int = 96) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 256, (side, side, 3)).astype(np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 2)


def test_the_tones_are_the_means_where_the_photo_is_as_dark() -> None:
    art, photo = picture(1), picture(2)
    found = describe(art, photo)
    brightness = (photo / 255.0) @ LUMA
    order = np.argsort(brightness.ravel(), kind="stable")
    pixels = art.reshape(-1, 3) / 255.0
    luma = pixels @ LUMA
    for i, part in enumerate(np.array_split(order, 6)):
        expected = [luma[part].mean(), (pixels[part, 0] - luma[part]).mean(), (pixels[part, 2] - luma[part]).mean()]
        np.testing.assert_allclose(found[[i, 6 + i, 12 + i]], expected, atol=2e-3)


def test_strokes_and_their_direction_are_told_apart() -> None:
    photo, plain = picture(2), np.full((96, 96, 3), 128, np.uint8)
    stripes = plain.copy()
    stripes[:, ::4] = 0
    upright, lying = describe(stripes, photo), describe(stripes.transpose(1, 0, 2), photo)
    flat = describe(plain, photo)
    assert upright[21] - flat[21] > 3  # the finest band of luma
    first_scale = slice(29, 33)
    assert upright[first_scale].argmax() == 0
    assert lying[first_scale].argmax() == 2
    np.testing.assert_allclose(upright[:21], lying[:21], atol=0.02)


def test_styles_are_described_by_their_pairs(tmp_path: Path) -> None:
    pairs = []
    for i in range(2):
        for name, seed in ((f"photo{i}.png", i), (f"art{i}.png", 10 + i)):
            cv2.imwrite(str(tmp_path / name), picture(seed, 128)[:, :, ::-1])
        pairs.append((tmp_path / f"photo{i}.png", tmp_path / f"art{i}.png"))
    expected = (describe(picture(10, 128), picture(0, 128)) + describe(picture(11, 128), picture(1, 128))) / 2
    np.testing.assert_allclose(describe_styles([pairs, pairs[:1]])[0], expected, rtol=1e-5, atol=1e-6)


def test_coordinates_are_white() -> None:
    rng = np.random.default_rng(0)
    descriptions = (rng.standard_normal((300, 3)) @ rng.standard_normal((3, 8)) * 7 + 5).astype(np.float32)
    found = whitened(descriptions, 3).double().numpy()
    np.testing.assert_allclose(found.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(found.T @ found / 300, np.eye(3), atol=0.1)
    # drawing in the outliers aside, the same space: a linear map goes from one to the other
    solved, *_ = np.linalg.lstsq(found, descriptions - descriptions.mean(0), rcond=None)
    rest = descriptions - descriptions.mean(0) - found @ solved
    assert (rest**2).sum() < 0.02 * ((descriptions - descriptions.mean(0)) ** 2).sum()
    with pytest.raises(ValueError, match="no 9 coordinates"):
        whitened(descriptions, 9)


def test_a_placed_z_has_the_coordinates_and_keeps_the_rest() -> None:
    basis = cell_directions(16, 4, seed=1)
    z = torch.randn(50, 16, generator=torch.Generator().manual_seed(0))
    wanted = torch.randn(50, 4, generator=torch.Generator().manual_seed(1))
    moved = place(z, wanted, basis)
    torch.testing.assert_close(moved @ basis.t(), wanted)
    across = torch.eye(16) - basis.t() @ basis
    torch.testing.assert_close(moved @ across, z @ across, atol=1e-5, rtol=1e-5)


def test_nearness_is_a_softmax_of_squared_distances() -> None:
    basis = cell_directions(16, 4, seed=1)
    z, styles = torch.randn(20, 16), torch.randn(7, 4)
    along = z.double().numpy() @ basis.double().numpy().T
    squares = ((along[:, None] - styles.double().numpy()[None]) ** 2).sum(2)
    expected = np.exp(-10 / 4 * squares)
    np.testing.assert_allclose(
        nearness(z, styles, basis, 10.0).numpy(), expected / expected.sum(1, keepdims=True), atol=1e-4
    )


def test_free_directions_are_orthonormal_and_across_the_codes() -> None:
    codes = torch.randn(5, 16, generator=torch.Generator().manual_seed(3))
    free = free_directions(codes, 7, seed=1)
    torch.testing.assert_close(free @ free.t(), torch.eye(7), atol=1e-5, rtol=0)
    torch.testing.assert_close(free @ codes.t(), torch.zeros(7, 5), atol=1e-5, rtol=0)
    with pytest.raises(ValueError, match="no 12 directions"):
        free_directions(codes, 12, seed=1)
