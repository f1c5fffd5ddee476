"""Figures of manners, against what drawings of known tone and gradient give."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfs_training.figures.manner_figures import cheeks, gradient_energy, main, rank_correlation, shifts


def test_rank_correlation_is_that_of_ranks() -> None:
    assert rank_correlation([1, 2, 3, 4], [10, 20, 25, 100]) == pytest.approx(1)
    assert rank_correlation([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    # 1 - 6 sum d² / (n (n² - 1)) = 1 - 6 * 2 / 60
    assert rank_correlation([1, 2, 3, 4], [1, 3, 2, 4]) == pytest.approx(0.8)


def test_shifts_are_of_thirds_by_lightness() -> None:
    assert shifts([30, 90, 60, 31, 91, 61], [40, 90, 65, 41, 92, 66]) == pytest.approx([10, 5, 0.5])


def test_gradient_energy_of_a_ramp() -> None:
    ramp = np.repeat(np.linspace(0, 1, 101, dtype=np.float32)[None, :, None].repeat(20, 0), 3, 2)
    # Sobel's derivative of a slope of 0.01 a pixel is 8 times that; the border repeats
    assert gradient_energy(ramp[:, 1:-1]) == pytest.approx(0.08**2, rel=0.05)


def test_cheeks_are_two_discs_beside_the_nose() -> None:
    where = cheeks(200)
    count, *_ = cv2.connectedComponentsWithStats(where.astype(np.uint8))
    assert count == 3 and where.mean() == pytest.approx(2 * np.pi * 0.045**2, rel=0.02)
    assert not where[:, 90:110].any()
    assert np.array_equal(where, where[:, ::-1])


def test_table_of_the_teacher(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faces = tmp_path / "faces"
    faces.mkdir()
    rows = ["file,crop_center_x,crop_center_y,crop_side,crop_angle_degrees"]
    for i, tone in enumerate((60, 110, 160, 220)):
        picture = np.full((200, 200, 3), tone, np.uint8)
        cv2.circle(picture, (100, 100), 20, (20, 20, 20), -1)
        cv2.imwrite(str(faces / f"f{i}.png"), picture)
        rows.append(f"faces/f{i}.png,100,100,200,0")
    (tmp_path / "landmarks.csv").write_text("\n".join(rows) + "\n")
    arguments = [
        "--faces",
        faces,
        "--landmarks",
        tmp_path / "landmarks.csv",
        "--manners",
        "gouache",
        "--json",
        tmp_path / "out.json",
    ]
    assert main([str(a) for a in arguments]) == 0
    figures = json.loads((tmp_path / "out.json").read_text())
    assert figures["faces"] == 4 and figures["manners"]["gouache"]["teacher"]["rank"] == pytest.approx(1)
    assert "| gouache | 1.00 |" in capsys.readouterr().out
