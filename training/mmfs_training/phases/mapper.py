"""Phase 3: a mapper from embeddings of a two-tower model to w+, so that a picture or a sentence names the style.

Trained is `clip_mapper` alone. A photo is stylised by the frozen network of phase 2 with a random z; from the embedding
of the result the mapper must find a w+ that gives the same picture again. Texts share the space of the embeddings, so
they are never needed; the options `art` and `captions` show known pairs and their captions all the same.
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
from ..common.place import Place
from ..data.face_weights import face_weights
from ..data.folders import ArtFolder, PhotoFolder
from ..data.known_art import KnownArt
from ..data.pictures import Pictures, mirrored, nchw, read_square, scaled
from ..losses.terms import feature_loss, pixel_loss
from ..models.mapper_fit import (
    PER_STYLE,
    WORDINGS,
    caption_of,
    embed_captions,
    embed_works,
    fit_mapper,
    measured_colors,
)
from ..networks import fast
from ..networks.generator import Encoded, Generator, GeneratorConfig, noise_shapes, repeat_w
from ..networks.prior import Discriminator
from ..runs.checkpoints import check_network, read_checkpoint
from ..runs.phase import Phase, move_average
from ..runs.sheets import style_sheet
from ..styles.style_space import style_codes
from ..towers.checks import check_towers, check_width
from ..towers.load import load_towers, towers_digest

SHEET_FACES, SHEET_SEEDS, SHEET_CAPTIONS = 4, 5, 8
VARIANCE_DRAWS = 4096
FIT_BATCH = 256


@dataclass(frozen=True)
class MapperBatch:
    """This process's share of a step. z: [N, D]; photos, targets, shown: [N, 3, S, S].

    works: [N] index of the art that is the target, -1 where the picture that z gives is. captions: N wordings that the
    mapper sees, None where it sees a picture: `shown` for art. Rows without art are zero in both.
    """

    z: Tensor
    photos: Tensor
    targets: Tensor
    shown: Tensor
    works: Tensor
    captions: list[str | None]


class MapperPhase(Phase):
    """Raises `TrainingError`: TOWERS_… as `load_towers`; TOWERS_WIDTH where embeddings are not as wide as w+;
    ART_NEEDED where `mapper.art` is set and there is none; PAIRS_MISSING where no art names a training photo."""

    name = "mapper"
    number = 3
    section = "mapper"
    help = "phase 3: embeddings of pictures and texts become styles"
    needs = ("photos", "towers")
    columns = ("pixel", "features", "code", "learning_rate")

    def __init__(self, config: RunConfig, place: Place, photos: PhotoFolder, art: ArtFolder | None, run: Path) -> None:
        super().__init__(config, place)
        self.photos, settings, network = photos, config.mapper, config.network
        self.settings = settings
        self.steps, self.batch, self.optimizer_config = settings.steps, settings.batch, settings.optimizer
        place.check_batch("mapper.batch", settings.batch)
        if settings.art and art is None:
            raise TrainingError("ART_NEEDED", "mapper.art is set: name the folder of the art (--art), or leave it out.")
        path = run / "base" / "checkpoint.pt"
        state = read_checkpoint(path, "base")
        check_network(state, config, path)
        self.towers = load_towers(config.towers, place.device)
        check_width(self.towers.width, config)
        base = GeneratorConfig(network.base_width, network.style_dim, True, network.mapper_feedforward, network.detail)
        generator = Generator(base)
        generator.load_state_dict(
            {**state["G_ema_model"], **{f"clip_mapper.{k}": v for k, v in generator.clip_mapper.state_dict().items()}}
        )
        discriminator = Discriminator(network.size, network.discriminator_width)
        discriminator.load_state_dict(state["D_model"])
        self.base_state = {**state["mmfs"]["extra"], "photo_w": state["photo_code_ema"]["w"]}
        assert config.towers is not None
        self.towers_digest = towers_digest(config.towers)
        self.digests |= {"photos": photos.digest, "towers": self.towers_digest}
        if art is not None:
            self.digests["art"] = art.digest
        self.art = KnownArt(art, photos) if settings.art and art is not None else None
        self.generator = generator.to(place.device).requires_grad_(False)
        with torch.no_grad():
            z = torch.randn(VARIANCE_DRAWS, network.style_dim, generator=torch.Generator().manual_seed(config.seed))
            self.variance = self.generator.map_z(z.to(place.device)).var(0).mean().item()
            self.codes = {style: w.to(place.device) for style, w in style_codes(state, self.generator).items()}
        if self.art and settings.fit_steps and not (run / self.name / "checkpoint.pt").exists():
            self._fit(self.art)
        self.average = copy.deepcopy(self.generator)
        self.generator.clip_mapper.requires_grad_(True)
        self.discriminator = discriminator.requires_grad_(False).to(place.device)
        self.weight = torch.from_numpy(face_weights(network.size, 1.0, 1.0)).to(place.device)
        self.optimizer = self.adam(self.generator.clip_mapper.parameters())
        self.modules = {"G_model": self.generator, "G_ema_model": self.average, "D_model": self.discriminator}
        self.optimizers = {"optimizer_0": self.optimizer}

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--art", type=Path, help="needed where the configuration has mapper.art")

    @classmethod
    def open(cls, args: argparse.Namespace, config: RunConfig, place: Place) -> MapperPhase:
        photos = PhotoFolder(args.photos, config.held_out, config.seed)
        return cls(config, place, photos, ArtFolder(args.art) if args.art else None, args.run)

    def _fit(self, art: KnownArt) -> None:
        """Fits the mapper to the codes of the styles that phase 2 knows."""
        settings, device, seed = self.settings, self.place.device, self.config.seed
        works = [
            work
            for style, works in art.by_style.items()
            if style in self.codes
            for work in evenly_spread(works, PER_STYLE)
        ]
        if not works:
            return
        of_works = torch.stack([self.codes[work.style] for work in works])
        sources = [(embed_works(self.towers, works, self.config.network.size, device), of_works)]
        if settings.captions:
            said = embed_captions(self.towers, works, WORDINGS, seed, device)
            sources.append((said, of_works.repeat_interleave(WORDINGS, 0)))
        mapper = self.generator.clip_mapper.requires_grad_(True)
        rate = settings.optimizer.learning_rate
        fit_mapper(mapper, list(mapper.parameters()), sources, rate, settings.fit_steps, FIT_BATCH, seed)
        mapper.requires_grad_(False)

    def extra_state(self) -> dict[str, Any]:
        """What phase 2 kept and the presets need, and which towers were looked through."""
        return {**self.base_state, "towers": self.towers_digest}

    def load_extra_state(self, state: dict[str, Any]) -> None:
        check_towers(state, self.towers_digest, "mapper")

    def make_batch(self, step: int) -> MapperBatch:
        settings, size = self.settings, self.config.network.size
        rng = np.random.default_rng((self.config.seed, self.number, step, 1))
        z = torch.from_numpy(rng.standard_normal((self.batch, self.config.network.style_dim)).astype(np.float32))
        any_photo = rng.integers(len(self.photos.training), size=self.batch)
        mirrors, is_art = rng.random(self.batch) < 0.5, rng.random(self.batch) < settings.art
        any_work, another, is_caption = rng.random(self.batch), rng.random(self.batch), rng.random(self.batch)
        seeds = rng.integers(2**62, size=self.batch)
        mine = self.place.mine(np.arange(self.batch)).astype(int)
        photos: list[NDArray[np.float32]] = []
        blank = np.zeros((size, size, 3), np.float32)
        targets, shown = [blank] * len(mine), [blank] * len(mine)
        works = torch.full((len(mine),), -1)
        captions: list[str | None] = [None] * len(mine)
        for row, n in enumerate(mine):

            def read(path: Path, mirror: bool = bool(mirrors[n])) -> NDArray[np.float32]:
                return scaled(mirrored(read_square(path, size), mirror))

            if self.art is None or not is_art[n]:
                photos.append(read(self.photos.training[int(any_photo[n])]))
                continue
            chosen = int(any_work[n] * len(self.art.works))
            work = self.art.works[chosen]
            works[row] = chosen
            photos.append(read(self.art.photos[chosen]))
            targets[row] = read(work.path)
            if is_caption[n] < settings.captions:
                captions[row] = caption_of(work, measured_colors(work), np.random.default_rng(int(seeds[n])))
            else:
                shown[row] = read(self.art.another(work, float(another[n])).path)
        return MapperBatch(
            z[torch.from_numpy(mine)],
            nchw(np.stack(photos)),
            nchw(np.stack(targets)),
            nchw(np.stack(shown)),
            works,
            captions,
        )

    @torch.no_grad()
    def _task(self, batch: MapperBatch, features: Encoded, maps: list[Tensor]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Targets [N, 3, S, S], embeddings [N, E], true w+ [N, 10, D], and where it is known [N]."""
        device = self.place.device
        made = torch.nonzero(batch.works < 0)[:, 0].to(device)
        wplus = repeat_w(self.generator.map_z(batch.z.to(device)))
        targets, shown = batch.targets.to(device), batch.shown.to(device)
        known = torch.ones(len(wplus), device=device)
        if len(made):
            pictures = fast.decode(self.generator, features.rows(made), wplus[made], [m[made] for m in maps]).clamp(
                -1, 1
            )
            targets[made], shown[made] = pictures, pictures
        embedding = self.towers.embed_images(shown)
        for row, (work, caption) in enumerate(zip(batch.works.tolist(), batch.captions, strict=True)):
            if work < 0:
                continue
            assert self.art is not None
            code = self.codes.get(self.art.works[work].style)
            known[row] = code is not None
            if code is not None:
                wplus[row] = code
            if caption is not None:
                embedding[row] = self.towers.embed_texts([caption])[0].to(device)
        return targets, embedding, wplus, known

    def step(self, step: int, batch: MapperBatch) -> dict[str, float]:
        draws, place, settings = self.draws(step), self.place, self.settings
        rate = self.set_rates(step)
        # the same noise in target and result, so that only w+ can make them differ
        maps = draws.noises(noise_shapes(self.config.network.size, self.batch))
        with torch.no_grad():
            features = fast.encode(self.generator, batch.photos.to(place.device), place.dtype)
        targets, embedding, truth, known = self._task(batch, features, maps)
        wplus = self.generator.map_embedding(embedding)
        made = fast.decode(self.generator, features, wplus, maps)
        pixel = pixel_loss(made, targets, self.weight)
        loss = settings.pixel * pixel
        report = {"pixel": place.mean(pixel)}
        if settings.features:
            with torch.no_grad():
                wanted = fast.discriminator_features(self.discriminator, targets, place.dtype)
            found = fast.discriminator_features(self.discriminator, made, place.dtype)
            # art of another hand has other strokes than the network can draw; its colours are asked for
            likeness = feature_loss(found, wanted, (batch.works < 0).to(made))
            loss = loss + settings.features * likeness
            report["features"] = place.mean(likeness)
        if settings.code:
            code = ((wplus - truth).square().mean((1, 2)) * known).mean() / (self.variance + 1e-12)
            loss = loss + settings.code * code
            report["code"] = place.mean(code)
        self.update(self.optimizer, loss)
        move_average(self.average.clip_mapper, self.generator.clip_mapper, settings.optimizer.ema, step)
        return {**report, "learning_rate": rate}

    @torch.no_grad()
    def sheet(self) -> Pictures:
        """Held-out photos; then, for every seed, its style and what the mapper finds from the first picture in it;
        then, where captions are known, the styles of some."""
        chosen = evenly_spread(self.photos.held_out, SHEET_FACES)
        faces = np.stack([read_square(path, self.config.network.size) for path in chosen])
        device, dtype = self.place.device, self.place.dtype

        def stylise(images: Tensor, wplus: Tensor) -> Tensor:
            return fast.decode(self.average, fast.encode(self.average, images.to(device), dtype), wplus)

        z = torch.randn(SHEET_SEEDS, self.config.network.style_dim, generator=torch.Generator().manual_seed(0))
        codes: list[Tensor] = []
        for true in repeat_w(self.average.map_z(z.to(device))):
            picture = stylise(nchw(scaled(faces[:1])), true[None]).clamp(-1, 1)
            codes += [true, self.average.map_embedding(self.towers.embed_images(picture))[0]]
        if self.art is not None and self.settings.captions:
            texts = self.towers.embed_texts(evenly_spread(self.art.captions, SHEET_CAPTIONS))
            codes += list(self.average.map_embedding(texts.to(device)))
        return style_sheet(faces, codes, stylise)
