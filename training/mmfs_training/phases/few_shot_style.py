"""The one style that phase 4 tunes to."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from ..common.errors import TrainingError

NAME = re.compile(r"\w[\w .-]{0,99}")


@dataclass(frozen=True)
class Style:
    """What a pack is tuned to: a prompt, or a reference picture; one of the two.

    Raises `TrainingError`: NAME_INVALID where `name` is no name of a folder, PROMPT_EMPTY.
    """

    name: str
    prompt: str | None = None
    reference: Path | None = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name) or self.name.endswith((" ", ".")):
            raise TrainingError(
                "NAME_INVALID",
                f"{self.name!r} cannot be the name of a pack: use up to 100 letters, digits, spaces, points, _ and -, "
                "starting with a letter or digit.",
            )
        if (self.prompt is None) == (self.reference is None):
            raise ValueError("a style has either a prompt or a reference")
        if self.prompt is not None and not self.prompt.strip():
            raise TrainingError("PROMPT_EMPTY", "The prompt is empty: describe the style, as in 'watercolor painting'.")

    def identity(self) -> dict[str, str]:
        """What decides the training: the prompt, or the SHA-256 of the reference."""
        if self.prompt is not None:
            return {"prompt": self.prompt}
        assert self.reference is not None
        try:
            return {"reference": hashlib.sha256(self.reference.read_bytes()).hexdigest()}
        except OSError as error:
            raise TrainingError(
                "REFERENCE_UNREADABLE", f"{self.reference} cannot be read ({error}): name a picture."
            ) from error
