"""The phases by name, in the order of their numbers: the classes of this folder that say name, number and help.

They are read, and not imported: PyTorch takes seconds, and neither the help nor a report computes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ..runs.phase import Phase


class PhaseEntry(NamedTuple):
    """What a class says of itself, and where it is."""

    name: str
    number: int
    help: str
    module: str
    kind: str

    def load(self) -> type[Phase]:
        kind: type[Phase] = getattr(import_module(f".{self.module}", __package__), self.kind)
        return kind


def entries() -> Iterator[PhaseEntry]:
    for path in Path(__file__).parent.glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            said = constants(node) if isinstance(node, ast.ClassDef) else {}
            if isinstance(node, ast.ClassDef) and {"name", "number", "help"} <= said.keys():
                yield PhaseEntry(said["name"], said["number"], said["help"], path.stem, node.name)


def constants(node: ast.ClassDef) -> dict[str, Any]:
    """The attributes that a class gives a plain value."""
    return {
        target.id: statement.value.value
        for statement in node.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }


PHASES = {entry.name: entry for entry in sorted(entries(), key=lambda entry: entry.number)}
