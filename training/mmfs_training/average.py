"""Averages the weights of a run and of the same run trained on, and writes a run that `export` takes.

    python -m mmfs_training.average FIRST SECOND --share 0.6 --out RUN

Both must come from one trajectory, or the average is no network. See Wortsman et al. 2022, "Model soups".
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from .checkpoint import write_atomically

AVERAGED = ("average_generator", "average_codes")


def average_states(first: dict[str, Any], second: dict[str, Any], share: float) -> dict[str, Any]:
    """The second run's state with its averaged weights moved back: `share` of the second, the rest of the first."""
    state = dict(second)
    for part in AVERAGED:
        state[part] = {key: torch.lerp(first[part][key], value, share) for key, value in second[part].items()}
    return state


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path, help="folder of a run")
    parser.add_argument("second", type=Path, help="folder of the run that went on from it")
    parser.add_argument("--share", type=float, default=0.5, help="of the second run")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    if not 0 <= args.share <= 1:
        parser.error(f"--share lies between 0 and 1, not at {args.share}")

    first, second = (torch.load(run / "checkpoint.pt", weights_only=True) for run in (args.first, args.second))
    record = json.loads((args.second / "run.json").read_text())
    record["averaged"] = {"firstSteps": first["counters"]["step"], "share": args.share}
    args.out.mkdir(parents=True, exist_ok=True)
    state = average_states(first, second, args.share)
    write_atomically(args.out / "checkpoint.pt", lambda path: torch.save(state, path))
    write_atomically(args.out / "run.json", lambda path: path.write_text(json.dumps(record, indent=2) + "\n"))
    write_atomically(args.out / "losses.csv", lambda path: path.write_bytes((args.second / "losses.csv").read_bytes()))


if __name__ == "__main__":
    main()
