"""How many threads a step should use on a machine that others use too."""

from __future__ import annotations

import os
import time
from pathlib import Path

import torch

STAT = Path("/proc/stat")


class SharedCores:
    """Two threads that wait for each other are slower than one as soon as a neighbour takes one of the cores.

    Before each step: as many threads as there are cores that other processes left idle since the last step, at least
    one and at most `threads`. Without /proc (not Linux) always `threads`.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.cores = os.cpu_count() or 1
        self.ticks = os.sysconf("SC_CLK_TCK") if STAT.exists() else 0
        self.last = self._read()
        self.others = 0.0
        torch.set_num_threads(threads)

    def _read(self) -> tuple[float, float, float]:
        """Wall-clock, busy seconds of all cores, of this process."""
        own = time.process_time()
        if not self.ticks:
            return time.monotonic(), own, own
        user, nice, system, _idle, _wait, irq, softirq, *_ = map(int, STAT.read_text().split("\n", 1)[0].split()[1:])
        return time.monotonic(), (user + nice + system + irq + softirq) / self.ticks, own

    def choose(self) -> int:
        wall, busy, own = (now - then for now, then in zip(self._read(), self.last, strict=True))
        if wall > 0.1:
            self.last = self._read()
            self.others = max(0.0, busy - own) / wall
        threads = max(1, min(self.threads, round(self.cores - self.others - 0.1)))
        if threads != torch.get_num_threads():
            torch.set_num_threads(threads)
        return threads
