"""Phase 0: a StyleGAN2 on photographs of faces."""

from __future__ import annotations

import argparse
import copy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from ..common.config import PHOTO, RunConfig, StartConfig
from ..common.errors import TrainingError
from ..common.place import Draws, Place
from ..data.folders import PhotoFolder
from ..data.pictures import Pictures, mirrored, nchw, read_square, scaled
from ..networks import fast
from ..networks.checkpoint import load_codes, load_generator
from ..networks.generator import Generator
from ..networks.prior import Discriminator, Prior, generator_to_prior
from ..runs.adversary import Adversary
from ..runs.phase import Phase, move_average
from ..runs.sheets import picture_grid, to_bytes
from .feature_fit import FeatureGaussian, fit_low_blocks, inner_features

TRUNCATION = 0.7
SHEET_ROWS, SHEET_COLUMNS = 4, 8


class PriorPhase(Phase):
    name = "prior"
    number = 0
    section = "prior"
    help = "phase 0: a StyleGAN2 on photographs"
    needs = ("photos",)
    columns = ("generator", "discriminator", "r1", "path", "augment", "learning_rate")

    def __init__(self, config: RunConfig, place: Place, photos: PhotoFolder, run: Path) -> None:
        super().__init__(config, place)
        self.photos, settings, network = photos, config.prior, config.network
        self.digests["photos"] = photos.digest
        self.settings = settings
        self.steps, self.batch, self.optimizer_config = settings.steps, settings.batch, settings.optimizer
        place.check_batch("prior.batch", settings.batch)
        prior = Prior(network.size, network.base_width, network.style_dim)
        discriminator = Discriminator(network.size, network.discriminator_width)
        slow: list[str] = []
        self.prior = prior.to(place.device)
        if settings.start:
            generator = start_generator(Path(settings.start.generator), config).to(place.device)
            slow = generator_to_prior(generator, prior)
            if not (run / self.name / "checkpoint.pt").exists():
                self._fit(generator, settings.start)
        self.average = copy.deepcopy(self.prior).requires_grad_(False)
        self.discriminator = discriminator.to(place.device)
        self.adversary = Adversary(self, self.discriminator, settings.adversarial)
        named = list(self.prior.named_parameters())
        started = [p for name, p in named if name.startswith(tuple(slow))] if slow else []
        others = [p for name, p in named if not (slow and name.startswith(tuple(slow)))]
        groups = [{"params": others}] + ([{"params": started, "factor": settings.start.rate}] if settings.start else [])
        self.lazy = settings.path_length_every / (settings.path_length_every + 1) if settings.path_length else 1.0
        self.optimizer = self.adam(groups, self.lazy)
        self.discriminator_optimizer = self.adversary.optimizer()
        self.modules = {"g": self.prior, "d": self.discriminator, "g_ema": self.average}
        self.optimizers = {"g_optim": self.optimizer, "d_optim": self.discriminator_optimizer}
        self.mean_path = 0.0

    @classmethod
    def open(cls, args: argparse.Namespace, config: RunConfig, place: Place) -> PriorPhase:
        return cls(config, place, PhotoFolder(args.photos, config.held_out, config.seed), args.run)

    def _fit(self, generator: Generator, start: StartConfig) -> None:
        """Fits the blocks up to S/16 to features that the generator has for the training photos."""
        codes = load_codes(Path(start.presets))
        if PHOTO not in codes:
            raise TrainingError("CODES_MISSING", f"{start.presets} has no code of the name {PHOTO}.")
        code = codes[PHOTO].to(self.place.device)
        features = []
        for i in range(0, len(self.photos.training), 8):
            pictures = [read_square(path, self.config.network.size) for path in self.photos.training[i : i + 8]]
            images = nchw(np.stack([scaled(picture) for picture in pictures])).to(self.place.device)
            features.append(inner_features(generator, images, code, self.place.dtype))
        gaussian = FeatureGaussian(torch.cat(features), start.components, start.scale)
        bar = tqdm(total=start.fit_steps, desc="fit of the blocks up to S/16", unit="step", disable=self.place.rank > 0)

        def watch(explained: float) -> None:
            bar.update()
            bar.set_postfix(explained=f"{explained:.3f}", refresh=False)

        with bar:
            fit_low_blocks(
                self.prior, gaussian, code, self.place.dtype, start.fit_steps, start.fit_batch, self.config.seed,
                start.fit_rate, watch,
            )  # fmt: skip

    def extra_state(self) -> dict[str, Any]:
        return {"augment": self.adversary.probability.value, "mean_path": self.mean_path}

    def load_extra_state(self, state: dict[str, Any]) -> None:
        self.adversary.probability.value = state["augment"]
        self.mean_path = state["mean_path"]

    def make_batch(self, step: int) -> Tensor:
        rng = np.random.default_rng((self.config.seed, self.number, step, 1))
        chosen = rng.integers(len(self.photos.training), size=self.batch)
        mirrors = rng.random(self.batch) < 0.5
        mine = zip(self.place.mine(chosen), self.place.mine(mirrors), strict=True)
        size = self.config.network.size
        return nchw(
            np.stack([scaled(mirrored(read_square(self.photos.training[int(j)], size), bool(m))) for j, m in mine])
        )

    def styles(self, draws: Draws, count: int) -> Tensor:
        """w+ [share of count, rows, D] of random z, mixed from two with the configured probability."""
        first, second = (self.prior.map_z(draws.z(count, self.config.network.style_dim)) for _ in range(2))
        mixed, where = draws.uniform(2, count)
        rows = self.prior.rows
        cut = torch.where(mixed < self.settings.mixing, 1 + torch.floor(where * (rows - 1)), float(rows))
        takes_first = torch.arange(rows, device=cut.device)[None, :] < cut[:, None]
        return torch.where(takes_first[:, :, None], first[:, None], second[:, None])

    def step(self, step: int, batch: Tensor) -> dict[str, float]:
        draws = self.draws(step)
        rate = self.set_rates(step)
        made = fast.synthesize(
            self.prior,
            self.styles(draws, self.batch),
            draws.noises(self.prior.noise_shapes(self.batch)),
            self.place.dtype,
        )
        real = batch.to(self.place.device)
        report = self.adversary.learn(self.discriminator_optimizer, step, real, made, draws)
        loss = self.settings.adversarial.weight * self.adversary.judge(made, draws)
        self.update(self.optimizer, loss)
        report |= {"generator": self.place.mean(loss), "learning_rate": rate}
        if self.settings.path_length and step % self.settings.path_length_every == 0:
            report["path"] = self._lengthen(draws)
        move_average(self.average, self.prior, self.settings.optimizer.ema, step)
        return report

    def _lengthen(self, draws: Draws) -> float:
        """Path length regularisation (Karras et al. 2020, section 3.2), on half a batch."""
        count = max(self.place.world, self.batch // 2 // self.place.world * self.place.world)
        wplus = self.styles(draws, count)
        made = fast.synthesize(self.prior, wplus, draws.noises(self.prior.noise_shapes(count)), torch.float32)
        direction = draws.normal((count, *made.shape[1:])) / made.shape[-1]
        (gradient,) = torch.autograd.grad((made * direction).sum(), wplus, create_graph=True)
        lengths = gradient.square().sum(2).mean(1).sqrt()
        self.mean_path += 0.01 * (self.place.mean(lengths.mean()) - self.mean_path)
        penalty = (lengths - self.mean_path).square().mean()
        self.update(self.optimizer, self.settings.path_length * self.settings.path_length_every * penalty)
        return self.place.mean(penalty)

    @torch.no_grad()
    def sheet(self) -> Pictures:
        """Samples of the averaged weights, truncated to 0.7."""
        rng = torch.Generator().manual_seed(self.config.seed)
        pictures = sample(self.average, SHEET_ROWS * SHEET_COLUMNS, rng, self.place)
        return picture_grid([to_bytes(picture) for picture in pictures], SHEET_COLUMNS)


def start_generator(path: Path, config: RunConfig) -> Any:
    """A generator's checkpoint of the configured widths."""
    try:
        generator = load_generator(path)
    except FileNotFoundError as error:
        raise TrainingError("CHECKPOINT_MISSING", f"There is no {path}, which the configuration names.") from error
    except Exception as error:
        raise TrainingError("CHECKPOINT_UNREADABLE", f"{path} is damaged or no generator: {error}") from error
    found, network = generator.config, config.network
    if (found.base_width, found.style_dim) != (network.base_width, network.style_dim):
        raise TrainingError(
            "CHECKPOINT_MISMATCH",
            f"{path} has base_width {found.base_width} and style_dim {found.style_dim}, the configuration "
            f"{network.base_width} and {network.style_dim}: change one of them.",
        )
    return generator


@torch.no_grad()
def mean_w(prior: Prior, seed: int, count: int = 10_000) -> Tensor:
    """The mean of w over random z: [D]."""
    z = torch.randn(count, prior.style_dim, generator=torch.Generator().manual_seed(seed))
    device = next(prior.parameters()).device
    return prior.map_z(z.to(device)).mean(0)


@torch.no_grad()
def sample(prior: Prior, count: int, rng: torch.Generator, place: Place, truncation: float = TRUNCATION) -> Tensor:
    """Pictures [count, 3, S, S] of random z, w pulled to its mean by `truncation`."""
    z = torch.randn(count, prior.style_dim, generator=rng).to(place.device)
    center = mean_w(prior, 0)
    w = center + truncation * (prior.map_z(z) - center)
    noises = [torch.randn(shape, generator=rng).to(place.device) for shape in prior.noise_shapes(count)]
    wplus = w[:, None].expand(-1, prior.rows, -1)
    made = [
        fast.synthesize(prior, wplus[i : i + 4], [noise[i : i + 4] for noise in noises], place.dtype)
        for i in range(0, count, 4)
    ]
    return torch.cat(made).clamp(-1, 1)
