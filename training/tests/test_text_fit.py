"""The text tower fitted to pictures that stay as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from small_run import write_pictures
from test_small_towers import towers, write_static

from mmfs_training.data.folders import ArtFolder
from mmfs_training.models.text_fit import main, style_centers, wordings
from mmfs_training.towers.small_towers import SmallTowers


def test_words_come_to_lie_where_their_pictures_are(tmp_path: Path) -> None:
    _, folder = write_pictures(tmp_path / "data")
    before = towers(tmp_path / "towers")
    before.save(tmp_path / "towers")
    static = write_static(tmp_path / "static")
    arguments = ["--static", static, "--art", folder, "--out", tmp_path / "fitted", "--steps", 150, "--wordings", 400]
    assert main([str(tmp_path / "towers"), *map(str, arguments)]) == 0
    after = SmallTowers.load(tmp_path / "fitted")
    art = ArtFolder(folder)
    groups = [[work for work in art.works if work.style == style] for style in ("negative", "ruddy")]
    with torch.no_grad():
        centers = style_centers(after, groups, after.side)
        pictures = torch.rand(2, 3, 32, 32) * 2 - 1
        loaded = SmallTowers.load(tmp_path / "towers")
        assert torch.equal(after.embed_images(pictures), loaded.embed_images(pictures))
    cosines = after.embed_texts(["a negative picture", "a ruddy picture"]) @ centers.t()
    assert cosines.argmax(1).tolist() == [0, 1]
    unfitted = loaded.embed_texts(["a negative picture", "a ruddy picture"]) @ centers.t()
    assert cosines.diagonal().mean() > unfitted.diagonal().mean() + 0.1
    # with the memory a text lies where the pictures are, here one style's or the other's
    mix = np.linalg.lstsq(centers.numpy().T, after.embed_texts(["ruddy"])[0].numpy(), rcond=None)
    assert mix[1].item() < 1e-3
    assert (mix[0] > -0.01).all()
    # a center is the mean over the pictures of a style
    embedded = (
        after.embed_images(torch.stack([torch.from_numpy(_read(work.path)) for work in groups[0]]))
        .detach()
        .double()
        .numpy()
    )
    mean = embedded.mean(0) / np.linalg.norm(embedded.mean(0))
    np.testing.assert_allclose(centers[0].numpy(), mean, atol=1e-4)


def _read(path: Path) -> np.ndarray:
    from mmfs_training.data.pictures import read_square

    return (read_square(path, 32).astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)


def test_every_work_has_as_many_wordings(tmp_path: Path) -> None:
    _, folder = write_pictures(tmp_path / "data")
    art = ArtFolder(folder)
    groups = [[work for work in art.works if work.style == style] for style in ("negative", "ruddy")]
    texts, styles = wordings([groups[0], groups[1][:5]], 150, seed=0)
    assert np.bincount(styles.numpy()).tolist() == [100, 50]
    assert all("negative" in text for text in texts[:100])
    assert len(set(texts)) > 20


def test_what_is_missing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--static", str(tmp_path), "--art", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "TOWERS_MISSING" in capsys.readouterr().err
