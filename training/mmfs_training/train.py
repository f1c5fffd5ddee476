"""Trains the generator on pairs of photos and redrawings.

    python -m mmfs_training.train --data DIR --out RUN [--config mini.yaml] [--budget-minutes M]

The same command after a kill goes on from the last checkpoint; SIGTERM saves one first. Written to RUN: checkpoint.pt,
losses.csv, run.json and sheets/*.png (held-out faces; columns: photo, photo code, styles, the first style at half
strength).
"""

from __future__ import annotations

import argparse
import copy
import csv
import json
import math
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import __version__, fast
from .checkpoint import write_atomically
from .codes import StyleCodes
from .config import TrainingConfig, read_config
from .data import Batch, PairedData
from .discriminator import PatchDiscriminator
from .growth import WHOLE, Adapters, level_at, partial_forward, start_small
from .losses import feature_matching_loss, hinge_loss, laplacian_loss, pixel_loss
from .networks import Generator, GeneratorConfig, repeat_w
from .sheets import style_sheet, write_picture
from .threads import SharedCores

LONGEST_STEP = 10.0
CHECKPOINT_SECONDS = 90.0
SHEET_SECONDS = 240.0
LOG_STEPS = 25
SHEET_FACES = 6


class Trainer:
    """Everything that a checkpoint holds, and the step that changes it."""

    def __init__(self, config: TrainingConfig) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.generator = Generator(GeneratorConfig(config.base_width, config.style_dim))
        self.codes = StyleCodes(self.generator, len(config.styles), config.seed)
        self.discriminator = PatchDiscriminator(1 + len(config.styles))
        start_small(self.generator)
        self.adapters = Adapters(self.generator)
        self.average_generator = copy.deepcopy(self.generator).requires_grad_(False)
        self.average_codes = copy.deepcopy(self.codes).requires_grad_(False)
        self.trained = [p for name, p in self.generator.named_parameters() if self._is_trained(name)]
        self.trained += list(self.codes.parameters()) + list(self.adapters.parameters())
        self.optimizer = torch.optim.Adam(self.trained, config.learning_rate, betas=(0.5, 0.99), fused=True)
        self.discriminator_optimizer = torch.optim.Adam(
            self.discriminator.parameters(), 4e-4, betas=(0.5, 0.99), fused=True
        )
        self.step = 0
        self.pictures = 0
        self.active_seconds = 0.0
        self.progress = 0.0

    @staticmethod
    def _is_trained(name: str) -> bool:
        # noise has no part in a paired loss but harm, and z is mapped to the codes once they are known
        return not name.startswith("mapping_z.") and not name.endswith("noise.weight")

    @property
    def parts(self) -> dict[str, Any]:
        return {
            "generator": self.generator,
            "codes": self.codes,
            "adapters": self.adapters,
            "discriminator": self.discriminator,
            "average_generator": self.average_generator,
            "average_codes": self.average_codes,
            "optimizer": self.optimizer,
            "discriminator_optimizer": self.discriminator_optimizer,
        }

    def state_dict(self) -> dict[str, Any]:
        counters = {
            "step": self.step,
            "pictures": self.pictures,
            "active_seconds": self.active_seconds,
            "progress": self.progress,
        }
        return {**{name: part.state_dict() for name, part in self.parts.items()}, "counters": counters}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for name, part in self.parts.items():
            part.load_state_dict(state[name])
        self.step = state["counters"]["step"]
        self.pictures = state["counters"]["pictures"]
        self.active_seconds = state["counters"]["active_seconds"]
        self.progress = state["counters"]["progress"]

    def advance(self, seconds: float, seconds_left: float) -> None:
        """Counts a step that took `seconds`, when `seconds_left` were left before it."""
        # a process that was stopped for a while must not lose its schedule, so a step counts for at most LONGEST_STEP
        seconds = min(seconds, LONGEST_STEP)
        self.active_seconds += seconds
        self.progress += (1 - self.progress) * min(1.0, seconds / max(seconds_left, 1e-9))

    def learning_rate(self, progress: float) -> float:
        first, last = self.config.learning_rate, self.config.final_learning_rate
        warm_up = min(1.0, (self.step + 1) / 100)
        return warm_up * (last + (first - last) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))

    def train_step(self, batch: Batch, progress: float) -> dict[str, float]:
        config = self.config
        rate = self.learning_rate(progress)
        for optimizer, factor in ((self.optimizer, 1.0), (self.discriminator_optimizer, 1 / 30)):
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
        adversarial = progress >= config.adversarial_from

        wplus = self.codes(batch.mixture)
        w = wplus[:, 0] + config.code_noise * torch.randn_like(wplus[:, 0])
        level = level_at(progress, config.growth)
        growing = level < WHOLE or progress < config.growth[-1] + config.settling
        if growing:
            made, inner = partial_forward(self.generator, self.adapters, batch.photo, repeat_w(w), level)
        else:
            made = fast.decode(self.generator, fast.encode(self.generator, batch.photo), repeat_w(w))
        gradient, report = self.picture_gradient(made.detach(), batch, adversarial)
        self.optimizer.zero_grad(set_to_none=True)
        if growing and level > 1:
            report["inner"] = inner.item()
            torch.autograd.backward([made, config.losses["inner"] * inner], [gradient, None])
        else:
            made.backward(gradient)  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.trained, 10.0)
        self.optimizer.step()
        if adversarial:
            report["discriminator"] = self.discriminator_step(made.detach(), batch)
        self._average(min(config.ema, (1 + self.step) / (10 + self.step)))
        self.step += 1
        self.pictures += len(batch.photo)
        return {**report, "learning_rate": rate}

    def picture_gradient(self, made: Tensor, batch: Batch, adversarial: bool) -> tuple[Tensor, dict[str, float]]:
        """The gradient on the pictures; the discriminator's part is scaled to a set share of the others' norm."""
        config = self.config
        made = made.requires_grad_()
        pixel = pixel_loss(made, batch.target, batch.weight)
        laplacian = laplacian_loss(made, batch.target, batch.weight)
        weights = config.losses
        paired = torch.autograd.grad(weights["pixel"] * pixel + weights["laplacian"] * laplacian, made)[0]
        report = {"pixel": pixel.item(), "laplacian": laplacian.item()}
        chosen = batch.pure
        if not adversarial or not chosen.any():
            return paired, report
        style = batch.mixture.argmax(1)[chosen]
        with torch.no_grad():
            wanted, _ = self.discriminator(batch.target[chosen], batch.photo[chosen], style)
        features, score = self.discriminator(made[chosen], batch.photo[chosen], style)
        matching = feature_matching_loss(features, wanted)
        fooling = -score.mean()
        judged = torch.autograd.grad(weights["feature_matching"] * matching + weights["adversarial"] * fooling, made)[0]
        scale = config.adversarial_ratio * paired.norm() / (judged.norm() + 1e-12)
        report |= {"feature_matching": matching.item(), "fooling": fooling.item()}
        return paired + scale * judged, report

    def discriminator_step(self, made: Tensor, batch: Batch) -> float:
        chosen = batch.pure
        if not chosen.any():
            return 0.0
        style = batch.mixture.argmax(1)[chosen]
        photo = batch.photo[chosen]
        pictures = torch.cat([batch.target[chosen], made[chosen].clamp(-1, 1)])
        _, score = self.discriminator(pictures, torch.cat([photo, photo]), torch.cat([style, style]))
        loss = hinge_loss(*score.chunk(2))
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.discriminator_optimizer.step()
        return loss.item()

    @torch.no_grad()
    def _average(self, decay: float) -> None:
        pairs = [(self.average_generator, self.generator), (self.average_codes, self.codes)]
        averages: list[Tensor] = [p for average, _ in pairs for p in average.parameters()]
        torch._foreach_lerp_(averages, [p for _, part in pairs for p in part.parameters()], 1 - decay)

    @torch.no_grad()
    def sheet(self, data: PairedData) -> Any:
        """Held-out faces with the averaged weights: photo code, every style, and half strength of the first style."""
        generator = self.average_generator
        mixture = torch.eye(1 + len(data.styles))
        half = (mixture[0] + mixture[1]) / 2
        wplus = self.average_codes(torch.cat([mixture, half[None]]))

        def stylise(images: Tensor, codes: Tensor) -> Tensor:
            return fast.decode(generator, fast.encode(generator, images), codes)

        faces = data.held_out[np.linspace(0, len(data.held_out) - 1, SHEET_FACES).astype(int)]
        return style_sheet(data.photos[faces], list(wplus), stylise)


def code_version() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or "unknown"


def write_report(path: Path, trainer: Trainer, data: PairedData, last: dict[str, float]) -> None:
    report = {
        "package": __version__,
        "code": code_version(),
        "torch": torch.__version__,
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "seed": trainer.config.seed,
        "dataDigest": f"sha256:{data.digest}",
        "photos": len(data.training),
        "heldOut": [data.stems[j] for j in data.held_out],
        "progress": round(trainer.progress, 4),
        "activeMinutes": round(trainer.active_seconds / 60, 2),
        "steps": trainer.step,
        "pictures": trainer.pictures,
        "losses": {name: round(value, 5) for name, value in last.items()},
        "config": asdict(trainer.config),
    }
    write_atomically(path, lambda p: p.write_text(json.dumps(report, indent=2) + "\n"))


class LossLog:
    """losses.csv: the mean of each loss over the steps since the row above."""

    COLUMNS = (
        "step", "active_seconds", "pictures_per_second", "size", "threads",
        "pixel", "laplacian", "inner", "feature_matching", "fooling", "discriminator", "learning_rate",
    )  # fmt: skip

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reports: list[dict[str, float]] = []
        if not path.exists():
            self._append(self.COLUMNS)

    def _append(self, row: Any) -> None:
        with self.path.open("a", newline="") as file:
            csv.writer(file).writerow(row)

    def flush(self, first: dict[str, float]) -> dict[str, float]:
        names = {name for report in self.reports for name in report}
        means = {n: float(np.mean([r[n] for r in self.reports if n in r])) for n in names}
        values = {**first, **means}
        self._append([f"{values[name]:.6g}" if name in values else "" for name in self.COLUMNS])
        self.reports.clear()
        return means


@dataclass
class Clock:
    """How long a run still has: until a time of day, or for so many minutes of steps."""

    budget_seconds: float
    until: datetime | None = None

    def seconds_left(self, progress: float) -> float:
        if self.until is not None:
            return (self.until - datetime.now(timezone.utc)).total_seconds()
        return (1 - progress) * self.budget_seconds


def train(
    config: TrainingConfig, data_folder: Path, out: Path, clock: Clock, threads: int, restart_at: float | None = None
) -> None:
    data = PairedData(data_folder, config)
    print(f"{len(data.training)} photos, {len(data.styled)} of them in {len(data.styles)} styles", flush=True)
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(config)
    path = out / "checkpoint.pt"
    if path.exists():
        trainer.load_state_dict(torch.load(path, weights_only=True))
        print(f"going on from step {trainer.step}", flush=True)
    if restart_at is not None:
        trainer.progress = restart_at
    log = LossLog(out / "losses.csv")
    saved = shown = logged = trainer.active_seconds
    pictures = trainer.pictures
    means: dict[str, float] = {}
    cores = SharedCores(threads)

    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))

    def save() -> None:
        write_atomically(path, lambda p: torch.save(trainer.state_dict(), p))
        write_report(out / "run.json", trainer, data, means)

    def show() -> None:
        write_picture(trainer.sheet(data), out / "sheets" / f"{trainer.step:06d}.png")

    while (progress := trainer.progress) < 0.9999 and not stopping:
        start = time.perf_counter()
        left = clock.seconds_left(progress)
        stage = config.stage_at(progress)
        used = cores.choose()
        # seeded by the step, so that a run that was cut off sees what it would have seen
        batch = data.batch(stage, config, np.random.default_rng((config.seed, trainer.step)))
        log.reports.append({**trainer.train_step(batch, progress), "threads": used})
        trainer.advance(time.perf_counter() - start, left)
        now = trainer.active_seconds
        if trainer.step % LOG_STEPS == 0:
            rate = (trainer.pictures - pictures) / max(now - logged, 1e-9)
            first = {"step": trainer.step, "active_seconds": now, "pictures_per_second": rate, "size": stage.size}
            means = log.flush(first)
            logged, pictures = now, trainer.pictures
            if trainer.step % (4 * LOG_STEPS) == 0:
                line = "  ".join(f"{name} {value:.4g}" for name, value in (first | means).items())
                print(line, flush=True)
        if now - saved > CHECKPOINT_SECONDS:
            save()
            saved = now
        if now - shown > SHEET_SECONDS:
            show()
            shown = now
    save()
    if not stopping:
        show()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with photos/ and art/")
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--config", type=Path, default=Path(__file__).parent / "configs" / "mini.yaml")
    parser.add_argument("--budget-minutes", type=float, help="instead of the configuration's")
    parser.add_argument("--threads", type=int, default=2, help="at most so many; fewer while others use the cores")
    parser.add_argument("--until", type=datetime.fromisoformat, help="instead of a budget, a time with its zone")
    parser.add_argument("--restart-at", type=float, help="set the schedule back, to train a finished run on")
    args = parser.parse_args()
    config = read_config(args.config)
    clock = Clock(60 * (args.budget_minutes or config.budget_minutes), args.until)
    train(config, args.data, args.out, clock, args.threads, args.restart_at)


if __name__ == "__main__":
    main()
