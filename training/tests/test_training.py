"""A tiny run from pictures to an exported model."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from mmfs_training.config import TrainingConfig, parse_config
from mmfs_training.data import PairedData, face_weights
from mmfs_training.evaluate import aligned_square, psnr
from mmfs_training.growth import partial_forward
from mmfs_training.losses import feature_matching_loss, hinge_loss, laplacian_loss, pixel_loss
from mmfs_training.networks import Generator, GeneratorConfig
from mmfs_training.seeds import fit_mapping, mixture_of_z, style_directions
from mmfs_training.train import Trainer


def style(name: str) -> dict[str, object]:
    return {"name": name, "description": name, "tags": ["test"]}


VALUES = {
    "base_width": 4,
    "style_dim": 16,
    "seed": 1,
    "budget_minutes": 0.2,
    "held_out": 2,
    "stages": [{"until": 1.0, "size": 32, "side": [24, 40], "batch": 4, "photo": 0.25}],
    "learning_rate": 0.01,
    "final_learning_rate": 0.001,
    "ema": 0.9,
    "code_noise": 0.05,
    "samples": {"strength": 0.25, "mix": 0.25},
    "losses": {"pixel": 1.0, "laplacian": 1.0, "inner": 0.3, "feature_matching": 1.0, "adversarial": 0.5},
    "growth": [0.04, 0.08, 0.12, 0.16],
    "settling": 0.04,
    "adversarial_from": 0.5,
    "adversarial_ratio": 0.5,
    "thin": {"plain": 2},
    "styles": {"negative": style("negative picture"), "red": style("red picture")},
}


@pytest.fixture(scope="module")
def config() -> TrainingConfig:
    return parse_config(VALUES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    for part in ("photos", "art/negative", "art/red"):
        (root / part).mkdir(parents=True)
    for i in range(10):
        small = rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        photo = cv2.resize(small, (48, 48), interpolation=cv2.INTER_LINEAR)
        name = f"{'plain' if i < 4 else 'face'}-{i}"
        cv2.imwrite(str(root / "photos" / f"{name}.png"), photo)
        cv2.imwrite(str(root / "art" / "negative" / f"{name}.jpg"), 255 - photo)
        red = np.zeros_like(photo)
        red[:, :, 2] = photo.mean(2)
        cv2.imwrite(str(root / "art" / "red" / f"{name}.jpg"), red)
    return root


@pytest.fixture(scope="module")
def data(folder: Path, config: TrainingConfig) -> PairedData:
    return PairedData(folder, config)


def test_held_out_faces_are_never_drawn(data: PairedData) -> None:
    assert len(data.held_out) == 2
    assert not set(data.held_out) & set(data.training)
    assert set(data.styled) <= set(data.training)
    assert all(int(data.stems[j][-1]) % 2 == 0 for j in data.styled if data.stems[j].startswith("plain"))


def test_targets_match_their_mixture(data: PairedData, config: TrainingConfig) -> None:
    stage = replace(config.stages[0], side=(48, 48), size=48, batch=64)
    batch = data.batch(stage, config, np.random.default_rng(3))
    torch.testing.assert_close(batch.mixture.sum(1), torch.ones(64))
    kinds = {tuple((row > 0).tolist()) for row in batch.mixture}
    assert kinds == {
        (True, False, False),
        (False, True, False),
        (False, False, True),
        (True, True, False),
        (True, False, True),
        (False, True, True),
    }
    for photo, target, shares, pure in zip(batch.photo, batch.target, batch.mixture, batch.pure, strict=True):
        assert bool(pure) == (shares.max() == 1)
        if shares[0] == 1:
            assert torch.equal(photo, target)
        if shares[2] == 1:
            assert target[0].mean() > target[1].mean() + 0.3
            assert abs(float(target[1].mean()) + 1) < 0.05
        if shares[1] == 1:  # the same cut, mirrored the same way: only exposure differs
            assert np.corrcoef(photo.flatten(), target.flatten())[0, 1] < -0.95


def test_a_step_decides_its_batch(data: PairedData, config: TrainingConfig) -> None:
    first, same, other = (data.batch(config.stages[0], config, np.random.default_rng((1, s))) for s in (7, 7, 8))
    assert torch.equal(first.photo, same.photo)
    assert torch.equal(first.mixture, same.mixture)
    assert not torch.equal(first.photo, other.photo)


def test_laplacian_loss_counts_edges_not_light() -> None:
    x = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    even = torch.full((1, 1, 32, 32), 7.0)
    assert laplacian_loss(x + 0.3, x, even) == pytest.approx(0, abs=1e-6)
    checks = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(16, 16)
    # all of a checkerboard lies in the finest band
    assert laplacian_loss(x + 0.25 * checks, x, even) == pytest.approx(0.25, abs=1e-5)


def test_losses_count_a_place_as_its_weight_says() -> None:
    x = torch.zeros(1, 3, 32, 32)
    weight = torch.ones(1, 1, 32, 32)
    weight[..., :16] = 3  # half of the picture counts three times as much, so its share is 3 / 4
    checks = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(16, 8)
    left, right = x.clone(), x.clone()
    left[..., :16] += checks
    right[..., 16:] += checks
    for loss in (pixel_loss, laplacian_loss):
        assert loss(left, x, weight).item() == pytest.approx(0.75, abs=1e-5)
        assert loss(right, x, weight).item() == pytest.approx(0.25, abs=1e-5)


def test_eyes_and_mouth_are_weighed_where_the_alignment_puts_them() -> None:
    weights = face_weights(200, eyes=10, mouth=4)
    assert weights[95, 75] == pytest.approx(10, abs=0.2)
    assert weights[95, 125] == pytest.approx(10, abs=0.2)
    assert weights[144, 100] == pytest.approx(4, abs=0.2)
    assert weights[10, 10] == pytest.approx(1, abs=1e-3)
    assert np.all(face_weights(64, eyes=1, mouth=1) == 1)


def test_feature_matching_is_relative() -> None:
    f = [torch.ones(2, 3, 4, 4), 10 * torch.ones(2, 3, 2, 2)]
    assert feature_matching_loss([1.5 * t for t in f], f).item() == pytest.approx(0.5, abs=1e-4)


def test_hinge_loss() -> None:
    assert hinge_loss(torch.tensor([2.0, 1.0]), torch.tensor([-1.0, -3.0])) == 0
    assert hinge_loss(torch.tensor([0.0]), torch.tensor([0.5])) == pytest.approx(2.5)


def test_training_learns_the_styles(data: PairedData, config: TrainingConfig) -> None:
    torch.manual_seed(0)
    trainer = Trainer(config)
    level = 1  # the shallow network that every run starts with learns in seconds
    for step in range(400):
        trainer.train_step(data.batch(config.stages[0], config, np.random.default_rng((1, step))), 0.0)
    photos = data.batch(replace(config.stages[0], photo=1.0, batch=16), config, np.random.default_rng(2)).photo

    def drawn(code: int) -> Tensor:
        wplus = trainer.codes(torch.eye(3)[[code]]).expand(len(photos), -1, -1)
        with torch.no_grad():
            return partial_forward(trainer.generator, trainer.adapters, photos, wplus, level)[0].float()

    def correlation(picture: Tensor) -> float:
        return float(torch.corrcoef(torch.stack([picture.flatten(), photos.flatten()]))[0, 1])

    photo, negative, red = drawn(0), drawn(1), drawn(2)
    # one network, one photo: only the code can turn the sign
    assert correlation(photo) > 0.4
    assert correlation(negative) < -0.4
    assert red[:, 1:].mean() < -0.8
    assert red[:, 0].mean() > -0.3


def test_an_interrupted_run_goes_on_as_if_it_had_not_been(
    data: PairedData, config: TrainingConfig, tmp_path: Path
) -> None:
    quiet = replace(config, code_noise=0.0)

    def run(trainer: Trainer, steps: int) -> Trainer:
        for _ in range(steps):
            batch = data.batch(quiet.stages[0], quiet, np.random.default_rng((1, trainer.step)))
            trainer.train_step(batch, 0.9)
        return trainer

    whole = run(Trainer(quiet), 4)
    torch.save(run(Trainer(quiet), 2).state_dict(), tmp_path / "checkpoint.pt")
    resumed = Trainer(quiet)
    resumed.load_state_dict(torch.load(tmp_path / "checkpoint.pt", weights_only=True))
    run(resumed, 2)
    assert (resumed.step, resumed.pictures) == (4, 16)
    for key, value in whole.average_generator.state_dict().items():
        torch.testing.assert_close(resumed.average_generator.state_dict()[key], value, msg=key)


def test_learning_rate_warms_up_and_falls(config: TrainingConfig) -> None:
    trainer = Trainer(config)
    assert trainer.learning_rate(0.0) == pytest.approx(0.01 / 100)
    trainer.step = 1000
    assert trainer.learning_rate(0.0) == pytest.approx(0.01)
    assert trainer.learning_rate(0.5) == pytest.approx((0.01 + 0.001) / 2)
    assert trainer.learning_rate(1.0) == pytest.approx(0.001)


def test_progress_is_linear_in_time_and_reaches_the_deadline_after_a_stop() -> None:
    trainer = Trainer(parse_config(VALUES))
    left = 100.0
    for _ in range(40):
        trainer.advance(1.0, left)
        left -= 1
    assert trainer.progress == pytest.approx(0.4)
    left -= 30  # stopped for half of what was left
    for _ in range(30):
        trainer.advance(1.0, left)
        left -= 1
    assert trainer.progress == pytest.approx(1)
    assert trainer.active_seconds == 70


def test_mapping_is_fitted_to_the_codes() -> None:
    torch.manual_seed(0)
    network = Generator(GeneratorConfig(2, 32)).requires_grad_(False)
    codes = torch.randn(5, 32)
    assert fit_mapping(network, codes, seed=1, steps=400, batch=256) > 0.7
    shares = mixture_of_z(torch.randn(500, 32), style_directions(32, 5, seed=1))
    torch.testing.assert_close(shares.sum(1), torch.ones(500))
    assert set(shares.argmax(1).tolist()) == set(range(5))


def test_aligned_square_turns_the_face_upright() -> None:
    picture = np.zeros((100, 120, 3), np.uint8)
    angle = math.radians(20)
    for distance, colour in ((-20, (255, 0, 0)), (20, (0, 255, 0))):  # two eyes on a line falling to the right by 20°
        centre = (round(60 + distance * math.cos(angle)), round(50 + distance * math.sin(angle)))
        cv2.circle(picture, centre, 4, colour, -1)
    out = aligned_square(picture, 60, 50, 80, 20, 160)
    for channel, x in ((0, 40), (1, 120)):
        ys, xs = np.nonzero(out[:, :, channel] > 128)
        assert abs(xs.mean() - x) < 3
        assert abs(ys.mean() - 80) < 3


def test_psnr() -> None:
    a = np.zeros((4, 4, 3), np.uint8)
    assert psnr(a, a + np.uint8(10)) == pytest.approx(20 * math.log10(25.5))
    assert psnr(a, a) == math.inf


def test_configuration_errors_are_said() -> None:
    with pytest.raises(ValueError, match="unknown: \\['speed'\\]"):
        parse_config({**VALUES, "speed": 1})
    with pytest.raises(ValueError, match="differ"):
        parse_config({**VALUES, "styles": {"a": style("x"), "b": style("x")}})


def test_command_line_from_data_to_model(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(json.dumps({**VALUES, "budget_minutes": 0.05}))
    run, out = tmp_path / "run", tmp_path / "model"

    def python(module: str, *arguments: str) -> str:
        command = [sys.executable, "-m", f"mmfs_training.{module}", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    options = ["--data", str(folder), "--out", str(run), "--config", str(tmp_path / "config.yaml"), "--threads", "1"]
    python("train", *options)
    assert list((run / "sheets").glob("*.png"))
    steps = json.loads((run / "run.json").read_text())["steps"]
    assert "going on from step" in python("train", *options, "--restart-at", "0.5")
    assert json.loads((run / "run.json").read_text())["steps"] > steps
    python("export", str(run), "--out", str(out), "--mapping-steps", "20", "--threads", "1")

    presets = json.loads((out / "presets.json").read_text())
    assert (presets["size"], presets["baseWidth"], presets["styleDim"], presets["photo"]) == (32, 4, 16, "photo")
    codes = load_file(out / "presets.safetensors")
    assert set(codes) == {"photo", "negative picture", "red picture"}
    assert all(code.shape == (10, 16) and code.dtype == torch.float32 for code in codes.values())
    weights = load_file(out / "mmfs-mini.safetensors")
    with torch.device("meta"):
        expected = Generator(GeneratorConfig(4, 16)).state_dict()
    assert {k: v.shape for k, v in weights.items()} == {k: v.shape for k, v in expected.items()}
    assert all(value.dtype == torch.float16 for value in weights.values())

    (tmp_path / "landmarks.csv").write_text(
        "file,crop_center_x,crop_center_y,crop_side,crop_angle_degrees\n"
        + "".join(f"photos/{path.name},24,24,40,5\n" for path in sorted((folder / "photos").iterdir()))
    )
    arguments = ["--faces", str(folder / "photos"), "--landmarks", str(tmp_path / "landmarks.csv")]
    printed = python("evaluate", str(out), *arguments, "--out", str(tmp_path / "sheet.png"), "--rows", "4")
    assert json.loads(printed.split("\n")[0])["pictures"] == 10
    assert cv2.imread(str(tmp_path / "sheet.png")).shape == (4 * 32, 4 * 32, 3)
