"""Phase 2 (the paper's stage two): everything is trained on unpaired photographs and art; a random z is a style.

The adversarial loss makes the results art, the structure loss keeps the face. With `base.paired`, pairs of photo and
art that are known add L1 terms, each style of the art owns a cell of z space, and a code for the photo is learned.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .. import fast
from ..cells import fit_mapping
from ..checkpoint import load_codes
from ..config import PHOTO, PairedConfig, RunConfig
from ..coordinates import describe_styles, free_directions, whitened
from ..data import (
    ArtFolder,
    Pairs,
    PhotoFolder,
    Pictures,
    face_weights,
    jittered,
    mirrored,
    nchw,
    read_square,
    scaled,
    training_art,
)
from ..engine import check_network, read_checkpoint
from ..errors import TrainingError
from ..evenly_spread import evenly_spread
from ..losses import laplacian_loss, pixel_loss
from ..networks import STYLE_TOKENS, Generator, GeneratorConfig, ModulatedConv2d, noise_shapes, repeat_w
from ..pair_judge import PairJudge, hinge_loss, matching_loss
from ..place import Place
from ..prior import Discriminator, prior_to_generator
from ..sheets import style_sheet
from ..structure import structure_features, structure_loss
from ..style_space import Cells, Coordinates, StyleSpace, style_space
from .encoder import load_prior
from .phase import Adversary, Phase, move_average
from .prior import mean_w

SHEET_FACES, SHEET_SEEDS, SHEET_STYLES = 6, 6, 40


@dataclass(frozen=True)
class BaseBatch:
    """This process's share of a step. photos, targets: [N + extras, 3, S, S]; art: [N, 3, S, S].

    paired: [N] whether the target is the art of the z's style; shares: [extras] of the style in code and target.
    styles: [N, V] what tells the styles of the pairs apart; nothing without pairs.
    """

    z: Tensor
    photos: Tensor
    targets: Tensor
    art: Tensor
    paired: Tensor
    shares: Tensor
    styles: Tensor


class PhotoCode(nn.Module):
    """The w [D] that gives a photo back."""

    def __init__(self, w: Tensor) -> None:
        super().__init__()
        self.w = nn.Parameter(w.clone())


def load_start(run: Path, config: RunConfig) -> tuple[Generator, Discriminator, Tensor]:
    """Generator, discriminator and photo code of the phase that `base.start` names."""
    network = config.network
    generator = Generator(GeneratorConfig(network.base_width, network.style_dim, detail=network.detail))
    if config.base.start == "prior":
        prior, discriminator = load_prior(run, config)
        prior_to_generator(prior, generator)
        return generator, discriminator, mean_w(prior, config.seed)
    phase = config.base.start
    path = (Path(config.base.start_from) if config.base.start_from else run) / phase / "checkpoint.pt"
    state = read_checkpoint(path, phase)
    check_network(state, config, path)
    generator.load_state_dict(state["G_ema_model"])
    discriminator = Discriminator(network.size, network.discriminator_width)
    discriminator.load_state_dict(state["D_model"])
    photo_w = state["photo_code_ema"]["w"] if phase == "base" else state["mmfs"]["extra"]["photo_w"]
    return generator, discriminator, photo_w


def structure_source(run: Path, config: RunConfig, generator: Generator) -> Generator:
    """The generator whose encoder the structure loss looks through."""
    settings = config.base.structure
    if settings.features == "dino" or (settings.path is None and config.base.start == "encoder"):
        return generator
    first = Path(config.base.start_from) if config.base.start_from else run
    path = Path(settings.path) if settings.path else first / "encoder" / "checkpoint.pt"
    state = read_checkpoint(path, "encoder")
    check_network(state, config, path)
    source = Generator(generator.config)
    source.load_state_dict(state["G_ema_model"])
    return source


class BasePhase(Phase):
    name, number = "base", 2
    columns = (
        "generator", "structure", "pixel", "laplacian", "photo", "matching", "judge",
        "discriminator", "r1", "augment", "learning_rate",
    )  # fmt: skip

    def __init__(self, config: RunConfig, place: Place, photos: PhotoFolder, art: ArtFolder, run: Path) -> None:
        super().__init__(config, place)
        self.photos, settings, network = photos, config.base, config.network
        self.settings, self.paired = settings, settings.paired
        self.steps, self.batch, self.optimizer_config = settings.steps, settings.batch, settings.optimizer
        self.extras = self.paired.extras if self.paired else 0
        place.check_batch("base.batch", settings.batch)
        place.check_batch("base.paired.extras", self.extras)
        self.art = [work.path for work in training_art(art, photos)]
        if not self.art:
            raise TrainingError("DATA_EMPTY", f"All art in {art.folder} was made from held-out photos: give more.")
        generator, discriminator, photo_w = load_start(run, config)
        self.pairs = Pairs(photos, art) if self.paired else None
        self.styles = art.styles
        self.coordinates: Tensor | None = None
        self.space: StyleSpace | None = None
        if self.paired:
            started = run / self.name / "checkpoint.pt"
            if self.paired.coordinates:
                self.coordinates = self._find_coordinates(started, self.paired.coordinates)
            elif len(art.styles) > network.style_dim:
                raise TrainingError(
                    "TOO_MANY_STYLES",
                    f"{len(art.styles)} styles do not fit into a style_dim of {network.style_dim}: place them by "
                    "base.paired.coordinates.",
                )
            self.space = style_space(config, self.styles, self.coordinates)
            if not started.exists():
                photo_w = self._start_styles(generator, photo_w, self.paired)
        self.generator = generator.to(place.device)
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.photo_code = PhotoCode(photo_w).to(place.device)
        self.average_code = copy.deepcopy(self.photo_code).requires_grad_(False)
        self.discriminator = discriminator.requires_grad_(True).to(place.device)
        source = structure_source(run, config, generator)
        self.structure = structure_features(settings.structure, source, place.dtype).to(place.device)
        eyes, mouth = (self.paired.eyes, self.paired.mouth) if self.paired else (1.0, 1.0)
        self.weight = torch.from_numpy(face_weights(network.size, eyes, mouth)).to(place.device)[None, None]
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
        self.judge: PairJudge | None = None
        if self.paired and self.paired.judge:
            assert self.space is not None
            self.judge = PairJudge(self.space.vectors.shape[1]).to(place.device)
            self.judge_optimizer = torch.optim.Adam(
                [{"params": list(self.judge.parameters()), "factor": self.paired.judge_rate}], betas=(0.5, 0.99)
            )
            self.modules["judge"] = self.judge
            self.optimizers["judge_optimizer"] = self.judge_optimizer

    def _find_coordinates(self, started: Path, count: int) -> Tensor:
        """The coordinates [styles, count] of the checkpoint, or new ones."""
        assert self.pairs is not None
        if started.exists():
            kept: Tensor | None = read_checkpoint(started, self.name)["mmfs"]["extra"].get("coordinates")
            if kept is None or kept.shape != (len(self.styles), count):
                raise TrainingError(
                    "CHECKPOINT_STYLES",
                    f"{started} was not trained on {len(self.styles)} styles with {count} coordinates: change the "
                    "configuration or the run.",
                )
            return kept
        try:
            return whitened(describe_styles(self.pairs.by_style), count)
        except ValueError as error:
            raise TrainingError("TOO_FEW_STYLES", f"base.paired.coordinates is {count}: {error}.") from error

    def _start_styles(self, generator: Generator, photo_w: Tensor, paired: PairedConfig) -> Tensor:
        """Fits the mapping to the first codes of the styles; returns the photo code that belongs to them.

        With coordinates a style that has no code starts between those that lie nearest, and w also holds the
        coordinates themselves, along directions that the decoder does not listen to yet: the mapping learns a hundred
        times more slowly than the decoder, and what it left out would stay out.
        """
        assert self.space is not None
        seed = self.config.seed
        chosen = torch.arange(len(self.styles))
        if paired.start_from:
            presets = load_codes(Path(paired.start_from))
            names = {preset.cell: preset.name for preset in self.config.presets}
            found = {i: presets.get(names.get(style, style)) for i, style in enumerate(self.styles)}
            missing = [self.styles[i] for i, code in found.items() if code is None]
            if missing and (self.coordinates is None or len(missing) == len(self.styles)):
                raise TrainingError(
                    "CODES_MISSING", f"{paired.start_from} has no code for the style {', '.join(missing)}."
                )
            known = {i: code for i, code in found.items() if code is not None}
            chosen, codes = torch.tensor(list(known)), torch.stack(list(known.values()))
            photo_w = presets.get(PHOTO, photo_w)
        elif self.coordinates is not None:
            return photo_w  # as good a place for a style as any other, and similar styles lie together in it
        else:
            with torch.no_grad():
                codes = generator.map_z(torch.cat([self.space.draw(i, 1, seed + i) for i in range(len(self.styles))]))
        space = self.space

        def wanted(z: Tensor) -> Tensor:
            w = space.shares(z, chosen) @ codes
            return w if free is None else w + spread * (z @ space.directions.t()) @ free

        free, spread = None, 0.0
        if self.coordinates is not None:
            count = self.coordinates.shape[1]
            free = free_directions(torch.cat([codes, photo_w[None]]), count, seed)
            spread = ((codes - codes.mean(0)).square().sum(1).mean() / count).sqrt().item()
            with torch.no_grad():
                for layer in generator.modules():
                    if isinstance(layer, ModulatedConv2d):
                        weight = layer.modulation.weight
                        weight.sub_((weight @ free.t()) @ free)
        fit_mapping(generator.mapping_z, space.directions, wanted, seed, paired.fit_steps)
        return photo_w

    def extra_state(self) -> dict[str, Any]:
        coordinates = {} if self.coordinates is None else {"coordinates": self.coordinates}
        return {"augment": self.adversary.probability.value, "styles": list(self.styles), **coordinates}

    def load_extra_state(self, state: dict[str, Any]) -> None:
        if state["styles"] != list(self.styles):
            raise TrainingError(
                "CHECKPOINT_STYLES",
                f"The checkpoint was trained on {', '.join(state['styles'])}, the art holds {', '.join(self.styles)}.",
            )
        self.adversary.probability.value = state["augment"]

    def make_batch(self, step: int) -> BaseBatch:
        settings, size, count = self.settings, self.config.network.size, self.batch + self.extras
        rng = np.random.default_rng((self.config.seed, self.number, step, 1))
        z = torch.from_numpy(rng.standard_normal((count, self.config.network.style_dim)).astype(np.float32))
        mixed = rng.random(self.batch) < settings.mixing
        paired = np.zeros(self.batch, bool) if self.pairs is None else ~mixed
        shares = np.zeros(self.extras, np.float32)
        if self.paired:
            is_photo = rng.random(self.extras) < self.paired.photo_share
            shares = np.where(is_photo, 0, rng.random(self.extras)).astype(np.float32)
        any_photo = rng.integers(len(self.photos.training), size=count)
        any_art = rng.integers(len(self.art), size=self.batch)
        mirrors, art_mirrors = rng.random(count) < 0.5, rng.random(self.batch) < 0.5
        any_pair, seeds = rng.random(count), rng.integers(2**62, size=count)
        styles = np.zeros(count, int)
        if isinstance(self.space, Cells):
            styles = self.space.style_of(z).numpy()
        elif isinstance(self.space, Coordinates):
            assert self.pairs is not None
            # a place in all pairs, one style after the other, is a style and a place among its own
            ends = np.cumsum([len(found) for found in self.pairs.by_style])
            places = any_pair * ends[-1]
            styles = np.searchsorted(ends, places, side="right")
            lengths = np.diff(ends, prepend=0)[styles]
            any_pair = (places - (ends[styles] - lengths)) / lengths
            has_pair = torch.from_numpy(np.concatenate([paired, shares > 0]))[:, None]
            z = torch.where(has_pair, self.space.placed(z, torch.from_numpy(styles)), z)

        rows = np.concatenate([
            self.place.mine(np.arange(self.batch)), self.batch + self.place.mine(np.arange(self.extras, dtype=int))
        ]).astype(int)  # fmt: skip
        photos: list[NDArray[np.float32]] = []
        targets: list[NDArray[np.float32]] = []
        for n in rows:
            share = 1.0 if n < self.batch and paired[n] else float(shares[n - self.batch]) if n >= self.batch else 0.0
            photo_path, art_path = self.photos.training[int(any_photo[n])], None
            if share > 0:
                assert self.pairs is not None
                found = self.pairs.by_style[int(styles[n])]
                photo_path, art_path = found[min(int(any_pair[n] * len(found)), len(found) - 1)]
            photo = scaled(mirrored(read_square(photo_path, size), bool(mirrors[n])))
            if self.paired and self.paired.jitter:
                photo = jittered(photo, np.random.default_rng(int(seeds[n])))
            target = photo
            if art_path is not None:
                redrawn = scaled(mirrored(read_square(art_path, size), bool(mirrors[n])))
                target = np.float32(share) * redrawn + np.float32(1 - share) * photo
            photos.append(photo)
            targets.append(target)
        mine = self.place.mine(np.arange(self.batch)).astype(int)
        art = [scaled(mirrored(read_square(self.art[int(any_art[n])], size), bool(art_mirrors[n]))) for n in mine]
        return BaseBatch(
            z[rows],
            nchw(np.stack(photos)),
            nchw(np.stack(targets)),
            nchw(np.stack(art)),
            torch.from_numpy(paired[mine]),
            torch.from_numpy(shares[self.place.rank :: self.place.world]),
            torch.zeros(len(mine), 0) if self.space is None else self.space.vectors[torch.from_numpy(styles[mine])],
        )

    def styles_of(self, batch: BaseBatch, step: int) -> Tensor:
        """w+ of the batch and the extras. Pictures that are not paired are mixed from two z when the draw says so."""
        draws = self.draws(step, 1)
        device, count = self.place.device, len(batch.art)
        w = self.generator.map_z(batch.z.to(device))
        second = self.generator.map_z(draws.z(self.batch, self.config.network.style_dim))
        where, mixed = draws.uniform(2, self.batch)
        # with pairs, what is not paired is mixed; without, the probability decides
        mix = ~batch.paired.to(device) if self.paired else mixed < self.settings.mixing
        cut = torch.where(mix, 1 + torch.floor(where * (STYLE_TOKENS - 1)), float(STYLE_TOKENS))
        takes_first = torch.arange(STYLE_TOKENS, device=device)[None, :] < cut[:, None]
        styled = torch.where(takes_first[:, :, None], w[:count, None], second[:, None])
        if not self.extras:
            return styled
        shares = batch.shares.to(device)[:, None]
        blended = shares * w[count:] + (1 - shares) * self.photo_code.w
        return torch.cat([styled, repeat_w(blended)])

    def step(self, step: int, batch: BaseBatch) -> dict[str, float]:
        draws, place, size = self.draws(step), self.place, self.config.network.size
        rate = self.set_rates(step)
        photos = batch.photos.to(place.device)
        count = len(batch.art)
        maps = [
            torch.cat([draws.normal((self.batch, *shape[1:])), draws.normal((self.extras, *shape[1:]))])
            for shape in noise_shapes(size)
        ]
        features = fast.encode(self.generator, photos, place.dtype)
        made = fast.decode(self.generator, features, self.styles_of(batch, step), maps)
        report = self.adversary.learn(
            self.discriminator_optimizer, step, batch.art.to(place.device), made[:count], draws
        )
        fooling = self.adversary.judge(made[:count], draws)
        structure = structure_loss(self.structure, made[:count], photos[:count])
        loss = self.settings.adversarial.weight * fooling + self.settings.structure.weight * structure
        report |= {"generator": place.mean(fooling), "structure": place.mean(structure)}
        if self.paired:
            paired, terms = self._paired_loss(made, batch, self.paired)
            loss = loss + paired
            report |= terms
        self.update(self.optimizer, loss)
        move_average(self.average, self.generator, self.settings.optimizer.ema, step)
        move_average(self.average_code, self.photo_code, self.settings.optimizer.ema, step)
        return {**report, "learning_rate": rate}

    def _paired_loss(self, made: Tensor, batch: BaseBatch, paired: PairedConfig) -> tuple[Tensor, dict[str, float]]:
        targets = batch.targets.to(made.device)
        known = torch.cat([batch.paired, torch.ones(len(batch.shares), dtype=torch.bool)]).to(made.device)
        weight = self.weight * known[:, None, None, None]
        pixel = pixel_loss(made, targets, weight)
        laplacian = laplacian_loss(made, targets, weight)
        report = {"pixel": self.place.mean(pixel), "laplacian": self.place.mean(laplacian)}
        if self.place.world == 1 and (batch.shares == 0).any():
            photo = torch.cat([torch.zeros_like(batch.paired), batch.shares == 0]).to(made.device)
            report["photo"] = (made[photo] - targets[photo]).abs().mean().item()
        loss = paired.pixel * pixel + paired.laplacian * laplacian
        if self.judge is None:
            return loss, report
        gradient, terms = self._judged(made, batch, loss, paired)
        return loss + (gradient * made).sum(), report | terms

    def _judged(
        self, made: Tensor, batch: BaseBatch, loss: Tensor, paired: PairedConfig
    ) -> tuple[Tensor, dict[str, float]]:
        """The patch discriminator's gradient on the pictures, scaled against that of `loss`; then it learns."""
        assert self.judge is not None
        count, place = len(batch.art), self.place
        known = batch.paired.to(made.device).float()
        styles = batch.styles.to(made.device)
        targets, photos = batch.targets[:count].to(made.device), batch.photos[:count].to(made.device)
        (paired_gradient,) = torch.autograd.grad(loss, made, retain_graph=True)
        shown = made[:count].detach().clamp(-1, 1).requires_grad_()
        with torch.no_grad():
            wanted, _ = self.judge(targets, photos, styles, place.dtype)
        features, score = self.judge(shown, photos, styles, place.dtype)
        matching = matching_loss(features, wanted, known)
        (gradient,) = torch.autograd.grad(matching - (score.mean((1, 2, 3)) * known).mean(), shown)
        norms = [math.sqrt(place.mean(g.float().square().sum())) for g in (paired_gradient[:count], gradient)]
        gradient = gradient * (paired.judge * norms[0] / (norms[1] + 1e-12))
        # real and made in one pass, so that the spectral norms are those of one set of weights
        _, scores = self.judge(
            torch.cat([targets, shown.detach()]), torch.cat([photos, photos]), torch.cat([styles, styles]), place.dtype
        )
        real, fake = scores.chunk(2)
        fooled = hinge_loss(real, fake, known)
        self.update(self.judge_optimizer, fooled)
        padded = torch.cat([gradient, torch.zeros_like(made[count:])])
        return padded.detach(), {"matching": place.mean(matching), "judge": place.mean(fooled)}

    @torch.no_grad()
    def sheet(self) -> Pictures:
        """Held-out photos; then the photo code, codes of styles, half strength of the first, and seeds."""
        chosen = evenly_spread(self.photos.held_out, SHEET_FACES)
        faces = np.stack([read_square(path, self.config.network.size) for path in chosen])
        device = self.place.device
        codes: list[Tensor] = []
        if self.space is not None:
            shown = evenly_spread(range(len(self.styles)), SHEET_STYLES)
            styles = [self.space.code(self.average.mapping_z, i, self.config.seed) for i in shown]
            codes = [self.average_code.w, *styles, (self.average_code.w + styles[0]) / 2]
        z = torch.randn(SHEET_SEEDS, self.config.network.style_dim, generator=torch.Generator().manual_seed(0))
        codes += list(self.average.map_z(z.to(device)))

        def stylise(images: Tensor, wplus: Tensor) -> Tensor:
            features = fast.encode(self.average, images.to(device), self.place.dtype)
            return fast.decode(self.average, features, wplus)

        return style_sheet(faces, list(repeat_w(torch.stack(codes))), stylise)
