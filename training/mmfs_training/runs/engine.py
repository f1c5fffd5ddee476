"""Runs a phase: goes on from its checkpoint, writes it whole or not at all, logs, draws sheets.

A run is a folder with one folder a phase: checkpoint.pt, losses.csv, run.json, sheets/*.png. `checkpoint.pt` has the
published keys (`g`, `d` in phase 0; `G_ema_model`, `G_model`, `D_model`, `optimizer_0`, `optimizer_1` later) and, under
`mmfs`, what going on needs. A step depends on its number and on the checkpoint alone, so a run that was killed and went
on gives the losses it would have given.
"""

from __future__ import annotations

import json
import math
import signal
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import torch
from tqdm import tqdm

from .. import __version__
from ..common.config import config_values
from ..common.errors import TrainingError
from ..common.files import remove_temporaries, write_atomically, writing
from ..common.threads import SharedCores
from .ahead import Ahead
from .checkpoints import Counters, load_checkpoint, save_checkpoint
from .loss_table import LossTable, means
from .phase import Phase
from .sheets import write_picture


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


def run_phase(phase: Phase, folder: Path, habits: Habits) -> bool:
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
            "data": phase.digests,
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
