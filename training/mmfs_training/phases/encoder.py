"""Phase 1 (the paper's stage one): an encoder whose features are those of the prior at S/16.

Trained are the encoder, the first styled conv and its to-RGB; the mapping and all blocks above S/16 are the prior's,
frozen. A picture is a sample of the prior, given back under its own w, or a photograph, given back under the mean w.
"""

from __future__ import annotations

import argparse
import copy
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..common.config import RunConfig
from ..common.evenly_spread import evenly_spread
from ..common.place import Place
from ..data.face_weights import face_weights
from ..data.folders import PhotoFolder
from ..data.pictures import Pictures, jittered, mirrored, nchw, read_square, scaled
from ..losses.terms import feature_loss, pixel_loss
from ..networks import fast
from ..networks.generator import Generator, GeneratorConfig, noise_shapes, repeat_w
from ..networks.prior import Discriminator, Prior, prior_to_generator
from ..runs.checkpoints import check_network, read_checkpoint
from ..runs.phase import Phase, move_average
from ..runs.sheets import picture_grid, to_bytes
from .prior import mean_w, start_generator

SHEET_FACES = 8
TRAINED = ("encoder", "decoder0", "to_rgb0")


def load_prior(run: Path, config: RunConfig) -> tuple[Prior, Discriminator]:
    """The averaged generator and the discriminator of RUN/prior/checkpoint.pt, frozen."""
    path = run / "prior" / "checkpoint.pt"
    state = read_checkpoint(path, "prior")
    check_network(state, config, path)
    network = config.network
    prior = Prior(network.size, network.base_width, network.style_dim)
    prior.load_state_dict(state["g_ema"])
    discriminator = Discriminator(network.size, network.discriminator_width)
    discriminator.load_state_dict(state["d"])
    return prior.requires_grad_(False), discriminator.requires_grad_(False)


class EncoderPhase(Phase):
    name = "encoder"
    number = 1
    section = "encoder"
    help = "phase 1: the encoder is aligned with the prior"
    needs = ("photos",)
    columns = ("pixel", "features", "learning_rate")

    def __init__(self, config: RunConfig, place: Place, photos: PhotoFolder, run: Path) -> None:
        super().__init__(config, place)
        self.photos, settings, network = photos, config.encoder, config.network
        self.digests["photos"] = photos.digest
        self.settings = settings
        self.steps, self.batch, self.optimizer_config = settings.steps, settings.batch, settings.optimizer
        self.photo_count = round(settings.batch * settings.photos)
        place.check_batch("encoder.batch", settings.batch)
        place.check_batch("encoder.batch · encoder.photos", self.photo_count)
        prior, discriminator = load_prior(run, config)
        self.prior, self.discriminator = prior.to(place.device), discriminator.to(place.device)
        generator = Generator(GeneratorConfig(network.base_width, network.style_dim, detail=network.detail))
        if settings.start_from:
            started = start_generator(Path(settings.start_from), config)
            generator.encoder.load_state_dict(started.encoder.state_dict())
        prior_to_generator(prior, generator)
        if settings.start_from:
            for name in ("decoder0", "to_rgb0"):
                generator.get_submodule(name).load_state_dict(started.get_submodule(name).state_dict())
        self.generator = generator.to(place.device).requires_grad_(False)
        for name in TRAINED:
            self.generator.get_submodule(name).requires_grad_(True)
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.photo_w = mean_w(self.prior, config.seed)
        self.weight = torch.from_numpy(face_weights(network.size, settings.eyes, settings.mouth)).to(place.device)
        self.optimizer = self.adam([p for p in self.generator.parameters() if p.requires_grad])
        # the discriminator is phase 0's, unchanged: phase 2 goes on with it
        self.modules = {"G_model": self.generator, "G_ema_model": self.average, "D_model": self.discriminator}
        self.optimizers = {"optimizer_0": self.optimizer}

    @classmethod
    def open(cls, args: argparse.Namespace, config: RunConfig, place: Place) -> EncoderPhase:
        return cls(config, place, PhotoFolder(args.photos, config.held_out, config.seed), args.run)

    def extra_state(self) -> dict[str, Tensor]:
        return {"photo_w": self.photo_w.cpu()}

    def make_batch(self, step: int) -> Tensor:
        rng = np.random.default_rng((self.config.seed, self.number, step, 1))
        size = self.config.network.size
        pictures = np.zeros((self.photo_count, size, size, 3), np.float32)
        chosen, mirrors = (
            rng.integers(len(self.photos.training), size=self.photo_count),
            rng.random(self.photo_count) < 0.5,
        )
        seeds = rng.integers(2**62, size=self.photo_count)
        for n in self.place.mine(np.arange(self.photo_count)):
            picture = scaled(mirrored(read_square(self.photos.training[int(chosen[n])], size), bool(mirrors[n])))
            pictures[n] = jittered(picture, np.random.default_rng(int(seeds[n])))
        return nchw(pictures[self.place.rank :: self.place.world])

    def step(self, step: int, batch: Tensor) -> dict[str, float]:
        draws, place, size = self.draws(step), self.place, self.config.network.size
        rate = self.set_rates(step)
        samples = self.batch - self.photo_count
        with torch.no_grad():
            w = self.prior.map_z(draws.z(samples, self.config.network.style_dim))
            noises = draws.noises(self.prior.noise_shapes(samples))
            inputs = batch.to(place.device)
            if len(w):
                wplus = w[:, None].expand(-1, self.prior.rows, -1)
                made = fast.synthesize(self.prior, wplus, noises, place.dtype).clamp(-1, 1)
                inputs = torch.cat([inputs, made])
            w = torch.cat([self.photo_w.expand(len(batch), -1), w])
            wanted = fast.discriminator_features(self.discriminator, inputs, place.dtype)
        maps = draws.noises(noise_shapes(size, self.batch))
        made = fast.decode(self.generator, fast.encode(self.generator, inputs, place.dtype), repeat_w(w), maps)
        pixel = pixel_loss(made, inputs, self.weight)
        features = feature_loss(fast.discriminator_features(self.discriminator, made, place.dtype), wanted)
        self.update(self.optimizer, self.settings.pixel * pixel + self.settings.features * features)
        move_average(self.average, self.generator, self.settings.optimizer.ema, step)
        return {"pixel": place.mean(pixel), "features": place.mean(features), "learning_rate": rate}

    @torch.no_grad()
    def sheet(self) -> Pictures:
        """Held-out photographs above what the averaged weights give back under the mean w."""
        size = self.config.network.size
        faces = [read_square(path, size) for path in evenly_spread(self.photos.held_out, SHEET_FACES)]
        image = nchw(np.stack([scaled(face) for face in faces])).to(self.place.device)
        features = fast.encode(self.average, image, self.place.dtype)
        made = fast.decode(self.average, features, repeat_w(self.photo_w.expand(len(faces), -1)))
        return picture_grid([*faces, *(to_bytes(picture) for picture in made)], len(faces))
