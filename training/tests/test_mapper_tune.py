"""The mapper tuned to pairs, with all else as it was."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from style_model import FACES, StyleModel, write_pairs, write_style_model

from mmfs_training.data.pictures import nchw, scaled
from mmfs_training.models.mapper_tune import main
from mmfs_training.models.model_folder import WEIGHTS, stylise
from mmfs_training.networks.checkpoint import load_generator
from mmfs_training.towers.small_towers import SmallTowers


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> StyleModel:
    made = write_style_model(tmp_path_factory.mktemp("tune"))
    write_pairs(made)
    return made


def run(made: StyleModel, model: Path, out: Path, *more: str) -> int:
    folders = ["--photos", made.faces, "--art", made.art, "--out", out]
    return main([str(model), *map(str, folders), "--batch", "4", *more])


def read(folder: Path, style: str | None = None) -> torch.Tensor:
    paths = [(folder / style if style else folder) / f"{i}.png" for i in range(FACES)]
    return nchw(scaled(np.stack([cv2.imread(str(path))[..., ::-1] for path in paths])))


def test_pictures_and_words_come_nearer_to_the_art(made: StyleModel, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    assert run(made, made.model, tmp_path, "--steps", "150", "--rate", "0.01") == 0
    towers = SmallTowers.load(made.model)
    before, after = load_generator(made.model / WEIGHTS), load_generator(tmp_path / WEIGHTS)
    photos = read(made.faces)
    for style in ("ruddy", "negative"):
        art = read(made.art, style)
        for embedding in (towers.embed_images(art[:1]), towers.embed_texts([style])):

            def distance(generator: torch.nn.Module, art: torch.Tensor = art, e: torch.Tensor = embedding) -> float:
                pictures = stylise(generator, photos, generator.map_embedding(e).expand(FACES, -1, -1))  # type: ignore
                return (pictures - art).mean((2, 3)).abs().mean().item()

            assert distance(after) < 0.95 * distance(before)


def test_nothing_but_the_mapper_changes(made: StyleModel, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    model = tmp_path / "model"
    model.mkdir()
    for file in made.model.iterdir():
        (model / file.name).write_bytes(file.read_bytes())
    save_file(load_file(model / WEIGHTS), model / WEIGHTS, {"mmfs.size": "64"})
    assert run(made, model, tmp_path / "a", "--steps", "3") == 0
    assert run(made, model, tmp_path / "b", "--steps", "3") == 0
    before, a, b = (load_file(folder / WEIGHTS) for folder in (model, tmp_path / "a", tmp_path / "b"))
    changed = {key for key in before if not torch.equal(before[key], a[key])}
    assert changed
    assert all(key.startswith("clip_mapper.") for key in changed)
    assert all(torch.equal(a[key], b[key]) for key in a)
    with safe_open(tmp_path / "a" / WEIGHTS, "pt") as file:
        assert file.metadata() == {"mmfs.size": "64"}


def test_a_model_without_a_mapper_is_refused(
    made: StyleModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "model"
    model.mkdir()
    for file in made.model.iterdir():
        (model / file.name).write_bytes(file.read_bytes())
    kept = {k: v for k, v in load_file(model / WEIGHTS).items() if not k.startswith("clip_mapper.")}
    save_file(kept, model / WEIGHTS)
    assert run(made, model, tmp_path / "out") == 2
    assert capsys.readouterr().err.startswith("error MAPPER_MISSING: ")
