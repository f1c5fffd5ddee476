"""What a user can mend, said before hours are spent."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable


class TrainingError(Exception):
    """A stable `code` and a sentence that says what to do; a `command` prints both and exits with 2."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def command(run: Callable[[list[str] | None], None]) -> Callable[..., int]:
    """What a module does with its arguments (default: the process's), as a `main` that returns an exit status.

    It is 2 after `error CODE: …` on standard error output, else 0."""

    @functools.wraps(run)
    def main(arguments: list[str] | None = None) -> int:
        try:
            run(arguments)
        except TrainingError as error:
            print(f"error {error.code}: {error}", file=sys.stderr)
            return 2
        return 0

    return main
