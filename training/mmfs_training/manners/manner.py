"""What a manner is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .arrays import Floats
from .photo import Photo

Group = Literal["drawing", "print", "painting", "graphic"]


@dataclass(frozen=True)
class Manner:
    """name: as a user would type it; description: for whom chooses; caption: words for a picture of it, from which
    `captions.py` makes many; draw: photo to picture, float32 RGB in [0, 1]."""

    name: str
    group: Group
    description: str
    caption: str
    draw: Callable[[Photo], Floats]
