"""`teach` (no part of the paper): known pairs of photo and art become codes of a generator that is there already.

Every style has a w+ of its own, learnt with the generator, or with its decoder alone, which makes a style pack.
The styles of a gallery, of which there are thousands with few pictures each, have none: the CLIP mapper gives theirs
from what the towers see in them, and learns so to follow pictures that it has never seen.
Training sees random crops, so the pictures may be larger than the network's `size` and of any shape. Random strokes
cannot be known from the photo: where a drawing was made from noise maps, the decoder is given those.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..common.config import PHOTO, RunConfig
from ..common.place import Place
from ..data.pictures import Pictures
from ..losses.lite_features import load_lite_features, perceptual_loss
from ..losses.pair_judge import PairJudge, hinge_loss, matching_loss
from ..losses.terms import energy_loss, texture_loss
from ..manners import name_of
from ..models.export import export
from ..networks import fast
from ..networks.generator import noise_shapes, repeat_w
from ..runs.checkpoints import read_checkpoint
from ..runs.phase import Phase, move_average
from ..styles.style_pack import write_pack
from .teach_batch import GALLERY_STYLE, MAPPED, MEAN_CODE, PHOTO_STYLE, TeachBatch, TeachData
from .teach_sheet import preview, sheet_of
from .teach_start import (
    NAME_WIDTH,
    Codes,
    add_codes,
    add_mapper,
    first_code,
    fit_to_manners,
    load_start,
    name_vector,
    raise_noises,
)


class TeachPhase(Phase):
    name = "teach"
    number = 5
    section = "teach"
    help = "known pairs of photo and art, at the scale of 512 px"
    needs = ("pairs",)
    columns = (
        "pixel", "tone", "photo", "matching", "fooling", "judge", "energy", "flat", "perceptual", "mapper",
        "learning_rate",
    )  # fmt: skip
    pack_name: str | None = None
    """By default the first style's."""

    def __init__(self, config: RunConfig, place: Place, folders: Sequence[Path], run: Path) -> None:
        super().__init__(config, place)
        settings, size = config.teach, config.network.size
        self.settings, self.steps, self.batch = settings, settings.steps, settings.batch
        self.optimizer_config = settings.optimizer
        place.check_batch("teach.batch", settings.batch)
        checkpoint = run / self.name / "checkpoint.pt"
        before = read_checkpoint(checkpoint, self.name)["mmfs"]["extra"] if checkpoint.exists() else {}
        learnt: list[str] = before.get("styles", [])
        self.data = data = TeachData(config, folders, before.get("held_out"), learnt)
        self.styles, self.shares, self.has_gallery = data.styles, data.shares, data.gallery is not None
        generator, known = load_start(config)
        if not before:
            data.pairs.check(size)
        raise_noises(generator, settings.noise_start)
        if self.has_gallery:
            data.look_at_styles()
        self.generator = generator.to(place.device)
        starts = [known[PHOTO]]
        for style in self.styles:  # a code that the checkpoint holds is not looked for
            pairs = data.of_style(style)
            starts.append(known[PHOTO] if style in learnt else first_code(style, known, pairs, generator, size, place))
        self.codes = Codes(torch.stack(starts)).to(place.device)
        if self.has_gallery and not before.get("mapper"):
            codes = (
                read_checkpoint(checkpoint, self.name)["codes_ema"]["wplus"] if before else self.codes.wplus.detach()
            )
            fit_to_manners(generator, codes.to(place.device), data.manner_views, config.seed)
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.average_codes = copy.deepcopy(self.codes).requires_grad_(False)
        self.names = torch.stack([name_vector(name) for name in (PHOTO, *self.styles)]).to(place.device)
        self.judge = PairJudge(NAME_WIDTH, settings.judge_width).to(place.device)
        self.eye = load_lite_features().to(place.device) if settings.perceptual else None
        self.optimizer = self._optimizer()
        self.judge_optimizer = torch.optim.Adam(
            [{"params": list(self.judge.parameters()), "factor": settings.judge_rate}], betas=(0.5, 0.99)
        )
        self.modules = {
            "G_model": self.generator,
            "G_ema_model": self.average,
            "codes": self.codes,
            "codes_ema": self.average_codes,
            "judge": self.judge,
        }
        self.optimizers = {"optimizer_0": self.optimizer, "judge_optimizer": self.judge_optimizer}
        if self.has_gallery:
            self.mapper_optimizer = torch.optim.Adam(
                [{"params": list(self.generator.clip_mapper.parameters()), "factor": settings.mapper_rate}],
                betas=(0.9, 0.99),
            )
            self.optimizers["mapper_optimizer"] = self.mapper_optimizer

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--name", help="of the style pack; by default that of the pairs")

    @classmethod
    def open(cls, args: argparse.Namespace, config: RunConfig, place: Place) -> TeachPhase:
        phase = cls(config, place, args.pairs, args.run)
        phase.pack_name = args.name
        return phase

    def _optimizer(self) -> torch.optim.Adam:
        settings, generator = self.settings, self.generator
        noise = [p for key, p in generator.named_parameters() if key.endswith("noise.weight")]
        detail = [p for key, p in generator.named_parameters() if key.startswith("detail")]
        # the mapping network is no part of what pairs teach
        generator.mapping_z.requires_grad_(False)
        mapper = {id(p) for key, p in generator.named_parameters() if key.startswith("clip_mapper.")}
        if settings.train == "decoder":
            generator.encoder.requires_grad_(False)
        special = {id(p) for p in (*noise, *detail)} | mapper
        rest = [p for p in generator.parameters() if p.requires_grad and id(p) not in special]
        groups: list[dict[str, Any]] = [
            {"params": rest},
            {"params": list(self.codes.parameters()), "factor": settings.code_rate},
            {"params": noise, "factor": settings.noise_rate},
        ]
        if detail:
            groups.append({"params": detail, "factor": settings.detail_rate})
        return self.adam(groups)

    def migrate(self, state: dict[str, Any]) -> None:
        if self.has_gallery and "mapper_optimizer" not in state:
            add_mapper(state, self.generator, self.mapper_optimizer)
        add_codes(state, self.codes.wplus, self.optimizer)

    def extra_state(self) -> dict[str, Any]:
        return {
            "styles": list(self.styles),
            "held_out": list(self.data.pairs.held_out),
            "mapper": self.has_gallery,
        }

    def make_batch(self, step: int) -> TeachBatch:
        rng = np.random.default_rng((self.config.seed, self.number, step, 1))
        return self.data.batch(rng, self.batch, self.place)

    def step(self, step: int, batch: TeachBatch) -> dict[str, float]:
        settings, place, size = self.settings, self.place, self.config.network.size
        rate = self.set_rates(step)
        maps = self.draws(step).noises(noise_shapes(size, self.batch))
        for row, own in enumerate(batch.noises):
            for number, noise in own.items():
                maps[number][row, 0] = noise.to(place.device)
        photos, targets = batch.photos.to(place.device), batch.targets.to(place.device)
        styles = batch.styles.to(place.device)
        encoded = fast.encode(self.generator, photos, place.dtype)
        made = fast.decode(self.generator, encoded, self._wplus(batch, styles), maps)
        is_art = (styles != PHOTO_STYLE).float()
        pixel = (made - targets).abs().mean()
        tone = F.avg_pool2d(made - targets, 8).abs().mean()
        loss = settings.pixel * pixel + settings.tone * tone
        report = {"pixel": place.mean(pixel), "tone": place.mean(tone)}
        if place.world == 1 and (is_art == 0).any():
            report["photo"] = (made - targets)[is_art == 0].abs().mean().item()
        if settings.energy:
            energy = energy_loss(made, targets)
            loss = loss + settings.energy * energy
            report["energy"] = place.mean(energy)
        if settings.flat:
            flat = texture_loss(made, targets)
            loss = loss + settings.flat * flat
            report["flat"] = place.mean(flat)
        if self.eye is not None:
            with torch.no_grad():
                seen = self.eye(targets.to(place.dtype))
            perceptual = perceptual_loss(self.eye(made.to(place.dtype)), seen)
            loss = loss + settings.perceptual * perceptual
            report["perceptual"] = place.mean(perceptual)
        if self.has_gallery and settings.mapper:
            wanted_codes = self.codes.wplus.detach()
            found_codes = self.generator.map_embedding(batch.known.to(place.device))
            error = (found_codes - wanted_codes[1 + batch.known_styles.to(place.device)]).square().mean()
            error = error / wanted_codes.var(0).mean()
            loss = loss + settings.mapper * error
            report["mapper"] = place.mean(error)
        # the judge is not told which artwork of the gallery it looks at
        names = self.names[styles.clamp(min=PHOTO_STYLE)] * (styles != GALLERY_STYLE)[:, None]
        self.judge.requires_grad_(False)
        with torch.no_grad():
            wanted, _ = self.judge(targets, photos, names, place.dtype)
        found, score = self.judge(made, photos, names, place.dtype)
        self.judge.requires_grad_(True)
        matching = matching_loss(found, wanted, is_art)
        fooling = -(score.mean((1, 2, 3)) * is_art).mean()
        loss = loss + settings.matching * matching + settings.judge * fooling
        if self.has_gallery:
            self.mapper_optimizer.zero_grad(set_to_none=True)
        self.update(self.optimizer, loss)
        if self.has_gallery:
            place.mean_gradients(self.generator.clip_mapper.parameters())
            self.mapper_optimizer.step()
        # real and made in one pass, so that the spectral norms are those of one set of weights
        both = torch.cat([targets, made.detach().clamp(-1, 1)]), torch.cat([photos, photos]), torch.cat([names, names])
        real, fake = self.judge(*both, place.dtype)[1].chunk(2)
        judged = hinge_loss(real, fake, is_art)
        self.update(self.judge_optimizer, judged)
        move_average(self.average, self.generator, settings.optimizer.ema, step)
        move_average(self.average_codes, self.codes, settings.optimizer.ema, step)
        report |= {
            "matching": place.mean(matching),
            "fooling": place.mean(fooling),
            "judge": place.mean(judged),
            "learning_rate": rate,
        }
        return report

    def _wplus(self, batch: TeachBatch, styles: Tensor) -> Tensor:
        """The w+ [N, 10, D] that the pictures of a batch are drawn under."""
        wplus = self.codes.wplus[styles.clamp(min=PHOTO_STYLE)]
        if not self.has_gallery:
            return wplus
        codes = batch.codes.to(wplus.device)[:, None, None]
        mapped = self.generator.map_embedding(batch.embeddings.to(wplus.device))
        return torch.where(codes == MAPPED, mapped, torch.where(codes == MEAN_CODE, repeat_w(wplus.mean(1)), wplus))

    @torch.no_grad()
    def finish(self, folder: Path) -> Path:
        """Writes FOLDER/pack.safetensors (`style_pack.py`) with the first style where the decoder alone was trained,
        and the model to FOLDER/model otherwise."""
        if self.settings.train == "all":
            return export(folder.parent, folder / "model", phase=self.name)
        code, style = self.average_codes.wplus[1], self.styles[0]
        picture = torch.from_numpy(preview(self.data, self.average, code, self.place))
        said = {"name": self.pack_name or name_of(style), "pairs": style}
        path = folder / "pack.safetensors"
        write_pack(path, self.average, self.generator, code, picture, self.config.network.size, said)
        return path

    @torch.no_grad()
    def sheet(self) -> Pictures:
        return sheet_of(self.data, self.average, self.average_codes.wplus, self.place)
