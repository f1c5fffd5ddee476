"""Runs that go on from another run's phase 2, with styles by coordinates; and a mapper that starts by regression."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from small_run import CONFIG, begin, command, finish, losses, write_config, write_pictures
from small_towers_folder import write_small_towers
from torch import Tensor

pytestmark = pytest.mark.soak

STEPS = 4
SLOW = {"learning_rate": 1e-9, "beta1": 0.5}


class World:
    """Pictures, and a run of the phases 0 to 2 that nothing wide has touched."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.photos, self.art = write_pictures(root)
        self.run = root / "run"
        config = write_config(root / "config.yaml", self.values())
        for phase in ("prior", "encoder", "base"):
            self.finish(phase, config, self.run)

    def values(self, **base: Any) -> dict[str, Any]:
        config: dict[str, Any] = copy.deepcopy(CONFIG)
        config["network"]["mapper_feedforward"] = 24
        for phase in ("prior", "encoder", "base"):
            config[phase]["steps"] = 2
        config["base"] |= base
        return config

    def wide(self, **optimizer: Any) -> dict[str, Any]:
        paired = {"coordinates": 1, "extras": 2, "fit_steps": 20}
        config = self.values(start="base", start_from=str(self.run), steps=STEPS, paired=paired)
        if optimizer:
            config["base"]["optimizer"] = optimizer
        return config

    def finish(self, phase: str, config: Path, run: Path, *more: str) -> None:
        art = self.art if phase in ("base", "mapper") else None
        options = ["--threads", "1", "--sheet-seconds", "1e9", *more]
        log = self.root / "log"
        assert finish(begin(command(phase, config, run, self.photos, art, *options), log)) == 0, log.read_text()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def wide(world: World) -> Path:
    run = world.root / "wide"
    world.finish("base", write_config(world.root / "wide.yaml", world.wide()), run)
    return run


def read(run: Path, phase: str = "base") -> dict[str, Any]:
    state: dict[str, Any] = torch.load(run / phase / "checkpoint.pt", weights_only=True)
    return state


def test_phase_2_goes_on_from_the_weights_of_another_run(world: World, tmp_path: Path) -> None:
    config = write_config(tmp_path / "config.yaml", world.wide(**SLOW))
    world.finish("base", config, tmp_path / "run")
    before, after = read(world.run)["G_ema_model"], read(tmp_path / "run")["G_ema_model"]
    kept = [key for key in before if key.startswith(("encoder.", "decoder", "to_rgb"))]
    assert kept
    for key in kept:
        torch.testing.assert_close(after[key], before[key], atol=1e-5, rtol=1e-4)


def test_coordinates_are_kept_and_a_run_that_stopped_goes_on_with_them(
    world: World, wide: Path, tmp_path: Path
) -> None:
    config = world.root / "wide.yaml"
    world.finish("base", config, tmp_path / "run", "--stop-at", "2")
    found = read(tmp_path / "run")["mmfs"]["extra"]["coordinates"]
    assert tuple(found.shape) == (2, 1)
    assert found.sum().abs() < 1e-5  # whitened: two styles lie on both sides of nought
    assert found[0].abs() > 0.1
    world.finish("base", config, tmp_path / "run")
    assert losses(tmp_path / "run" / "base") == losses(wide / "base")
    whole, resumed = read(wide), read(tmp_path / "run")
    for part in ("G_model", "G_ema_model", "D_model"):
        different = [key for key, value in whole[part].items() if not torch.equal(resumed[part][key], value)]
        assert not different
    assert torch.equal(whole["mmfs"]["extra"]["coordinates"], found)


def test_other_coordinates_than_the_runs_are_refused(
    world: World, wide: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from mmfs_training.__main__ import main

    values = world.wide()
    values["base"]["paired"]["coordinates"] = 2  # two styles lie on one line
    config = write_config(tmp_path / "config.yaml", values)
    assert main(command("base", config, tmp_path / "run", world.photos, world.art, "--threads", "1")) == 2
    assert "error TOO_FEW_STYLES" in capfd.readouterr().err


def test_what_was_trained_with_coordinates_exports(wide: Path, tmp_path: Path) -> None:
    from mmfs_training.__main__ import main

    assert main(["export", str(wide), "--out", str(tmp_path)]) == 0
    presets = json.loads((tmp_path / "presets.json").read_text())
    assert [preset["name"] for preset in presets["presets"]] == ["negative", "seed"]
    codes = load_file(tmp_path / "presets.safetensors")
    assert codes["negative"].shape == (10, 16)
    assert (codes["negative"] - codes["photo"]).abs().max() > 1e-3


def mapper_weights(run: Path) -> dict[str, Tensor]:
    return {k: v for k, v in read(run, "mapper")["G_model"].items() if k.startswith("clip_mapper.")}


def test_a_fitted_mapper_is_nearer_to_the_styles_codes(world: World, wide: Path, tmp_path: Path) -> None:
    towers = write_small_towers(tmp_path / "towers", 16)
    errors = {}
    for steps in (0, 60):
        values = world.wide()
        values["towers"] = {"kind": "small", "path": str(towers)}
        quick = {"learning_rate": 1e-3, "beta1": 0.9}
        values["mapper"] = {"steps": 1, "batch": 4, "optimizer": quick, "code": 1.0, "art": 0.5, "fit_steps": steps}
        config = write_config(tmp_path / f"config-{steps}.yaml", values)
        run = tmp_path / f"run-{steps}"
        (run).mkdir()
        for phase, source in (("encoder", world.run), ("base", wide)):
            (run / phase).symlink_to(source / phase)
        world.finish("mapper", config, run)
        errors[steps] = float(losses(run / "mapper")[0]["code"])
        weights = mapper_weights(run)
        world.finish("mapper", config, run)  # a finished run is not fitted again
        assert all(torch.equal(value, weights[key]) for key, value in mapper_weights(run).items())
    assert errors[60] < 0.8 * errors[0]
