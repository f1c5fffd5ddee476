"""python -m mmfs_training COMMAND …: see `--help`, or the README."""

from __future__ import annotations

import sys

from .commands import COMMANDS, GROUPS
from .phases.registry import PHASES


def usage() -> str:
    """All commands with a sentence each, the phases first."""
    groups = {
        "phases of training": {name: phase.help for name, phase in PHASES.items()},
        **{title: {name: command.help for name, command in group.items()} for title, group in GROUPS.items()},
    }
    width = max(len(name) for group in groups.values() for name in group)
    parts = [
        "usage: python -m mmfs_training COMMAND …",
        "The training of MMFS. `COMMAND --help` tells a command's options.",
    ]
    for title, group in groups.items():
        parts.append("\n".join([f"{title}:", *(f"  {name:{width}}  {text}" for name, text in group.items())]))
    return "\n\n".join(parts)


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; its exit status: 0, or 2 after an error that its user can mend."""
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name in ("-h", "--help"):
        print(usage())
        return 0
    if name in COMMANDS:
        return COMMANDS[name].run(rest)
    if name in PHASES:
        from .runs.train import train  # takes seconds

        return train(PHASES[name].load(), rest)
    print(f"error COMMAND_UNKNOWN: There is no {name}.\n\n{usage()}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
