"""losses.csv: what a run logs of its steps."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from ..common.files import write_atomically, writing


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
