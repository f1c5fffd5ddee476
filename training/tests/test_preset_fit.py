"""Codes of presets fitted to pairs, under a network that stays as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from style_model import StyleModel, write_pairs, write_style_model

from mmfs_training.data.pictures import nchw, scaled
from mmfs_training.models.model_folder import read_model, stylise
from mmfs_training.models.preset_fit import main


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> StyleModel:
    made = write_style_model(tmp_path_factory.mktemp("presets"))
    write_pairs(made)
    return made


def fit(made: StyleModel, out: Path, *more: str) -> int:
    folders = ["--photos", made.faces, "--art", made.art, "--out", out]
    return main([str(made.model), *map(str, folders), "--steps", "40", *more])


def test_a_preset_comes_nearer_to_the_art_of_its_style(made: StyleModel, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    assert fit(made, tmp_path) == 0
    model, fitted = read_model(made.model), load_file(tmp_path / "presets.safetensors")
    photos, art = ([cv2.imread(str(folder / f"{i}.png"))[..., ::-1] for i in range(6)]
                   for folder in (made.faces, made.art / "ruddy"))  # fmt: skip
    images = nchw(scaled(np.stack(photos)))

    def distance(code: torch.Tensor) -> float:
        pictures = stylise(model.generator, images, code.expand(len(images), -1, -1))
        return (pictures - nchw(scaled(np.stack(art)))).mean((2, 3)).abs().mean().item()

    [ruddy, plain] = model.presets
    assert distance(fitted["ruddy one"]) < 0.8 * distance(ruddy.code)
    assert (fitted["ruddy one"].std(0) > 0).any()
    assert torch.equal(fitted["plain"], plain.code)
    assert torch.equal(fitted["photo"], model.photo)


def test_the_same_command_gives_the_same_codes(made: StyleModel, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    for name in ("a", "b"):
        assert fit(made, tmp_path / name, "--steps", "4") == 0
    a, b = (load_file(tmp_path / name / "presets.safetensors") for name in ("a", "b"))
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_art_without_photos_is_refused(made: StyleModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    others = tmp_path / "others"
    others.mkdir()
    shutil.copy(made.faces / "0.png", others / "another.png")
    folders = ["--photos", others, "--art", made.art, "--out", tmp_path]
    assert main([str(made.model), *map(str, folders)]) == 2
    assert capsys.readouterr().err.startswith("error PAIRS_MISSING: ")
    assert not (tmp_path / "presets.safetensors").exists()
