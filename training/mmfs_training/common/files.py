"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import TrainingError


def write_atomically(path: Path, write: Any) -> None:
    """Calls `write(temporary path)` and renames, so that a kill or a full disk leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        temporary.chmod(0o644)  # safetensors makes files that only their owner can read
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove_temporaries(path: Path) -> None:
    """Deletes what `write_atomically` left beside a path when it was killed."""
    for temporary in path.parent.glob(f".{path.name}.*"):
        temporary.unlink(missing_ok=True)


DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns what the system says about a full disk into a `TrainingError`."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # torch reports a failed write as RuntimeError
        if isinstance(error, OSError) and error.errno not in DISK_ERRORS:
            raise
        raise TrainingError(
            "DISK_FULL",
            f"{path} could not be written ({error}): make room and run the command again. "
            "The last checkpoint is whole.",
        ) from error
