"""Runs a phase: goes on from its checkpoint, writes it whole or not at all, logs, draws sheets.

A run is a folder with one folder a phase: checkpoint.pt, losses.csv, run.json, sheets/*.png. `checkpoint.pt` has the
published keys (`g`, `d` in phase 0; `G_ema_model`, `G_model`, `D_model`, `optimizer_0`, `optimizer_1` later) and, under
`mmfs`, what going on needs. A step depends on its number and on the checkpoint alone, so a run that was killed and went
on gives the losses it would have given.
"""

from __future__ import annotations

import csv
import errno
import json
import math
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from . import __version__
from .checkpoint import remove_temporaries, write_atomically
from .config import RunConfig, config_values
from .data import Ahead
from .errors import TrainingError
from .phases.phase import Phase
from .sheets import write_picture
from .threads import SharedCores

FORMAT = 1


@dataclass(frozen=True)
class Habits:
    """How often things are written, and when to stop before the last step. Not part of what is computed.

    checkpoint_seconds, sheet_seconds: 0 writes after every step. log_steps: steps averaged into a row of losses.csv.
    minutes, stop_at: stop, with a checkpoint, after so long or after that step; the same command goes on.
    """

    checkpoint_seconds: float = 120.0
    sheet_seconds: float = 300.0
    log_steps: int = 20
    minutes: float | None = None
    stop_at: int | None = None
    threads: int | None = None
    progress: bool = True


@dataclass
class Counters:
    step: int = 0
    seconds: float = 0.0
    pending: list[dict[str, float]] = field(default_factory=list)


DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns what the system says about a full disk into a `TrainingError`."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # torch reports a failed write as RuntimeError
        if isinstance(error, OSError) and error.errno not in DISK_ERRORS:
            raise
        raise TrainingError(
            "DISK_FULL",
            f"{path} could not be written ({error}): make room and run the command again. "
            "The last checkpoint is whole.",
        ) from error


def save_checkpoint(path: Path, phase: Phase, counters: Counters) -> None:
    """Writes a checkpoint, unless its weights are no longer numbers: one could not go on from it."""
    broken = [name for name, m in phase.modules.items() if not all(p.isfinite().all() for p in m.parameters())]
    if broken:
        raise TrainingError(
            "LOSS_NOT_FINITE",
            f"At step {counters.step} weights of {', '.join(broken)} are no numbers: lower the learning rate and run "
            "the command again; the last checkpoint is from before.",
        )
    state: dict[str, Any] = {name: module.state_dict() for name, module in phase.modules.items()}
    state |= {name: optimizer.state_dict() for name, optimizer in phase.optimizers.items()}
    state["total_iters"] = counters.step
    state["mmfs"] = {
        "format": FORMAT,
        "phase": phase.name,
        "version": __version__,
        "config": config_values(phase.config),
        "seconds": counters.seconds,
        "pending": counters.pending,
        "extra": phase.extra_state(),
    }
    needed = sum(t.numel() * t.element_size() for t in _tensors(state))
    free = shutil.disk_usage(path.parent).free
    if free < 1.1 * needed:
        raise TrainingError(
            "DISK_FULL",
            f"A checkpoint needs {needed / 1e6:.0f} MB and {path.parent} has {free / 1e6:.0f} MB left: make room and "
            "run the command again. The last checkpoint is whole.",
        )
    with writing(path):
        write_atomically(path, lambda p: torch.save(state, p))


def _tensors(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        return [t for v in value.values() for t in _tensors(v)]
    if isinstance(value, list | tuple):
        return [t for v in value for t in _tensors(v)]
    return []


def read_checkpoint(path: Path, phase: str) -> dict[str, Any]:
    """A checkpoint of one of our runs, which must be of `phase`."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise TrainingError(
            "CHECKPOINT_MISSING",
            f"There is no {path}: run the phase `{phase}` first (python -m mmfs_training {phase}).",
        ) from error
    except Exception as error:
        raise TrainingError("CHECKPOINT_UNREADABLE", f"{path} is damaged or no checkpoint: {error}") from error
    if not isinstance(state, dict) or "mmfs" not in state:
        raise TrainingError("CHECKPOINT_FOREIGN", f"{path} is not a checkpoint of this training.")
    found = state["mmfs"]["phase"]
    if found != phase:
        raise TrainingError("CHECKPOINT_PHASE", f"{path} is of the phase {found}, where one of {phase} is needed.")
    return state


def check_network(state: dict[str, Any], config: RunConfig, path: Path) -> None:
    """The networks of a checkpoint and of a configuration must be the same size."""
    found, wanted = {"detail": False, **state["mmfs"]["config"]["network"]}, config_values(config)["network"]
    if "clip_mapper.position_embedding" not in state.get("G_model", {}):
        # before phase 3 there is no mapper, whatever was planned for it
        found["mapper_feedforward"] = wanted["mapper_feedforward"]
    if found != wanted:
        raise TrainingError(
            "CHECKPOINT_MISMATCH",
            f"{path} is of a network with {found}, the configuration says {wanted}: "
            "change the configuration or the run.",
        )


def load_checkpoint(path: Path, phase: Phase) -> Counters:
    state = read_checkpoint(path, phase.name)
    check_network(state, phase.config, path)
    phase.migrate(state)
    for name, module in phase.modules.items():
        module.load_state_dict(state[name])
    for name, optimizer in phase.optimizers.items():
        factors = [group.get("factor", 1.0) for group in optimizer.param_groups]
        optimizer.load_state_dict(state[name])
        for group, factor in zip(optimizer.param_groups, factors, strict=True):
            group["factor"] = factor
    ours = state["mmfs"]
    phase.load_extra_state(ours["extra"])
    return Counters(state["total_iters"], ours["seconds"], ours["pending"])


def code_version() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or "unknown"


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return "unknown"


class LossTable:
    """losses.csv: a row for every so many steps, each loss its mean over them."""

    FIRST = ("step", "seconds", "pictures_per_second")

    def __init__(self, path: Path, columns: tuple[str, ...], step: int) -> None:
        self.path, self.columns = path, (*self.FIRST, *columns)
        rows: list[list[str]] = []
        if path.exists():
            with path.open(newline="") as file:
                # a run that was killed may have logged steps that its checkpoint does not know
                # and a full disk may have cut the last row
                header, *found = list(csv.reader(file)) or [[]]
                kept = [row for row in found if len(row) == len(header) and int(row[0]) <= step]
            # an older version may have had other columns
            rows = [[dict(zip(header, row, strict=True)).get(c, "") for c in self.columns] for row in kept]
        self.last = dict(zip(self.columns, rows[-1], strict=True)) if rows else {}

        def write(temporary: Path) -> None:
            with temporary.open("w", newline="") as file:
                csv.writer(file).writerows([self.columns, *rows])

        with writing(path):
            write_atomically(path, write)

    def add(self, step: int, values: dict[str, float]) -> None:
        numbers = [f"{values[c]:.6g}" if c in values else "" for c in self.columns[1:]]
        with writing(self.path), self.path.open("a", newline="") as file:
            csv.writer(file).writerow([step, *numbers])


def means(reports: list[dict[str, float]]) -> dict[str, float]:
    names = {name for report in reports for name in report}
    return {name: float(np.mean([r[name] for r in reports if name in r])) for name in sorted(names)}


def run_phase(phase: Phase, folder: Path, digests: dict[str, str], habits: Habits) -> bool:
    """Trains until the last step, a signal or the minutes are over; whether the last step was reached."""
    place = phase.place
    main = place.rank == 0
    path = folder / "checkpoint.pt"
    folder.mkdir(parents=True, exist_ok=True)
    counters = load_checkpoint(path, phase) if path.exists() else Counters()
    for module in phase.modules.values():
        place.share(module)
    last: dict[str, float] = {}
    if main:
        remove_temporaries(path)
        if not path.exists():  # a full disk or a folder without permission shows now, not in hours
            save_checkpoint(path, phase, counters)
        table = LossTable(folder / "losses.csv", phase.columns, counters.step)
        last = {name: float(value) for name, value in table.last.items() if name in phase.columns and value}
    started = time.monotonic()
    saved = shown = started
    logged = counters.seconds
    ahead = Ahead(phase.make_batch)
    cores = SharedCores(habits.threads or torch.get_num_threads()) if place.device.type == "cpu" else None
    stopping: list[int] = []
    before = {s: signal.signal(s, lambda number, _: stopping.append(number)) for s in (signal.SIGTERM, signal.SIGINT)}

    def record() -> None:
        report = {
            "phase": phase.name,
            "package": __version__,
            "code": code_version(),
            "torch": torch.__version__,
            "device": torch.cuda.get_device_name() if place.device.type == "cuda" else processor(),
            "processes": place.world,
            "precision": str(place.dtype).removeprefix("torch."),
            "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "seed": phase.config.seed,
            "data": digests,
            "steps": counters.step,
            "of": phase.steps,
            "pictures": counters.step * phase.batch,
            "minutes": round(counters.seconds / 60, 2),
            "losses": {name: round(value, 6) for name, value in last.items()},
            "config": config_values(phase.config),
        }
        with writing(folder / "run.json"):
            write_atomically(folder / "run.json", lambda p: p.write_text(json.dumps(report, indent=2) + "\n"))

    def save() -> None:
        if main:
            save_checkpoint(path, phase, counters)
            record()

    def show() -> None:
        if main:
            write_picture(phase.sheet(), folder / "sheets" / f"{counters.step:07d}.png")

    bar = tqdm(
        total=phase.steps, initial=counters.step, desc=phase.name, unit="step", disable=not (main and habits.progress)
    )
    try:
        while counters.step < phase.steps and not _agreed(bool(stopping), phase):
            start = time.perf_counter()
            if cores is not None:
                cores.choose()
            report = phase.step(counters.step, ahead.get(counters.step))
            bad = [name for name, value in report.items() if not math.isfinite(value)]
            if bad:
                raise TrainingError(
                    "LOSS_NOT_FINITE",
                    f"At step {counters.step} {', '.join(bad)} is no number: lower the learning rate and run the "
                    "command again; the last checkpoint is from before.",
                )
            counters.step += 1
            counters.seconds += time.perf_counter() - start
            counters.pending.append(report)
            bar.update()
            if counters.step % habits.log_steps == 0 or counters.step == phase.steps:
                last = means(counters.pending)
                pace = len(counters.pending) * phase.batch / max(counters.seconds - logged, 1e-9)
                logged = counters.seconds
                if main:
                    table.add(counters.step, {"seconds": counters.seconds, "pictures_per_second": pace, **last})
                    bar.set_postfix({name: f"{value:.3g}" for name, value in last.items()}, refresh=False)
                counters.pending = []
            now = time.monotonic()
            if counters.step < phase.steps and now - saved >= habits.checkpoint_seconds:
                save()
                saved = time.monotonic()
            if now - shown >= habits.sheet_seconds:
                show()
                shown = time.monotonic()
            if habits.minutes is not None and now - started > 60 * habits.minutes:
                stopping.append(0)
            if counters.step == habits.stop_at:
                stopping.append(0)
        save()
        show()
    finally:
        bar.close()
        ahead.close()
        for number, handler in before.items():
            signal.signal(number, handler)
    return counters.step >= phase.steps


def _agreed(stop: bool, phase: Phase) -> bool:
    """All processes stop after the same step."""
    if phase.place.world == 1:
        return stop
    return phase.place.mean(torch.tensor(float(stop), device=phase.place.device)) > 0
