"""Do towers fit the mapper that looks through them?"""

from __future__ import annotations

from typing import Any

from ..common.config import RunConfig
from ..common.errors import TrainingError

MAPPER_HEADS = 8


def check_width(width: int, config: RunConfig) -> None:
    """The mapper adds embeddings to positions of width D, which its heads share."""
    found = config.network.style_dim
    if width != found:
        raise TrainingError(
            "TOWERS_WIDTH",
            f"The towers' embeddings have {width} numbers and network.style_dim is {found}: choose towers of that "
            "width, or train a network whose style_dim is theirs.",
        )
    if found % MAPPER_HEADS:
        raise TrainingError(
            "TOWERS_WIDTH", f"network.style_dim is {found}: the mapper's {MAPPER_HEADS} heads need a multiple of them."
        )


def check_towers(state: dict[str, Any], digest: str, phase: str) -> None:
    """Another tower's embeddings mean something else to the mapper."""
    if state["towers"] != digest:
        raise TrainingError(
            "TOWERS_CHANGED",
            f"The checkpoint of the phase {phase} was trained with other towers than towers.path holds: name those "
            "towers, or start that phase anew in another run.",
        )
