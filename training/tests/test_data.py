"""Folders of pictures: what is wrong with them is said, what is drawn from them depends on the step alone."""

from __future__ import annotations

import copy
import csv
import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from small_run import CONFIG, write_pictures

from mmfs_training.common.config import parse_config
from mmfs_training.common.errors import TrainingError
from mmfs_training.common.place import Draws, Place
from mmfs_training.data.face_weights import face_weights
from mmfs_training.data.folders import ArtFolder, Pairs, PhotoFolder, training_art
from mmfs_training.data.pictures import jittered, mirrored, read_square, scaled
from mmfs_training.phases.encoder import EncoderPhase
from mmfs_training.phases.paired import PairedPhase
from mmfs_training.phases.prior import PriorPhase
from mmfs_training.runs.ahead import Ahead
from mmfs_training.runs.checkpoints import Counters, save_checkpoint

HERE = Place(torch.device("cpu"), torch.float32)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_pictures(tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def own(pictures: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """Photos and art that a test may spoil."""
    return tuple(Path(shutil.copytree(folder, tmp_path / folder.name)) for folder in pictures)  # type: ignore[return-value]


def code_of(call: Any, *mentioned: str | Path) -> str:
    with pytest.raises(TrainingError) as caught:
        call()
    for word in mentioned:
        assert str(word) in str(caught.value)
    return caught.value.code


def rewrite(art: Path, change: Any) -> None:
    """Changes the rows of art.csv, the header among them."""
    with (art / "art.csv").open(newline="") as file:
        rows = change(list(csv.reader(file)))
    with (art / "art.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def test_folders_that_are_missing_or_empty_are_named(tmp_path: Path) -> None:
    nowhere, empty = tmp_path / "nowhere", tmp_path / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("no picture")
    assert code_of(lambda: PhotoFolder(nowhere, 2, 0), nowhere) == "DATA_MISSING"
    assert code_of(lambda: ArtFolder(nowhere), nowhere) == "DATA_MISSING"
    assert code_of(lambda: PhotoFolder(empty, 2, 0), empty) == "DATA_EMPTY"
    assert code_of(lambda: ArtFolder(empty), empty) == "DATA_EMPTY"


def test_some_photos_must_be_left_to_train_on(pictures: tuple[Path, Path]) -> None:
    assert code_of(lambda: PhotoFolder(pictures[0], 10, 0), "10 pictures") == "DATA_TOO_FEW"
    assert len(PhotoFolder(pictures[0], 9, 0).training) == 1


@pytest.mark.parametrize("kind", ["empty", "text", "header", "folder"])
def test_an_unreadable_picture_is_named(own: tuple[Path, Path], kind: str) -> None:
    photos, _ = own
    path = photos / "face-3.png"
    data = path.read_bytes()
    path.unlink()
    if kind == "folder":
        path.mkdir()
    else:
        path.write_bytes({"empty": b"", "text": b"not a picture", "header": data[:60]}[kind])
    assert code_of(lambda: PhotoFolder(photos, 2, 0), path) == "PICTURE_UNREADABLE"


@pytest.mark.parametrize("progressive", [0, 1])
@pytest.mark.parametrize("damage", ["cut", "last bytes", "zeros"])
def test_a_truncated_jpeg_is_named(tmp_path: Path, progressive: int, damage: str) -> None:
    rng = np.random.default_rng(1)
    picture = cv2.resize(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8), (256, 256))
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_PROGRESSIVE, progressive])[1].tobytes()
    path = tmp_path / "face.jpg"
    path.write_bytes(data)
    assert np.abs(read_square(path, 256).astype(float) - picture[:, :, ::-1]).mean() < 8
    half = len(data) // 2
    path.write_bytes({"cut": data[:half], "last bytes": data[:-3], "zeros": data[:half] + bytes(half)}[damage])
    assert code_of(lambda: read_square(path, 256), path) == "PICTURE_UNREADABLE"


def test_the_middle_square_is_taken(tmp_path: Path) -> None:
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = (10, 20, 200)  # OpenCV's order: red is last
    cv2.imwrite(str(tmp_path / "wide.png"), wide)
    cv2.imwrite(str(tmp_path / "tall.png"), wide.transpose(1, 0, 2))
    for name in ("wide.png", "tall.png"):
        for size in (10, 20, 40):
            square = read_square(tmp_path / name, size)
            assert square.shape == (size, size, 3)
            assert np.all(square == (200, 20, 10))


def test_captions_need_their_columns_and_files(own: tuple[Path, Path]) -> None:
    _, art = own
    table = (art / "art.csv").read_text()
    rewrite(art, lambda rows: [[row[0], row[1], row[3]] for row in rows])
    assert code_of(lambda: ArtFolder(art), "caption", art / "art.csv") == "CAPTIONS_INVALID"
    (art / "art.csv").write_text(table)
    rewrite(art, lambda rows: [*rows[:4], ["negative/face-99.png", *rows[4][1:]], *rows[5:]])
    assert code_of(lambda: ArtFolder(art), "line 5", "negative/face-99.png") == "CAPTION_WITHOUT_FILE"
    (art / "art.csv").write_text(table)
    rewrite(art, lambda rows: [*rows[:2], [rows[2][0], rows[2][1], "", rows[2][3]], *rows[3:]])
    assert code_of(lambda: ArtFolder(art), "line 3", "caption") == "CAPTIONS_INVALID"
    (art / "art.csv").write_bytes("file,style,caption\nnegative/face-0.png,é,ü\n".encode("latin-1"))
    assert code_of(lambda: ArtFolder(art), "UTF-8") == "CAPTIONS_INVALID"
    (art / "art.csv").write_text("file,style,caption,photo\n")
    assert code_of(lambda: ArtFolder(art), art) == "DATA_EMPTY"


def test_a_table_saved_by_a_spreadsheet_is_read(own: tuple[Path, Path]) -> None:
    _, art = own
    table = (art / "art.csv").read_bytes()
    (art / "art.csv").write_bytes(b"\xef\xbb\xbf" + table)
    assert ArtFolder(art).styles == ["negative", "ruddy"]


def test_without_a_table_folders_are_styles(own: tuple[Path, Path]) -> None:
    _, art = own
    with_table = ArtFolder(art)
    (art / "art.csv").unlink()
    (art / "ruddy").rename(art / "ruddy-brown_ink")
    folders = ArtFolder(art)
    assert folders.styles == ["negative", "ruddy-brown_ink"]
    assert {work.caption for work in folders.works} == {"negative", "ruddy brown ink"}
    assert {work.photo for work in folders.works} == {work.photo for work in with_table.works}


def test_pairs_must_exist_in_every_style(own: tuple[Path, Path]) -> None:
    photos, art = own
    folder = PhotoFolder(photos, 2, 0)
    pairs = Pairs(folder, ArtFolder(art))
    assert [len(found) for found in pairs.by_style] == [8, 8]
    for style, found in zip(pairs.styles, pairs.by_style, strict=True):
        assert all(photo in folder.training and work == art / style / photo.name for photo, work in found)
    rewrite(art, lambda rows: [rows[0], *([*row[:3], "" if row[1] == "ruddy" else row[3]] for row in rows[1:])])
    assert code_of(lambda: Pairs(folder, ArtFolder(art)), "ruddy") == "PAIRS_MISSING"


def test_art_made_from_a_held_out_photo_is_held_out(pictures: tuple[Path, Path]) -> None:
    photos = PhotoFolder(pictures[0], 2, 0)
    held_out = {path.stem for path in photos.held_out}
    assert len(held_out) == 2
    assert not held_out & {path.stem for path in photos.training}
    used = training_art(ArtFolder(pictures[1]), photos)
    assert len(used) == 16
    assert not held_out & {work.path.stem for work in used}
    other = PhotoFolder(pictures[0], 2, 1)
    assert {path.stem for path in other.held_out} != held_out


def test_one_byte_changes_the_digest(own: tuple[Path, Path]) -> None:
    photos, art = own

    def digests() -> tuple[str, str]:
        return PhotoFolder(photos, 2, 0).digest, ArtFolder(art).digest

    first = digests()
    assert digests() == first
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in first)
    for place, path in enumerate((photos / "face-4.png", art / "ruddy" / "face-4.png")):
        data = path.read_bytes()
        path.write_bytes(data + b"\0")  # behind the end of the picture
        assert [now == then for now, then in zip(digests(), first, strict=True)] == [place == 1, place == 0]
        path.write_bytes(data)
    assert digests() == first
    rewrite(art, lambda rows: [*rows[:2], [*rows[2][:2], "another caption", rows[2][3]], *rows[3:]])
    assert digests()[0] == first[0]
    assert digests()[1] != first[1]
    (photos / "face-4.png").rename(photos / "face-x.png")
    assert digests()[0] != first[0]


class Trained:
    """The phases, their batches without any step."""

    def __init__(self, photos: Path, art: Path, run: Path) -> None:
        values: dict[str, Any] = copy.deepcopy(CONFIG)
        values["base"]["paired"] |= {"extras": 6, "jitter": False, "fit_steps": 1}
        self.config = parse_config(values)
        self.photos, self.art, self.run = PhotoFolder(photos, 2, 3), ArtFolder(art), run
        for make in (self.prior, self.encoder):  # each needs the checkpoint of the one before
            phase = make()
            (run / phase.name).mkdir(parents=True)
            save_checkpoint(run / phase.name / "checkpoint.pt", phase, Counters())

    def prior(self, place: Place = HERE) -> PriorPhase:
        return PriorPhase(self.config, place, self.photos, self.run)

    def encoder(self, place: Place = HERE) -> EncoderPhase:
        return EncoderPhase(self.config, place, self.photos, self.run)

    def base(self, place: Place = HERE) -> PairedPhase:
        return PairedPhase(self.config, place, self.photos, self.art, self.run)


@pytest.fixture(scope="module")
def trained(pictures: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return Trained(*pictures, tmp_path_factory.mktemp("run"))


def tensors(batch: Any) -> list[torch.Tensor]:
    return [batch] if isinstance(batch, torch.Tensor) else list(vars(batch).values())


@pytest.mark.parametrize("name", ["prior", "encoder", "base"])
def test_a_batch_depends_on_its_step_alone(trained: Trained, name: str) -> None:
    first, second = getattr(trained, name)(), getattr(trained, name)()
    batches = [first.make_batch(step) for step in range(4)]
    again = second.make_batch(3)
    assert all(torch.equal(a, b) for a, b in zip(tensors(batches[3]), tensors(again), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(tensors(batches[2]), tensors(batches[3]), strict=True))


@pytest.mark.parametrize("name", ["prior", "encoder", "base"])
def test_processes_share_a_batch(trained: Trained, name: str) -> None:
    whole = tensors(getattr(trained, name)().make_batch(5))
    shares = [
        tensors(getattr(trained, name)(Place(torch.device("cpu"), torch.float32, rank, 2)).make_batch(5))
        for rank in range(2)
    ]
    for tensor, *parts in zip(whole, *shares, strict=True):
        # the extras of phase 2 stand behind the batch: 4 and 6 pictures of 10
        cuts = (0, 4, 10) if len(tensor) == 10 else (0, len(tensor))
        for rank, part in enumerate(parts):
            expected = torch.cat([tensor[a:b][rank::2] for a, b in pairwise(cuts)])
            assert torch.equal(part, expected)


def test_draws_are_cut_from_those_of_one_process() -> None:
    def drawn(place: Place) -> list[torch.Tensor]:
        draws = Draws(place, 1, 2, 3)
        return [draws.z(6, 4), draws.uniform(2, 6).t(), draws.normal((6, 1, 2, 2)), *draws.noises([(6, 1, 4, 4)])]

    whole = drawn(HERE)
    for rank in range(2):
        parts = drawn(Place(torch.device("cpu"), torch.float32, rank, 2))
        assert all(torch.equal(part, tensor[rank::2]) for part, tensor in zip(parts, whole, strict=True))
    assert not torch.equal(Draws(HERE, 1, 2, 4).z(6, 4), whole[0])


def test_held_out_photos_are_never_drawn(trained: Trained) -> None:
    def bytes_of(path: Path) -> list[bytes]:
        picture = read_square(path, 64)
        return [scaled(side).transpose(2, 0, 1).tobytes() for side in (picture, picture[:, ::-1])]

    def seen(batches: Any) -> set[bytes]:
        return {np.ascontiguousarray(picture.numpy()).tobytes() for batch in batches for picture in batch}

    prior, base = trained.prior(), trained.base()
    photos = seen(prior.make_batch(step) for step in range(40))
    drawn = [base.make_batch(step) for step in range(30)]
    photos_of_base, art = seen(b.photos for b in drawn), seen(b.art for b in drawn)
    for path in trained.photos.held_out:
        for form in bytes_of(path):
            assert form not in photos | photos_of_base
        for style in trained.art.styles:
            for form in bytes_of(trained.art.folder / style / path.name):
                assert form not in art
    for path in trained.photos.training:
        assert photos.issuperset(bytes_of(path))  # both ways round
        assert any(form in photos_of_base for form in bytes_of(path))


def test_pairs_line_up_and_targets_are_what_their_shares_say(trained: Trained) -> None:
    base = trained.base()
    kinds = set()
    assert base.space is not None
    directions = base.space.directions
    for step in range(20):
        batch = base.make_batch(step)
        assert (len(batch.photos), len(batch.art), len(batch.shares)) == (10, 4, 6)
        cells = (batch.z.double().numpy() @ directions.double().numpy().T).argmax(1)
        shares = [*(1.0 if known else 0.0 for known in batch.paired.tolist()), *batch.shares.tolist()]
        for photo, target, share, cell in zip(batch.photos, batch.targets, shares, cells, strict=True):
            kinds.add((share == 0, share == 1, int(cell)))
            # write_pictures made the art from the photo: its negative, or its mean as red alone
            mean = photo.double().mean(0)
            redrawn = -photo.double() if cell == 0 else torch.stack([mean, -torch.ones(64, 64), -torch.ones(64, 64)])
            torch.testing.assert_close(
                target.double(), share * redrawn + (1 - share) * photo.double(), rtol=0, atol=1.1 / 127.5
            )
    assert {(True, False, 0), (False, True, 0), (False, True, 1), (False, False, 0), (False, False, 1)} <= kinds


def test_a_batch_that_cannot_be_shared_or_grouped_is_refused(trained: Trained) -> None:
    three = Place(torch.device("cpu"), torch.float32, 0, 3)
    for name in ("prior", "encoder", "base"):
        assert code_of(lambda n=name: getattr(trained, n)(three), f"{name}.batch is 4", "3") == "BATCH_INDIVISIBLE"
    values: dict[str, Any] = copy.deepcopy(CONFIG)
    values["prior"]["batch"] = 6
    assert (
        code_of(lambda: PriorPhase(parse_config(values), HERE, trained.photos, trained.run), "prior.batch", "6")
        == "BATCH_GROUPS"
    )


def test_mirroring_scaling_and_jitter() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    assert np.array_equal(mirrored(picture, True)[:, 0], picture[:, 7])
    assert np.array_equal(mirrored(picture, False), picture)
    assert scaled(np.array([[[0, 255, 51]]], np.uint8)).ravel() == pytest.approx([-1, 1, -0.6])
    light = jittered(scaled(picture) * np.float32(0.5), np.random.default_rng(1))
    assert light.min() >= -1
    assert light.max() <= 1
    for channel in range(3):  # a straight line for each channel
        x, y = (a[:, :, channel].ravel().astype(float) for a in (scaled(picture) * 0.5, light))
        slope, offset = np.polyfit(x, y, 1)
        assert 0.7 < slope < 1.3
        np.testing.assert_allclose(slope * x + offset, y, atol=1e-5)


def test_eyes_and_mouth_are_weighed_where_the_alignment_puts_them() -> None:
    weights = face_weights(200, eyes=10, mouth=4)
    assert weights.mean() == pytest.approx(1, abs=1e-5)
    base = weights[10, 10]
    assert weights[95, 75] / base == pytest.approx(10, abs=0.2)
    assert weights[95, 125] / base == pytest.approx(10, abs=0.2)
    assert weights[144, 100] / base == pytest.approx(4, abs=0.2)
    assert np.all(face_weights(64, eyes=1, mouth=1) == 1)


def test_batches_are_made_ahead_once_each() -> None:
    made: list[int] = []

    def make(step: int) -> int:
        made.append(step)
        return 10 * step

    ahead = Ahead(make)
    assert [ahead.get(step) for step in (3, 4, 5)] == [30, 40, 50]
    ahead.close()
    assert made in ([3, 4, 5], [3, 4, 5, 6])


def test_an_error_in_a_batch_reaches_the_step_that_needs_it(own: tuple[Path, Path], tmp_path: Path) -> None:
    photos = PhotoFolder(own[0], 2, 0)
    phase = PriorPhase(parse_config(CONFIG), HERE, photos, tmp_path)
    for path in photos.training:
        path.unlink()
    ahead = Ahead(phase.make_batch)
    assert code_of(lambda: ahead.get(0), own[0]) == "PICTURE_UNREADABLE"
    ahead.close()
