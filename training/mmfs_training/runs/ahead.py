"""Batches that are made while a step computes."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class Ahead:
    """Makes the batches of the next steps while this one computes, on half the cores. A batch depends on its step."""

    def __init__(self, make: Callable[[int], Any]) -> None:
        self.make = make
        self.depth = max(1, (os.cpu_count() or 1) // 2)
        self.pool = ThreadPoolExecutor(self.depth)
        self.coming: dict[int, Future[Any]] = {}

    def get(self, step: int) -> Any:
        for coming in range(step, step + self.depth + 1):
            if coming not in self.coming:
                self.coming[coming] = self.pool.submit(self.make, coming)
        return self.coming.pop(step).result()

    def close(self) -> None:
        self.pool.shutdown(cancel_futures=True)
