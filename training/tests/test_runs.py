"""Runs of the command: killed, stopped, shared by processes, given bad input, out of room, exported."""

from __future__ import annotations

import copy
import csv
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import formulas as f
import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from small_run import (
    CONFIG,
    begin,
    command,
    environment,
    finish,
    losses,
    steps_done,
    wait_for_step,
    write_config,
    write_pictures,
)
from torch import Tensor

from mmfs_training.__main__ import main
from mmfs_training.common.files import write_atomically
from mmfs_training.networks.generator import Generator, GeneratorConfig
from mmfs_training.runs.loss_table import LossTable

PHASES = ("prior", "encoder", "base")
WEIGHTS = {
    "prior": ("g", "d", "g_ema"),
    "encoder": ("G_model", "G_ema_model", "D_model"),
    "base": ("G_model", "G_ema_model", "D_model", "photo_code", "photo_code_ema"),
}
# of four pictures each, two processes would form groups of two for the discriminator; of eight, one group of four each
BATCH = 8


def values() -> dict[str, Any]:
    config: dict[str, Any] = copy.deepcopy(CONFIG)
    for phase in PHASES:
        config[phase] |= {"batch": BATCH, "steps": 5, "optimizer": {"learning_rate": 1e-3, "beta1": 0.5}}
    return config


@dataclass(frozen=True)
class World:
    """Pictures, a configuration, and a run of all phases that nothing interrupted."""

    root: Path
    photos: Path
    art: Path
    config: Path
    run: Path

    def arguments(self, phase: str, run: Path, *more: str, config: Path | None = None) -> list[str]:
        art = self.art if phase == "base" else None
        options = ["--threads", "1", "--sheet-seconds", "1e9", *more]
        return command(phase, config or self.config, run, self.photos, art, *options)

    def before(self, phase: str, run: Path) -> Path:
        """A run folder that holds the phases before."""
        for name in PHASES[: PHASES.index(phase)]:
            shutil.copytree(self.run / name, run / name)
        run.mkdir(exist_ok=True)
        return run


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    root = tmp_path_factory.mktemp("world")
    photos, art = write_pictures(root)
    made = World(root, photos, art, write_config(root / "config.yaml", values()), root / "run")
    for phase in PHASES:
        status = finish(begin(made.arguments(phase, made.run), root / "log"))
        assert status == 0, (root / "log").read_text()
    return made


def weights(run: Path, phase: str) -> dict[str, Tensor]:
    state = torch.load(run / phase / "checkpoint.pt", weights_only=True)
    return {f"{part}.{key}": value for part in WEIGHTS[phase] for key, value in state[part].items()}


def assert_same(run: Path, world: World, phase: str) -> None:
    assert losses(run / phase) == losses(world.run / phase)
    found, wanted = weights(run, phase), weights(world.run, phase)
    assert found.keys() == wanted.keys()
    different = [key for key, value in wanted.items() if not torch.equal(found[key], value)]
    assert not different


def temporaries(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("phase", PHASES)
def test_a_whole_run_leaves_what_it_says(world: World, phase: str) -> None:
    folder = world.run / phase
    assert [int(row["step"]) for row in losses(folder)] == [1, 2, 3, 4, 5]
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoint.pt", "losses.csv", "run.json", "sheets"]
    assert [path.name for path in (folder / "sheets").iterdir()] == ["0000005.png"]
    report = json.loads((folder / "run.json").read_text())
    assert (report["phase"], report["steps"], report["of"], report["pictures"]) == (phase, 5, 5, 40)
    assert set(report["data"]) == ({"photos", "art"} if phase == "base" else {"photos"})
    assert all(np.isfinite(value) for value in report["losses"].values())
    first, last = weights(world.run, phase), weights(world.run, PHASES[max(0, PHASES.index(phase) - 1)])
    if phase == "base":  # phase 2 went on from phase 1
        assert not torch.equal(first["G_model.encoder.0.0.weight"], last["G_model.encoder.0.0.weight"])


@pytest.mark.soak
@pytest.mark.parametrize("phase", PHASES)
def test_killed_at_random_moments_it_goes_on_as_if_nothing_had_been(world: World, phase: str, tmp_path: Path) -> None:
    run = world.before(phase, tmp_path / "run")
    arguments = world.arguments(phase, run, "--checkpoint-seconds", "0")
    seed = random.randrange(10**6)
    print(f"seed of the moments: {seed}")
    moments, killed = random.Random(seed), 0
    for _ in range(4):
        process = begin(arguments, tmp_path / "log")
        # from its start to some time after its first step: while it loads, computes or writes
        wait_for_step(process, run / phase, moments.choice([0, 1, steps_done(run / phase) + 1]))
        time.sleep(moments.uniform(0, 0.25))
        process.kill()
        killed += finish(process) == -signal.SIGKILL
        if (run / phase / "run.json").exists() and json.loads((run / phase / "run.json").read_text())["steps"] == 5:
            break
    assert killed or steps_done(run / phase) == 5
    assert finish(begin(arguments, tmp_path / "log")) == 0, (tmp_path / "log").read_text()
    assert_same(run, world, phase)
    assert not temporaries(run / phase)


@pytest.mark.soak
@pytest.mark.parametrize("phase", PHASES)
def test_killed_after_a_step_it_goes_on_from_there(world: World, phase: str, tmp_path: Path) -> None:
    """One kill that is certain to come between the first step and the last."""
    run = world.before(phase, tmp_path / "run")
    arguments = world.arguments(phase, run, "--checkpoint-seconds", "0", "--steps", "100000")
    process = begin(arguments, tmp_path / "log")
    wait_for_step(process, run / phase, 2)
    process.kill()
    assert finish(process) == -signal.SIGKILL
    done = torch.load(run / phase / "checkpoint.pt", weights_only=True)["total_iters"]
    assert done >= 1
    # a row that the checkpoint does not know of must not stay
    with (run / phase / "losses.csv").open("a") as file:
        file.write(f"{done + 1},1,1" + ",7" * (len(losses(world.run / phase)[0]) - 1) + "\n")
    if done < 5:
        assert finish(begin(world.arguments(phase, run), tmp_path / "log")) == 0, (tmp_path / "log").read_text()
        assert_same(run, world, phase)


def test_what_a_killed_write_left_is_cleared_away(world: World, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(world.run / "prior", run / "prior")
    (run / "prior" / ".checkpoint.pt.12345").write_bytes(b"half")
    assert finish(begin(world.arguments("prior", run), tmp_path / "log")) == 0
    assert not temporaries(run / "prior")
    # a finished phase given again changes nothing
    assert_same(run, world, "prior")
    assert (
        json.loads((run / "prior" / "run.json").read_text())["losses"].keys()
        == json.loads((world.run / "prior" / "run.json").read_text())["losses"].keys()
    )


@pytest.mark.soak
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_and_the_same_command_goes_on(world: World, number: int, tmp_path: Path) -> None:
    run = world.before("encoder", tmp_path / "run")
    process = begin(world.arguments("encoder", run, "--steps", "100000"), tmp_path / "log")
    wait_for_step(process, run / "encoder", 1)
    assert process.pid is not None
    os.kill(process.pid, number)
    assert finish(process) == 0
    assert "the same command goes on" in (tmp_path / "log").read_text()
    done = torch.load(run / "encoder" / "checkpoint.pt", weights_only=True)["total_iters"]
    assert done == steps_done(run / "encoder") == json.loads((run / "encoder" / "run.json").read_text())["steps"]
    assert done >= 1
    steps = str(max(5, done + 1))
    assert finish(begin(world.arguments("encoder", run, "--steps", steps), tmp_path / "log")) == 0
    assert steps_done(run / "encoder") == int(steps)
    assert losses(run / "encoder")[:5] == losses(world.run / "encoder")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


# Two halves of a batch are summed in another order than the whole; measured after five steps: 2e-6 and 1e-7.
LOSS_TOLERANCE, WEIGHT_TOLERANCE = 1e-4, 1e-5


@pytest.mark.soak
@pytest.mark.parametrize("phase", PHASES)
def test_two_processes_compute_what_one_does(world: World, phase: str, tmp_path: Path) -> None:
    run = world.before(phase, tmp_path / "run")
    arguments = world.arguments(phase, run)
    if phase == "base":
        launcher = ["torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(free_port())]
        done = subprocess.run(
            [sys.executable, "-m", *launcher, "-m", "--", "mmfs_training", *arguments],
            env=environment(), capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    else:  # what torchrun sets, without its seconds
        shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
        logs = [tmp_path / f"log{rank}" for rank in range(2)]
        processes = [
            begin(arguments, log, {**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)})
            for rank, log in enumerate(logs)
        ]
        assert [finish(process) for process in processes] == [0, 0], [log.read_text() for log in logs]
    assert json.loads((run / phase / "run.json").read_text())["processes"] == 2
    rows, wanted_rows = losses(run / phase), losses(world.run / phase)
    assert len(rows) == len(wanted_rows) == 5
    for row, wanted in zip(rows, wanted_rows, strict=True):
        for name in wanted.keys() - {"photo"}:  # a figure that only one process gives
            assert bool(row[name]) == bool(wanted[name]), name
            if wanted[name]:
                assert float(row[name]) == pytest.approx(float(wanted[name]), rel=LOSS_TOLERANCE, abs=1e-6), name
    found = weights(run, phase)
    for key, value in weights(world.run, phase).items():
        # a scalar (noise.weight) is no mean over many numbers, and Adam's first steps make much of a small gradient
        tolerance = WEIGHT_TOLERANCE if value.numel() > 1 else 5 * WEIGHT_TOLERANCE
        assert (found[key] - value).abs().mean() <= tolerance * max(1.0, value.abs().mean()), key
    start = {"prior": "g.conv1.conv.weight", "encoder": "G_model.encoder.1.conv1.0.weight"}
    if phase in start:  # the tolerance is far below what the steps changed
        earlier = before_the_first_step(world, phase, tmp_path)[start[phase]]
        assert (weights(world.run, phase)[start[phase]] - earlier).abs().mean() > 10 * WEIGHT_TOLERANCE


def before_the_first_step(world: World, phase: str, tmp_path: Path) -> dict[str, Tensor]:
    run = world.before(phase, tmp_path / "none")
    assert main(world.arguments(phase, run, "--steps", "0")) == 0
    return weights(run, phase)


@pytest.fixture
def spoiled(world: World, tmp_path: Path) -> Iterator[tuple[World, Path]]:
    """A world of its own whose pictures may be spoiled, and an unused run folder."""
    photos, art = (Path(shutil.copytree(folder, tmp_path / folder.name)) for folder in (world.photos, world.art))
    yield World(tmp_path, photos, art, world.config, world.run), tmp_path / "run"


def refused(arguments: list[str], code: str, capfd: pytest.CaptureFixture[str], *mentioned: str | Path) -> None:
    assert main(arguments) == 2
    error = capfd.readouterr().err
    lines = [line for line in error.splitlines() if line.startswith("error ")]
    assert len(lines) == 1, error
    assert lines[0].startswith(f"error {code}: "), lines[0]
    for word in mentioned:
        assert str(word) in error
    assert "Traceback" not in error


def test_the_real_command_exits_with_2_and_says_why(world: World, tmp_path: Path) -> None:
    config = write_config(tmp_path / "config.yaml", {"network": {"size": 65}})
    done = subprocess.run(
        [sys.executable, "-m", "mmfs_training", *world.arguments("prior", tmp_path / "run", config=config)],
        env=environment(), capture_output=True, text=True, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "error CONFIG_INVALID: configuration.network: size must be a power of two from 64, not 65.\n"
    assert not (tmp_path / "run").exists()


def test_bad_folders_are_refused(spoiled: tuple[World, Path], capfd: pytest.CaptureFixture[str]) -> None:
    world, run = spoiled
    arguments = world.arguments("base", run)
    (world.art / "art.csv").write_text("file,style,caption\nnegative/none.png,negative,inverted\n")
    refused(arguments, "CAPTION_WITHOUT_FILE", capfd, "line 2", "negative/none.png")
    path = world.photos / "face-1.png"
    path.write_bytes(path.read_bytes()[:200])
    refused(arguments, "PICTURE_UNREADABLE", capfd, path)
    for path in world.photos.iterdir():
        path.unlink()
    refused(arguments, "DATA_EMPTY", capfd, world.photos)
    world.photos.rmdir()
    refused(arguments, "DATA_MISSING", capfd, world.photos)
    assert not run.exists()


def test_checkpoints_that_do_not_fit_are_refused(
    world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    refused(world.arguments("encoder", run), "CHECKPOINT_MISSING", capfd, "run the phase `prior` first")
    refused(world.arguments("base", run), "CHECKPOINT_MISSING", capfd, "run the phase `encoder` first")
    checkpoint = run / "prior" / "checkpoint.pt"
    shutil.copytree(world.run / "prior", run / "prior")
    config = values()
    config["network"]["base_width"] = 5
    other = write_config(tmp_path / "other.yaml", config)
    for phase in ("prior", "encoder"):
        refused(world.arguments(phase, run, config=other), "CHECKPOINT_MISMATCH", capfd, checkpoint, "'base_width': 4")
    shutil.copy(world.run / "encoder" / "checkpoint.pt", checkpoint)
    for phase in ("prior", "encoder"):
        refused(world.arguments(phase, run), "CHECKPOINT_PHASE", capfd, checkpoint, "phase encoder")
    data = (world.run / "prior" / "checkpoint.pt").read_bytes()
    for damaged in (b"", data[: len(data) // 2], b"not a checkpoint"):
        checkpoint.write_bytes(damaged)
        refused(world.arguments("prior", run), "CHECKPOINT_UNREADABLE", capfd, checkpoint)
        assert checkpoint.read_bytes() == damaged
    torch.save({"g": {}}, checkpoint)
    refused(world.arguments("prior", run), "CHECKPOINT_FOREIGN", capfd, checkpoint)
    assert not (run / "encoder" / "checkpoint.pt").exists()


def test_another_set_of_styles_is_refused(spoiled: tuple[World, Path], capfd: pytest.CaptureFixture[str]) -> None:
    world, run = spoiled
    shutil.copytree(world.run, run)
    with (world.art / "art.csv").open(newline="") as file:
        rows = [[row[0], row[1].replace("ruddy", "rosy"), *row[2:]] for row in csv.reader(file)]
    with (world.art / "art.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    refused(world.arguments("base", run), "CHECKPOINT_STYLES", capfd, "negative, ruddy", "negative, rosy")


def interrupted(world: World, run: Path, tmp_path: Path) -> bytes:
    """A run of phase 0 that stopped after its first step; its checkpoint."""
    assert finish(begin(world.arguments("prior", run, "--minutes", "0"), tmp_path / "log")) == 0
    assert steps_done(run / "prior") == 1
    return (run / "prior" / "checkpoint.pt").read_bytes()


def test_a_write_that_fails_keeps_the_checkpoint(world: World, tmp_path: Path) -> None:
    run, log = tmp_path / "run", tmp_path / "log"
    before = interrupted(world, run, tmp_path)
    arguments = world.arguments("prior", run, "--checkpoint-seconds", "0")
    assert finish(begin(arguments, log, file_limit=len(before) // 2)) == 2
    assert "error DISK_FULL: " in log.read_text()
    assert (run / "prior" / "checkpoint.pt").read_bytes() == before
    assert not temporaries(run / "prior")
    assert finish(begin(arguments, log)) == 0
    assert_same(run, world, "prior")


def test_a_disk_that_is_full_keeps_the_checkpoint(world: World, tmp_path: Path) -> None:
    disk, log = tmp_path / "disk", tmp_path / "log"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here: only root can")
    try:
        run = disk / "run"
        before = interrupted(world, run, tmp_path)
        room = shutil.disk_usage(disk).free - len(before) // 2
        (disk / "filler").write_bytes(bytes(room))
        arguments = world.arguments("prior", run, "--checkpoint-seconds", "0")
        assert finish(begin(arguments, log)) == 2
        assert "error DISK_FULL: A checkpoint needs" in log.read_text()
        with (disk / "more").open("wb", buffering=0) as file, pytest.raises(OSError):
            while file.write(bytes(4096)):
                pass
        assert finish(begin(arguments, log)) == 2
        assert "error DISK_FULL: " in log.read_text()
        assert (run / "prior" / "checkpoint.pt").read_bytes() == before
        assert not temporaries(run / "prior")
        (disk / "filler").unlink()
        assert finish(begin(arguments, log)) == 0
        assert_same(run, world, "prior")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_failed_write_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        write_atomically(path, fail)
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("file", "old")]
    write_atomically(path, lambda temporary: temporary.write_text("new"))
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("file", "new")]


@pytest.mark.parametrize(
    ("rate", "every"),
    [
        (1e20, "120"),  # the weights stay numbers, the losses do not
        (1e39, "0"),  # the first step already breaks the weights, which must not become the checkpoint
    ],
)
def test_a_loss_that_is_no_number_stops_before_the_checkpoint(
    world: World, tmp_path: Path, rate: float, every: str, capfd: pytest.CaptureFixture[str]
) -> None:
    run, config = tmp_path / "run", values()
    config["prior"]["optimizer"]["learning_rate"] = rate
    wild = write_config(tmp_path / "wild.yaml", config)
    refused(
        world.arguments("prior", run, "--checkpoint-seconds", every, config=wild),
        "LOSS_NOT_FINITE", capfd, "lower the learning rate",
    )  # fmt: skip
    assert torch.load(run / "prior" / "checkpoint.pt", weights_only=True)["total_iters"] == 0
    assert not temporaries(run / "prior")
    # with a rate that is no folly the same run goes on
    assert main(world.arguments("prior", run)) == 0
    assert_same(run, world, "prior")


def test_phase_0_can_start_from_a_generator(world: World, tmp_path: Path) -> None:
    model = tmp_path / "model"
    assert main(["export", str(world.run), "--out", str(model)]) == 0
    config = values()
    config["prior"]["start"] = {
        "generator": str(model / "mmfs-mini.safetensors"),
        "presets": str(model / "presets.safetensors"),
        "fit_steps": 3,
        "fit_batch": 2,
        "rate": 0.1,
    }
    started, runs = write_config(tmp_path / "started.yaml", config), [tmp_path / "a", tmp_path / "b"]
    assert main(world.arguments("prior", runs[0], "--steps", "0", config=started)) == 0
    first, generator = weights(runs[0], "prior"), load_file(model / "mmfs-mini.safetensors")
    for there, here in {"decoder1a": "convs.0", "decoder4b": "convs.7", "to_rgb2": "to_rgbs.1"}.items():
        for key in (key for key in generator if key.startswith(f"{there}.")):
            assert torch.equal(first[key.replace(there, f"g.{here}")], generator[key].float()), key
    # an interruption does not fit again, and the upper blocks keep their own learning rate
    assert main(world.arguments("prior", runs[1], "--minutes", "0", config=started)) == 0
    one = weights(runs[1], "prior")
    steps = {key: (one[key] - first[key]).abs().max() for key in ("g.convs.0.conv.weight", "g.conv1.conv.weight")}
    # the first step of Adam is its learning rate: a tenth above S/16, less the share of the path length's steps
    assert steps["g.convs.0.conv.weight"] < 0.2 * steps["g.conv1.conv.weight"]
    for run in runs:
        assert main(world.arguments("prior", run, config=started)) == 0
    a, b = (weights(run, "prior") for run in runs)
    assert not [key for key in a if not torch.equal(a[key], b[key])]


def test_phase_2_runs_without_pairs_and_without_phase_1(world: World, tmp_path: Path) -> None:
    run, config = world.before("base", tmp_path / "run"), values()
    config["base"] |= {"paired": None, "start": "prior", "steps": 2, "structure": {"weight": 0.5}}
    ablation = write_config(tmp_path / "ablation.yaml", config)
    assert main(world.arguments("base", run, config=ablation)) == 0
    rows = losses(run / "base")
    assert [row["pixel"] for row in rows] == ["", ""]
    assert all(float(row["structure"]) > 0 for row in rows)
    phase_1 = torch.load(world.run / "encoder" / "checkpoint.pt", weights_only=True)["G_ema_model"]
    encoder = weights(run, "base")["G_model.encoder.1.conv1.0.weight"]
    # the encoder is random, where phase 2 otherwise stays near that of phase 1
    near = weights(world.run, "base")["G_model.encoder.1.conv1.0.weight"]
    wanted = phase_1["encoder.1.conv1.0.weight"]
    assert (near - wanted).abs().mean() < 0.1 < (encoder - wanted).abs().mean()


def test_a_table_of_losses_follows_new_columns(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    path.write_text("step,seconds,pictures_per_second,old,pixel\n1,2,3,4,5\n2,2,3,4,6\n3,2,3,4,7\n4,2")
    table = LossTable(path, ("judge", "pixel"), step=2)
    table.add(1_000_000, {"seconds": 8, "pictures_per_second": 9, "judge": 0.5, "pixel": 1e-7})
    assert path.read_text().split() == [
        "step,seconds,pictures_per_second,judge,pixel", "1,2,3,,5", "2,2,3,,6", "1000000,8,9,0.5,1e-07",
    ]  # fmt: skip
    assert table.last["pixel"] == "6"


def numpy_mapping(state: dict[str, Tensor], z: np.ndarray) -> np.ndarray:
    x = f.pixel_norm(z)
    for i in range(1, 9):
        weight, bias = (state[f"mapping_z.{i}.{part}"].double().numpy() for part in ("weight", "bias"))
        x = f.leaky(f.affine(x, weight, bias, 0.01)) * np.sqrt(2)
    return x


def test_export_writes_what_the_model_package_ships(world: World, tmp_path: Path) -> None:
    assert main(["export", str(world.run), "--out", str(tmp_path / "model")]) == 0
    out = tmp_path / "model"
    assert sorted(path.name for path in out.iterdir()) == [
        "mmfs-mini.safetensors", "presets.json", "presets.safetensors",
    ]  # fmt: skip
    model = load_file(out / "mmfs-mini.safetensors")
    with torch.device("meta"):
        expected = Generator(GeneratorConfig(4, 16)).state_dict()
    assert {key: value.shape for key, value in model.items()} == {key: v.shape for key, v in expected.items()}
    assert all(value.dtype == torch.float16 for value in model.values())
    state = torch.load(world.run / "base" / "checkpoint.pt", weights_only=True)
    averaged = state["G_ema_model"]
    for key, value in model.items():
        assert torch.equal(value, averaged[key].half()), key

    table = json.loads((out / "presets.json").read_text())
    assert (table["size"], table["baseWidth"], table["styleDim"], table["photo"]) == (64, 4, 16, "photo")
    assert [preset["name"] for preset in table["presets"]] == ["negative", "seed"]
    assert [preset.get("style") for preset in table["presets"]] == ["negative", None]
    codes = load_file(out / "presets.safetensors")
    assert set(codes) == {"photo", "negative", "seed"}
    assert all(code.shape == (10, 16) and code.dtype == torch.float32 for code in codes.values())
    assert all(torch.equal(code, code[:1].expand(10, -1)) for code in codes.values())
    assert torch.equal(codes["photo"][0], state["photo_code_ema"]["w"])
    z = torch.randn(16, generator=torch.Generator().manual_seed(5)).double().numpy()
    np.testing.assert_allclose(codes["seed"][0].double().numpy(), numpy_mapping(averaged, z), atol=1e-4)

    # the cell of the first style in alphabetical order: the mean of the mapping over z that lie in it
    noise = torch.randn(16, 2, generator=torch.Generator().manual_seed(3)).double().numpy()
    directions = np.linalg.qr(noise)[0].T
    z = torch.randn(128, 16, generator=torch.Generator().manual_seed(3)).double().numpy()
    along = z @ directions.T
    first, second = along.max(1), along.min(1)
    z = z - along @ directions + first[:, None] * directions[0] + second[:, None] * directions[1]
    mean = np.mean([numpy_mapping(averaged, row) for row in z], 0)
    np.testing.assert_allclose(codes["negative"][0].double().numpy(), mean, atol=1e-4)


def test_presets_of_another_file_replace_those_of_the_run(
    world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = values()
    config["presets"] = [{"name": "red", "description": "Red", "cell": "ruddy"}]
    other, out = write_config(tmp_path / "other.yaml", config), tmp_path / "model"
    arguments = ["export", str(world.run), "--out", str(out), "--config", str(other)]
    assert main(arguments) == 0
    capfd.readouterr()
    assert set(load_file(out / "presets.safetensors")) == {"photo", "red"}
    config["presets"][0]["cell"] = "rosy"
    write_config(other, config)
    refused(arguments, "PRESET_UNKNOWN", capfd, "rosy", "negative, ruddy")
    refused(["export", str(tmp_path), "--out", str(out)], "CHECKPOINT_MISSING", capfd, "run the phase `base` first")
