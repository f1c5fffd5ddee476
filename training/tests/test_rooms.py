"""The package's rooms stand on one another: an import goes to its own room or to one below."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "mmfs_training"
# from the ground up
ROOMS = (
    "common", "networks", "manners", "words", "data", "losses", "styles", "towers", "runs", "models", "phases",
    "prepare", "figures",
)  # fmt: skip


def imported(path: Path) -> Iterator[tuple[str, ...]]:
    """What a module of the package imports of it, as paths from the package."""
    folder = path.relative_to(PACKAGE).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            above = folder[: len(folder) - node.level + 1]
            module = (*above, *(node.module.split(".") if node.module else ()))
            yield from ((*module, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("mmfs_training"), f"{path} imports its own package by name"
        elif isinstance(node, ast.Import):
            assert not any(name.name.startswith("mmfs_training") for name in node.names), path


def test_every_folder_of_code_is_a_room() -> None:
    folders = {path.parent.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE}
    assert folders == set(ROOMS)
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py", "commands.py"}


def test_no_import_goes_up() -> None:
    back = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent == PACKAGE:
            continue  # the command stands above all rooms
        room = path.relative_to(PACKAGE).parts[0]
        for parts in imported(path):
            if parts[0] == "__version__":
                continue
            if parts[0] not in ROOMS or ROOMS.index(parts[0]) > ROOMS.index(room):
                back.append(f"{path.relative_to(PACKAGE)} -> {'.'.join(parts)}")
    assert not back
