"""What a step of `teach` sees: crops of pairs, of a gallery and of photos alone, and what gives each its w+."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..common.config import RunConfig
from ..common.errors import TrainingError
from ..common.place import Place
from ..data.picture_pairs import Crop, Pair, PicturePairs, crop_pair, gallery_pictures
from ..data.pictures import jittered, nchw, scaled
from ..towers.small_towers import SmallTowers
from ..towers.style_embeddings import StyleEmbeddings

PHOTO_STYLE, GALLERY_STYLE = 0, -1
OWN_CODE, MEAN_CODE, MAPPED = range(3)
MAPPER_BATCH = 16


@dataclass(frozen=True)
class TeachBatch:
    """photos, targets: [N, 3, S, S]; styles: [N], 0 is the photo itself, -1 the gallery; noises: of each picture, by
    place. codes: [N], what gives the w+: OWN_CODE, MEAN_CODE or MAPPED; embeddings: [N, E], zeros where not MAPPED.
    known, known_styles: embeddings [M, E] of pictures of manners, and which [M], for the mapper; M is 0 without."""

    photos: Tensor
    targets: Tensor
    styles: Tensor
    noises: list[dict[int, Tensor]]
    codes: Tensor
    embeddings: Tensor
    known: Tensor
    known_styles: Tensor


class TeachData:
    """The pairs of a run and of its gallery, and the styles in the order of their codes.

    styles: those of `learnt`, which a checkpoint has, come first and in its order; new ones are added. shares: how
    often each is drawn. Raises `TrainingError`: CHECKPOINT_STYLES where a learnt style has no pairs any more,
    CONFIG_INVALID.
    """

    def __init__(
        self, config: RunConfig, folders: Sequence[Path], held_out: Sequence[str] | None, learnt: list[str]
    ) -> None:
        settings = config.teach
        self.config, self.settings = config, settings
        self.pairs = PicturePairs(folders, config.held_out, held_out)
        gone = [style for style in learnt if style not in self.pairs.styles]
        if gone:
            raise TrainingError("CHECKPOINT_STYLES", f"The run has learnt {', '.join(gone)}, and no pairs are given.")
        self.styles = [*learnt, *(style for style in self.pairs.styles if style not in learnt)]
        self.place_of = {style: i for i, style in enumerate(self.pairs.styles)}
        # a style of few pairs has little to say, and one of many should not drown the others
        counts = np.sqrt([len(self.of_style(style)) for style in self.styles])
        strange = [style for style in settings.shares if style not in self.styles]
        if strange:
            raise TrainingError(
                "CONFIG_INVALID", f"teach.shares names {', '.join(strange)}; there are {', '.join(self.styles)}."
            )
        counts *= [settings.shares.get(style, 1.0) for style in self.styles]
        self.shares: NDArray[np.float64] = counts / counts.sum()
        self.gallery = PicturePairs([Path(settings.gallery)], 0) if settings.gallery else None

    def of_style(self, style: str) -> list[Pair]:
        return self.pairs.by_style[self.place_of[style]]

    def look_at_styles(self) -> None:
        """Embeddings of all pictures of manners and gallery; of the gallery, the artworks themselves as well."""
        assert self.gallery is not None
        towers = SmallTowers.load(Path(self.settings.towers))
        if towers.width != self.config.network.style_dim:
            raise TrainingError(
                "TOWERS_WIDTH",
                f"The towers' embeddings have {towers.width} numbers and network.style_dim is "
                f"{self.config.network.style_dim}: choose towers of that width.",
            )
        drawn = [[pair.art for pair in self.of_style(style) if pair.art] for style in self.styles]
        self.manner_views = StyleEmbeddings(towers, drawn, self.styles)
        self.gallery_views = StyleEmbeddings(towers, gallery_pictures(Path(self.settings.gallery), self.gallery))

    def batch(self, rng: np.random.Generator, count: int, place: Place) -> TeachBatch:
        """This process's share of a batch of `count`, all of which `rng` draws."""
        settings, width = self.settings, self.config.network.style_dim
        kinds, ways = rng.random(count), rng.random(count)
        photo = kinds < settings.photo_share
        in_gallery = ~photo & (kinds < settings.photo_share + settings.gallery_share) & (self.gallery is not None)
        styles = np.where(photo, PHOTO_STYLE, 1 + rng.choice(len(self.styles), count, p=self.shares))
        styles = np.where(in_gallery, GALLERY_STYLE, styles)
        codes = np.full(count, OWN_CODE)
        if self.gallery is not None:
            codes[ways < settings.mapped_share + settings.mean_share] = MEAN_CODE
            codes[ways < settings.mapped_share] = MAPPED
            codes[photo], codes[in_gallery] = OWN_CODE, MAPPED
        seeds = rng.integers(2**62, size=count)
        photos, targets, noises, embeddings = [], [], [], []
        rows = place.mine(np.arange(count)).astype(int)
        for n in rows:
            own = np.random.default_rng(int(seeds[n]))
            crop, embedding = self._crop(int(styles[n]), bool(codes[n] == MAPPED), own)
            picture, target = scaled(crop.photo), scaled(crop.art)
            if settings.jitter:
                lit = jittered(picture, own)
                lit = np.float32(settings.jitter) * lit + np.float32(1 - settings.jitter) * picture
                picture, target = lit, lit if photo[n] else target
            photos.append(picture)
            targets.append(target)
            embeddings.append(embedding)
            noises.append({number: torch.from_numpy(m.copy()) for number, m in crop.noises.items()})
        known_styles = rng.integers(len(self.styles), size=MAPPER_BATCH if self.gallery is not None else 0)
        known = [self.manner_views.draw(int(i), rng) for i in known_styles]
        return TeachBatch(
            nchw(np.stack(photos)),
            nchw(np.stack(targets)),
            torch.from_numpy(styles[rows]),
            noises,
            torch.from_numpy(codes[rows]),
            torch.stack(embeddings),
            torch.stack(known) if known else torch.zeros(0, width),
            torch.from_numpy(known_styles),
        )

    def _crop(self, style: int, mapped: bool, rng: np.random.Generator) -> tuple[Crop, Tensor]:
        """A crop in a style, and what the mapper sees of the style [E]: zeros where its code does not come from it."""
        size, mirror = self.config.network.size, self.settings.mirror
        embedding = torch.zeros(self.config.network.style_dim)
        if style == GALLERY_STYLE:
            assert self.gallery is not None
            work = int(rng.integers(len(self.gallery.styles)))
            pairs = self.gallery.by_style[work]
            crop = crop_pair(pairs[int(rng.integers(len(pairs)))], size, rng, mirror)
            return crop, self.gallery_views.draw(work, rng)
        pairs = self.pairs.training if style == PHOTO_STYLE else self.of_style(self.styles[style - 1])
        crop = crop_pair(pairs[int(rng.integers(len(pairs)))], size, rng, mirror)
        return crop, self.manner_views.draw(style - 1, rng) if mapped else embedding
