"""What a user can mend, said before hours are spent."""

from __future__ import annotations


class TrainingError(Exception):
    """A stable `code` and a sentence that says what to do; `python -m mmfs_training` prints both and exits with 2."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
