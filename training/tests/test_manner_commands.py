"""The commands that draw sheets and make pairs."""

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from mmfs_training.common.errors import TrainingError
from mmfs_training.data.picture_files import fitted, read_picture
from mmfs_training.data.picture_pairs import PicturePairs
from mmfs_training.figures.manner_figures import drawn_by
from mmfs_training.figures.manner_sheet import main as draw_sheet
from mmfs_training.manners import MANNERS, Noise, Photo, seed_of
from mmfs_training.models.model_folder import read_model
from mmfs_training.networks.checkpoint import save_safetensors
from mmfs_training.networks.generator import GeneratorConfig
from mmfs_training.networks.reference import random_generator
from mmfs_training.prepare.manner_pairs import main as make_pairs
from mmfs_training.prepare.manner_pairs import sources

DATA = Path(os.environ.get("MMFS_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    picture = cv2.resize(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8), (200, 150), interpolation=cv2.INTER_CUBIC)
    path = tmp_path / "someone.png"
    cv2.imwrite(str(path), picture)
    return path


def test_a_sheet_has_a_row_for_each_photo(tmp_path: Path, photo: Path) -> None:
    out = tmp_path / "sheet.png"
    arguments = [str(out), str(photo), str(photo), "--manners", "pencil", "gouache", "--size", "160", "--cell", "96"]
    assert draw_sheet(arguments) == 0
    sheet = read_picture(out)
    assert sheet.shape == (2 * 96, 3 * 96, 3)
    np.testing.assert_array_equal(sheet[:96], sheet[96:])
    assert len(np.unique(sheet[:96, 96:192].reshape(-1, 3), axis=0)) > 50


def test_a_model_draws_the_manners_that_it_learnt(
    tmp_path: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, out = tmp_path / "model", tmp_path / "sheet.png"
    model.mkdir()
    generator = random_generator(GeneratorConfig(4, 16, detail=True), seed=2)
    save_safetensors(generator.state_dict(), model / "mmfs-mini.safetensors")
    rng = torch.Generator().manual_seed(0)
    save_safetensors(
        {n: torch.randn(10, 16, generator=rng) for n in ("photo", "graphite")}, model / "presets.safetensors"
    )
    table = {"size": 64, "photo": "photo", "presets": [{"name": "graphite", "style": "pencil"}]}
    (model / "presets.json").write_text(json.dumps(table))
    arguments = [str(out), str(photo), "--model", str(model), "--no-photo", "--size", "64", "--cell", "48"]
    assert draw_sheet(arguments) == 0
    picture = fitted(read_picture(photo), 64)
    expected = drawn_by(read_model(model), picture, "someone")[1]["pencil"]
    np.testing.assert_array_equal(read_picture(out), expected[:, 8:-8])  # its middle square
    assert draw_sheet([*arguments, "--manners", "gouache"]) == 2
    assert "there are pencil" in capsys.readouterr().err


def test_unknown_manners_are_named(tmp_path: Path, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert draw_sheet([str(tmp_path / "s.png"), str(photo), "--manners", "fresco"]) == 2
    assert "MANNER_UNKNOWN" in capsys.readouterr().err
    common = ["--faces", str(tmp_path), "--detector", "none", "--out", str(tmp_path / "pairs")]
    assert make_pairs([*common, "--manners", "fresco"]) == 2
    assert "MANNER_UNKNOWN" in capsys.readouterr().err


def test_sources_need_a_folder_and_keep_their_order(tmp_path: Path, photo: Path) -> None:
    for i in range(6):
        (tmp_path / f"x{i}.png").write_bytes(photo.read_bytes())
    found = sources([(tmp_path, False)], ("x",))
    assert len(found) == 6 and found == sources([(tmp_path, False)], ("x",))
    with pytest.raises(TrainingError) as error:
        sources([(tmp_path / "none", True)], None)
    assert error.value.code == "DATA_MISSING"


def test_fitted_pictures_have_sides_of_sixteen(photo: Path) -> None:
    assert fitted(read_picture(photo), None).shape == (144, 192, 3)
    assert fitted(read_picture(photo), 400).shape == (288, 400, 3)


def test_pairs_are_what_training_reads(tmp_path: Path) -> None:
    faces, detector = DATA / "faces" / "training", DATA / "weights" / "yunet-2023mar.onnx"
    if not faces.is_dir():
        pytest.skip(f"there is no {faces} (MMFS_DATA names another folder)")
    out = tmp_path / "pairs"
    some = sorted(faces.glob("interfaces-*.jpg"))[8:10]  # the second has no face in it
    mine = tmp_path / "faces"
    mine.mkdir()
    for path in some:
        (mine / path.name).write_bytes(path.read_bytes())
    arguments = [
        "--faces",
        str(mine),
        "--detector",
        str(detector),
        "--out",
        str(out),
        "--each",
        "2",
        "--manners",
        "pencil",
        "gouache",
    ]
    assert make_pairs(arguments) == 0
    found = PicturePairs([out], 0)
    assert sorted(found.styles) == ["gouache", "pencil"] and [len(p) for p in found.by_style] == [1, 1]
    assert json.loads((out / "noise.json").read_text()) == ["gouache", "pencil"]
    stem = some[0].stem
    picture = read_picture(out / "photos" / f"{stem}.jpg")
    drawing = MANNERS["pencil"].draw(Photo(np.float32(picture) / 255, Noise.draw(512, 512, seed_of(stem))))
    saved = np.float32(read_picture(out / "art" / "pencil" / f"{stem}.jpg")) / 255
    assert np.abs(saved - np.clip(drawing, 0, 1)).mean() < 0.03  # JPEG
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.jpg")}
    assert make_pairs(arguments) == 0
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.jpg")} == before


def test_without_a_detector_every_crop_has_a_face(
    tmp_path: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces" / photo.name).write_bytes(photo.read_bytes())
    given = ["--faces", str(tmp_path / "faces"), "--out", str(tmp_path / "pairs"), "--manners", "pencil"]
    assert make_pairs(given) == 0
    [pairs] = PicturePairs([tmp_path / "pairs"], 0).by_style
    assert [read_picture(pair.photo).shape for pair in pairs] == [(512, 512, 3)]
    assert make_pairs([*given, "--photos", str(tmp_path / "faces")]) == 2
    assert "DETECTOR_NEEDED" in capsys.readouterr().err
