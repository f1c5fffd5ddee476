"""Phase 2 with known pairs of photo and art (no part of the paper): they add L1 terms and a discriminator of patches,
every style of the art has its place in z space, and a code for the photo is learned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..common.config import PairedConfig, RunConfig
from ..common.errors import TrainingError
from ..common.evenly_spread import evenly_spread
from ..common.place import Draws, Place
from ..data.face_weights import face_weights
from ..data.folders import ArtFolder, Pairs, PhotoFolder
from ..data.pictures import jittered, nchw
from ..losses.pair_judge import PairJudge, hinge_loss, matching_loss
from ..losses.terms import laplacian_loss, pixel_loss
from ..networks.generator import Generator, noise_shapes, repeat_w
from ..networks.prior import Discriminator
from ..styles.style_space import Cells, style_space
from .base import BaseBatch, BasePhase
from .paired_start import find_coordinates, start_styles

SHEET_STYLES = 40


@dataclass(frozen=True)
class PairedBatch(BaseBatch):
    """z: [N + extras, D]; photos, targets: [N + extras, 3, S, S]; art: [N, 3, S, S].

    paired: [N] whether the target is the art of the z's style; shares: [extras] of the style in code and target.
    styles: [N, V] what tells the styles of the pairs apart.
    """

    targets: Tensor
    paired: Tensor
    shares: Tensor
    styles: Tensor


class PairedPhase(BasePhase):
    def __init__(self, config: RunConfig, place: Place, photos: PhotoFolder, art: ArtFolder, run: Path) -> None:
        assert config.base.paired is not None
        self.paired: PairedConfig = config.base.paired
        super().__init__(config, place, photos, art, run)
        weight = face_weights(config.network.size, self.paired.eyes, self.paired.mouth)
        self.weight = torch.from_numpy(weight).to(place.device)[None, None]
        self.judge: PairJudge | None = None
        if self.paired.judge:
            self.judge = PairJudge(self.space.vectors.shape[1]).to(place.device)
            self.judge_optimizer = torch.optim.Adam(
                [{"params": list(self.judge.parameters()), "factor": self.paired.judge_rate}], betas=(0.5, 0.99)
            )
            self.modules["judge"] = self.judge
            self.optimizers["judge_optimizer"] = self.judge_optimizer

    def first_networks(self, art: ArtFolder, run: Path) -> tuple[Generator, Discriminator, Tensor]:
        self.place.check_batch("base.paired.extras", self.paired.extras)
        generator, discriminator, photo_w = super().first_networks(art, run)
        paired, width = self.paired, self.config.network.style_dim
        self.pairs = Pairs(self.photos, art)
        started = run / self.name / "checkpoint.pt"
        self.coordinates: Tensor | None = None
        if paired.coordinates:
            self.coordinates = find_coordinates(started, self.pairs, self.styles, paired.coordinates)
        elif len(self.styles) > width:
            raise TrainingError(
                "TOO_MANY_STYLES",
                f"{len(self.styles)} styles do not fit into a style_dim of {width}: place them by "
                "base.paired.coordinates.",
            )
        self.space = style_space(self.config, self.styles, self.coordinates)
        if not started.exists():
            photo_w = start_styles(generator, self.config, paired, self.styles, self.space, photo_w, self.coordinates)
        return generator, discriminator, photo_w

    def extra_state(self) -> dict[str, Any]:
        coordinates = {} if self.coordinates is None else {"coordinates": self.coordinates}
        return {**super().extra_state(), **coordinates}

    def make_batch(self, step: int) -> PairedBatch:
        batch, extras = self.batch, self.paired.extras
        count = batch + extras
        rng = np.random.default_rng((self.config.seed, self.number, step, 1))
        z = torch.from_numpy(rng.standard_normal((count, self.config.network.style_dim)).astype(np.float32))
        paired = rng.random(batch) >= self.settings.mixing
        is_photo = rng.random(extras) < self.paired.photo_share
        shares = np.where(is_photo, 0, rng.random(extras)).astype(np.float32)
        any_photo = rng.integers(len(self.photos.training), size=count)
        any_art = rng.integers(len(self.art), size=batch)
        mirrors, art_mirrors = rng.random(count) < 0.5, rng.random(batch) < 0.5
        any_pair, seeds = rng.random(count), rng.integers(2**62, size=count)
        share_of = np.concatenate([paired.astype(np.float32), shares])
        z, styles, any_pair = self._placed(z, any_pair, share_of > 0)

        mine = self.place.mine(np.arange(batch)).astype(int)
        rows = np.concatenate([mine, batch + self.place.mine(np.arange(extras, dtype=int))]).astype(int)
        photos: list[NDArray[np.float32]] = []
        targets: list[NDArray[np.float32]] = []
        for n in rows:
            share, mirror = float(share_of[n]), bool(mirrors[n])
            photo_path, art_path = self.photos.training[int(any_photo[n])], None
            if share > 0:
                found = self.pairs.by_style[int(styles[n])]
                photo_path, art_path = found[min(int(any_pair[n] * len(found)), len(found) - 1)]
            photo = self.read(photo_path, mirror)
            if self.paired.jitter:
                photo = jittered(photo, np.random.default_rng(int(seeds[n])))
            target = photo
            if art_path is not None:
                target = np.float32(share) * self.read(art_path, mirror) + np.float32(1 - share) * photo
            photos.append(photo)
            targets.append(target)
        art = [self.read(self.art[int(any_art[n])], bool(art_mirrors[n])) for n in mine]
        return PairedBatch(
            z=z[rows],
            photos=nchw(np.stack(photos)),
            targets=nchw(np.stack(targets)),
            art=nchw(np.stack(art)),
            paired=torch.from_numpy(paired[mine]),
            shares=torch.from_numpy(shares[self.place.rank :: self.place.world]),
            styles=self.space.vectors[torch.from_numpy(styles[mine])],
        )

    def _placed(
        self, z: Tensor, any_pair: NDArray[np.float64], has_pair: NDArray[np.bool_]
    ) -> tuple[Tensor, NDArray[np.int64], NDArray[np.float64]]:
        """z [N, D] of the styles of the pairs, these styles [N], and places [N] in [0, 1) among a style's pairs.

        A z has a cell; for coordinates the pair is drawn first, and where there is one, z is moved to its style."""
        if isinstance(self.space, Cells):
            return z, self.space.style_of(z).numpy(), any_pair
        # a place in all pairs, one style after the other, is a style and a place among its own
        ends = np.cumsum([len(found) for found in self.pairs.by_style])
        places = any_pair * ends[-1]
        styles = np.searchsorted(ends, places, side="right")
        lengths = np.diff(ends, prepend=0)[styles]
        among = (places - (ends[styles] - lengths)) / lengths
        return (
            torch.where(torch.from_numpy(has_pair)[:, None], self.space.placed(z, torch.from_numpy(styles)), z),
            styles,
            among,
        )

    def styles_of(self, batch: PairedBatch, step: int) -> Tensor:
        """w+ of the batch and the extras. What is not paired is mixed from two z."""
        device, count = self.place.device, len(batch.art)
        w = self.generator.map_z(batch.z.to(device))
        styled = self.mixed(w[:count], self.draws(step, 1), ~batch.paired.to(device))
        shares = batch.shares.to(device)[:, None]
        blended = shares * w[count:] + (1 - shares) * self.photo_code.w
        return torch.cat([styled, repeat_w(blended)])

    def noises(self, draws: Draws) -> list[Tensor]:
        return [
            torch.cat([draws.normal((self.batch, *shape[1:])), draws.normal((self.paired.extras, *shape[1:]))])
            for shape in noise_shapes(self.config.network.size)
        ]

    def with_pairs(self, loss: Tensor, made: Tensor, batch: PairedBatch) -> tuple[Tensor, dict[str, float]]:
        paired, terms = self._paired_loss(made, batch)
        return loss + paired, terms

    def _paired_loss(self, made: Tensor, batch: PairedBatch) -> tuple[Tensor, dict[str, float]]:
        targets = batch.targets.to(made.device)
        known = torch.cat([batch.paired, torch.ones(len(batch.shares), dtype=torch.bool)]).to(made.device)
        weight = self.weight * known[:, None, None, None]
        pixel = pixel_loss(made, targets, weight)
        laplacian = laplacian_loss(made, targets, weight)
        report = {"pixel": self.place.mean(pixel), "laplacian": self.place.mean(laplacian)}
        if self.place.world == 1 and (batch.shares == 0).any():
            photo = torch.cat([torch.zeros_like(batch.paired), batch.shares == 0]).to(made.device)
            report["photo"] = (made[photo] - targets[photo]).abs().mean().item()
        loss = self.paired.pixel * pixel + self.paired.laplacian * laplacian
        if self.judge is None:
            return loss, report
        gradient, terms = self._judged(made, batch, loss)
        return loss + (gradient * made).sum(), report | terms

    def _judged(self, made: Tensor, batch: PairedBatch, loss: Tensor) -> tuple[Tensor, dict[str, float]]:
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
        gradient = gradient * (self.paired.judge * norms[0] / (norms[1] + 1e-12))
        # real and made in one pass, so that the spectral norms are those of one set of weights
        _, scores = self.judge(
            torch.cat([targets, shown.detach()]), torch.cat([photos, photos]), torch.cat([styles, styles]), place.dtype
        )
        real, fake = scores.chunk(2)
        fooled = hinge_loss(real, fake, known)
        self.update(self.judge_optimizer, fooled)
        padded = torch.cat([gradient, torch.zeros_like(made[count:])])
        return padded.detach(), {"matching": place.mean(matching), "judge": place.mean(fooled)}

    def sheet_codes(self) -> list[Tensor]:
        """w [D] of the photo, of styles, of half the strength of the first, and of seeds."""
        shown = evenly_spread(range(len(self.styles)), SHEET_STYLES)
        styles = [self.space.code(self.average.mapping_z, i, self.config.seed) for i in shown]
        return [self.average_code.w, *styles, (self.average_code.w + styles[0]) / 2, *super().sheet_codes()]
