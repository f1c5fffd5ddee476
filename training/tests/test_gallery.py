"""Pairs in the styles of a gallery, the table of art, and towers that go on from a folder."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from small_towers_folder import write_small_towers
from test_teach import write_pairs

from mmfs_training.data.folders import ArtFolder
from mmfs_training.data.picture_pairs import PicturePairs
from mmfs_training.manners import MANNERS, folder_of
from mmfs_training.prepare import art_table, gallery_pairs
from mmfs_training.words.captions import find_techniques

TOOL = '''
import pathlib
import torch
WEIGHTS = pathlib.Path("weights")

def read(path, size):
    import cv2
    picture = cv2.resize(cv2.imread(str(path))[:, :, ::-1], (size, size))
    return torch.from_numpy(picture.transpose(2, 0, 1).astype("float32") / 255)[None]

class TfliteNet:
    """The mean colour of the work is the style, and what is drawn."""
    def __init__(self, path):
        self.predicts = "predict" in path.name
    def __call__(self, *xs):
        if self.predicts:
            return [xs[0].mean((2, 3), keepdim=True)]
        return [xs[1].expand_as(xs[0])]
'''


def write_square(path: Path, colour: tuple[int, int, int], side: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((side, side, 3), colour[::-1], np.uint8))


@pytest.fixture
def world(tmp_path: Path) -> Path:
    (tmp_path / "tool.py").write_text(TOOL)
    for i, colour in enumerate(((200, 40, 40), (40, 160, 60), (50, 60, 190))):
        write_square(tmp_path / "art" / f"work-{i}.png", colour, 300)
    rng = np.random.default_rng(0)
    (tmp_path / "pairs" / "photos").mkdir(parents=True)
    for name in ("anna", "ben", "held", "whole-carl"):
        picture = cv2.resize(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8), (512, 512))
        cv2.imwrite(str(tmp_path / "pairs" / "photos" / f"{name}.png"), picture)
    return tmp_path


def arguments(world: Path, *more: str) -> list[str]:
    fixed = {"tool": "tool.py", "gallery": "art", "pairs": "pairs", "out": "gallery"}
    return [*(part for key, name in fixed.items() for part in (f"--{key}", str(world / name))), *more]


def test_every_artwork_gets_crops_in_its_colours(world: Path) -> None:
    assert gallery_pairs.main(arguments(world, "--each", "2", "--without", "held")) == 0
    found = PicturePairs([world / "gallery"], 0)
    assert found.styles == ["work-0", "work-1", "work-2"] and [len(p) for p in found.by_style] == [2, 2, 2]
    photos = {p.stem: cv2.imread(str(p)) for p in (world / "pairs" / "photos").iterdir()}
    for pairs, colour in zip(found.by_style, ((200, 40, 40), (40, 160, 60), (50, 60, 190)), strict=True):
        for pair in pairs:
            assert pair.art is not None
            drawn, photo = cv2.imread(str(pair.art)), cv2.imread(str(pair.photo))
            assert drawn.shape == photo.shape == (384, 384, 3)
            np.testing.assert_allclose(drawn.mean((0, 1))[::-1], colour, atol=2)
            errors = {
                stem: cv2.matchTemplate(whole, photo, cv2.TM_SQDIFF_NORMED).min() for stem, whole in photos.items()
            }
            assert min(errors, key=lambda stem: errors[stem]) in ("anna", "ben")
    kept = {path: path.stat().st_mtime_ns for path in (world / "gallery").rglob("*.jpg")}
    assert gallery_pairs.main(arguments(world, "--each", "3", "--without", "held")) == 0
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())
    assert [len(p) for p in PicturePairs([world / "gallery"], 0).by_style] == [3, 3, 3]


def test_parts_are_the_whole_and_what_is_to_stay_unseen_is_left_out(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery_pairs, "ALIKE", 1 - 1e-5)  # random towers hardly tell anything apart
    towers = write_small_towers(world / "towers", 16)
    write_square(world / "unseen" / "a.png", (200, 40, 40), 200)
    unlike = ["--unlike", str(world / "unseen"), "--towers", str(towers)]
    for part in ("0/2", "1/2"):
        assert gallery_pairs.main(arguments(world, "--part", part, *unlike)) == 0
    assert PicturePairs([world / "gallery"], 0).styles == ["work-1", "work-2"]
    assert gallery_pairs.main(arguments(world, "--unlike", str(world / "unseen"))) == 2
    assert gallery_pairs.main([*arguments(world)[2:], "--tool", str(world / "none.py")]) == 2


def test_the_table_says_what_the_pictures_are(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = write_pairs(world / "drawn", ("woodcut", "comic-book", "negative"), count=2)
    assert gallery_pairs.main(arguments(world, "--each", "1")) == 0
    with (world / "works.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "artist", "movement"])
        table.writerows([f"gallery/work-{i}.jpg", "Paul Klee", "expressionism"] for i in range(3))
    said = ["--pairs", str(pairs), "--gallery", str(world / "gallery"), "--out", str(world)]
    assert art_table.main([*said, "--artworks", str(world / "works.csv")]) == 2
    assert "CAPTIONS_MISSING" in capsys.readouterr().err and not (world / "art.csv").exists()
    said += ["--without", "negative"]
    assert art_table.main(said) == 2
    assert art_table.main([*said, "--artworks", str(world / "works.csv")]) == 0
    art = ArtFolder(world)
    assert art.styles == ["comic-book", "woodcut", "work-0", "work-1", "work-2"]
    assert len(art.works) == 2 * 2 + 3 * 2
    [woodcut] = {work.caption for work in art.works if work.style == "woodcut"}
    assert woodcut == MANNERS["woodcut"].caption
    klee = [work for work in art.works if work.style == "work-1"]
    assert {work.artist for work in klee} == {"Paul Klee"} and {work.photo for work in klee} == {None, "work-1.0"}


def test_every_texture_preset_has_words() -> None:
    captions = art_table.style_captions()
    assert len(captions) == 44 and {folder_of(name) for name in MANNERS} <= captions.keys()
    assert all(find_techniques(caption) for caption in captions.values())


def test_embeddings_of_a_style_are_of_its_pictures(world: Path) -> None:
    from mmfs_training.towers.small_towers import SmallTowers
    from mmfs_training.towers.style_embeddings import StyleEmbeddings, embed_files

    towers = SmallTowers.load(write_small_towers(world / "towers", 16))
    paths = sorted((world / "art").iterdir())
    found = StyleEmbeddings(towers, [paths[:1], paths[1:]])
    every = embed_files(towers, paths)
    rng = np.random.default_rng(0)
    torch.testing.assert_close(found.draw(0, rng), every[0])
    drawn = [found.draw(1, rng) for _ in range(20)]
    mean = torch.nn.functional.normalize(every[1:].mean(0), dim=0)
    options = torch.stack([every[1], every[2], mean])
    picked = {int((options - d).norm(dim=1).argmin()) for d in drawn}
    assert picked == {0, 1, 2} and all((options - d).norm(dim=1).min() < 1e-5 for d in drawn)


def test_a_style_with_a_name_has_an_anchor_of_its_own(world: Path) -> None:
    from mmfs_training.towers.small_towers import SmallTowers
    from mmfs_training.towers.style_embeddings import StyleEmbeddings, anchor

    towers = SmallTowers.load(write_small_towers(world / "towers", 16))
    paths = sorted((world / "art").iterdir())
    found = StyleEmbeddings(towers, [paths[:1], paths[:1]], ["watercolour", "gouache"])
    center = found.of_style[0][0]
    one, other = found.anchors
    torch.testing.assert_close(one, anchor(center, "watercolour"))
    assert float(one @ other) < 0.95 < float(found.of_style[0][0] @ found.of_style[1][0])
    assert float(one @ center) > 0.7 and float(one.norm()) == pytest.approx(1, abs=1e-5)
    rng = np.random.default_rng(0)
    drawn = [found.draw(0, rng) for _ in range(40)]
    share = sum(torch.allclose(d, one) for d in drawn) / 40
    assert 0.1 < share < 0.7
