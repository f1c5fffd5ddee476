"""The phases by name, in the order of their numbers: every class of this folder that is one."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from ..runs.phase import Phase


def find_phases() -> dict[str, type[Phase]]:
    for module in iter_modules([str(Path(__file__).parent)]):
        import_module(f"{__package__}.{module.name}")
    kinds = [kind for kind in Phase.__subclasses__() if kind.__module__.startswith(f"{__package__}.")]
    return {kind.name: kind for kind in sorted(kinds, key=lambda kind: kind.number)}


PHASES = find_phases()
