"""The small two-tower model: a picture of a style and words for it get the same embedding.

Contrastive (Radford et al. 2021) between pictures and captions that rules vary (`captions.py`), and between pictures of
one style made from different photos (Khosla et al. 2020, "Supervised Contrastive Learning"): the artwork itself among
them, so that a reference and what it makes of a face lie together. Where the photos of the art are known, embeddings
also have to tell the coordinates of their style (`coordinates.py`), which keeps what words do not say.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from ..common.config import RunConfig
from ..common.errors import TrainingError
from ..common.evenly_spread import evenly_spread
from ..common.place import Place
from ..data.folders import ArtFolder, Pairs, PhotoFolder, training_art
from ..data.pictures import Pictures, mirrored, nchw, read_square, scaled
from ..runs.checkpoints import read_checkpoint
from ..runs.phase import Phase
from ..runs.sheets import to_bytes
from ..styles.coordinates import describe_styles, whitened
from ..towers.small_towers import TOKENIZER, WEIGHTS, SmallTowers, StaticText, StyleCnn, Tokens, resized
from ..words.captions import photo_caption, vary
from ..words.color_words import color_words

MARGIN = 1.125  # pictures are kept a little larger than the tower looks at, for crops
KEPT = 40_000
PHOTO_STYLE = ""
SHEET_CAPTIONS, SHEET_PICTURES, SHEET_SEARCHED, SHEET_SIDE = 14, 8, 400, 96


@dataclass(frozen=True)
class TowersBatch:
    """pixels [2N, 3, P, P], two pictures of each drawn style; ids [2N, T] of a caption of each; styles [2N] by index;
    coordinates [2N, k], not a number where the style has none."""

    pixels: Tensor
    ids: Tensor
    styles: Tensor
    coordinates: Tensor


class Head(nn.Module):
    """The temperature of the cosines, and embeddings to coordinates."""

    def __init__(self, width: int, coordinates: int) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(10.0)))
        self.coordinates = nn.Linear(width, coordinates)


@lru_cache(KEPT)
def kept_square(path: Path, side: int) -> Pictures:
    return read_square(path, side)


@lru_cache(KEPT)
def kept_colors(path: Path) -> tuple[str, ...]:
    return tuple(color_words(read_square(path, 64)))


def contrast(similarity: Tensor, same: Tensor) -> Tensor:
    """Cross-entropy of rows of similarity [N, M] to the mean of what is the same [N, M]."""
    target = same / same.sum(1, keepdim=True)
    return -(F.log_softmax(similarity, 1).clamp(min=-1e4) * target).sum(1).mean()


class TowersPhase(Phase):
    """Raises `TrainingError`: STATIC_TEXT_MISSING without the files of `static_text.py`, DATA_TOO_FEW."""

    name = "towers"
    number = 6
    section = "small_towers"
    help = "a small two-tower model, where there is no CLIP: pictures and texts to one space"
    needs = ("photos", "art")
    columns = ("captions", "styles", "coordinates", "scale", "learning_rate")

    def __init__(self, config: RunConfig, place: Place, photos: PhotoFolder, art: ArtFolder, run: Path) -> None:
        super().__init__(config, place)
        settings = config.small_towers
        self.settings, self.photos = settings, photos
        self.digests |= {"photos": photos.digest, "art": art.digest}
        self.steps, self.batch, self.optimizer_config = settings.steps, settings.batch, settings.optimizer
        place.check_batch("small_towers.batch", settings.batch)
        self.works = training_art(art, photos)
        if not self.works:
            raise TrainingError("DATA_EMPTY", f"All art in {art.folder} was made from held-out photos: give more.")
        self.styles = [PHOTO_STYLE, *art.styles]
        self.by_style: dict[str, list[int]] = {}
        for i, work in enumerate(self.works):
            self.by_style.setdefault(work.style, []).append(i)
        self.coordinates = self._coordinates(art, run)

        folder = Path(settings.static_text)
        missing = [name for name in ("static.safetensors", TOKENIZER) if not (folder / name).is_file()]
        if missing:
            raise TrainingError(
                "STATIC_TEXT_MISSING",
                f"{folder} has no {', '.join(missing)}: make them with python -m mmfs_training static-text.",
            )
        self.tokens = Tokens(folder / TOKENIZER)
        static = load_file(folder / "static.safetensors")
        width = config.network.style_dim
        text = StaticText(static["text.table"], static["text.scale"], self.tokens.end, width, settings.hidden)
        text.mean.copy_(self._mean(text))
        image = self._image(width)
        self.model = SmallTowers(text, image, self.tokens, settings.side).to(place.device)
        self.head = Head(width, self.coordinates.shape[1]).to(place.device)
        self.modules = {"towers": self.model, "head": self.head}
        self.optimizer = self.adam([*self.model.parameters(), *self.head.parameters()])
        self.optimizers = {"optimizer_0": self.optimizer}

    @classmethod
    def open(cls, args: argparse.Namespace, config: RunConfig, place: Place) -> TowersPhase:
        photos = PhotoFolder(args.photos, config.held_out, config.seed)
        return cls(config, place, photos, ArtFolder(args.art), args.run)

    def _image(self, width: int) -> StyleCnn:
        """A new image tower, or the one of another run or of a folder with towers.safetensors."""
        settings = self.settings
        if settings.start_from and (Path(settings.start_from) / WEIGHTS).is_file():
            towers = SmallTowers.load(Path(settings.start_from))
            sizes = tuple(len(c.weight) for c in towers.image.convolutions[::2])  # type: ignore[arg-type]
            if (towers.width, towers.side, sizes) != (width, settings.side, settings.widths):
                raise TrainingError(
                    "CHECKPOINT_MISMATCH",
                    f"The image tower in {settings.start_from} is of another size: change small_towers.",
                )
            return towers.image
        image = StyleCnn(width, settings.hidden, settings.widths)
        if settings.start_from:
            path = Path(settings.start_from) / self.name / "checkpoint.pt"
            state = read_checkpoint(path, self.name)["towers"]
            try:
                image.load_state_dict({k.removeprefix("image."): v for k, v in state.items() if k.startswith("image.")})
            except RuntimeError as error:
                raise TrainingError(
                    "CHECKPOINT_MISMATCH", f"The image tower in {path} is of another size: change small_towers."
                ) from error
        return image

    def _coordinates(self, art: ArtFolder, run: Path) -> Tensor:
        """[styles + 1, k]; rows without a number for what no pair describes."""
        path = run / self.name / "checkpoint.pt"
        if path.exists():
            found: Tensor = read_checkpoint(path, self.name)["mmfs"]["extra"]["coordinates"]
            return found
        count = self.settings.coordinates
        rows = torch.full((len(self.styles), max(count, 1)), math.nan)
        if count:
            pairs = Pairs(self.photos, art, every_style=False)
            try:
                rows[[self.styles.index(style) for style in pairs.styles]] = whitened(
                    describe_styles(pairs.by_style), count
                )
            except ValueError as error:
                raise TrainingError("TOO_FEW_STYLES", f"small_towers.coordinates is {count}: {error}.") from error
        return rows

    @torch.no_grad()
    def _mean(self, text: StaticText) -> Tensor:
        """The mean of captions, so that what they share says nothing."""
        rng = np.random.default_rng((self.config.seed, self.number))
        some = rng.integers(len(self.works), size=2048)
        captions = [vary(self.works[i].caption, rng) for i in some]
        total = torch.cat([text.rows(self.tokens(captions[i : i + 256])).sum(1) for i in range(0, len(captions), 256)])
        return F.normalize(total).mean(0)

    def extra_state(self) -> dict[str, Any]:
        return {"styles": self.styles, "coordinates": self.coordinates}

    def load_extra_state(self, state: dict[str, Any]) -> None:
        if state["styles"] != self.styles:
            raise TrainingError("CHECKPOINT_STYLES", "The checkpoint was trained on other styles than the art holds.")

    def make_batch(self, step: int) -> TowersBatch:
        settings, side = self.settings, round(self.settings.side * MARGIN)
        rng = np.random.default_rng((self.config.seed, self.number, step, 1))
        mine = set(self.place.mine(np.arange(self.batch)).tolist())
        pictures, captions, styles = [], [], []
        for n in range(self.batch):
            is_photo, first = rng.random() < settings.photos, int(rng.integers(len(self.works)))
            for _ in range(2):
                if is_photo:
                    path = self.photos.training[int(rng.integers(len(self.photos.training)))]
                    style, caption = 0, photo_caption(rng)
                else:
                    others = self.by_style[self.works[first].style]
                    work = self.works[others[int(rng.integers(len(others)))]]
                    path, style = work.path, self.styles.index(work.style)
                    # a style's caption knows its colours better than a measurement; an artwork's does not
                    colors = list(kept_colors(path)) if work.artist else None
                    caption = vary(work.caption, rng, colors, work.artist, work.movement)
                crop, (x, y), mirror = 1 - 0.15 * rng.random(), rng.random(2), rng.random() < 0.5
                if n not in mine:
                    continue
                picture = mirrored(kept_square(path, side), bool(mirror))
                size = round(side * crop)
                left, top = (int(place * (side - size + 1)) for place in (x, y))
                cut = nchw(scaled(picture[None, top : top + size, left : left + size]))
                pictures.append(resized(cut, settings.side))
                captions.append(caption)
                styles.append(style)
        rows = torch.tensor(styles)
        return TowersBatch(torch.cat(pictures), self.tokens(captions), rows, self.coordinates[rows])

    def step(self, step: int, batch: TowersBatch) -> dict[str, float]:
        place, settings, draws = self.place, self.settings, self.draws(step)
        rate = self.set_rates(step)
        self.model.train()
        device = place.device
        styles, coordinates = batch.styles.to(device), batch.coordinates.to(device)
        with torch.autocast(device.type, dtype=place.dtype, enabled=place.dtype != torch.float32):
            pictures = self.model.image(batch.pixels.to(device)).float()
        ids = batch.ids.to(device)
        kept = (draws.uniform(ids.shape[1], len(ids) * place.world).t() > settings.drop).float()
        noise = settings.noise * draws.normal((len(ids) * place.world, self.model.text.table.shape[1]))
        texts = self.model.text(ids, kept, noise)
        same = (styles[:, None] == styles[None]).float()
        scale = self.head.log_scale.exp().clamp(max=100)
        across = scale * pictures @ texts.t()
        captions = (contrast(across, same) + contrast(across.t(), same)) / 2
        alone = torch.eye(len(styles), device=device)
        between = contrast((scale * pictures @ pictures.t()).masked_fill(alone.bool(), -1e4), same - alone)
        loss = captions + settings.styles * between
        report = {"captions": place.mean(captions), "styles": place.mean(between), "scale": scale.item()}
        known = ~coordinates.isnan().any(1)
        if known.any():
            told = self.head.coordinates(math.sqrt(self.model.width) * pictures[known])
            error = F.mse_loss(told, coordinates[known])
            loss = loss + settings.coordinate_weight * error
            report["coordinates"] = place.mean(error)
        self.update(self.optimizer, loss)
        return {**report, "learning_rate": rate}

    @torch.no_grad()
    def sheet(self) -> Pictures:
        """A row for each of some captions: the art that lies nearest to it."""
        self.model.eval()
        rng = np.random.default_rng(self.config.seed)
        some = [self.works[i] for i in rng.permutation(len(self.works))[:SHEET_SEARCHED]]
        squares = np.stack([read_square(work.path, self.settings.side) for work in some])
        device = self.place.device
        found = torch.cat(
            [self.model.embed_images(nchw(scaled(squares[i : i + 50])).to(device)) for i in range(0, len(squares), 50)]
        )
        chosen = evenly_spread(sorted({work.caption for work in self.works}), SHEET_CAPTIONS)
        nearest = (self.model.embed_texts(chosen) @ found.t()).argsort(1, descending=True)[:, :SHEET_PICTURES].cpu()
        small = F.interpolate(nchw(scaled(squares)), size=(SHEET_SIDE, SHEET_SIDE), mode="area")
        return np.concatenate([np.concatenate([to_bytes(small[j]) for j in row], 1) for row in nearest.tolist()])
