"""python -m mmfs_training PHASE --config FILE --run FOLDER: see `--help`, or the README."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from .config import RunConfig, read_config
from .data import ArtFolder, PhotoFolder
from .engine import Habits, run_phase
from .errors import command
from .export import export
from .manners import name_of
from .phases.base import BasePhase
from .phases.encoder import EncoderPhase
from .phases.few_shot import FewShotPhase, Style
from .phases.mapper import MapperPhase
from .phases.phase import Phase
from .phases.prior import PriorPhase
from .phases.teach import TeachPhase
from .phases.towers import TowersPhase
from .place import find_place
from .report import write_report

PHASES = {
    "prior": "phase 0: a StyleGAN2 on photographs",
    "encoder": "phase 1: the encoder is aligned with the prior",
    "base": "phase 2: everything, on photographs and art",
    "towers": "a small two-tower model, where there is no CLIP: pictures and texts to one space",
    "mapper": "phase 3: embeddings of pictures and texts become styles",
    "few-shot": "phase 4: the decoder is tuned to one prompt or reference picture; writes a style pack",
    "teach": "known pairs of photo and art, at the scale of 512 px",
}


def parser() -> argparse.ArgumentParser:
    main = argparse.ArgumentParser(
        prog="python -m mmfs_training",
        description="The training of MMFS, a command a phase. A command that was stopped or killed goes on when it is "
        "given again. Under torchrun every process takes its share of each batch.",
    )
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in PHASES.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("--config", type=Path, required=True, help="YAML, as in mmfs_training/configs")
        command.add_argument("--run", type=Path, required=True, help="folder of the run; each phase has a folder in it")
        if name == "teach":
            command.add_argument("--pairs", type=Path, nargs="+", required=True, help="folders with photos and art")
            command.add_argument("--name", help="of the style pack; by default that of the pairs")
        else:
            command.add_argument("--photos", type=Path, required=True, help="folder of aligned photographs of faces")
        if name in ("base", "towers"):
            command.add_argument("--art", type=Path, required=True, help="folder with art.csv, or a folder a style")
        if name == "mapper":
            command.add_argument("--art", type=Path, help="needed where the configuration has mapper.art")
        if name == "few-shot":
            command.add_argument("--name", required=True, help="of the pack; it is written to RUN/few-shot/NAME")
            style = command.add_mutually_exclusive_group(required=True)
            style.add_argument("--prompt", help="the style in words")
            style.add_argument("--reference", type=Path, help="a picture in the style")
        command.add_argument("--steps", type=int, help="instead of the configuration's")
        command.add_argument("--minutes", type=float, help="stop after so long; the same command goes on")
        command.add_argument("--stop-at", type=int, metavar="STEP", help="stop after this step, rates as for all")
        command.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"])
        command.add_argument("--precision", default="auto", choices=["auto", "bfloat16", "float32"])
        command.add_argument("--threads", type=int, help="at most so many on a CPU; fewer while others use the cores")
        command.add_argument("--checkpoint-seconds", type=float, default=Habits.checkpoint_seconds)
        command.add_argument("--sheet-seconds", type=float, default=Habits.sheet_seconds)
        command.add_argument("--log-steps", type=int, default=Habits.log_steps)
        command.add_argument("--no-progress", action="store_true", help="no progress bar")
    report = commands.add_parser("report", help="one HTML page of a run: curves, sheets, figures")
    report.add_argument("run", type=Path)
    report.add_argument("--out", type=Path, help="by default RUN/report.html")
    model = commands.add_parser("export", help="weights and presets of a run, as model-mini ships them")
    model.add_argument("run", type=Path)
    model.add_argument("--out", type=Path, required=True)
    model.add_argument(
        "--phase", default="base", choices=["encoder", "base", "towers", "mapper", "teach"],
        help="encoder: to measure phase 1; towers: the small ones alone; mapper: with what prompts and references need",
    )  # fmt: skip
    model.add_argument("--config", type=Path, help="take the presets from this file instead of the run's configuration")
    return main


def train(args: argparse.Namespace) -> None:
    config: RunConfig = read_config(args.config)
    if args.steps is not None:
        name = {"few-shot": "few_shot", "towers": "small_towers"}.get(args.command, args.command)
        config = replace(config, **{name: replace(getattr(config, name), steps=args.steps)})
    place = find_place(args.device, args.precision)
    try:
        folder = args.run / args.command
        phase: Phase
        digests: dict[str, str] = {}
        if args.command != "teach":
            photos = PhotoFolder(args.photos, config.held_out, config.seed)
            digests["photos"] = photos.digest
        if args.command == "teach":
            phase = TeachPhase(config, place, args.pairs, args.run)
        elif args.command == "prior":
            phase = PriorPhase(config, place, photos, args.run)
        elif args.command == "encoder":
            phase = EncoderPhase(config, place, photos, args.run)
        elif args.command == "base":
            art = ArtFolder(args.art)
            digests["art"] = art.digest
            phase = BasePhase(config, place, photos, art, args.run)
        elif args.command == "towers":
            art = ArtFolder(args.art)
            digests["art"] = art.digest
            phase = TowersPhase(config, place, photos, art, args.run)
        elif args.command == "mapper":
            known = ArtFolder(args.art) if args.art else None
            phase = mapper = MapperPhase(config, place, photos, known, args.run)
            digests |= {"towers": mapper.towers_digest, **({"art": known.digest} if known else {})}
        else:
            style = Style(args.name, args.prompt, args.reference)
            phase = tuned = FewShotPhase(config, place, photos, style, args.run)
            digests |= {"towers": tuned.towers_digest, **tuned.identity}
            folder /= style.name
        habits = Habits(
            checkpoint_seconds=args.checkpoint_seconds,
            sheet_seconds=args.sheet_seconds,
            log_steps=args.log_steps,
            minutes=args.minutes,
            stop_at=args.stop_at,
            threads=args.threads,
            progress=not args.no_progress,
        )
        done = run_phase(phase, folder, digests, habits)
        if done and place.rank == 0 and isinstance(phase, FewShotPhase | TeachPhase):
            if isinstance(phase, FewShotPhase):
                path = phase.write_pack(folder)
            elif phase.settings.train == "decoder":
                path = phase.write_pack(folder, args.name or name_of(phase.styles[0]))
            else:
                path = export(args.run, folder / "model", phase="teach")
            print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
        if not done and place.rank == 0:
            print(f"stopped before step {phase.steps}; the same command goes on", file=sys.stderr)
    finally:
        place.close()


@command
def main(arguments: list[str] | None) -> None:
    args = parser().parse_args(arguments)
    if args.command == "report":
        print(write_report(args.run, args.out or args.run / "report.html"))
    elif args.command == "export":
        path = export(args.run, args.out, read_config(args.config) if args.config else None, args.phase)
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
    else:
        train(args)


if __name__ == "__main__":
    sys.exit(main())
