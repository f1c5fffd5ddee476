"""Photos and their redrawings, held in memory, and the batches drawn from them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .config import Stage, TrainingConfig

Pictures = NDArray[np.uint8]


@dataclass(frozen=True)
class Batch:
    """What one step sees.

    photo: network input [N, 3, S, S] in [-1, 1].
    target: what it should become, same shape.
    mixture: [N, 1 + styles] shares of the codes, column 0 the photo code; every row sums to 1.
    pure: [N] whether the target is a photo or one style, not a blend.
    weight: [N, 1, S, S] how much each pixel counts.
    """

    photo: Tensor
    target: Tensor
    mixture: Tensor
    pure: Tensor
    weight: Tensor


class PairedData:
    """`folder/photos/*.png`, and for every style `folder/art/STYLE/*.jpg` with the same stems."""

    def __init__(self, folder: Path, config: TrainingConfig) -> None:
        paths = sorted((folder / "photos").glob("*.png"))
        if not paths:
            raise FileNotFoundError(f"no photos in {folder / 'photos'}: run mmfs_training.photos first")
        digest = hashlib.sha256()

        def read(path: Path) -> Pictures:
            data = path.read_bytes()
            digest.update(path.name.encode() + data)
            return cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)

        self.stems = [path.stem for path in paths]
        self.photos = np.stack([read(path) for path in paths])
        self.styles = list(config.styles)
        side = self.photos.shape[1]
        self.art = np.empty((len(self.styles), len(paths), side, side, 3), np.uint8)
        for i, style in enumerate(self.styles):
            for j, stem in enumerate(self.stems):
                self.art[i, j] = read(folder / "art" / style / f"{stem}.jpg")
        self.digest = digest.hexdigest()

        order = np.random.default_rng(config.seed).permutation(len(paths))
        self.held_out = np.sort(order[: config.held_out])
        self.training = np.sort(order[config.held_out :])
        self.styled = np.array([j for j in self.training if not self._thinned(j, config.thin)])

    def _thinned(self, j: int, thin: dict[str, int]) -> bool:
        return any(self.stems[j].startswith(start) and j % every for start, every in thin.items())

    def batch(self, stage: Stage, config: TrainingConfig, rng: np.random.Generator) -> Batch:
        photos, targets, weights = [], [], []
        face = face_weights(self.photos.shape[1], stage.eyes, stage.mouth)
        mixture = np.zeros((stage.batch, 1 + len(self.styles)), np.float32)
        pure = np.ones(stage.batch, bool)
        shares = config.samples
        bounds = np.cumsum([stage.photo, shares["strength"], shares["mix"]])
        for n in range(stage.batch):
            kind = int(np.searchsorted(bounds, rng.random(), side="right"))
            j = int(rng.choice(self.training if kind == 0 else self.styled))
            first, second = rng.choice(len(self.styles), 2, replace=False)
            cut = random_cut(self.photos.shape[1], stage, rng)
            photo = jittered(cut(self.photos[j]), rng)
            if kind == 0:
                target = photo
                mixture[n, 0] = 1
            else:
                target = scaled(cut(self.art[first, j]))
                share = np.float32(rng.random()) if kind < 3 else np.float32(1)
                mixture[n, 1 + first] = share
                if kind == 1:
                    mixture[n, 0] = 1 - share
                    target = share * target + (1 - share) * photo
                elif kind == 2:
                    mixture[n, 1 + second] = 1 - share
                    target = share * target + (1 - share) * scaled(cut(self.art[second, j]))
                pure[n] = kind == 3
            photos.append(photo)
            targets.append(target)
            weights.append(cut(face)[:, :, None])
        return Batch(
            nchw(np.stack(photos)),
            nchw(np.stack(targets)),
            torch.from_numpy(mixture),
            torch.from_numpy(pure),
            nchw(np.stack(weights)),
        )


class Cut:
    """The same square of any picture, perhaps mirrored, resampled to `size`."""

    def __init__(self, left: int, top: int, side: int, size: int, mirrored: bool) -> None:
        self.left, self.top, self.side, self.size, self.mirrored = left, top, side, size, mirrored

    def __call__(self, picture: NDArray[Any]) -> NDArray[Any]:
        part = picture[self.top : self.top + self.side, self.left : self.left + self.side]
        if self.side != self.size:
            part = cv2.resize(part, (self.size, self.size), interpolation=cv2.INTER_LINEAR)
        return part[:, ::-1] if self.mirrored else part


def random_cut(picture_side: int, stage: Stage, rng: np.random.Generator) -> Cut:
    side = int(rng.integers(stage.side[0], stage.side[1] + 1))
    room = picture_side - side
    left, top = (round(room * (0.5 + stage.spread * (v - 0.5))) for v in rng.random(2))
    return Cut(left, top, side, stage.size, bool(rng.random() < 0.5))


# Middle and standard deviation (x, y) of what is weighed, as parts of the side of an FFHQ crop, which fixes the eyes.
EYES = (((0.375, 0.475), (0.05, 0.035)), ((0.625, 0.475), (0.05, 0.035)))
MOUTH = ((0.5, 0.72), (0.09, 0.04))


def face_weights(side: int, eyes: float, mouth: float) -> NDArray[np.float32]:
    """How much each pixel of an aligned face counts: `eyes` and `mouth` in their middles, falling to 1 around them."""
    y, x = (np.mgrid[:side, :side] + 0.5) / side

    def spot(place: tuple[tuple[float, float], tuple[float, float]]) -> NDArray[Any]:
        (center_x, center_y), (width, height) = place
        return np.exp(-0.5 * (((x - center_x) / width) ** 2 + ((y - center_y) / height) ** 2))

    weights = 1 + (eyes - 1) * (spot(EYES[0]) + spot(EYES[1])) + (mouth - 1) * spot(MOUTH)
    return np.asarray(weights, np.float32)


def scaled(picture: Pictures) -> NDArray[np.float32]:
    """Bytes to [-1, 1]."""
    return picture.astype(np.float32) / np.float32(127.5) - np.float32(1)


def jittered(picture: Pictures, rng: np.random.Generator) -> NDArray[np.float32]:
    """Another exposure, contrast and white balance; the art keeps its own light, whatever the photo's."""
    gain = rng.normal(1, 0.08) * rng.normal(1, 0.03, 3)
    offset = rng.normal(0, 0.05)
    return np.clip(scaled(picture) * gain.astype(np.float32) + np.float32(offset), -1, 1)


def nchw(pictures: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
