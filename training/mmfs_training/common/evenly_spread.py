"""Some of many, from the first to the last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def evenly_spread(items: Sequence[T], count: int) -> list[T]:
    """`count` of the items (all, if there are fewer), evenly spread from the first to the last."""
    return [items[i] for i in np.linspace(0, len(items) - 1, min(count, len(items))).astype(int)]
