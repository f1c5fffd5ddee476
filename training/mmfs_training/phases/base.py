"""Phase 2 (the paper's stage two): everything is trained on unpaired photographs and art; a random z is a style.

The adversarial loss makes the results art, the structure loss keeps the face. With `base.paired` known pairs of photo
and art join in (`paired.py`).
"""

from __future__ import annotations

import argparse
import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..common.config import RunConfig
from ..common.errors import TrainingError
from ..common.evenly_spread import evenly_spread
from ..common.place import Draws, Place
from ..data.folders import ArtFolder, PhotoFolder, training_art
from ..data.pictures import Pictures, mirrored, nchw, read_square, scaled
from ..losses.structure import structure_features, structure_loss
from ..networks import fast
from ..networks.generator import STYLE_TOKENS, Generator, noise_shapes, repeat_w
from ..networks.prior import Discriminator
from ..runs.adversary import Adversary
from ..runs.phase import Phase, move_average
from ..runs.sheets import style_sheet
from .base_start import PhotoCode, load_start, structure_source

SHEET_FACES, SHEET_SEEDS = 6, 6


@dataclass(frozen=True)
class BaseBatch:
    """This process's share of a step. z: [N, D]; photos, art: [N, 3, S, S]."""

    z: Tensor
    photos: Tensor
    art: Tensor


class BasePhase(Phase):
    name = "base"
    number = 2
    section = "base"
    help = "phase 2: everything, on photographs and art"
    needs = ("photos", "art")
    columns = (
        "generator", "structure", "pixel", "laplacian", "photo", "matching", "judge",
        "discriminator", "r1", "augment", "learning_rate",
    )  # fmt: skip

    def __init__(self, config: RunConfig, place: Place, photos: PhotoFolder, art: ArtFolder, run: Path) -> None:
        super().__init__(config, place)
        self.photos, settings = photos, config.base
        self.digests |= {"photos": photos.digest, "art": art.digest}
        self.settings = settings
        self.steps, self.batch, self.optimizer_config = settings.steps, settings.batch, settings.optimizer
        place.check_batch("base.batch", settings.batch)
        self.art = [work.path for work in training_art(art, photos)]
        if not self.art:
            raise TrainingError("DATA_EMPTY", f"All art in {art.folder} was made from held-out photos: give more.")
        self.styles = art.styles
        generator, discriminator, photo_w = self.first_networks(art, run)
        self.generator = generator.to(place.device)
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.photo_code = PhotoCode(photo_w).to(place.device)
        self.average_code = copy.deepcopy(self.photo_code).requires_grad_(False)
        self.discriminator = discriminator.requires_grad_(True).to(place.device)
        source = structure_source(run, config, generator)
        self.structure = structure_features(settings.structure, source, place.dtype).to(place.device)
        self.adversary = Adversary(self, self.discriminator, settings.adversarial)
        self.optimizer = self.adam([*self.generator.parameters(), *self.photo_code.parameters()])
        self.discriminator_optimizer = self.adversary.optimizer()
        self.modules = {
            "G_model": self.generator,
            "G_ema_model": self.average,
            "D_model": self.discriminator,
            "photo_code": self.photo_code,
            "photo_code_ema": self.average_code,
        }
        self.optimizers = {"optimizer_0": self.optimizer, "optimizer_1": self.discriminator_optimizer}

    @classmethod
    def open(cls, args: argparse.Namespace, config: RunConfig, place: Place) -> BasePhase:
        from .paired import PairedPhase

        kind = BasePhase if config.base.paired is None else PairedPhase
        photos = PhotoFolder(args.photos, config.held_out, config.seed)
        return kind(config, place, photos, ArtFolder(args.art), args.run)

    def first_networks(self, art: ArtFolder, run: Path) -> tuple[Generator, Discriminator, Tensor]:
        """Generator, discriminator and photo code [D] before the first step."""
        return load_start(run, self.config)

    def extra_state(self) -> dict[str, Any]:
        return {"augment": self.adversary.probability.value, "styles": list(self.styles)}

    def load_extra_state(self, state: dict[str, Any]) -> None:
        if state["styles"] != list(self.styles):
            raise TrainingError(
                "CHECKPOINT_STYLES",
                f"The checkpoint was trained on {', '.join(state['styles'])}, the art holds {', '.join(self.styles)}.",
            )
        self.adversary.probability.value = state["augment"]

    def make_batch(self, step: int) -> BaseBatch:
        rng = np.random.default_rng((self.config.seed, self.number, step, 1))
        z = torch.from_numpy(rng.standard_normal((self.batch, self.config.network.style_dim)).astype(np.float32))
        rng.random(self.batch)  # what is mixed where there are pairs: kept, so that a seed draws the same pictures
        any_photo = rng.integers(len(self.photos.training), size=self.batch)
        any_art = rng.integers(len(self.art), size=self.batch)
        mirrors, art_mirrors = rng.random(self.batch) < 0.5, rng.random(self.batch) < 0.5
        mine = self.place.mine(np.arange(self.batch)).astype(int)
        photos = [self.read(self.photos.training[int(any_photo[n])], bool(mirrors[n])) for n in mine]
        art = [self.read(self.art[int(any_art[n])], bool(art_mirrors[n])) for n in mine]
        return BaseBatch(z[mine], nchw(np.stack(photos)), nchw(np.stack(art)))

    def read(self, path: Path, mirror: bool) -> NDArray[np.float32]:
        """A picture [S, S, 3] in [-1, 1]."""
        return scaled(mirrored(read_square(path, self.config.network.size), mirror))

    def styles_of(self, batch: Any, step: int) -> Tensor:
        """w+ of the batch; two z are mixed when the draw says so."""
        w = self.generator.map_z(batch.z.to(self.place.device))
        return self.mixed(w, self.draws(step, 1))

    def mixed(self, w: Tensor, draws: Draws, mix: Tensor | None = None) -> Tensor:
        """w [N, D] to w+, from a random layer on of another random style: where `mix` [N] says so, by default as
        `base.mixing` decides."""
        second = self.generator.map_z(draws.z(self.batch, self.config.network.style_dim))
        where, chance = draws.uniform(2, self.batch)
        mix = chance < self.settings.mixing if mix is None else mix
        cut = torch.where(mix, 1 + torch.floor(where * (STYLE_TOKENS - 1)), float(STYLE_TOKENS))
        takes_first = torch.arange(STYLE_TOKENS, device=w.device)[None, :] < cut[:, None]
        return torch.where(takes_first[:, :, None], w[:, None], second[:, None])

    def noises(self, draws: Draws) -> list[Tensor]:
        return draws.noises(noise_shapes(self.config.network.size, self.batch))

    def step(self, step: int, batch: Any) -> dict[str, float]:
        draws, place = self.draws(step), self.place
        rate = self.set_rates(step)
        photos, count = batch.photos.to(place.device), len(batch.art)
        noises = self.noises(draws)
        features = fast.encode(self.generator, photos, place.dtype)
        made = fast.decode(self.generator, features, self.styles_of(batch, step), noises)
        report = self.adversary.learn(
            self.discriminator_optimizer, step, batch.art.to(place.device), made[:count], draws
        )
        fooling = self.adversary.judge(made[:count], draws)
        structure = structure_loss(self.structure, made[:count], photos[:count])
        loss = self.settings.adversarial.weight * fooling + self.settings.structure.weight * structure
        report |= {"generator": place.mean(fooling), "structure": place.mean(structure)}
        loss, terms = self.with_pairs(loss, made, batch)
        self.update(self.optimizer, loss)
        move_average(self.average, self.generator, self.settings.optimizer.ema, step)
        move_average(self.average_code, self.photo_code, self.settings.optimizer.ema, step)
        return {**report, **terms, "learning_rate": rate}

    def with_pairs(self, loss: Tensor, made: Tensor, batch: Any) -> tuple[Tensor, dict[str, float]]:
        """The loss with what known pairs add, and how much that is."""
        return loss, {}

    def sheet_codes(self) -> list[Tensor]:
        """w [D] of seeds."""
        z = torch.randn(SHEET_SEEDS, self.config.network.style_dim, generator=torch.Generator().manual_seed(0))
        return list(self.average.map_z(z.to(self.place.device)))

    @torch.no_grad()
    def sheet(self) -> Pictures:
        """Held-out photos, and each in the styles of some codes."""
        chosen = evenly_spread(self.photos.held_out, SHEET_FACES)
        faces = np.stack([read_square(path, self.config.network.size) for path in chosen])

        def stylise(images: Tensor, wplus: Tensor) -> Tensor:
            features = fast.encode(self.average, images.to(self.place.device), self.place.dtype)
            return fast.decode(self.average, features, wplus)

        return style_sheet(faces, list(repeat_w(torch.stack(self.sheet_codes()))), stylise)
