"""What a run's folder says of each phase."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...common.errors import TrainingError
from ...phases.registry import PHASES

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LossCurves:
    """losses.csv in columns of one length, by step. Values are NaN where a loss was not computed."""

    steps: Floats
    pictures_per_second: Floats
    losses: dict[str, Floats]


@dataclass(frozen=True)
class PhaseRecord:
    """What a phase's folder says; `report` is run.json."""

    name: str
    folder: Path
    report: dict[str, Any]
    curves: LossCurves
    figures: dict[str, Any]


def read_phases(run: Path) -> list[PhaseRecord]:
    # phase 4 has a folder for each of its styles
    files = [*run.glob("*/run.json"), *run.glob("few-shot/*/run.json")]
    names = sorted(path.parent.relative_to(run).as_posix() for path in files if path.is_file())
    order = {name: place for place, name in enumerate(PHASES)}
    names.sort(key=lambda name: order.get(name.split("/")[0], len(order)))
    if not names:
        raise TrainingError(
            "RUN_MISSING",
            f"{run} is no run: name the folder given as --run to a phase; it has folders such as prior or base with a "
            "run.json in them.",
        )
    return [read_phase(run / name, name) for name in names]


def read_phase(folder: Path, name: str) -> PhaseRecord:
    report = read_table(folder / "run.json")
    for key in ("data", "losses", "config"):
        if not isinstance(report.setdefault(key, {}), dict):
            raise unreadable(folder / "run.json", f"{key} is no table")
    figures = folder / "figures.json"
    return PhaseRecord(
        name,
        folder,
        report,
        read_losses(folder / "losses.csv"),
        read_table(figures) if figures.is_file() else {},
    )


def unreadable(path: Path, reason: object) -> TrainingError:
    return TrainingError(
        "RUN_UNREADABLE", f"{path} is damaged ({reason}): mend it, or move it away and run the phase again."
    )


def read_table(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable(path, error) from error
    if not isinstance(values, dict):
        raise unreadable(path, "it holds no JSON object")
    return values


def read_losses(path: Path) -> LossCurves:
    """A file that is not there is one without rows: a phase that was stopped at once."""
    first = ["step", "seconds", "pictures_per_second"]
    if not path.exists():
        return LossCurves(np.empty(0), np.empty(0), {})
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = [row for row in csv.reader(file) if row]
    except (OSError, ValueError, csv.Error) as error:
        raise unreadable(path, error) from error
    if not lines or lines[0][:3] != first:
        raise unreadable(path, f"its columns do not start with {', '.join(first)}")
    header = lines[0]
    rows = []
    for number, line in enumerate(lines[1:], 1):
        if len(line) != len(header):
            raise unreadable(path, f"row {number} has {len(line)} cells, not {len(header)}")
        try:
            rows.append([float(cell) if cell.strip() else math.nan for cell in line])
        except ValueError as error:
            raise unreadable(path, f"row {number}: {error}") from error
    values = np.array(rows, dtype=np.float64).reshape(-1, len(header))
    if not np.isfinite(values[:, 0]).all():
        raise unreadable(path, "a row has no step")
    values = values[np.argsort(values[:, 0], kind="stable")]
    columns = dict(zip(header[3:], values[:, 3:].T, strict=True))
    return LossCurves(values[:, 0], values[:, 2], columns)
