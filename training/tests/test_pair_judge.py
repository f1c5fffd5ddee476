"""The discriminator of pairs, and a run that ends early and is exported."""

import json
from pathlib import Path

import pytest
import torch
from small_run import CONFIG, command, losses, write_config, write_pictures

from mmfs_training.__main__ import main
from mmfs_training.losses.pair_judge import PairJudge, hinge_loss, matching_loss
from mmfs_training.networks.checkpoint import load_state_dict


def test_scores_are_a_map_and_depend_on_picture_photo_and_style() -> None:
    torch.manual_seed(0)
    judge = PairJudge(3, width=4).eval()
    picture, photo = torch.rand(2, 2, 3, 32, 32).unbind(0)
    first, second, third = torch.eye(3)
    style = torch.stack([first, second])
    features, score = judge(picture, photo, style, torch.float32)
    assert score.shape == (2, 1, 4, 4)
    assert [f.shape[1] for f in features] == [4, 8, 16, 16]
    for other in ((photo, photo, style), (picture, picture, style), (picture, photo, torch.stack([third, second]))):
        _, changed = judge(*other, torch.float32)
        assert (changed[0] - score[0]).abs().max() > 1e-4
    _, kept = judge(picture, photo, torch.stack([third, second]), torch.float32)
    assert torch.equal(kept[1], score[1])


def test_losses_count_known_pairs_only() -> None:
    real = torch.tensor([2.0, 0.5, -9.0]).view(3, 1, 1, 1)
    made = torch.tensor([-2.0, 0.5, 9.0]).view(3, 1, 1, 1)
    known = torch.tensor([1.0, 1.0, 0.0])
    # by hand: 0 + 0; 0.5 + 1.5; not counted; over three
    assert hinge_loss(real, made, known).item() == pytest.approx(2 / 3)
    wanted = torch.tensor([1.0, 3.0, 5.0]).view(3, 1, 1, 1)
    found = torch.tensor([2.0, 3.0, 0.0]).view(3, 1, 1, 1)
    assert matching_loss([found], [wanted], known).item() == pytest.approx((1 / 3) / 3, rel=1e-4)


def test_a_run_with_the_judge_stops_where_it_is_told_and_is_exported(tmp_path: Path) -> None:
    photos, art = write_pictures(tmp_path)
    base = {**CONFIG["base"], "paired": {**CONFIG["base"]["paired"], "judge": 0.8}}  # type: ignore[dict-item, index]
    config = write_config(tmp_path / "config.yaml", {**CONFIG, "base": base})
    run = tmp_path / "run"
    assert main(command("prior", config, run, photos, None, "--stop-at", "2")) == 0
    assert [row["step"] for row in losses(run / "prior")] == ["1", "2"]
    assert json.loads((run / "prior" / "run.json").read_text())["of"] == 6
    assert main(command("encoder", config, run, photos)) == 0
    assert main(command("base", config, run, photos, art)) == 0
    judged = [row for row in losses(run / "base") if row["judge"]]
    assert len(judged) == 6 and sum(float(row["matching"]) > 0 for row in judged) >= 3  # some steps hold no pair

    assert main(["export", str(run), "--out", str(tmp_path / "first"), "--phase", "encoder"]) == 0
    assert json.loads((tmp_path / "first" / "presets.json").read_text())["presets"] == []
    assert main(["export", str(run), "--out", str(tmp_path / "second")]) == 0
    weights = load_state_dict(tmp_path / "second" / "mmfs-mini.safetensors")
    assert not any(key.startswith("judge") for key in weights)


def test_without_pairs_a_preset_needs_a_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photos, art = write_pictures(tmp_path)
    config = write_config(tmp_path / "config.yaml", {**CONFIG, "base": {"steps": 1, "batch": 4}})
    run = tmp_path / "run"
    for phase in ("prior", "encoder", "base"):
        folder = art if phase == "base" else None
        assert main(command(phase, config, run, photos, folder, "--steps", "1")) == 0
    assert main(["export", str(run), "--out", str(tmp_path / "model")]) == 2
    assert "PRESET_UNKNOWN" in capsys.readouterr().err


def test_codes_that_are_not_there_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photos, art = write_pictures(tmp_path)
    paired = {**CONFIG["base"]["paired"], "start_from": str(tmp_path / "none.safetensors")}  # type: ignore[dict-item, index]
    config = write_config(tmp_path / "config.yaml", {**CONFIG, "base": {"steps": 1, "batch": 4, "paired": paired}})
    run = tmp_path / "run"
    for phase in ("prior", "encoder"):
        assert main(command(phase, config, run, photos, None, "--steps", "1")) == 0
    assert main(command("base", config, run, photos, art)) == 2
    assert "CODES_UNREADABLE" in capsys.readouterr().err
