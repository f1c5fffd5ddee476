"""A phase as a command: its options, its run, and what it leaves at the end."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from ..common.config import RunConfig, read_config
from ..common.errors import command
from ..common.place import find_place
from .engine import Habits, run_phase
from .phase import Phase


def parser_of(kind: type[Phase]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m mmfs_training {kind.name}",
        description=f"{kind.help}. A command that was stopped or killed goes on when it is given again. Under torchrun "
        "every process takes its share of each batch.",
        epilog="The configuration has to name a two-tower model (towers)." if "towers" in kind.needs else None,
    )
    parser.add_argument("--config", type=Path, required=True, help="YAML, as in mmfs_training/configs")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run; each phase has a folder in it")
    kind.add_arguments(parser)
    parser.add_argument("--steps", type=int, help="instead of the configuration's")
    parser.add_argument("--minutes", type=float, help="stop after so long; the same command goes on")
    parser.add_argument("--stop-at", type=int, metavar="STEP", help="stop after this step, rates as for all")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--precision", default="auto", choices=["auto", "bfloat16", "float32"])
    parser.add_argument("--threads", type=int, help="at most so many on a CPU; fewer while others use the cores")
    parser.add_argument("--checkpoint-seconds", type=float, default=Habits.checkpoint_seconds)
    parser.add_argument("--sheet-seconds", type=float, default=Habits.sheet_seconds)
    parser.add_argument("--log-steps", type=int, default=Habits.log_steps)
    parser.add_argument("--no-progress", action="store_true", help="no progress bar")
    return parser


def with_steps(config: RunConfig, section: str, steps: int) -> RunConfig:
    return replace(config, **{section: replace(getattr(config, section), steps=steps)})


def train(kind: type[Phase], arguments: list[str] | None = None) -> int:
    """Opens the phase and runs it; the exit status of the command."""

    @command
    def run(arguments: list[str] | None) -> None:
        args = parser_of(kind).parse_args(arguments)
        config = read_config(args.config)
        if args.steps is not None:
            config = with_steps(config, kind.section, args.steps)
        place = find_place(args.device, args.precision)
        try:
            phase = kind.open(args, config, place)
            folder = phase.folder(args.run)
            habits = Habits(
                checkpoint_seconds=args.checkpoint_seconds,
                sheet_seconds=args.sheet_seconds,
                log_steps=args.log_steps,
                minutes=args.minutes,
                stop_at=args.stop_at,
                threads=args.threads,
                progress=not args.no_progress,
            )
            done = run_phase(phase, folder, habits)
            if place.rank > 0:
                return
            path = phase.finish(folder) if done else None
            if path is not None:
                print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
            if not done:
                print(f"stopped before step {phase.steps}; the same command goes on", file=sys.stderr)
        finally:
            place.close()

    return run(arguments)
