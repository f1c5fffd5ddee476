"""Tiny pictures, and runs of the command on them."""

from __future__ import annotations

import csv
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import cv2
import numpy as np
import yaml

from mmfs_training.phases.registry import PHASES

CONFIG = {
    "network": {"size": 64, "base_width": 4, "style_dim": 16, "discriminator_width": 4},
    "seed": 3,
    "held_out": 2,
    "prior": {
        "steps": 6,
        "batch": 4,
        "adversarial": {"r1_every": 3, "augment": {"start": 0.5}},
        "path_length": 2.0,
        "path_length_every": 2,
    },
    "encoder": {"steps": 6, "batch": 4, "photos": 0.5},
    "base": {
        "steps": 6,
        "batch": 4,
        "adversarial": {"r1_every": 3, "augment": {"start": 0.5}},
        "paired": {"extras": 2, "fit_steps": 20},
    },
    "presets": [
        {"name": "negative", "description": "Inverted", "cell": "negative"},
        {"name": "seed", "description": "A seed", "seed": 5},
    ],
}


def write_pictures(root: Path, count: int = 10) -> tuple[Path, Path]:
    """Photos and art in two styles with their captions: the folders of both."""
    rng = np.random.default_rng(0)
    photos, art = root / "photos", root / "art"
    photos.mkdir(parents=True)
    rows = []
    for style in ("negative", "ruddy"):
        (art / style).mkdir(parents=True)
    for i in range(count):
        small = rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        photo = cv2.resize(small, (64, 64), interpolation=cv2.INTER_LINEAR)
        ruddy = np.zeros_like(photo)
        ruddy[:, :, 2] = photo.mean(2)  # OpenCV keeps red last
        cv2.imwrite(str(photos / f"face-{i}.png"), photo)
        for style, picture in (("negative", 255 - photo), ("ruddy", ruddy)):
            cv2.imwrite(str(art / style / f"face-{i}.png"), picture)
            rows.append([f"{style}/face-{i}.png", style, f"a {style} picture", f"faces/face-{i}.png"])
    with (art / "art.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["file", "style", "caption", "photo"], *rows])
    return photos, art


def write_config(path: Path, values: object = CONFIG) -> Path:
    path.write_text(yaml.safe_dump(values))
    return path


def command(phase: str, config: Path, run: Path, photos: Path, art: Path | None = None, *more: str) -> list[str]:
    arguments = [phase, "--config", config, "--run", run, "--photos", photos, "--no-progress", "--device", "cpu"]
    arguments += ["--precision", "float32", "--log-steps", "1"]
    return [*map(str, arguments), *(["--art", str(art)] if art else []), *more]


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def start(arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mmfs_training", *arguments],
        env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def losses(folder: Path) -> list[dict[str, str]]:
    """Rows of losses.csv without what depends on the clock."""
    with (folder / "losses.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [{k: v for k, v in row.items() if k not in ("seconds", "pictures_per_second")} for row in rows]


FORKED = multiprocessing.get_context("forkserver")
# PyTorch and the phases are imported once for all runs
FORKED.set_forkserver_preload([f"mmfs_training.phases.{entry.module}" for entry in PHASES.values()])


def _command(arguments: list[str], log: Path, variables: dict[str, str], file_limit: int | None) -> None:
    with log.open("w") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.environ.update(variables)
    if file_limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))  # Python ignores SIGXFSZ
    from mmfs_training.__main__ import main

    sys.exit(main(arguments))


def begin(
    arguments: list[str], log: Path, variables: dict[str, str] | None = None, file_limit: int | None = None
) -> BaseProcess:
    """The command in a process of its own, which takes no time to start. `log`: its stdout and stderr.

    variables: of the environment; file_limit: bytes, beyond which writing to a file fails.
    """
    process = FORKED.Process(target=_command, args=(arguments, log, variables or {}, file_limit))
    process.start()
    return process


def finish(process: BaseProcess, seconds: float = 120) -> int:
    """Exit status, or the negative number of the signal that ended it."""
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        raise TimeoutError(f"a run took more than {seconds} s")
    return process.exitcode


def steps_done(folder: Path) -> int:
    """Rows of losses.csv, with --log-steps 1."""
    path = folder / "losses.csv"
    return max(0, path.read_text().count("\n") - 1) if path.exists() else 0


def wait_for_step(process: BaseProcess, folder: Path, step: int, seconds: float = 60) -> None:
    """Returns when so many steps are done, or the process has ended."""
    end = time.monotonic() + seconds
    while process.is_alive() and steps_done(folder) < step:
        if time.monotonic() > end:
            raise TimeoutError(f"step {step} was not reached in {seconds} s")
        time.sleep(0.002)
